//! A `[[source]]` of `kind = "xtream"`: an account at a panel.

use std::{fmt, fs::File, io::Read as _, path::Path};

use serde::Deserialize;
use sync::PanelConfig;

use super::{error::ConfigError, source::Source};

/// Bytes of a file that holds a password.
const PASSWORD_FILE_BYTES_MAX: u64 = 1024;

/// `kind`: what `url` leads to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// An M3U list.
    #[default]
    M3u,
    /// An Xtream panel.
    Xtream,
}

/// `output`: in which form live streams of a panel are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Output {
    /// As transport streams.
    Ts,
    /// As HLS.
    M3u8,
}

/// A text that is never shown.
#[derive(Clone, Default, Deserialize)]
pub(crate) struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl Source {
    /// The account, where the source is one.
    pub(crate) fn panel(&self, place: &str) -> Result<Option<PanelConfig>, ConfigError> {
        let wrong = |key: &str, error: &dyn fmt::Display| ConfigError::Xtream {
            key: format!("{place}: {key}"),
            error: error.to_string(),
        };
        if self.kind == Kind::M3u {
            let is_set = self.username.is_some()
                || self.password.is_some()
                || self.password_file.is_some()
                || self.output.is_some()
                || !self.backup_urls.is_empty();
            return if is_set {
                Err(wrong(
                    "kind",
                    &"username, password, backup_urls and output are for kind = \"xtream\"",
                ))
            } else {
                Ok(None)
            };
        }
        if self.backup_urls.len() >= PanelConfig::HOSTS_MAX {
            return Err(wrong("backup_urls", &"at most 7"));
        }
        let password = match (&self.password, &self.password_file) {
            (Some(_), Some(_)) => {
                return Err(wrong("password_file", &"password stands there as well"));
            }
            (Some(Secret(password)), None) => password.clone(),
            (None, Some(path)) => {
                password_in(path).map_err(|error| wrong("password_file", &error))?
            }
            (None, None) => String::new(),
        };
        let hosts = std::iter::once(&self.url).chain(&self.backup_urls);
        let hosts: Vec<&str> = hosts.map(String::as_str).collect();
        let username = self.username.as_deref().unwrap_or_default();
        let mut panel =
            PanelConfig::new(&hosts, username, &password).map_err(|error| wrong("url", &error))?;
        panel.output = self.output.map(|output| match output {
            Output::Ts => xtream::Output::Ts,
            Output::M3u8 => xtream::Output::M3u8,
        });
        Ok(Some(panel))
    }
}

/// The first line of a file.
fn password_in(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    File::open(path)?
        .take(PASSWORD_FILE_BYTES_MAX)
        .read_to_string(&mut text)?;
    Ok(text.lines().next().unwrap_or_default().trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &str) -> Result<Option<String>, String> {
        let text = format!("name = \"a\"\n{lines}");
        let source: Source = toml::from_str(&text).map_err(|error| error.to_string())?;
        assert!(!format!("{source:?}").contains("hush"), "{source:?}");
        let panel = source
            .panel("source 1")
            .map_err(|error| error.to_string())?;
        Ok(panel.map(|panel| panel.guide().to_string()))
    }

    #[test]
    fn an_account_is_given_beside_the_address_or_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        std::fs::write(&path, "hush\n").unwrap();
        let at = "http://h:81/xmltv.php?username=u&password=hush";
        let file = format!(
            "username = \"u\"\npassword_file = {:?}",
            path.to_str().unwrap()
        );
        for (lines, guide) in [
            ("username = \"u\"\npassword = \"hush\"", Some(at)),
            (file.as_str(), Some(at)),
        ] {
            let text = format!("kind = \"xtream\"\nurl = \"h:81\"\n{lines}");
            assert_eq!(read(&text), Ok(guide.map(str::to_owned)), "{lines}");
        }
        // Addresses of playlists may be pasted, and stay playlists where nobody says otherwise.
        let pasted = "url = \"http://h:81/get.php?username=u&password=p&type=m3u\"";
        let at = "http://h:81/xmltv.php?username=u&password=p";
        assert_eq!(
            read(&format!("kind = \"xtream\"\n{pasted}")),
            Ok(Some(at.to_owned()))
        );
        assert_eq!(read(pasted), Ok(None));
    }

    #[test]
    fn what_is_missing_is_told() {
        for (lines, told) in [
            (
                "kind = \"xtream\"\nurl = \"h\"",
                "source 1: url: user name and password are missing",
            ),
            (
                "kind = \"xtream\"\nurl = \"h\"\nusername = \"u\"\npassword_file = \"/nowhere\"",
                "source 1: password_file",
            ),
            ("kind = \"stalker\"\nurl = \"h\"", "`m3u` or `xtream`"),
            ("url = \"h\"\nusername = \"u\"", "source 1: kind"),
            (
                "kind = \"xtream\"\nurl = \"h\"\nusername = \"u\"\npassword = \"p\"\nbackup_urls = [\"ftp://x\"]",
                "source 1: url",
            ),
        ] {
            let error = read(lines).unwrap_err();
            assert!(error.contains(told), "{lines}: {error}");
        }
    }
}
