//! One entry between the playlist and the lineup.

use crate::{ChannelId, GuideNumber, arena::Span};

/// An entry that waits for its id and number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Collected {
    /// First id of the identity.
    pub identity: ChannelId,
    /// Hash of identity and address.
    pub mark: u64,
    /// What the entries of its channel have in common.
    pub key: u64,
    /// What `tvg-chno` asks for, where it is valid.
    pub asked: Option<GuideNumber>,
    /// The majors that a rule asks for, first and last.
    pub range: Option<(u16, u16)>,
    pub source: u16,
    pub texts: Span,
}
