//! Orders about channels: what their owner decides by hand.

use lineup::{
    ChannelId, GuideNumber, Similar,
    decisions::{Change, Refusal},
};

use crate::{Answer, Refused};

/// What can be asked of channels.
#[derive(Debug)]
pub enum ChannelOrder {
    /// Make these changes, all or none.
    Edit {
        /// At most [`Change::CHANNELS_MAX`] channels in all.
        changes: Vec<Change>,
        /// The lineup that whoever asks has seen; nothing is done where it is another by now.
        if_revision: Option<u64>,
        /// What became of them.
        answer: Answer<Edited>,
    },
    /// Tell which channels have names that are alike.
    Similar {
        /// Only groups whose first channel has a number behind this one.
        after: Option<GuideNumber>,
        /// So many of them.
        limit: usize,
        /// Which, and why they are not one.
        answer: Answer<Similar>,
    },
    /// Take back a change of the log.
    Undo {
        /// Its number.
        change: u64,
        /// As above.
        if_revision: Option<u64>,
        /// What became of it.
        answer: Answer<Edited>,
    },
}

/// A change that was made: stored, and published with the lineup that follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// Its number in the log; `None` where all was so already.
    pub change: Option<u64>,
    /// What it did, in words.
    pub words: String,
    /// The channels that it was about.
    pub channels: Vec<ChannelId>,
    /// The lineup that there is now.
    pub revision: u64,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        let why = refusal.to_string();
        match refusal {
            Refusal::NoChannel(_) | Refusal::NoStream { .. } | Refusal::NoChange(_) => {
                Self::NotFound(why)
            }
            Refusal::NumberTaken { .. } | Refusal::ChangedSince { .. } | Refusal::Full { .. } => {
                Self::Conflict(why)
            }
            _ => Self::Invalid(why),
        }
    }
}
