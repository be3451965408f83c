//! One entry between the playlist and the lineup.

use names::merge::Reason;

use crate::{GuideNumber, Keys, arena::Span};

/// An entry that waits for its id and number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Collected {
    /// Of the entry as its list has it.
    pub keys: Keys,
    pub texts: Span,
    /// What `tvg-chno` asks for, where it is valid.
    pub asked: Option<GuideNumber>,
    pub source: u16,
    /// Of the source.
    pub priority: i16,
    /// See [`crate::Channel::score`]; known once its name has been read.
    pub score: u16,
    /// See [`crate::Channel::reason`]; likewise.
    pub reason: Option<Reason>,
    pub shift_minutes: i16,
}
