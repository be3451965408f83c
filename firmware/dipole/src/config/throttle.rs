//! `[throttle]`: how fast bytes may come in from providers.

use serde::Deserialize;

use super::error::{ConfigError, within};

/// Below it no picture comes at all; 10 Gbit/s is none.
const KBIT_MIN: u64 = 100;
const KBIT_MAX: u64 = 10_000_000;

/// `[throttle]`. Rates in kbit/s (1,000 bits); 0 is none.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Throttle {
    /// All streams together.
    pub(crate) total_kbit: u64,
    /// Each stream.
    pub(crate) stream_kbit: u64,
}

/// Ranges that the types do not hold.
pub(super) fn check(throttle: &Throttle) -> Result<(), ConfigError> {
    check_rate("throttle.total_kbit", throttle.total_kbit)?;
    check_rate("throttle.stream_kbit", throttle.stream_kbit)
}

/// Whether a rate is one.
pub(super) fn check_rate(key: &str, kbit: u64) -> Result<(), ConfigError> {
    let fits = kbit == 0 || (KBIT_MIN..=KBIT_MAX).contains(&kbit);
    within(fits, key, &kbit, "0, or from 100 to 10000000 kbit/s")
}
