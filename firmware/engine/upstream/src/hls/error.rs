//! Why an HLS address does not play, and what may still be done about it.

use super::sniff::Content;
use crate::http;

/// An HLS address does not play, or no longer. Addresses in it are redacted, as they hold accounts
/// and tokens.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A request failed, or its body broke off.
    #[error("{address} could not be fetched: {source}")]
    Fetch {
        /// What was asked for, redacted.
        address: String,
        /// Why.
        source: http::Error,
    },
    /// A playlist cannot be read.
    #[error(transparent)]
    Playlist(#[from] hls::Error),
    /// A gzipped playlist does not inflate.
    #[error("the gzipped playlist {0} is damaged or cut off")]
    Gzip(String),
    /// A variant of a master playlist is itself a master playlist.
    #[error("{0} is a master playlist where a list of segments was expected")]
    NestedMaster(String),
    /// The playlist holds what this release does not play.
    #[error(transparent)]
    Unsupported(#[from] hls::Unsupported),
    /// A segment is no media.
    #[error("segment {address} is neither a transport stream nor fragmented MP4 but {content}")]
    NotMedia {
        /// The segment, redacted.
        address: String,
        /// What it is.
        content: Content,
    },
    /// Fragmented MP4 or audio that cannot be made a transport stream.
    #[error("segment {address}: {source}")]
    Remux {
        /// The segment or its header, redacted.
        address: String,
        /// Why.
        source: remux::Error,
    },
    /// Every place for streams that are remuxed is taken.
    #[error(
        "{slots_max} films and streams that are remuxed (HLS in fragmented MP4 or with its sound apart, RTSP) play already, which is all that memory.budget has room for; raise it"
    )]
    NoRemuxSlot {
        /// How many places there are.
        slots_max: usize,
    },
    /// A header (EXT-X-MAP) longer than any is.
    #[error("the header {address} has more than {bytes_max} bytes")]
    MapTooLong {
        /// The header, redacted.
        address: String,
        /// The limit in bytes.
        bytes_max: usize,
    },
    /// A key file has the wrong length.
    #[error("key {0} does not have exactly 16 bytes")]
    Key(String),
    /// The server sent the whole resource instead of a part of it.
    #[error("the server ignores byte ranges of {0}")]
    RangeIgnored(String),
    /// The ciphertext of a segment ended in the middle of a block.
    #[error("encrypted segment {0} is cut off")]
    CutOff(String),
    /// The playlist has stopped growing, or cannot be loaded any more.
    #[error("the playlist has brought nothing new for too long")]
    Stalled(#[source] Option<Box<Error>>),
    /// The playlist cannot be loaded any more, and nothing is left to play.
    #[error("the playlist cannot be loaded any more: {0}")]
    PlaylistLost(#[source] Box<Error>),
    /// There is no answer, and nothing is left to play.
    #[error("{address} has not answered for {seconds} s")]
    NoAnswer {
        /// What was asked for, redacted.
        address: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// Segment after segment could not be fetched.
    #[error("{in_row} segments in a row could not be fetched")]
    SegmentsLost {
        /// How many.
        in_row: u32,
        /// Why the last one could not.
        #[source]
        last: Box<Error>,
    },
    /// The ring takes nothing more.
    #[error(transparent)]
    Intake(#[from] ingest::Error),
}

impl Error {
    /// Whether the same address may play a little later without anybody changing a setting.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Fetch { source, .. } => source.is_temporary(),
            Self::SegmentsLost { last, .. } => last.is_temporary(),
            Self::Stalled(_)
            | Self::PlaylistLost(_)
            | Self::NoAnswer { .. }
            | Self::CutOff(_)
            | Self::Gzip(_)
            | Self::Intake(_)
            | Self::NoRemuxSlot { .. } => true,
            Self::NotMedia { content, .. } => *content == Content::Nothing,
            Self::Remux { source, .. } => !source.is_lasting(),
            Self::Playlist(_)
            | Self::NestedMaster(_)
            | Self::Unsupported(_)
            | Self::MapTooLong { .. }
            | Self::Key(_)
            | Self::RangeIgnored(_) => false,
        }
    }

    /// The address is no longer valid; the channel's own address may give a fresh one. 404 is not
    /// among them: a segment that has left the server says so too.
    pub(super) fn is_expired(&self) -> bool {
        matches!(self.status(), Some(401 | 403 | 410))
    }

    /// The server does not know the address.
    pub(super) fn is_unknown(&self) -> bool {
        self.status() == Some(404)
    }

    fn status(&self) -> Option<u16> {
        match self {
            Self::Fetch {
                source: http::Error::Status { code, .. },
                ..
            } => Some(*code),
            _ => None,
        }
    }

    /// The next segment will not be any better.
    pub(super) fn is_final(&self) -> bool {
        match self {
            Self::Intake(_) | Self::Unsupported(_) | Self::NoRemuxSlot { .. } => true,
            Self::NotMedia { content, .. } => *content == Content::Subtitles,
            Self::Remux { source, .. } => source.is_lasting(),
            _ => false,
        }
    }
}
