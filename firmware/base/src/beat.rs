//! One beat for all threads.
//!
//! Whoever looks at streams now and then does so on a common grid of time: ten channels are then
//! one wake-up and not ten, and what the upstreams take in on a beat is sent a moment later
//! instead of half a period later.

use std::{
    sync::OnceLock,
    time::{Duration, Instant},
};

static FIRST: OnceLock<Instant> = OnceLock::new();

/// The first beat after `now`: a whole number of periods, and `offset`, since the first call.
/// `period` must not be zero.
#[must_use]
pub fn next_beat(now: Instant, period: Duration, offset: Duration) -> Instant {
    let first = *FIRST.get_or_init(|| now);
    let since = now.saturating_duration_since(first + offset).as_nanos();
    let period_nanos = period.as_nanos().max(1);
    let into = u64::try_from(since % period_nanos).unwrap_or(0);
    now + period.saturating_sub(Duration::from_nanos(into))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beats_of_all_callers_fall_together() {
        const PERIOD: Duration = Duration::from_millis(50);
        let start = Instant::now();
        let offset = Duration::from_millis(5);
        let beat = next_beat(start + PERIOD, PERIOD, Duration::ZERO);
        for micros in [1, 700, 20_000, 49_999] {
            let now = beat + Duration::from_micros(micros);
            assert_eq!(next_beat(now, PERIOD, Duration::ZERO), beat + PERIOD);
        }
        assert_eq!(
            next_beat(beat, PERIOD, Duration::ZERO),
            beat + PERIOD,
            "never now"
        );
        assert_eq!(next_beat(beat, PERIOD, offset), beat + offset);
    }
}
