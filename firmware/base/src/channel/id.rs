//! Lasting names of channels.

use std::{fmt, str::FromStr};

/// The lasting name of a channel: the same from import to import, however the list is shuffled.
/// Shown as 16 hex digits, so that no id is the beginning of another (Plex mixes up the guides of
/// `1` and `10`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelId(pub u64);

/// Lower bits of an id: which of the channels that share source, `tvg-id` and name. The upper 44
/// bits are the hash of these three.
const ORDINAL_MASK: u64 = (1 << 20) - 1;

impl ChannelId {
    /// How many channels can share one identity.
    pub const ORDINALS: usize = 1 << 20;

    /// The first channel with the identity of this hash.
    #[must_use]
    pub const fn from_hash(hash: u64) -> Self {
        Self(hash & !ORDINAL_MASK)
    }

    /// The lowest id that shares this one's identity.
    #[must_use]
    pub const fn first_of_identity(self) -> Self {
        Self(self.0 & !ORDINAL_MASK)
    }

    /// The highest id that shares this one's identity.
    #[must_use]
    pub const fn last_of_identity(self) -> Self {
        Self(self.0 | ORDINAL_MASK)
    }
}

impl fmt::Display for ChannelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for ChannelId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u64::from_str_radix(text, 16).map(Self)
    }
}
