//! Why a film does not play.

use std::io;

use crate::http;

/// A film does not play, or no longer. No text here holds a password or a query.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be made a transport stream.
    #[error("the film cannot be played: {0}")]
    Remux(#[from] remux::Error),
    /// A request failed, again and again where that could help.
    #[error(transparent)]
    Http(#[from] http::Error),
    /// The server sends whole files only, and this one cannot be played from front to back.
    #[error(
        "the server ignores byte ranges, and this film cannot be played from front to back: its tables are not in front or too long, or its sound lies far from its pictures"
    )]
    NoRanges,
    /// The connection was lost, and the server cannot go on where it stopped.
    #[error("the connection broke off and the server cannot go on in the middle of a file")]
    NotResumable,
    /// The server sends another part than was asked for.
    #[error("the server answered with another part of the file than was asked for")]
    WrongRange,
    /// Another file stands at this address since it was opened.
    #[error("the film was changed on the server while it played")]
    Changed,
    /// The file ends before anything of it can be played.
    #[error("the file ends before its tables: it is not whole")]
    CutOff,
    /// A local file cannot be read.
    #[error("the file {name} cannot be read: {cause}")]
    File {
        /// Its name without its folder.
        name: String,
        /// Why.
        cause: io::Error,
    },
    /// The ring takes nothing more.
    #[error(transparent)]
    Ingest(#[from] ingest::Error),
}

impl Error {
    /// Whether the same address may play a little later without anybody changing a setting.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Remux(error) => !error.is_lasting(),
            Self::Http(error) => error.is_temporary(),
            Self::NotResumable | Self::Changed | Self::CutOff | Self::Ingest(_) => true,
            Self::NoRanges | Self::WrongRange | Self::File { .. } => false,
        }
    }
}
