//! What is to be imported, from where, and how often.

use std::{path::PathBuf, sync::Arc, time::Duration};

use desk::{Kind, SourceSettings, public};
use url::Url;

use crate::{Error, RulesConfig, sources::Sources};

/// Everything that an import depends on.
#[derive(Clone, Debug)]
pub struct Config {
    /// The sources of the configuration file.
    pub sources: Sources,
    /// Bytes of one lineup. While an import runs there are two: the published one and the next.
    pub lineup_bytes_max: usize,
    /// Bytes of a list being read; about twice those of its lineup.
    pub import_bytes_max: usize,
    /// What one list may cost.
    pub limits: playlist::Limits,
    /// Before a list that breaks off is taken up for the first time, such as a second; twice as long
    /// before each further time.
    pub resume_pause: Duration,
    /// Names of the commands that a source may be played by.
    pub commands: Vec<String>,
    /// When the test channel is in the lineup.
    pub test_channel: TestChannel,
    /// How channels get their numbers.
    pub numbering: lineup::Numbering,
    /// How alike names are that are one channel, or stand beside each other.
    pub merging: lineup::Merging,
    /// Which channels are in use where nothing is decided.
    pub choice: Arc<lineup::Choice>,
    /// What becomes of entries.
    pub rules: RulesConfig,
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

/// Where a list lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    Web(Url),
    File(PathBuf),
}

impl Location {
    pub(crate) fn of(address: &str) -> Result<Self, Error> {
        let address = address.trim();
        if let Some(list) = public::address(address) {
            return Self::of(&list?);
        }
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

/// An address as it may stand in a log or on the page: without passwords.
#[must_use]
pub fn shown_address(address: &str) -> String {
    Location::shown(address)
}

/// Whether the list of a source is a file of this machine, which may name others.
#[must_use]
pub fn is_file(settings: &SourceSettings) -> bool {
    matches!(location(settings), Ok(Some(Location::File(_))))
}

/// The folder of such a list.
pub(crate) fn folder(settings: &SourceSettings) -> Option<PathBuf> {
    let Ok(Some(Location::File(path))) = location(settings) else {
        return None;
    };
    let path = std::path::absolute(path).ok()?;
    path.parent().map(PathBuf::from)
}

/// Where the list of a source lies; `None` where it is uploaded.
pub(crate) fn location(settings: &SourceSettings) -> Result<Option<Location>, Error> {
    let Some(url) = settings.url.as_deref() else {
        return Ok(None);
    };
    match settings.kind {
        Kind::M3u => Location::of(url).map(Some),
        Kind::Xtream => Location::of(&host(url)).map(Some),
    }
}

/// An address as it may stand in a log or on the page.
pub(crate) fn shown(kind: Kind, address: &str) -> String {
    match kind {
        Kind::M3u => Location::shown(address),
        Kind::Xtream => Location::shown(&host(address)),
    }
}

/// The address of a panel, which may be a host alone: that is no file.
fn host(address: &str) -> String {
    let address = address.trim();
    if address.contains("://") {
        address.to_owned()
    } else {
        format!("http://{address}")
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
            ("iptv-org:countries/us", None),
        ] {
            match Location::of(address).unwrap() {
                Location::File(path) => assert_eq!(Some(path.as_path()), file.map(AsRef::as_ref)),
                Location::Web(_) => assert_eq!(file, None, "{address}"),
            }
        }
        for address in [
            "ftp://a.example/x",
            "http://",
            "file://host/a",
            "iptv-org:nowhere",
        ] {
            assert!(Location::of(address).is_err(), "{address}");
        }
    }
}
