//! What is wrong with a configuration.

use std::path::PathBuf;

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// The file cannot be read.
    #[error("{path} cannot be read: {error}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The file is no TOML, or has a key or value that Dipole does not know; names the line.
    #[error("{path}: {error}")]
    Parse {
        /// Which file.
        path: PathBuf,
        /// Where and what.
        error: Box<toml::de::Error>,
    },
    /// A command cannot be run as it stands there.
    #[error("{key}: {error}")]
    Command {
        /// The key.
        key: String,
        /// What is wrong.
        error: upstream::command::ProfileError,
    },
    /// A source cannot be as it stands there.
    #[error("{place}: {error}")]
    Source {
        /// Which.
        place: String,
        /// What is wrong.
        error: desk::BadSetting,
    },
    /// A value is out of its range.
    #[error("{key} = {value}: {range}")]
    Range {
        /// The key.
        key: String,
        /// Its value.
        value: String,
        /// What is allowed.
        range: &'static str,
    },
}

/// Whether a value is in its range, told with it.
pub(super) fn within(
    fits: bool,
    key: &str,
    value: &dyn ToString,
    range: &'static str,
) -> Result<(), ConfigError> {
    if fits {
        return Ok(());
    }
    Err(ConfigError::Range {
        key: key.to_owned(),
        value: value.to_string(),
        range,
    })
}
