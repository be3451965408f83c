//! How long failures of an address are borne in silence.
//!
//! While read-ahead plays, no viewer knows of a failure, and most of them pass: so the address is
//! asked again. When little read-ahead is left the same failure is worth telling, because whoever
//! is told needs time as well: a pause, another try, the opening of another stream. One failure is
//! no reason, as any server drops a request now and then; two in a row are.
//!
//! What does not belong here: which segment is next (`hls::Follower`), and what is done about an
//! address that is given up (the tuner).

use std::time::Duration;

/// Read-ahead that another try of the same stream and the opening of the next one take.
const LITTLE_AHEAD: Duration = Duration::from_secs(3);
/// Failures in a row until an address is given up.
const FAILURES_MAX: u32 = 2;
/// Pause before what failed is asked for again, when no read-ahead allows for more. RFC 8216 6.3.4
/// asks for half a target duration between playlists that bring nothing new; one that failed has
/// brought nothing at all.
pub(super) const AGAIN_AFTER: Duration = Duration::from_millis(500);
/// How long the head of an answer may take when no read-ahead is left. Two target durations: a
/// server that needs longer for each of its answers cannot feed a live stream.
const ANSWER_TARGETS: u32 = 2;
const ANSWER_MIN: Duration = Duration::from_secs(2);
const ANSWER_MAX: Duration = Duration::from_secs(6);
const BLOCKED_TARGETS: u32 = 3;
const BLOCKED_MAX: Duration = Duration::from_secs(18);

/// Counts what failed since something last came. Times are those of the driver's clock, and the
/// read-ahead is handed in.
#[derive(Debug)]
pub(super) struct Patience {
    /// Playlists that failed since one was loaded.
    playlists: u32,
    /// Segments that failed since one was given out.
    segments: u32,
    failed_at: Duration,
    target: Duration,
    /// Nobody watches before the first segment: until then opening is the tuner's to limit.
    has_given: bool,
}

impl Patience {
    pub(super) const fn new() -> Self {
        Self {
            playlists: 0,
            segments: 0,
            failed_at: Duration::ZERO,
            target: Duration::ZERO,
            has_given: false,
        }
    }

    /// A playlist came. That segments are lost it does not mend.
    pub(super) const fn loaded(&mut self, target: Duration) {
        self.playlists = 0;
        self.target = target;
    }

    /// A segment was given out, whole.
    pub(super) const fn given(&mut self) {
        self.segments = 0;
        self.has_given = true;
    }

    /// A playlist could not be loaded. `has_waited`: there was no answer, for as long as may be.
    pub(super) const fn playlist_failed(&mut self, now: Duration, has_waited: bool) {
        self.failed_at = now;
        self.playlists += if has_waited { FAILURES_MAX } else { 1 };
    }

    /// A segment is passed over.
    pub(super) const fn segment_lost(&mut self, has_waited: bool) {
        self.segments += if has_waited { FAILURES_MAX } else { 1 };
    }

    /// When a playlist that is due `at` is loaded: after a failure before the read-ahead is gone.
    pub(super) fn reload_at(&self, at: Duration, ahead: Duration) -> Duration {
        if self.playlists == 0 {
            return at;
        }
        let pause = ahead.saturating_sub(LITTLE_AHEAD).max(AGAIN_AFTER);
        at.min(self.failed_at + pause)
    }

    /// How long the answer to a request may take.
    pub(super) fn answer_wait(&self, ahead: Duration) -> Duration {
        if !self.has_given {
            return ANSWER_MAX;
        }
        let wait = self.target.saturating_mul(ANSWER_TARGETS);
        wait.clamp(ANSWER_MIN, ANSWER_MAX).max(ahead)
    }

    /// How long the answer to a request may take that the server lets wait until there is more. It is
    /// to come, with an error at worst, in three target durations (8216bis 6.2.5.2); how long viewers
    /// wait is the tuner's to judge.
    pub(super) fn blocked_wait(&self, ahead: Duration) -> Duration {
        let wait = self.target.saturating_mul(BLOCKED_TARGETS);
        wait.min(BLOCKED_MAX).max(self.answer_wait(ahead))
    }

    /// Whether the address is to be given up. `waiting`: segments that may still be tried.
    pub(super) fn is_over(&self, ahead: Duration, waiting: usize) -> bool {
        let failures = self.playlists.saturating_add(self.segments);
        failures >= FAILURES_MAX && waiting == 0 && ahead <= LITTLE_AHEAD
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Duration = Duration::ZERO;
    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn two_failures_in_a_row_are_enough_when_little_is_left() {
        let mut patience = Patience::new();
        patience.playlist_failed(SECOND, false);
        assert!(!patience.is_over(NONE, 0), "one is nothing");
        patience.playlist_failed(SECOND * 2, false);
        assert!(patience.is_over(NONE, 0));
        assert!(patience.is_over(LITTLE_AHEAD, 0));
        assert!(!patience.is_over(LITTLE_AHEAD + SECOND, 0));
        assert!(!patience.is_over(NONE, 1), "a segment may still come");
        patience.loaded(SECOND);
        assert!(!patience.is_over(NONE, 0), "forgotten");
    }

    #[test]
    fn lost_segments_and_playlists_add_up() {
        let mut patience = Patience::new();
        patience.segment_lost(false);
        patience.loaded(SECOND);
        assert!(!patience.is_over(NONE, 0));
        patience.playlist_failed(SECOND, false);
        assert!(patience.is_over(NONE, 0));
        patience.loaded(SECOND);
        patience.segment_lost(false);
        assert!(patience.is_over(NONE, 0), "a list of nothing is no stream");
        patience.given();
        assert!(!patience.is_over(NONE, 0));
        patience.segment_lost(true);
        assert!(patience.is_over(NONE, 0), "it was waited for already");
    }

    #[test]
    fn what_failed_is_asked_for_again_while_something_plays() {
        let mut patience = Patience::new();
        assert_eq!(patience.reload_at(SECOND * 9, NONE), SECOND * 9);
        patience.playlist_failed(SECOND, false);
        for (at, ahead, wanted) in [
            (SECOND * 9, NONE, SECOND + AGAIN_AFTER),
            (SECOND * 9, LITTLE_AHEAD + SECOND * 4, SECOND * 5),
            (SECOND * 3, LITTLE_AHEAD + SECOND * 4, SECOND * 3),
        ] {
            assert_eq!(patience.reload_at(at, ahead), wanted);
        }
    }

    #[test]
    fn an_answer_may_take_as_long_as_something_plays() {
        let mut patience = Patience::new();
        patience.loaded(SECOND);
        assert_eq!(patience.answer_wait(NONE), ANSWER_MAX, "nobody watches");
        patience.given();
        for (target, ahead, wanted) in [(1, 0, 2), (2, 0, 4), (10, 0, 6), (1, 5, 5), (10, 30, 30)] {
            patience.loaded(SECOND * target);
            let wait = patience.answer_wait(SECOND * ahead);
            assert_eq!(wait, SECOND * wanted, "targets of {target} s");
        }
        patience.loaded(Duration::MAX);
        assert_eq!(patience.answer_wait(NONE), ANSWER_MAX);
        assert_eq!(patience.blocked_wait(NONE), BLOCKED_MAX);
        patience.loaded(SECOND * 4);
        assert_eq!(patience.blocked_wait(NONE), SECOND * 12);
        assert_eq!(patience.blocked_wait(SECOND * 20), SECOND * 20);
    }
}
