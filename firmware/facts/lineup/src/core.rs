//! The parts of a lineup as the lists make them.

use base::ChannelSpec;
use names::merge::Reason;

use crate::{
    Channel, ChannelId, GuideNumber, Keys,
    arena::{Piece, Span},
};

/// Place of the group among the texts of a stream.
const GROUP: usize = 1;

/// One stream of a channel.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    /// Place of its channel among the heads.
    pub channel: u32,
    pub keys: Keys,
    pub texts: Span,
    pub source: u16,
    pub score: u16,
    pub shift_minutes: i16,
    /// Place among the streams of its channel.
    pub order: u8,
    pub reason: Option<Reason>,
}

// `order` suffices.
const _: () = assert!(ChannelSpec::STREAMS_MAX <= u8::MAX as usize);

/// What is one for all streams of a channel.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    pub id: ChannelId,
    pub number: GuideNumber,
    /// Where its streams begin in the rows.
    pub first: u32,
    pub name: Piece,
    pub face: Face,
    /// Whether it came later than the first list of its source, and was to wait.
    pub waits: bool,
}

/// Which streams lend the channel what they have and the primary may lack, as places among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Face {
    /// Whose group is the channel's.
    pub group: u8,
    /// Whose logo.
    pub logo: u8,
    /// Whose `tvg-id`.
    pub tvg_id: u8,
}

/// What the lists make.
#[derive(Debug, Default)]
pub(crate) struct Core {
    pub(crate) text: String,
    /// In the order of numbers.
    pub(crate) heads: Vec<Head>,
    /// Channel by channel, the primary first.
    pub(crate) rows: Vec<Row>,
    /// Places of the heads in the order of ids.
    pub(crate) by_id: Vec<u32>,
}

impl Core {
    /// The group that the channel at `place` among the heads has by itself, and whether it is one of
    /// the house.
    pub(crate) fn group(&self, place: usize) -> (&str, bool) {
        let Some(head) = self.heads.get(place) else {
            return ("", false);
        };
        let of = |row: &Row| row.texts.of(&self.text)[GROUP];
        let first = head.first as usize;
        let Some(primary) = self.rows.get(first) else {
            return ("", false);
        };
        let lender = self.rows.get(first + usize::from(head.face.group));
        let lender = lender.filter(|row| row.channel == primary.channel);
        let is_built_in = primary.source == Channel::BUILT_IN;
        (of(lender.unwrap_or(primary)), is_built_in)
    }
}
