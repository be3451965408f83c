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
mod delivery;
mod error;
mod follower;
mod limits;
mod master;
mod media;
mod parts;
mod playlist;
mod resolver;
mod sieve;
mod survey;
mod tidy;
mod timing;

pub use delivery::{Blocking, plain};
pub use error::{Error, NotPlaylist, Unsupported};
pub use follower::{
    Counters, Follower, FollowerConfig, MapRequest, Seam, SegmentKey, SegmentRequest, Step,
};
pub use limits::Limits;
pub use master::{MasterPlaylist, Preference, Rendition, RenditionKind, Resolution, Variant};
pub use media::{
    ByteRange, Key, KeyMethod, Map, MediaPlaylist, Part, PartControl, PlaylistKind, Segment,
};
pub use playlist::Playlist;
