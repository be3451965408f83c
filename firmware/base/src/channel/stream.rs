//! What a tuner is asked to play.

use super::{ChannelId, GuideNumber};

/// One stream to be played: a channel's address and how to ask for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamSpec {
    /// The channel it belongs to.
    pub channel: ChannelId,
    /// The channel's number.
    pub number: GuideNumber,
    /// The channel's name.
    pub name: String,
    /// Address of the stream.
    pub url: String,
    /// Request headers that the playlist gives for it.
    pub headers: Vec<(String, String)>,
    /// Index of the source, in the order of the configuration.
    pub source: u16,
}
