//! What can be wished for, and what is known where it is.

use base::{ChannelId, GuideNumber};

use super::{Keys, Patch, Set};

/// What the owner wishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Each of these channels is to be so.
    Set {
        /// Which.
        channels: Vec<ChannelId>,
        /// What is to change.
        patch: Box<Patch>,
    },
    /// These channels are numbered anew, in this order.
    Renumber {
        /// Which.
        channels: Vec<ChannelId>,
        /// The number of the first. From `5` on it is 5, 6, 7; from `5.1` on it is 5.1, 5.2, 5.3.
        first: GuideNumber,
        /// Channels that have the numbers get those that become free. Else it is a conflict.
        swap: bool,
    },
    /// These channels are one: the first of them, with the streams of all.
    Merge {
        /// Which.
        channels: Vec<ChannelId>,
    },
    /// These streams are a channel of their own.
    Split {
        /// Whose streams they are.
        channel: ChannelId,
        /// Which.
        streams: Vec<Keys>,
    },
}

impl Change {
    /// Channels that one edit may name.
    pub const CHANNELS_MAX: usize = 30_000;

    /// Whether it changes nothing but what lies over a lineup, so that none is made anew.
    #[must_use]
    pub fn lies_over(&self) -> bool {
        match self {
            Self::Set { patch, .. } => patch.number == Set::Keep && !patch.is_of_streams(),
            Self::Renumber { .. } | Self::Merge { .. } | Self::Split { .. } => false,
        }
    }

    /// How many channels it names.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Set { channels, .. }
            | Self::Renumber { channels, .. }
            | Self::Merge { channels } => channels.len(),
            Self::Split { .. } => 1,
        }
    }
}

/// The lineup that decisions are made about, inactive channels included.
pub trait Channels {
    /// The number of a channel; `None` where there is no such channel.
    fn number(&self, channel: ChannelId) -> Option<GuideNumber>;
    /// Its name.
    fn name(&self, channel: ChannelId) -> Option<&str>;
    /// The channel that has a number.
    fn at(&self, number: GuideNumber) -> Option<ChannelId>;
    /// The streams of a channel; none where it is built in.
    fn streams(&self, channel: ChannelId) -> Vec<Keys>;
    /// The channel that an entry was in before anybody decided on it.
    fn held(&self, stream: Keys) -> Option<ChannelId>;
}
