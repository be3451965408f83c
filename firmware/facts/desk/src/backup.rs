//! Orders about backups.

use std::{fmt, fs::File};

use serde::Serialize;

use crate::{Answer, BadSetting};

/// What can be asked for.
#[derive(Debug)]
pub enum BackupOrder {
    /// An empty file without a name, for a backup that is on its way in.
    Spool {
        /// The file.
        answer: Answer<File>,
    },
    /// A backup of the facts as they are.
    Make {
        /// What it is sealed with; `None` for one without secrets.
        passphrase: Option<Passphrase>,
        /// It, from its first byte on.
        answer: Answer<File>,
    },
    /// Put what is in a backup in the place of all facts.
    Restore {
        /// It, whole.
        file: File,
        /// What it is sealed with.
        passphrase: Option<Passphrase>,
        /// Whether this box stays who it is, beside the one that the backup is of.
        as_new_device: bool,
        /// What was restored.
        answer: Answer<Box<Restored>>,
    },
}

/// What was in a backup and holds from now on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// When it was made, in seconds since 1970.
    pub made_unix_s: u64,
    /// The version of the Dipole that made it.
    pub made_by: String,
    /// Sources, those of the configuration file not counted.
    pub sources: usize,
    /// Channels whose ids and numbers are known again.
    pub channels: usize,
    /// Channels and entries that something was decided of.
    pub decisions: usize,
    /// Lists that had been uploaded.
    pub lists: usize,
    /// Names of the sources that are switched off until their secrets are filled in: they are not in the
    /// backup.
    pub incomplete: Vec<String>,
    /// Whether a configuration file is in it. It is not put in the place of ours.
    pub has_configuration: bool,
    /// Whether this box is another device to clients from now on.
    pub is_other_device: bool,
}

/// What a backup is sealed with. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Passphrase(String);

impl Passphrase {
    /// Characters that it has at least.
    pub const CHARS_MIN: usize = 8;
    /// Bytes that it has at most.
    pub const BYTES_MAX: usize = 1024;

    /// This one.
    ///
    /// # Errors
    /// Where it is too short to keep anybody out, or none that anybody types.
    pub fn new(text: impl Into<String>) -> Result<Self, BadSetting> {
        let text = text.into();
        if text.chars().count() < Self::CHARS_MIN || text.len() > Self::BYTES_MAX {
            return Err(BadSetting {
                key: "passphrase",
                why: "8 characters at least, and 1,024 bytes at most".to_owned(),
            });
        }
        Ok(Self(text))
    }

    /// As it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(…)")
    }
}
