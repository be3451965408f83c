//! The words between a course and its driver.

use base::StreamSpec;

use super::{Failure, Moment, StreamKey};

/// A stream that may be played.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub(crate) key: StreamKey,
    /// Whose connection it takes.
    pub(crate) source: u16,
    pub(crate) is_vod: bool,
    /// The test channel is a loop and may be one.
    pub(crate) may_loop: bool,
}

impl Candidate {
    pub(crate) fn of(stream: &StreamSpec) -> Self {
        Self {
            key: StreamKey::of(stream),
            source: stream.source,
            is_vod: stream.is_vod(),
            may_loop: stream.is_built_in() || stream.is_vod(),
        }
    }
}

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Open this stream, then tell [`Course::opened`].
    Open(usize),
    /// The stream that stands by, this one, goes on in place of the one that was left, whose
    /// connection is closed. Then tell `Course::promoted`.
    Promote(usize),
    /// Wait until one of these sources has a connection to give, or until then.
    AwaitSlot { sources: Vec<u16>, until: Moment },
    /// Wait. `keeps_slot`: the same stream is about to be opened again, so its connection is not
    /// for others.
    Rest { until: Moment, keeps_slot: bool },
    /// Nothing more.
    End(Ending),
}

/// How the channel ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// No source had a connection to give.
    Full,
    /// No stream ever played; why the first of them did not.
    Failed(String),
    /// It had played, and no stream plays any more.
    Lost,
    /// A film is over.
    Finished,
}

/// What a look at an open stream leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    GoOn,
    /// Close it, then tell [`Course::failed`].
    Close(Failure),
}

/// What a channel is doing, for whoever shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Choosing or opening a stream.
    Connecting,
    /// Waiting for a connection that the source allows.
    AwaitingSlot,
    /// Playing.
    Playing,
    /// Nothing comes; it is about to be opened once more.
    Stalled,
    /// About to open the stream that failed once more.
    Grace,
    /// No stream played; pausing before the next round.
    BackingOff,
    /// Ended.
    Over,
}
