//! `password_file`: a password that stands in a file of its own.

use std::{fs::File, io::Read as _, path::Path};

use super::{Config, error::ConfigError};

/// Bytes of a file that holds a password.
const FILE_BYTES_MAX: u64 = 1024;

/// The configuration with the passwords of its sources in it.
pub(super) fn filled_in(mut config: Config) -> Result<Config, ConfigError> {
    for source in &mut config.source {
        let Some(path) = source.password_file.take() else {
            continue;
        };
        let password = first_line(&path).map_err(|error| ConfigError::Read { path, error })?;
        source.password = Some(password);
    }
    Ok(config)
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
    use super::super::load;

    #[test]
    fn the_first_line_of_a_file_is_the_password() {
        let folder = tempfile::tempdir().unwrap();
        let (file, secret) = (
            folder.path().join("dipole.toml"),
            folder.path().join("secret"),
        );
        let text = format!(
            "[[source]]\nname = \"a\"\nkind = \"xtream\"\nurl = \"h\"\nusername = \"u\"\npassword_file = {:?}\n",
            secret.to_str().unwrap()
        );
        std::fs::write(&file, text).unwrap();
        let error = load(Some(&file)).unwrap_err().to_string();
        assert!(error.contains("secret cannot be read"), "{error}");
        std::fs::write(&secret, "hush\nmore\n").unwrap();
        let source = &load(Some(&file)).unwrap().config.source[0];
        assert_eq!(source.password.as_deref(), Some("hush"));
        assert!(!format!("{source:?}").contains("hush"));
    }
}
