//! Which part of time is kept of a guide.

use std::time::{SystemTime, UNIX_EPOCH};

use xmltv::time::DAY_S;

/// What a programme lasts that has no end: long enough to be found, short enough to be let go.
const UNKNOWN_S: i64 = 6 * 3600;

/// Whole days, so that what is kept of a guide differs from one reading to the next by days and not
/// by the minutes between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// Seconds since 1970.
    pub(crate) from: i64,
    /// Seconds since 1970.
    pub(crate) until: i64,
}

impl Window {
    pub(crate) fn at(now: i64, past_hours: u32, days: u32) -> Self {
        let from = now - i64::from(past_hours) * 3600;
        let until = now + i64::from(days) * DAY_S;
        Self {
            from: from.div_euclid(DAY_S) * DAY_S,
            until: (until.div_euclid(DAY_S) + 1) * DAY_S,
        }
    }

    pub(crate) fn holds(self, start: i64, stop: Option<i64>) -> bool {
        let stop = stop.unwrap_or(start.saturating_add(UNKNOWN_S));
        start < self.until && stop > self.from && u32::try_from(start).is_ok()
    }
}

/// Seconds since 1970; 0 on a board whose clock is before that.
pub(crate) fn seconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn begins_and_ends_with_a_day() {
        let noon = 100 * DAY_S + DAY_S / 2;
        let window = Window::at(noon, 24, 7);
        assert_eq!((window.from, window.until), (99 * DAY_S, 108 * DAY_S));
        assert_eq!(Window::at(noon + 3600, 24, 7), window);
        assert!(window.holds(noon, None) && window.holds(noon, Some(noon + 1)));
        assert!(window.holds(99 * DAY_S - 60, Some(99 * DAY_S + 60)));
        assert!(!window.holds(99 * DAY_S - 60, Some(99 * DAY_S)));
        assert!(!window.holds(108 * DAY_S, None));
        assert!(!window.holds(i64::MAX, None) && !window.holds(-9, Some(i64::MAX)));
    }
}
