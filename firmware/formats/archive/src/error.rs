//! Why a file is no backup that can be read.

/// What is wrong with a file, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It does not begin like one.
    #[error(
        "this is no backup of Dipole's: choose the file that `dipole backup` or the page wrote"
    )]
    NotABackup,
    /// Its shape is a later one's.
    #[error("the backup was made by a newer Dipole ({maker}): update this one first")]
    Newer {
        /// Version of the Dipole that wrote it.
        maker: String,
    },
    /// Its bytes are not those that were written.
    #[error("the backup is damaged or not whole ({0}): fetch or copy the file again, as it is")]
    Damaged(&'static str),
    /// It is sealed, and there is no key.
    #[error("the backup is encrypted: give the passphrase that it was made with")]
    NeedsPassphrase,
    /// It is sealed with another one.
    #[error("the passphrase is not the one that the backup was made with")]
    WrongPassphrase,
}
