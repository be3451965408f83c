//! Why the store cannot do something, and what helps.

use std::{io, path::PathBuf};

/// What went wrong with the store. Nothing that was acknowledged before is lost by any of these.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is locked.
    #[error("{}: another Dipole uses this data folder: stop it, or give this one a folder of its own with --data", path.display())]
    InUse {
        /// The file of the store.
        path: PathBuf,
    },
    /// The file is not what was written.
    #[error("{}: the file is damaged ({what}): check the disk; to go on with new identity and numbers, move the file aside", path.display())]
    Damaged {
        /// The file of the store.
        path: PathBuf,
        /// What was found.
        what: String,
    },
    /// A newer Dipole wrote the file.
    #[error("{}: written by a newer Dipole (schema {found}; this one knows up to {known}): update Dipole, or give it another folder with --data. Nothing was changed", path.display())]
    NewerSchema {
        /// The file of the store.
        path: PathBuf,
        /// Version in the file.
        found: u64,
        /// Newest version that this program knows.
        known: u64,
    },
    /// No space is left, or a quota is used up.
    #[error("{}: the disk is full: free some space; what was stored before is kept", path.display())]
    DiskFull {
        /// The file of the store.
        path: PathBuf,
    },
    /// The folder or the file may not be written.
    #[error("{}: cannot be written ({source}): the data folder must be on a writable disk and belong to the user that runs Dipole", path.display())]
    ReadOnly {
        /// The file of the store.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Anything else that the disk said.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file of the store.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The lineup in the file is larger than the plan allows.
    #[error(transparent)]
    Lineup(#[from] lineup::Full),
    /// After an error of the disk the file is being opened anew by another call.
    #[error("the store is recovering from an error of the disk: try again in a moment")]
    Recovering,
    /// No random bytes for the identity.
    #[error("the system gives no random bytes for the identity of the device: {0}")]
    Random(getrandom::Error),
    /// Programmes that were put aside while a guide was read cannot be read back.
    #[error(
        "the programmes of a guide cannot be read back ({source}): check the disk; those of the guide before stay"
    )]
    Guide {
        /// What the system said.
        source: io::Error,
    },
    /// Lists that are being restored cannot be read.
    #[error("the lists of the backup cannot be read ({source}): nothing was changed")]
    Lists {
        /// What the system said.
        source: io::Error,
    },
    /// redb refuses for a reason that none of the above names.
    #[error("{}: {what}", path.display())]
    Refused {
        /// The file of the store.
        path: PathBuf,
        /// What redb said.
        what: String,
    },
}
