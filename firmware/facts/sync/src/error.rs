//! Why a source was not imported. These texts stand on the page: they name no password.

use std::{io, path::PathBuf, time::Duration};

/// What kept an import from replacing the channels of its source.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address cannot be understood.
    #[error("the address of the list is none ({cause}): correct the source's url")]
    Address {
        /// What the parser said.
        cause: url::ParseError,
    },
    /// Neither http nor https nor a file.
    #[error("lists are read from http, https or a file, not from {0}: correct the source's url")]
    Scheme(&'static str),
    /// None of the public lists.
    #[error(transparent)]
    Public(#[from] desk::public::UnknownList),
    /// A source whose list is uploaded.
    #[error("the source has no address: its list is uploaded")]
    NoAddress,
    /// An upload that did not come to its end.
    #[error("the uploaded list is not whole ({0}): send it again")]
    Upload(String),
    /// What a transfer that broke off was taken up with is something else.
    #[error("the list changed while it was read ({why}); it is read again")]
    Changed {
        /// Why the transfer had broken off.
        why: String,
    },
    /// The file cannot be read.
    #[error("{}: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// What is being read cannot be read any further.
    #[error("the list cannot be read: {cause}")]
    Read {
        /// What the system said.
        cause: io::Error,
    },
    /// A folder, a pipe, a device.
    #[error("{}: not a regular file", path.display())]
    NotAFile {
        /// What the path names.
        path: PathBuf,
    },
    /// The server did not answer, or not with a list.
    #[error(transparent)]
    Http(#[from] upstream::http::Error),
    /// The account or its panel.
    #[error(transparent)]
    Panel(#[from] crate::PanelError),
    /// The list took too long.
    #[error("the list was not read within {} minutes", after.as_secs() / 60)]
    TooSlow {
        /// The time allowed.
        after: Duration,
    },
    /// The list is none.
    #[error(transparent)]
    List(#[from] playlist::Error),
    /// The list ends before its end.
    #[error("the list is not whole ({why}); the {held} channels that it had stay")]
    Cut {
        /// What was missing.
        why: String,
        /// Channels kept.
        held: usize,
    },
    /// The list has lost more than half of its entries; the channels of the one before stay.
    #[error(
        "the list has only {now} entries where it had {before}: it is held back and the channels stay. If this is how it is meant, take it all the same, or set accept_shrink = true for this source"
    )]
    Shrunk {
        /// Entries of the last good list.
        before: u64,
        /// Entries of this one.
        now: u64,
    },
    /// A list of nothing; the channels of the one before stay.
    #[error(
        "the list has no channels: see in the provider's settings what it was asked for, and whether the account is still valid"
    )]
    NoChannels,
    /// The lineup of all sources does not fit.
    #[error(transparent)]
    Full(#[from] lineup::Full),
    /// The store does not take it.
    #[error("the import could not be stored: {0}")]
    Store(#[from] store::Error),
    /// The settings of a source cannot be written down.
    #[error("the sources could not be stored: {0}")]
    Settings(#[from] serde_json::Error),
    /// Dipole is ending, or the thread of the import has.
    #[error("the import was broken off")]
    Aborted,
}

impl Error {
    /// Whether the list was refused because much of it is gone, and may be accepted all the same.
    pub(crate) fn is_held_back(&self) -> bool {
        matches!(self, Self::Shrunk { .. })
    }
}
