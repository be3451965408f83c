//! The channel scan that clients insist on. The lineup is always complete, so a scan only has to
//! be seen: Plex posts `scan=start`, waits until `lineup_status.json` has shown a scan and its
//! end, then reads the lineup.

use std::time::Duration;

use base::Lock;
use hdhomerun::documents::Scan;
use tokio::time::Instant;

/// How long a scan is shown: short enough for nobody to wait, longer than a client's poll.
const SCAN_SHOWN: Duration = Duration::from_secs(2);

/// Whether a scan is being shown.
#[derive(Debug, Default)]
pub(crate) struct Scanner(Lock<Option<Running>>);

#[derive(Clone, Copy, Debug)]
struct Running {
    since: Instant,
    /// Whether a client has seen it: a scan that nobody saw running counts as never started.
    seen: bool,
}

impl Scanner {
    pub(crate) fn start(&self, now: Instant) {
        *self.0.lock() = Some(Running {
            since: now,
            seen: false,
        });
    }

    pub(crate) fn abort(&self) {
        *self.0.lock() = None;
    }

    /// What to show a client now, with `channels` in the lineup.
    pub(crate) fn look(&self, now: Instant, channels: usize) -> Scan {
        let mut running = self.0.lock();
        let Some(scan) = running.as_mut() else {
            return Scan::Idle;
        };
        let share = now.duration_since(scan.since).as_millis() * 100 / SCAN_SHOWN.as_millis();
        if share >= 100 && scan.seen {
            *running = None;
            return Scan::Idle;
        }
        scan.seen = true;
        let progress_percent = u8::try_from(share).map_or(99, |share| share.min(99));
        Scan::Running {
            progress_percent,
            found: channels * usize::from(progress_percent) / 100,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_scan_runs_and_ends() {
        let scanner = Scanner::default();
        let start = Instant::now();
        let look = |millis| scanner.look(start + Duration::from_millis(millis), 200);
        assert_eq!(look(0), Scan::Idle);
        scanner.start(start);
        let running = |progress_percent, found| Scan::Running {
            progress_percent,
            found,
        };
        assert_eq!(look(0), running(0, 0));
        assert_eq!(look(1000), running(50, 100));
        assert_eq!(look(2000), Scan::Idle);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_looks_late_still_sees_it() {
        let scanner = Scanner::default();
        let start = Instant::now();
        scanner.start(start);
        let late = start + Duration::from_secs(60);
        assert!(matches!(
            scanner.look(late, 9),
            Scan::Running {
                progress_percent: 99,
                ..
            }
        ));
        assert_eq!(scanner.look(late, 9), Scan::Idle);
        scanner.start(start);
        scanner.abort();
        assert_eq!(scanner.look(start, 9), Scan::Idle);
    }
}
