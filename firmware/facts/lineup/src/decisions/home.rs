//! A fact about an entry.

use base::ChannelId;

use super::Keys;

/// An entry belongs to this channel, whatever its name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Home {
    /// The entry.
    pub keys: Keys,
    /// The channel.
    pub channel: ChannelId,
}
