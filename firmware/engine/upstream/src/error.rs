//! Why a stream does not play.

use std::io;

use crate::kind::Kind;
use crate::{command, datagrams, film, hls, http, rtsp};

/// A stream does not play, or no longer. No text here holds a password or a query.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address cannot be read.
    #[error("the address of the stream cannot be read: {reason}")]
    BadAddress {
        /// Why.
        reason: String,
    },
    /// A scheme that this version does not open.
    #[error("{scheme} streams are not supported yet by this version")]
    UnsupportedScheme {
        /// In small letters.
        scheme: String,
    },
    /// A playlist names a file of this machine.
    #[error("only a channel list that is itself a file of this machine may name files of it")]
    LocalFile,
    /// A playlist names the built-in test channel.
    #[error("a playlist may not name the test channel: it is there by itself when no other is")]
    TestChannel,
    /// A local file cannot be read.
    #[error("the file {name} cannot be read: {cause}")]
    File {
        /// Its name without its folder.
        name: String,
        /// Why.
        cause: io::Error,
    },
    /// The answer is something else than a stream.
    #[error("the provider answered with {kind}: check the account and the address")]
    NotAStream {
        /// What it is.
        kind: Kind,
    },
    /// A stream that this version cannot convert.
    #[error("the stream is {kind}, which is not supported yet by this version")]
    UnsupportedKind {
        /// What it is.
        kind: Kind,
    },
    /// The answer has no byte.
    #[error("the provider answered with nothing at all")]
    Empty,
    /// A request failed.
    #[error(transparent)]
    Http(#[from] http::Error),
    /// HLS failed.
    #[error(transparent)]
    Hls(#[from] hls::Error),
    /// A stream of datagrams failed.
    #[error(transparent)]
    Datagrams(#[from] datagrams::Error),
    /// RTSP failed.
    #[error(transparent)]
    Rtsp(#[from] rtsp::Error),
    /// A command failed.
    #[error(transparent)]
    Command(#[from] command::Error),
    /// A film failed.
    #[error(transparent)]
    Film(#[from] film::Error),
    /// The ring takes nothing more.
    #[error(transparent)]
    Ingest(#[from] ingest::Error),
}

impl Error {
    /// Whether the same address may play a little later without anybody changing a setting.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::BadAddress { .. }
            | Self::UnsupportedScheme { .. }
            | Self::LocalFile
            | Self::TestChannel
            | Self::File { .. }
            | Self::UnsupportedKind { .. } => false,
            // Providers say "too many connections" and "back soon" with web pages.
            Self::NotAStream { .. } | Self::Empty | Self::Ingest(_) => true,
            Self::Http(error) => error.is_temporary(),
            Self::Hls(error) => error.is_temporary(),
            Self::Datagrams(error) => error.is_temporary(),
            Self::Rtsp(error) => error.is_temporary(),
            Self::Command(error) => error.is_temporary(),
            Self::Film(error) => error.is_temporary(),
        }
    }

    /// For bytes that are no transport stream and no playlist.
    pub(crate) fn of_kind(kind: Kind) -> Self {
        match kind {
            Kind::Mp4 | Kind::Matroska | Kind::FlvOrOther => Self::UnsupportedKind { kind },
            _ => Self::NotAStream { kind },
        }
    }
}
