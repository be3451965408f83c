//! A token bucket: so many bytes a second, and a burst after a rest.

use std::time::Duration;

/// Bytes of the largest burst, and of the smallest: that of a rate of 512 kbit/s.
pub const BURST_BYTES_MAX: u64 = 256 * 1024;
/// No smaller than what is let in at once, or it never would be.
pub const BURST_BYTES_MIN: u64 = 16 * 1024;

const NANOS: u64 = 1_000_000_000;

/// Over any time it gives at most its rate times that time, and one burst.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    bytes_per_s: u64,
    burst_bytes: u64,
    /// What may be taken, in 10⁻⁹ bytes: a nanosecond at a byte a second.
    tokens: u64,
    /// When `tokens` were counted.
    at: Duration,
}

impl Bucket {
    /// A full bucket; `None` for a rate of 0, which is none.
    pub(super) fn new(kbit_per_s: u64) -> Option<Self> {
        let bytes_per_s = kbit_per_s.saturating_mul(125);
        // What comes in a quarter of a second.
        let burst_bytes = (bytes_per_s / 4).clamp(BURST_BYTES_MIN, BURST_BYTES_MAX);
        (bytes_per_s > 0).then_some(Self {
            bytes_per_s,
            burst_bytes,
            tokens: burst_bytes * NANOS,
            at: Duration::ZERO,
        })
    }

    /// How long until so many bytes can be taken; for more than a burst, how long until they came.
    pub(super) fn wait(&self, bytes: u64, now: Duration) -> Duration {
        let missing = bytes
            .saturating_mul(NANOS)
            .saturating_sub(self.tokens_at(now));
        Duration::from_nanos(missing.div_ceil(self.bytes_per_s))
    }

    /// Takes what is there; see [`Bucket::wait`].
    pub(super) fn take(&mut self, bytes: u64, now: Duration) {
        let tokens = self.tokens_at(now);
        self.tokens = tokens.saturating_sub(bytes.saturating_mul(NANOS));
        self.at = self.at.max(now);
    }

    fn tokens_at(&self, now: Duration) -> u64 {
        let nanos = u64::try_from(now.saturating_sub(self.at).as_nanos()).unwrap_or(u64::MAX);
        let new = nanos.saturating_mul(self.bytes_per_s);
        self.tokens
            .saturating_add(new)
            .min(self.burst_bytes * NANOS)
    }

    #[cfg(test)]
    pub(super) const fn burst_bytes(&self) -> u64 {
        self.burst_bytes
    }
}
