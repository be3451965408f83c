//! Errors inside the crate, before they know their file.

use std::{io, path::Path};

use crate::Error;

/// Whatever can go wrong in a transaction.
#[derive(Debug)]
pub(crate) enum Fault {
    Redb(redb::Error),
    /// A row that this program cannot have written.
    Row(&'static str),
    NewerSchema {
        found: u64,
        known: u64,
    },
    Lineup(lineup::Full),
    Random(getrandom::Error),
    /// Whoever hands out programmes could not go on.
    Guide(io::Error),
    /// Whoever hands out lists could not go on.
    Lists(io::Error),
}

macro_rules! from_redb {
    ($($error:ident),*) => {$(
        impl From<redb::$error> for Fault {
            fn from(error: redb::$error) -> Self {
                Self::Redb(error.into())
            }
        }
    )*};
}

from_redb!(
    DatabaseError,
    TransactionError,
    TableError,
    StorageError,
    CommitError
);

impl From<lineup::Full> for Fault {
    fn from(full: lineup::Full) -> Self {
        Self::Lineup(full)
    }
}

impl Fault {
    /// Whether redb takes nothing more until the file is opened anew.
    pub(crate) fn needs_reopening(&self) -> bool {
        matches!(
            self,
            Self::Redb(redb::Error::Io(_) | redb::Error::PreviousIo)
        )
    }

    /// The same error, with the file and the remedy.
    pub(crate) fn at(self, path: &Path) -> Error {
        let path = path.to_owned();
        match self {
            Self::Row(what) => Error::Damaged {
                path,
                what: what.to_owned(),
            },
            Self::NewerSchema { found, known } => Error::NewerSchema { path, found, known },
            Self::Lineup(full) => Error::Lineup(full),
            Self::Random(error) => Error::Random(error),
            Self::Guide(source) => Error::Guide { source },
            Self::Lists(source) => Error::Lists { source },
            Self::Redb(error) => at(error, &path),
        }
    }
}

fn at(error: redb::Error, path: &Path) -> Error {
    let path = path.to_owned();
    match error {
        redb::Error::DatabaseAlreadyOpen | redb::Error::LockProtocolMismatch => {
            Error::InUse { path }
        }
        redb::Error::Corrupted(what) => Error::Damaged { path, what },
        // redb says so of a file that does not begin with its magic number.
        redb::Error::Io(source) if source.kind() == io::ErrorKind::InvalidData => Error::Damaged {
            path,
            what: source.to_string(),
        },
        redb::Error::Io(source) => disk(source, &path),
        // The types in the file are not those of our schema.
        error @ (redb::Error::TableTypeMismatch { .. }
        | redb::Error::TypeDefinitionChanged { .. }
        | redb::Error::TableIsMultimap(_)
        | redb::Error::TableIsNotMultimap(_)
        | redb::Error::TableDoesNotExist(_)) => Error::Damaged {
            path,
            what: error.to_string(),
        },
        error => Error::Refused {
            path,
            what: error.to_string(),
        },
    }
}

/// An error of the disk, by what its owner can do about it.
pub(crate) fn disk(source: io::Error, path: &Path) -> Error {
    let path = path.to_owned();
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            Error::DiskFull { path }
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            Error::ReadOnly { path, source }
        }
        // The length of the file is not what its header says.
        io::ErrorKind::UnexpectedEof => Error::Damaged {
            path,
            what: source.to_string(),
        },
        _ => Error::Io { path, source },
    }
}
