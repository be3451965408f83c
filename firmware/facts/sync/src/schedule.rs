//! When a source is read next.

use std::time::Duration;

use tokio::time::Instant;

/// After a first failure; twice as long after each further one.
const RETRY_MIN: Duration = Duration::from_secs(60);
/// A provider that is down for a day is asked once an hour.
const RETRY_MAX: Duration = Duration::from_secs(3600);

/// The next reading of one source.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule {
    pub(crate) due: Instant,
    interval: Duration,
    retry: Duration,
}

impl Schedule {
    /// Due at once, at the start.
    pub(crate) const fn new(now: Instant, interval: Duration) -> Self {
        Self {
            due: now,
            interval,
            retry: RETRY_MIN,
        }
    }

    pub(crate) fn succeeded(&mut self, now: Instant) {
        self.due = now + self.interval;
        self.retry = RETRY_MIN;
    }

    /// Never later than the next regular reading.
    pub(crate) fn failed(&mut self, now: Instant) {
        self.due = now + self.retry.min(self.interval);
        self.retry = (self.retry * 2).min(RETRY_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_longer_after_each_failure_and_regularly_after_success() {
        let now = Instant::now();
        let day = Duration::from_secs(24 * 3600);
        let mut schedule = Schedule::new(now, day);
        assert_eq!(schedule.due, now);
        for minutes in [1, 2, 4, 8, 16, 32, 60, 60] {
            schedule.failed(now);
            assert_eq!(schedule.due - now, Duration::from_secs(minutes * 60));
        }
        schedule.succeeded(now);
        assert_eq!(schedule.due - now, day);
        schedule.failed(now);
        assert_eq!(schedule.due - now, Duration::from_secs(60));
    }

    #[test]
    fn a_short_interval_is_the_longest_wait() {
        let now = Instant::now();
        let mut schedule = Schedule::new(now, Duration::from_secs(90));
        for seconds in [60, 90, 90] {
            schedule.failed(now);
            assert_eq!(schedule.due - now, Duration::from_secs(seconds));
        }
    }
}
