//! Why there is no backup, or nothing was restored.

use std::io;

use desk::Refused;
use store::BadFacts;

/// What went wrong with a backup. Nothing was changed by any of these.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// It is none, damaged, or sealed with another passphrase.
    #[error(transparent)]
    Archive(#[from] archive::Error),
    /// What it holds cannot be taken.
    #[error("the backup (made by Dipole {maker}) cannot be restored: {why}{}", remedy(.why))]
    Facts {
        /// The version of the Dipole that made it.
        maker: String,
        /// What is wrong.
        why: BadFacts,
    },
    /// The list of a source has grown beyond the plan.
    #[error(transparent)]
    List(#[from] store::ListFull),
    /// A text is longer than a backup can hold.
    #[error(transparent)]
    TooLong(#[from] archive::RecordTooLong),
    /// The store cannot be read or written.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The file cannot be read or written.
    #[error("the file of the backup: {0}")]
    File(#[from] io::Error),
    /// No random bytes for the salt.
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
}

fn remedy(why: &BadFacts) -> &'static str {
    match why {
        BadFacts::Newer { .. } => ": update this one first",
        _ => "",
    }
}

impl From<BackupError> for Refused {
    fn from(error: BackupError) -> Self {
        let why = error.to_string();
        match error {
            BackupError::Archive(_) | BackupError::Facts { .. } => Self::Invalid(why),
            BackupError::List(_) | BackupError::TooLong(_) => Self::Conflict(why),
            BackupError::Store(_) | BackupError::File(_) | BackupError::Random(_) => {
                Self::Storage(why)
            }
        }
    }
}
