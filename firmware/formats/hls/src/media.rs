//! Media playlists: segments and what is needed to fetch them.

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::error::Unsupported;

/// A list of segments (RFC 8216 4.3.3).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MediaPlaylist {
    /// EXT-X-TARGETDURATION: no segment is longer. Never zero: where it is missing or senseless,
    /// the longest segment stands in, then [`MediaPlaylist::TARGET_DURATION_DEFAULT`].
    pub target_duration: Duration,
    /// Sequence number of the first segment of the text; segments carry their own.
    pub media_sequence: u64,
    /// EXT-X-DISCONTINUITY-SEQUENCE of the first segment; segments carry their own.
    pub discontinuity_sequence: u64,
    /// EXT-X-ENDLIST: no segment will be added.
    pub ended: bool,
    /// EXT-X-PLAYLIST-TYPE, where it is one of the two that the standard knows.
    pub kind: Option<PlaylistKind>,
    /// EXT-X-I-FRAMES-ONLY: key frames for trick play, no programme.
    pub iframes_only: bool,
    /// EXT-X-START TIME-OFFSET in seconds: from the start, or from the end if negative.
    pub start_offset_seconds: Option<f64>,
    /// The segments in order of their sequence numbers. A segment whose address or byte range is
    /// unusable is left out, so numbers may have holes.
    pub segments: Vec<Segment>,
    /// What it says about parts.
    pub part_control: PartControl,
    /// The segment that the server still makes, as far as it has got: what stands here is true of
    /// its parts. Its own address and duration are nobody's.
    pub open: Option<Box<Segment>>,
}

impl MediaPlaylist {
    /// Assumed where a playlist states neither a target duration nor any segment's duration: what
    /// Apple's authoring specification for HLS recommends (7.5).
    pub const TARGET_DURATION_DEFAULT: Duration = Duration::from_secs(6);

    /// The segment that is still made, else the last one.
    pub(crate) fn newest(&self) -> Option<&Segment> {
        self.open.as_deref().or(self.segments.last())
    }
}

/// EXT-X-PLAYLIST-TYPE (RFC 8216 4.3.3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaylistKind {
    /// Segments are only ever added.
    Event,
    /// Nothing changes any more. Live servers send it wrongly: only ENDLIST is believed.
    Vod,
}

/// One segment of a media playlist.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// Where it is.
    pub uri: Url,
    /// EXTINF; the target duration where it is missing or zero.
    pub duration: Duration,
    /// Media sequence number (RFC 8216 6.2.1).
    pub sequence: u64,
    /// EXT-X-DISCONTINUITY stands before it.
    pub discontinuity: bool,
    /// Discontinuities since the stream began (RFC 8216 6.2.1): equal numbers share a time line.
    pub discontinuity_sequence: u64,
    /// The part of the resource that is the segment; `None` is all of it.
    pub byte_range: Option<ByteRange>,
    /// How it is encrypted, if it is.
    pub key: Option<Arc<Key>>,
    /// EXT-X-MAP: it is fragmented MP4 and this is its header.
    pub map: Option<Arc<Map>>,
    /// EXT-X-GAP: the server has no data for it.
    pub gap: bool,
    /// EXT-X-PROGRAM-DATE-TIME of its first sample, in milliseconds since 1970 UTC.
    pub program_date_time_ms: Option<i64>,
    /// Its parts from the first one on. Servers name them near the live edge only.
    pub parts: Vec<Part>,
}

impl Segment {
    /// Whether this release can play it.
    pub fn check(&self) -> Result<(), Unsupported> {
        let map_key = self.map.as_ref().and_then(|map| map.key.as_ref());
        for key in self.key.iter().chain(map_key) {
            key.check()?;
        }
        Ok(())
    }
}

/// A part of a segment (EXT-X-PART).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Where it is.
    pub uri: Url,
    /// How long it plays. Never zero.
    pub duration: Duration,
    /// The part of the resource; `None` is all of it.
    pub byte_range: Option<ByteRange>,
    /// It holds a key frame, so that playing can begin with it.
    pub independent: bool,
    /// The server has no data for it.
    pub gap: bool,
}

/// What a playlist says about its parts as a whole (EXT-X-PART-INF, EXT-X-SERVER-CONTROL).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PartControl {
    /// PART-TARGET: no part is longer. Without it there are no parts.
    pub target: Option<Duration>,
    /// PART-HOLD-BACK: how far from the end to play.
    pub hold_back: Option<Duration>,
    /// CAN-BLOCK-RELOAD: a playlist that is asked for with the number of what is missing comes when
    /// it is there.
    pub can_block_reload: bool,
}

impl PartControl {
    /// How far from the end to play: what the server asks for, and no less than three parts
    /// (8216bis 4.4.3.8). `None` without parts.
    #[must_use]
    pub fn distance(&self) -> Option<Duration> {
        let least = self.target?.saturating_mul(3);
        Some(self.hold_back.map_or(least, |asked| asked.max(least)))
    }
}

/// A part of a resource in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteRange {
    /// First byte, from 0. An offset left out in the playlist is already filled in.
    pub offset: u64,
    /// Number of bytes; `offset + length` does not overflow.
    pub length: u64,
}

impl ByteRange {
    /// First byte behind the range.
    pub fn end(&self) -> u64 {
        self.offset.saturating_add(self.length)
    }
}

/// EXT-X-KEY (RFC 8216 4.3.2.4), other than METHOD=NONE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The method of encryption.
    pub method: KeyMethod,
    /// Where the key is. Always there for [`KeyMethod::Aes128`].
    pub uri: Option<Url>,
    /// The initialisation vector; `None` is the segment's sequence number (RFC 8216 5.2).
    pub iv: Option<[u8; 16]>,
}

impl Key {
    /// Whether this release can decrypt it.
    pub fn check(&self) -> Result<(), Unsupported> {
        match &self.method {
            KeyMethod::Aes128 => Ok(()),
            KeyMethod::Other(method) => Err(Unsupported::Encryption {
                method: method.clone(),
            }),
        }
    }

    /// The initialisation vector of a segment under this key.
    pub fn iv_of(&self, sequence: u64) -> [u8; 16] {
        self.iv
            .unwrap_or_else(|| u128::from(sequence).to_be_bytes())
    }
}

/// Methods of encryption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyMethod {
    /// Whole segments in AES-128-CBC with PKCS#7 padding and a key file of 16 bytes.
    Aes128,
    /// Anything else, named as an error message should name it.
    Other(String),
}

/// EXT-X-MAP (RFC 8216 4.3.2.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map {
    /// Where the header is.
    pub uri: Url,
    /// The part of the resource that is the header.
    pub byte_range: Option<ByteRange>,
    /// How it is encrypted, if it is: by the key that stood before it.
    pub key: Option<Arc<Key>>,
    /// Number of the segment that it stood before: its initialisation vector where the key names
    /// none (RFC 8216 4.3.2.5 asks for one).
    pub sequence: u64,
}

impl Map {
    /// Whether it is the same header, wherever it stands in the playlist.
    pub fn is_same(&self, other: &Self) -> bool {
        self.uri == other.uri && self.byte_range == other.byte_range
    }
}
