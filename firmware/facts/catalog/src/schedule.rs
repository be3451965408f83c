//! When which catalogue is read.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use store::CatalogState;
use tokio::time::Instant;

use crate::{Account, board::Key};

/// Before the first retry of a reading that failed; each further one waits twice as long, and no longer than
/// the interval.
const RETRY: Duration = Duration::from_secs(300);
const DOUBLINGS_MAX: u32 = 8;

/// When one catalogue is read.
#[derive(Clone, Debug)]
pub(crate) struct Due {
    pub(crate) at: Instant,
    /// Whose it is.
    account: u64,
    interval: Duration,
    failures: u32,
}

/// Those of all that are listed.
pub(crate) type Dues = BTreeMap<Key, Due>;

impl Due {
    /// What is fresh is not read again after a restart.
    pub(crate) fn of(account: &Account, state: &CatalogState) -> Self {
        let interval = Duration::from_secs(account.settings.interval_hours * 3600);
        let age = state
            .last_success
            .and_then(|at| SystemTime::now().duration_since(at).ok());
        let wait = age.and_then(|age| interval.checked_sub(age));
        Self {
            at: Instant::now() + wait.unwrap_or_default(),
            account: account.digest(),
            interval,
            failures: 0,
        }
    }

    /// Whether it was made for an account as this one is.
    pub(crate) fn is_of(&self, account: &Account) -> bool {
        let interval = Duration::from_secs(account.settings.interval_hours * 3600);
        self.account == account.digest() && self.interval == interval
    }

    pub(crate) fn succeeded(&mut self, now: Instant) {
        self.failures = 0;
        self.at = now + self.interval;
    }

    pub(crate) fn failed(&mut self, now: Instant) {
        let pause = RETRY * 2_u32.pow(self.failures.min(DOUBLINGS_MAX));
        self.failures += 1;
        self.at = now + pause.min(self.interval);
    }
}

/// The one that is due first.
pub(crate) fn first(dues: &Dues) -> Option<(Key, Instant)> {
    let all = dues.iter().map(|(key, due)| (*key, due.at));
    all.min_by_key(|(_, at)| *at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_is_tried_again_ever_later() {
        let now = Instant::now();
        let mut due = Due {
            at: now,
            account: 1,
            interval: Duration::from_secs(24 * 3600),
            failures: 0,
        };
        let mut pauses = Vec::new();
        for _ in 0..12 {
            due.failed(now);
            pauses.push((due.at - now).as_secs());
        }
        assert_eq!(pauses[..3], [300, 600, 1200]);
        assert_eq!(pauses[11], 300 << DOUBLINGS_MAX, "and no later");
        due.succeeded(now);
        assert_eq!(due.at - now, due.interval);
    }
}
