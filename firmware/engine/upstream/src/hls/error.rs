//! Why an HLS address does not play, and what may still be done about it.

use url::Url;

use super::outside::FetchError;
use super::sniff::Content;
use crate::http::redact;

/// An HLS address does not play, or no longer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A request failed below HTTP, or its body broke off.
    #[error("{} could not be fetched", redact(.address))]
    Fetch {
        /// What was asked for.
        address: Url,
        /// Why.
        #[source]
        source: FetchError,
    },
    /// The server refused.
    #[error("{} was answered with status {status}", redact(.address))]
    Status {
        /// What was asked for.
        address: Url,
        /// HTTP status code.
        status: u16,
    },
    /// A playlist cannot be read.
    #[error(transparent)]
    Playlist(#[from] hls::Error),
    /// A variant of a master playlist is itself a master playlist.
    #[error("{} is a master playlist where a list of segments was expected", redact(.0))]
    NestedMaster(Url),
    /// The playlist holds what this release does not play.
    #[error(transparent)]
    Unsupported(#[from] hls::Unsupported),
    /// A segment is no transport stream.
    #[error("segment {} is not a transport stream but {content}", redact(.address))]
    NotTransportStream {
        /// The segment.
        address: Url,
        /// What it is.
        content: Content,
    },
    /// A key file has the wrong length.
    #[error("key {} does not have exactly 16 bytes", redact(.0))]
    Key(Url),
    /// The server sent the whole resource instead of a part of it.
    #[error("the server ignores byte ranges of {}", redact(.0))]
    RangeIgnored(Url),
    /// The ciphertext of a segment ended in the middle of a block.
    #[error("encrypted segment {} is cut off", redact(.0))]
    CutOff(Url),
    /// The playlist has stopped growing, or cannot be loaded any more.
    #[error("the playlist has brought nothing new for too long")]
    Stalled(#[source] Option<Box<Error>>),
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
    /// The address is no longer valid; the channel's own address may give a fresh one. 404 is not
    /// among them: a segment that has left the server says so too.
    pub(super) fn is_expired(&self) -> bool {
        matches!(
            self,
            Self::Status {
                status: 401 | 403 | 410,
                ..
            }
        )
    }

    /// The next segment will not be any better.
    pub(super) fn is_final(&self) -> bool {
        match self {
            Self::Intake(_) | Self::Unsupported(_) => true,
            Self::NotTransportStream { content, .. } => matches!(
                content,
                Content::FragmentedMp4 | Content::PackedAudio | Content::Subtitles
            ),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_hold_no_account() {
        let address = Url::parse("http://user:secret@h/live/secret/secret/1.ts?token=secret")
            .expect("constant");
        let message = Error::Status {
            address,
            status: 403,
        }
        .to_string();
        assert_eq!(message, "http://h/live/…/1.ts was answered with status 403");
    }
}
