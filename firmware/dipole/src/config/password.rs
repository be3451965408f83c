//! `password_file`: a password that stands in a file of its own.

use std::{fs::File, io::Read as _, path::Path};

use desk::SourceSettings;

use super::error::ConfigError;

/// Bytes of a file that holds a password.
const FILE_BYTES_MAX: u64 = 1024;

/// Reads the passwords that stand in files.
pub(super) fn fill_in(sources: &mut [SourceSettings]) -> Result<(), ConfigError> {
    for source in sources {
        let Some(path) = source.password_file.take() else {
            continue;
        };
        let password = first_line(&path).map_err(|error| ConfigError::Read { path, error })?;
        source.password = Some(password);
    }
    Ok(())
}

fn first_line(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    File::open(path)?
        .take(FILE_BYTES_MAX)
        .read_to_string(&mut text)?;
    Ok(text.lines().next().unwrap_or_default().trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_of_a_file_is_the_password() {
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("secret");
        let mut sources = [SourceSettings {
            password_file: Some(secret.clone()),
            ..SourceSettings::new("a", "h")
        }];
        let error = fill_in(&mut sources.clone()).unwrap_err().to_string();
        assert!(error.contains("secret cannot be read"), "{error}");
        std::fs::write(&secret, "hush\nmore\n").unwrap();
        fill_in(&mut sources).unwrap();
        assert_eq!(sources[0].password.as_deref(), Some("hush"));
        assert!(!format!("{sources:?}").contains("hush"));
    }
}
