//! What is known of the stream that stands by. What is made of it is `beside`'s.

use std::time::Duration;

use crate::failover::{Moment, health::Watch};

/// How long a channel plays before a second stream is opened: who zaps through channels should not
/// open each of them twice.
pub(super) const SETTLED: Duration = Duration::from_secs(2);
/// Pause behind a stream by whose connection nothing came of standing by; doubled each time.
pub(super) const PAUSE_MIN: Duration = Duration::from_secs(5);
const PAUSE_MAX: Duration = Duration::from_secs(300);
/// A stream that fails so soon behind the opening of another one at the same source was thrown out
/// for it: the account allows fewer connections than the configuration says.
pub(super) const KICK: Duration = Duration::from_secs(5);
const KICKED_PAUSE: Duration = Duration::from_secs(120);
pub(super) const KICKED_PAUSE_MAX: Duration = Duration::from_secs(3600);

/// What is known of it.
#[derive(Debug)]
pub(super) struct Standby {
    pub(super) open: Option<Open>,
    /// None is opened before.
    pub(super) again_at: Moment,
    pub(super) pause: Duration,
    pub(super) kicked_pause: Duration,
    /// A bit for each stream that failed and was not to blame; they come when there is no other.
    pub(super) shunned: u32,
}

/// One that is open.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) stream: usize,
    pub(super) since: Moment,
    /// When it must have shown life.
    pub(super) until: Moment,
    pub(super) watch: Watch,
    /// It plays well, and has brought a picture to begin with.
    pub(super) is_ready: bool,
    /// Since that picture.
    pub(super) ready_since: Option<Moment>,
}

impl Default for Standby {
    fn default() -> Self {
        Self {
            open: None,
            again_at: Moment::ZERO,
            pause: PAUSE_MIN,
            kicked_pause: KICKED_PAUSE,
            shunned: 0,
        }
    }
}

impl Standby {
    pub(super) fn rest(&mut self, now: Moment) {
        self.again_at = self.again_at.max(now + self.pause);
        self.pause = (self.pause * 2).min(PAUSE_MAX);
    }
}
