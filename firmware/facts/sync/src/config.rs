//! What is to be imported, from where, and how often.

use std::{fmt, path::PathBuf, time::Duration};

use url::Url;

use crate::Error;

/// Everything that an import depends on.
#[derive(Clone, Debug)]
pub struct Config {
    /// The sources; the place of each is the index that its channels carry, at most 65,534.
    pub sources: Vec<SourceConfig>,
    /// Bytes of one lineup. While an import runs there are two: the published one and the next.
    pub lineup_bytes_max: usize,
    /// Bytes of a list being read; about twice those of its lineup.
    pub import_bytes_max: usize,
    /// What one list may cost.
    pub limits: playlist::Limits,
    /// When the test channel is in the lineup.
    pub test_channel: TestChannel,
}

/// When the built-in test channel is in the lineup.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TestChannel {
    /// Only while there is no other channel: a lineup is never empty.
    #[default]
    Auto,
    /// Always, behind or between the others, with a number that it keeps.
    Always,
    /// Never, even if the lineup is then empty.
    Never,
}

/// One channel list.
#[derive(Clone)]
pub struct SourceConfig {
    /// Its name; unique.
    pub name: String,
    /// `http://…`, `https://…`, or the path of a file.
    pub url: String,
    /// Sent instead of our own.
    pub user_agent: Option<String>,
    /// Further request headers.
    pub headers: Vec<(String, String)>,
    /// Upstream connections at once; not for the list, but for whoever plays its channels.
    pub connections: Option<usize>,
    /// Time between two readings.
    pub interval: Duration,
    /// Of streams of like quality, those of the source with the greater priority come first.
    pub priority: i16,
    /// Whether a list is taken that has lost more than half of its entries.
    pub accept_shrink: bool,
}

impl SourceConfig {
    /// Time between two readings unless told otherwise: once a day.
    pub const INTERVAL: Duration = Duration::from_secs(24 * 3600);

    /// A source with nothing but a name and an address.
    #[must_use]
    pub fn new(name: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            url: url.into(),
            user_agent: None,
            headers: Vec::new(),
            connections: None,
            interval: Self::INTERVAL,
            priority: 0,
            accept_shrink: false,
        }
    }

    /// Whether the list is a file of this machine, which may name others.
    #[must_use]
    pub fn is_file(&self) -> bool {
        matches!(self.location(), Ok(Location::File(_)))
    }

    /// The folder of such a list.
    pub(crate) fn folder(&self) -> Option<PathBuf> {
        let Ok(Location::File(path)) = self.location() else {
            return None;
        };
        let path = std::path::absolute(path).ok()?;
        path.parent().map(PathBuf::from)
    }

    pub(crate) fn location(&self) -> Result<Location, Error> {
        Location::of(&self.url)
    }
}

impl fmt::Debug for SourceConfig {
    /// Without what may be a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceConfig")
            .field("name", &self.name)
            .field("url", &Location::shown(&self.url))
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

/// Where a list lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    Web(Url),
    File(PathBuf),
}

impl Location {
    pub(crate) fn of(address: &str) -> Result<Self, Error> {
        let address = address.trim();
        if !address.contains("://") {
            return Ok(Self::File(PathBuf::from(address)));
        }
        let url = Url::parse(address).map_err(|cause| Error::Address { cause })?;
        match url.scheme() {
            "http" | "https" => Ok(Self::Web(url)),
            "file" => match url.to_file_path() {
                Ok(path) => Ok(Self::File(path)),
                Err(()) => Err(Error::Scheme("file with a host")),
            },
            _ => Err(Error::Scheme("something else")),
        }
    }

    /// The address as it may stand in a log.
    pub(crate) fn shown(address: &str) -> String {
        match Self::of(address) {
            Ok(Self::Web(url)) => upstream::http::redact(&url),
            Ok(Self::File(path)) => path.display().to_string(),
            Err(_) => "…".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_files_from_addresses() {
        for (address, file) in [
            ("lists/a.m3u", Some("lists/a.m3u")),
            (" /srv/a.m3u ", Some("/srv/a.m3u")),
            ("file:///srv/a%20b.m3u", Some("/srv/a b.m3u")),
            ("http://a.example/get.php?x=1", None),
            ("HTTPS://a.example", None),
        ] {
            match Location::of(address).unwrap() {
                Location::File(path) => assert_eq!(Some(path.as_path()), file.map(AsRef::as_ref)),
                Location::Web(_) => assert_eq!(file, None, "{address}"),
            }
        }
        for address in ["ftp://a.example/x", "http://", "file://host/a"] {
            assert!(Location::of(address).is_err(), "{address}");
        }
    }

    #[test]
    fn shows_no_password() {
        let source = SourceConfig::new("a", "http://u:hush@a.example/get.php?password=hush");
        assert!(!format!("{source:?}").contains("hush"));
    }
}
