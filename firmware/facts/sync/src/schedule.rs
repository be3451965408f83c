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
    /// `None` for a source that is never read by itself.
    pub(crate) due: Option<Instant>,
    interval: Duration,
    retry: Duration,
}

impl Schedule {
    /// Never due by itself: a list that is uploaded, or a source that is switched off.
    pub(crate) const fn never() -> Self {
        Self {
            due: None,
            interval: RETRY_MAX,
            retry: RETRY_MIN,
        }
    }

    /// Due at once.
    pub(crate) const fn new(now: Instant, interval: Duration) -> Self {
        Self {
            due: Some(now),
            interval,
            retry: RETRY_MIN,
        }
    }

    /// Of the same list under other settings: due when it was, or an interval from now.
    pub(crate) fn going_on(self, before: &Self, now: Instant) -> Self {
        let due = match (self.due, before.due) {
            (Some(_), Some(due)) => Some(due.min(now + self.interval)),
            (due, _) => due,
        };
        Self { due, ..self }
    }

    /// Due at once, where it is ever due.
    pub(crate) fn hurry(&mut self, now: Instant) {
        self.due = self.due.map(|_| now);
    }

    pub(crate) fn succeeded(&mut self, now: Instant) {
        self.due = self.due.map(|_| now + self.interval);
        self.retry = RETRY_MIN;
    }

    /// Never later than the next regular reading.
    pub(crate) fn failed(&mut self, now: Instant) {
        self.due = self.due.map(|_| now + self.retry.min(self.interval));
        self.retry = (self.retry * 2).min(RETRY_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 3600);

    #[test]
    fn waits_longer_after_each_failure_and_regularly_after_success() {
        let now = Instant::now();
        let mut schedule = Schedule::new(now, DAY);
        let wait = |schedule: &Schedule| schedule.due.unwrap() - now;
        assert_eq!(wait(&schedule), Duration::ZERO);
        for minutes in [1, 2, 4, 8, 16, 32, 60, 60] {
            schedule.failed(now);
            assert_eq!(wait(&schedule), Duration::from_secs(minutes * 60));
        }
        schedule.succeeded(now);
        assert_eq!(wait(&schedule), DAY);
        schedule.failed(now);
        assert_eq!(wait(&schedule), Duration::from_secs(60));
        schedule.hurry(now);
        assert_eq!(wait(&schedule), Duration::ZERO);
    }

    #[test]
    fn a_short_interval_is_the_longest_wait() {
        let now = Instant::now();
        let mut schedule = Schedule::new(now, Duration::from_secs(90));
        for seconds in [60, 90, 90] {
            schedule.failed(now);
            assert_eq!(schedule.due, Some(now + Duration::from_secs(seconds)));
        }
    }

    #[test]
    fn the_same_list_is_not_read_again_because_something_was_set() {
        let now = Instant::now();
        let mut before = Schedule::new(now, DAY);
        before.succeeded(now);
        let hour = Duration::from_secs(3600);
        let later = now + hour;
        let same = Schedule::new(later, DAY).going_on(&before, later);
        assert_eq!(same.due, Some(now + DAY));
        let sooner = Schedule::new(later, hour).going_on(&before, later);
        assert_eq!(sooner.due, Some(later + hour));
        let off = Schedule::never().going_on(&before, later);
        assert_eq!(off.due, None);
        let on = Schedule::new(later, DAY).going_on(&off, later);
        assert_eq!(on.due, Some(later));
    }

    #[test]
    fn what_is_never_due_is_not_hurried() {
        let mut schedule = Schedule::never();
        let now = Instant::now();
        schedule.hurry(now);
        schedule.failed(now);
        schedule.succeeded(now);
        assert_eq!(schedule.due, None);
    }
}
