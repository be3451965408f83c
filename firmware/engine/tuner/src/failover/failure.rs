//! Why a stream is no longer played.

use std::fmt;

/// What kind of failure it was: what is done next depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// The connection broke, or could not be made: a moment later it may be well.
    Broken,
    /// The provider ended the stream politely, as it does when an account has too many.
    Ended,
    /// The answer says no, or is no stream: to ask again at once is to be told so again.
    Refused,
    /// The stream will never play unless somebody changes a setting.
    Hopeless,
    /// Nothing came in time, or its clock stood.
    Stalled,
    /// Sound, and none of the picture that is promised.
    NoPicture,
    /// The same few seconds over and over: "this channel is offline".
    Loop,
    /// The source allows no further connection at the moment. No fault of the stream.
    Full,
    /// Somebody with a better right took the connection. No fault of the stream.
    Preempted,
}

impl FailureKind {
    /// Whether the same stream is worth one more try at once.
    pub(crate) const fn may_pass(self) -> bool {
        matches!(self, Self::Broken | Self::Ended | Self::Stalled)
    }

    /// Whether the stream is to blame.
    pub(crate) const fn is_fault(self) -> bool {
        !matches!(self, Self::Full | Self::Preempted)
    }

    /// Whether something plays all the same: better than nothing where there is nothing else.
    pub(crate) const fn is_bearable(self) -> bool {
        matches!(self, Self::NoPicture | Self::Loop)
    }
}

/// A failure, for the machine and for the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: FailureKind,
    /// What happened, without secrets.
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(kind: FailureKind, message: &str) -> Self {
        Self {
            kind,
            message: message.to_owned(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
