//! Backups: the facts of the store as a file, and back.
//!
//! [`make`] writes one; [`open`] goes over one from its first byte to its last and changes nothing, and
//! [`restore`] puts what was opened in the place of all facts, in one transaction. The command line and the
//! orders of the desk (`orders`) take the same way. What is in the facts is said in `store`, how the file
//! looks in `archive`.

mod error;
mod lists;
mod make;
mod open;
mod orders;
mod redact;
mod restore;

use std::path::PathBuf;

pub use error::BackupError;
pub use make::{Making, make};
pub use open::{Opened, open};
pub use restore::restore;

/// What sections of our own there are beside the store's.
mod section {
    /// The text of the configuration file: one record.
    pub(super) const CONFIGURATION: &str = "configuration";
    /// Names of the sources that lack their secrets.
    pub(super) const INCOMPLETE: &str = "incomplete";
    /// An uploaded list: the number of its source, then its entries. One for each.
    pub(super) const LIST: &str = "list";
    pub(super) const VERSION: u16 = 1;
}

/// Bytes of a file that are read at once.
const PIECE_BYTES: usize = 16 << 10;

/// What backups need of the house.
pub struct Backups {
    /// The configuration file, which goes into a backup that is sealed.
    pub configuration: Option<PathBuf>,
    /// Called after a restore that changed what the rest of the house was told at its start: who the device
    /// is, or its guides. It is to begin again.
    pub begin_again: Box<dyn Fn() + Send + Sync>,
}

impl Default for Backups {
    /// Without a configuration file, told to nobody.
    fn default() -> Self {
        Self {
            configuration: None,
            begin_again: Box::new(|| ()),
        }
    }
}
