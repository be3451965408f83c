//! Where a course is, and what it has tried.

use super::{Ending, Failure, Moment};

/// Where a course is; times are those until when.
#[derive(Clone, Debug)]
pub(super) enum State {
    Choosing,
    /// The stream that stands by is to take over.
    Promoting,
    AwaitingSlot {
        until: Moment,
    },
    Connecting {
        stream: usize,
        since: Moment,
        until: Moment,
    },
    Playing {
        stream: usize,
        since: Moment,
    },
    Stalled {
        stream: usize,
        since: Moment,
        until: Moment,
    },
    Grace {
        stream: usize,
        until: Moment,
    },
    BackingOff {
        until: Moment,
    },
    Over(Ending),
}

/// One pass over the streams, each of which is tried at most once.
#[derive(Debug, Default)]
pub(super) struct Round {
    /// A bit for each stream.
    pub(super) tried: u32,
    /// Where the pass begins.
    pub(super) from: usize,
    /// Streams that cool down are tried as well, behind the others.
    pub(super) takes_cooling: bool,
    pub(super) has_awaited_slot: bool,
    /// What was wrong with the first stream that was to blame.
    pub(super) blame: Option<Failure>,
}
