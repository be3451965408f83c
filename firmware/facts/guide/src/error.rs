//! Why a guide was not taken. These texts stand on the page: they name no password.

use std::{io, path::PathBuf, time::Duration};

/// What kept a guide from replacing the one before.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be had.
    #[error(transparent)]
    Fetch(#[from] sync::Error),
    /// It is none.
    #[error(transparent)]
    Guide(#[from] xmltv::Error),
    /// It ends before its end.
    #[error("the guide is not whole ({why}); the programmes that it had stay")]
    Cut {
        /// What was missing.
        why: String,
    },
    /// It took too long.
    #[error("the guide was not read within {} minutes", after.as_secs() / 60)]
    TooSlow {
        /// The time allowed.
        after: Duration,
    },
    /// It has more for the lineup than may be put aside.
    #[error(
        "the guide has more than {mib} MiB of programmes for the channels of the lineup: set programmes.days lower"
    )]
    TooMuch {
        /// The limit.
        mib: u64,
    },
    /// The data folder does not take what is put aside.
    #[error("{}: {cause}: programmes are put aside there while a guide is read", path.display())]
    Aside {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The store does not take it.
    #[error("the guide could not be stored: {0}")]
    Store(#[from] store::Error),
    /// Dipole is ending, or the thread of the guide has.
    #[error("the reading of the guide was broken off")]
    Aborted,
}
