//! What a client sees: one channel of the lineup.

use std::{fmt, str::FromStr};

use crate::GuideNumber;

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
    pub(crate) const ORDINALS: usize = 1 << 20;

    /// The first channel with the identity of this hash.
    pub(crate) const fn from_hash(hash: u64) -> Self {
        Self(hash & !ORDINAL_MASK)
    }

    /// The lowest id that shares this one's identity.
    pub(crate) const fn first_of_identity(self) -> Self {
        Self(self.0 & !ORDINAL_MASK)
    }

    /// The highest id that shares this one's identity.
    pub(crate) const fn last_of_identity(self) -> Self {
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

/// One channel, borrowed from its [`Lineup`](crate::Lineup).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channel<'a> {
    /// Lasting id.
    pub id: ChannelId,
    /// Number on the remote; unique in the lineup.
    pub number: GuideNumber,
    /// Index of the source it came from, in the order of the configuration; see
    /// [`Channel::BUILT_IN`].
    pub source: u16,
    /// Name; never empty.
    pub name: &'a str,
    /// `group-title`; may be empty.
    pub group: &'a str,
    /// Address of the logo; may be empty.
    pub logo: &'a str,
    /// `tvg-id`; may be empty.
    pub tvg_id: &'a str,
    /// Address of the stream.
    pub url: &'a str,
    /// Request headers for the stream, `Name: value` lines joined by `\n`; may be empty.
    pub headers: &'a str,
}

impl Channel<'_> {
    /// The `source` of the built-in test channel.
    pub const BUILT_IN: u16 = u16::MAX;

    /// Whether the name says that the picture is high definition.
    #[must_use]
    pub fn is_hd(&self) -> bool {
        const MARKS: [&str; 7] = ["HD", "FHD", "UHD", "4K", "1080P", "720P", "2160P"];
        self.name
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|word| MARKS.iter().any(|mark| word.eq_ignore_ascii_case(mark)))
    }
}
