//! HLS playlists: variant choice, live edge, reload timing, keys and ranges. No I/O.
//!
//! The way through: bytes → [`Playlist::parse`] → [`MasterPlaylist::choose`] → a media playlist →
//! [`Follower`], which says what to fetch next and when. The driver that owns sockets and clocks
//! lives in `upstream`; it hands in bytes and `now` (any monotonic time since a fixed point).
//!
//! Sources: RFC 8216 and its successor draft-pantos-hls-rfc8216bis. Real servers break both, so the
//! reader takes what players take: a line that makes no sense is left out, the rest is played.
//!
//! What does not belong here: HTTP, decryption, transport stream packets, and writing playlists.
#![deny(clippy::indexing_slicing)]

mod attributes;
mod convert;
mod error;
mod follower;
mod limits;
mod master;
mod media;
mod sieve;
mod survey;
mod tidy;
mod timing;

pub use error::{Error, NotPlaylist, Unsupported};
pub use follower::{Counters, Follower, FollowerConfig, Seam, SegmentKey, SegmentRequest, Step};
pub use limits::Limits;
pub use master::{MasterPlaylist, Preference, Rendition, RenditionKind, Resolution, Variant};
pub use media::{ByteRange, Key, KeyMethod, Map, MediaPlaylist, PlaylistKind, Segment};

use url::Url;

/// A playlist as it was read, with every address resolved.
#[derive(Clone, Debug, PartialEq)]
pub enum Playlist {
    /// A list of variants of the same programme (RFC 8216 calls it a master playlist, 8216bis a
    /// multivariant playlist).
    Master(MasterPlaylist),
    /// A list of segments.
    Media(MediaPlaylist),
}

impl Playlist {
    /// Reads a playlist under the default [`Limits`].
    ///
    /// `base` is the address the bytes came from *after* redirects: relative addresses in the
    /// playlist are resolved against it (RFC 8216 4.1).
    pub fn parse(bytes: &[u8], base: &Url) -> Result<Self, Error> {
        Self::parse_within(bytes, base, &Limits::default())
    }

    /// Reads a playlist under limits of the caller's choice.
    pub fn parse_within(bytes: &[u8], base: &Url, limits: &Limits) -> Result<Self, Error> {
        let sieved = sieve::sieve(bytes, limits)?;
        convert::convert(&sieved, base)
    }
}
