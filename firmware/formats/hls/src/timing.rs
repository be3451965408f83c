//! When to load a playlist again, and when to give up on it.

use std::time::Duration;

/// Shortest wait between two loads of a playlist, whatever it says about itself.
const RELOAD_MIN: Duration = Duration::from_millis(250);
/// Shortest wait where parts are offered: half of the shortest that are in use.
const PART_RELOAD_MIN: Duration = Duration::from_millis(100);
/// A playlist that adds nothing for less than this is only slow.
const STALL_MIN: Duration = Duration::from_secs(10);
/// A playlist that adds nothing for this long is dead, however long its segments are.
const STALL_MAX: Duration = Duration::from_secs(60);
/// Target durations without a new segment until a playlist is stalled. RFC 8216 6.2.1 promises a
/// new one within 1.5.
const STALL_TARGETS: u32 = 3;

/// The clock work of one media playlist.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    target: Duration,
    reload_max: Duration,
    reload_at: Duration,
    /// Since when segments have been asked for and there were none.
    hungry_since: Option<Duration>,
}

impl Timing {
    pub(crate) fn new(reload_max: Duration) -> Self {
        Self {
            target: RELOAD_MIN,
            reload_max,
            reload_at: Duration::ZERO,
            hungry_since: None,
        }
    }

    /// A playlist came; `requested` is when it was asked for. RFC 8216 6.3.4: again after one
    /// target duration if it had something new, after half of one if not.
    pub(crate) fn loaded(&mut self, requested: Duration, target: Duration, changed: bool) {
        self.target = target;
        if changed {
            self.hungry_since = None;
            self.reload_at = requested + self.wait(target);
        } else {
            self.reload_at = requested + self.wait(target / 2);
        }
    }

    /// A playlist with parts came; `target` is the longest segment and the longest part. One that
    /// `blocks` is asked for again at once: its server answers when there is more (8216bis 6.2.5.2).
    pub(crate) fn loaded_part(
        &mut self,
        requested: Duration,
        (target, part): (Duration, Duration),
        changed: bool,
        blocks: bool,
    ) {
        self.target = target;
        if changed {
            self.hungry_since = None;
        }
        let wait = match (changed, blocks) {
            (true, true) => PART_RELOAD_MIN,
            (true, false) => part,
            _ if self.has_starved(requested) => self.wait(target / 2),
            // Whatever it promised, it did not wait.
            (false, _) => part / 2,
        };
        self.reload_at = requested + wait.max(PART_RELOAD_MIN).min(self.reload_max);
    }

    /// Nothing has come for as long as a segment takes: it is not the next part that is late.
    fn has_starved(&self, now: Duration) -> bool {
        let since = self.hungry_since;
        since.is_some_and(|since| now.saturating_sub(since) > self.target)
    }

    /// A playlist could not be loaded: like one that had nothing new.
    pub(crate) fn failed(&mut self, requested: Duration) {
        self.reload_at = requested + self.wait(self.target / 2);
    }

    fn wait(&self, wanted: Duration) -> Duration {
        wanted
            .min(self.reload_max)
            .max(RELOAD_MIN.min(self.reload_max))
    }

    /// No segment is left: when to load again, or nothing if that has been tried for too long.
    ///
    /// Hunger counts from the first time nothing was left, not from the last change, so that a
    /// segment which took long to play out does not count as a stall.
    pub(crate) fn hungry(&mut self, now: Duration) -> Option<Duration> {
        let since = *self.hungry_since.get_or_insert(now);
        let limit = (self.target * STALL_TARGETS).clamp(STALL_MIN, STALL_MAX);
        (now.saturating_sub(since) < limit).then_some(self.reload_at)
    }
}
