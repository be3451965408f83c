//! Why there is no backup, or nothing was restored, in the words of the command line.

use std::path::PathBuf;

use sync::backup::BackupError;

/// The environment variable of the passphrase.
pub(crate) const VARIABLE: &str = "DIPOLE_PASSPHRASE";

/// Why there is no backup, or nothing was restored.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BackupFailure {
    /// Nobody said what becomes of passwords.
    #[error(
        "a backup holds passwords: give a passphrase that it is encrypted with (--passphrase-file FILE, - for standard input, or the variable {VARIABLE}), or --without-secrets to leave them out"
    )]
    NoPassphrase,
    /// Both were said.
    #[error("--without-secrets and a passphrase do not go together: choose one")]
    Both,
    /// The passphrase is none.
    #[error(transparent)]
    Passphrase(#[from] desk::BadSetting),
    /// There is nothing to back up.
    #[error("{}: no Dipole has kept anything here: name its folder with --data", .0.display())]
    Nothing(PathBuf),
    /// There is something that would be lost.
    #[error(
        "{}: a Dipole has kept channels or settings here: --force puts the backup in their place (what is there now is kept beside it)", .0.display()
    )]
    Kept(PathBuf),
    /// A Dipole runs.
    #[error("{0}. Or restore over its API: POST /api/v1/restore")]
    Running(store::Error),
    /// The running one does not make one.
    #[error("the running Dipole at {address} makes no backup: {why}")]
    Asked {
        /// Where it was asked.
        address: String,
        /// What it said.
        why: String,
    },
    /// None of the places where a running one should be has one.
    #[error(
        "a Dipole uses the data folder, but none answers at {0}: name its configuration with --config, or stop it"
    )]
    Silent(String),
    /// The rest.
    #[error(transparent)]
    Backup(#[from] BackupError),
}
