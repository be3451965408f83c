//! What can be set about a source: the same keys in the configuration file, over the API and in the
//! store.

use std::{collections::BTreeMap, fmt, path::PathBuf};

use serde::{Deserialize, Serialize};
use xtream::{Account, AddressError};

use crate::{HOSTS_MAX, Output, Refused, public};

/// Bytes of a name.
const NAME_BYTES_MAX: usize = 64;
/// Bytes of an address: some providers put a whole token into it.
const URL_BYTES_MAX: usize = 4096;
/// Bytes of any other text. The longest address of IPv6 with an interface behind it fits as well.
const TEXT_BYTES_MAX: usize = 256;
/// Request headers.
const HEADERS_MAX: usize = 16;
/// Bytes of the value of one.
const HEADER_BYTES_MAX: usize = 1024;
/// Hours between two readings: a week.
const INTERVAL_HOURS_MAX: u64 = 168;
/// Below it no picture comes at all, in kbit/s.
const THROTTLE_KBIT_MIN: u64 = 100;
/// 10 Gbit/s is no limit, in kbit/s.
const THROTTLE_KBIT_MAX: u64 = 10_000_000;
/// Priorities go from this below zero to this above it.
const PRIORITY_MAX: i16 = 100;

/// What a source is and how its provider is dealt with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceSettings {
    /// Its name, for people; 1–64 bytes.
    pub name: String,
    /// What its address leads to.
    #[serde(default)]
    pub kind: Kind,
    /// `http://…`, `https://…`, the path of a file, or `iptv-org:…`; `None` where its list is
    /// uploaded. Of a panel, its host.
    #[serde(default)]
    pub url: Option<String>,
    /// Further hosts of the panel, in the order in which they are tried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub backup_urls: Vec<String>,
    /// Whose account at the panel; may stand in the query of `url` instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Its password; may stand in the query of `url` instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// A file whose first line is the password. For the configuration file alone, which has it read
    /// before anybody sees the settings: over the API it could name any file.
    #[serde(default, skip_serializing)]
    pub password_file: Option<PathBuf>,
    /// In which form the panel's live streams are asked for; as the account allows where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Output>,
    /// Whether the films and series of the account are listed. Not unless it is wanted: a panel may have a
    /// hundred thousand of them.
    #[serde(default)]
    pub vod: bool,
    /// Whose streams come first in a channel of several sources: the higher. −100 to 100.
    #[serde(default)]
    pub priority: i16,
    /// Sent instead of our own.
    #[serde(default)]
    pub user_agent: Option<String>,
    /// Further request headers, for the list and its streams.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Hours between two readings, 1–168.
    #[serde(default = "daily")]
    pub interval_hours: u64,
    /// Upstream connections at once; `None` is no limit.
    #[serde(default)]
    pub connections: Option<usize>,
    /// Whether viewers of a channel share a connection.
    #[serde(default)]
    pub sharing: Sharing,
    /// Rate of all its streams together in kbit/s; 0 is none.
    #[serde(default)]
    pub throttle_kbit: u64,
    /// Network interface at which its groups are joined, by name or address.
    #[serde(default)]
    pub interface: Option<String>,
    /// How the packets of its `rtsp://` streams come.
    #[serde(default)]
    pub rtsp_transport: RtspTransport,
    /// Name of the command that plays its streams.
    #[serde(default)]
    pub command: Option<String>,
    /// Whether a list is taken that has lost more than half of its entries.
    #[serde(default)]
    pub accept_shrink: bool,
    /// Whether the guides that it brings are read: those that the head of its list names, and that of
    /// the account.
    #[serde(default = "yes")]
    pub guide: bool,
    /// Whether certificates are looked at.
    #[serde(default = "yes")]
    pub tls_verify: bool,
    /// Whether it is read, and its channels are in the lineup.
    #[serde(default = "yes")]
    pub enabled: bool,
}

/// What the address of a source leads to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An M3U list.
    #[default]
    M3u,
    /// An account at an Xtream panel.
    Xtream,
}

/// Whether the viewers of a channel share an upstream connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sharing {
    /// All viewers of a channel share one, and one tuner.
    #[default]
    Shared,
    /// Each viewer has one of its own, and a tuner of its own.
    Direct,
}

/// How the packets of RTSP streams come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RtspTransport {
    /// On the connection of the session.
    #[default]
    Tcp,
    /// On ports of their own.
    Udp,
}

/// A setting that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {why}")]
pub struct BadSetting {
    /// Which.
    pub key: &'static str,
    /// What is wrong with it, and what would do.
    pub why: String,
}

impl From<BadSetting> for Refused {
    fn from(bad: BadSetting) -> Self {
        Self::Invalid(bad.to_string())
    }
}

const fn daily() -> u64 {
    24
}

const fn yes() -> bool {
    true
}

impl SourceSettings {
    /// A list at an address, and nothing else set.
    #[must_use]
    pub fn new(name: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: Kind::M3u,
            url: Some(url.into()),
            backup_urls: Vec::new(),
            username: None,
            password: None,
            password_file: None,
            output: None,
            vod: false,
            priority: 0,
            user_agent: None,
            headers: BTreeMap::new(),
            interval_hours: daily(),
            connections: None,
            sharing: Sharing::Shared,
            throttle_kbit: 0,
            interface: None,
            rtsp_transport: RtspTransport::Tcp,
            command: None,
            accept_shrink: false,
            guide: true,
            tls_verify: true,
            enabled: true,
        }
    }

    /// The account at each host of its panel, the main one first. User name and password may stand in
    /// the query of the main address, and count for the other hosts, too.
    ///
    /// # Errors
    /// Where an address is none, or it is not said whose account it is.
    pub fn accounts(&self) -> Result<Vec<Account>, AddressError> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let main = text(&self.url);
        let password = match &self.password_file {
            // What it holds is filled in when it is read.
            Some(_) if self.password.is_none() => "…".to_owned(),
            _ => text(&self.password),
        };
        let main = Account::new(&main, &text(&self.username), &password)?;
        let mut accounts = vec![main];
        for host in self.backup_urls.iter().take(HOSTS_MAX - 1) {
            let (username, password) = (accounts[0].username(), accounts[0].password());
            let account = Account::new(host, username, password)?;
            accounts.push(account);
        }
        Ok(accounts)
    }

    /// The ranges that the types do not hold.
    ///
    /// # Errors
    /// The first setting that cannot be.
    pub fn check(&self) -> Result<(), BadSetting> {
        let name_fits = (1..=NAME_BYTES_MAX).contains(&self.name.trim().len())
            && !self.name.contains(char::is_control);
        hold(name_fits, "name", "1 to 64 bytes of text")?;
        match self.kind {
            Kind::M3u => self.check_url()?,
            Kind::Xtream => self.check_panel()?,
        }
        let range = -PRIORITY_MAX..=PRIORITY_MAX;
        hold(
            range.contains(&self.priority),
            "priority",
            "from -100 to 100",
        )?;
        let texts = [
            ("user_agent", &self.user_agent),
            ("interface", &self.interface),
            ("command", &self.command),
        ];
        for (key, text) in texts {
            let fits = |text: &String| {
                (1..=TEXT_BYTES_MAX).contains(&text.trim().len())
                    && !text.contains(char::is_control)
            };
            hold(
                text.as_ref().is_none_or(fits),
                key,
                "1 to 256 bytes of text, or nothing at all",
            )?;
        }
        self.check_headers()?;
        let hours = 1..=INTERVAL_HOURS_MAX;
        hold(
            hours.contains(&self.interval_hours),
            "interval_hours",
            "from 1 to 168",
        )?;
        hold(
            self.connections != Some(0),
            "connections",
            "at least 1, or nothing at all",
        )?;
        let rates = THROTTLE_KBIT_MIN..=THROTTLE_KBIT_MAX;
        let rate_fits = self.throttle_kbit == 0 || rates.contains(&self.throttle_kbit);
        hold(
            rate_fits,
            "throttle_kbit",
            "0, or from 100 to 10000000 kbit/s",
        )
    }

    fn check_url(&self) -> Result<(), BadSetting> {
        let is_list = self.backup_urls.is_empty()
            && self.username.is_none()
            && self.password.is_none()
            && self.output.is_none()
            && !self.vod;
        hold(
            is_list,
            "kind",
            "an account (username, password, backup_urls, output, vod) is of the kind \"xtream\"",
        )?;
        let Some(url) = &self.url else {
            return Ok(());
        };
        let fits = (1..=URL_BYTES_MAX).contains(&url.trim().len());
        hold(fits, "url", "an address or a path of up to 4096 bytes")?;
        match public::address(url) {
            Some(Err(unknown)) => hold(false, "url", &unknown.to_string()),
            Some(Ok(_)) | None => Ok(()),
        }
    }

    fn check_panel(&self) -> Result<(), BadSetting> {
        let hosts = self.url.iter().chain(&self.backup_urls);
        let are_short = hosts.clone().all(|host| host.len() <= URL_BYTES_MAX);
        hold(are_short, "url", "addresses of up to 4096 bytes")?;
        let are_few = self.backup_urls.len() < HOSTS_MAX;
        hold(are_few, "backup_urls", "at most 7")?;
        for (key, text) in [("username", &self.username), ("password", &self.password)] {
            let fits = |text: &String| (1..=TEXT_BYTES_MAX).contains(&text.len());
            hold(
                text.as_ref().is_none_or(fits),
                key,
                "1 to 256 bytes of text, or nothing at all",
            )?;
        }
        let accounts = self.accounts().map(drop);
        accounts.or_else(|error| hold(false, "url", &error.to_string()))
    }

    fn check_headers(&self) -> Result<(), BadSetting> {
        let is_name = |name: &str| {
            let is_token =
                |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
            (1..=TEXT_BYTES_MAX).contains(&name.len()) && name.bytes().all(is_token)
        };
        let is_value =
            |value: &str| value.len() <= HEADER_BYTES_MAX && !value.contains(char::is_control);
        let all_fit = self.headers.len() <= HEADERS_MAX
            && self
                .headers
                .iter()
                .all(|(name, value)| is_name(name) && is_value(value));
        hold(
            all_fit,
            "headers",
            "up to 16, each a name of HTTP and a value of up to 1024 bytes",
        )
    }
}

pub(crate) fn hold(fits: bool, key: &'static str, why: &str) -> Result<(), BadSetting> {
    if fits {
        return Ok(());
    }
    Err(BadSetting {
        key,
        why: why.to_owned(),
    })
}

impl fmt::Debug for SourceSettings {
    /// Without what may be a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            kind,
            url,
            backup_urls,
            username,
            password,
            password_file,
            output,
            vod,
            priority,
            user_agent,
            headers,
            interval_hours,
            connections,
            sharing,
            throttle_kbit,
            interface,
            rtsp_transport,
            command,
            accept_shrink,
            guide,
            tls_verify,
            enabled,
        } = self;
        f.debug_struct("SourceSettings")
            .field("name", name)
            .field("kind", kind)
            .field("url", &url.as_ref().map(|_| "…"))
            .field("backup_urls", &backup_urls.len())
            .field("username", &username.as_ref().map(|_| "…"))
            .field("password", &password.as_ref().map(|_| "…"))
            .field("password_file", password_file)
            .field("output", output)
            .field("vod", vod)
            .field("priority", priority)
            .field("user_agent", user_agent)
            .field("headers", &headers.keys())
            .field("interval_hours", interval_hours)
            .field("connections", connections)
            .field("sharing", sharing)
            .field("throttle_kbit", throttle_kbit)
            .field("interface", interface)
            .field("rtsp_transport", rtsp_transport)
            .field("command", command)
            .field("accept_shrink", accept_shrink)
            .field("guide", guide)
            .field("tls_verify", tls_verify)
            .field("enabled", enabled)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Change = fn(&mut SourceSettings);

    fn account() -> SourceSettings {
        let account = SourceSettings {
            kind: Kind::Xtream,
            username: Some("me".to_owned()),
            password: Some("hush".to_owned()),
            backup_urls: vec!["https://b.example".to_owned()],
            ..SourceSettings::new("a", "panel.example:8080")
        };
        assert_eq!(account.check(), Ok(()));
        account
    }

    #[test]
    fn an_account_is_the_same_at_every_host() {
        let guides = |settings: &SourceSettings| -> Vec<String> {
            let accounts = settings.accounts().unwrap();
            accounts.iter().map(|it| it.xmltv().to_string()).collect()
        };
        let whose = "username=me&password=hush";
        let hosts = [
            format!("http://panel.example:8080/xmltv.php?{whose}"),
            format!("https://b.example/xmltv.php?{whose}"),
        ];
        assert_eq!(guides(&account()), hosts);
        let pasted = SourceSettings {
            username: None,
            password: None,
            url: Some(format!(
                "http://panel.example:8080/get.php?{whose}&type=m3u_plus"
            )),
            ..account()
        };
        assert_eq!(guides(&pasted), hosts);
        assert!(!format!("{:?}", account()).contains("hush"));
    }

    #[test]
    fn ranges_are_held_and_told_by_key() {
        let cases: [(Change, &str); 15] = [
            (|it| it.username = Some("u".to_owned()), "kind"),
            (|it| it.kind = Kind::Xtream, "url"),
            (
                |it| {
                    *it = account();
                    it.backup_urls = vec!["h".to_owned(); 8];
                },
                "backup_urls",
            ),
            (
                |it| {
                    *it = account();
                    it.password = Some("x".repeat(300));
                },
                "password",
            ),
            (|it| it.name = " ".to_owned(), "name"),
            (|it| it.name = "a\nb".to_owned(), "name"),
            (|it| it.url = Some(String::new()), "url"),
            (|it| it.url = Some("iptv-org:nowhere".to_owned()), "url"),
            (|it| it.priority = 101, "priority"),
            (|it| it.user_agent = Some("x".repeat(300)), "user_agent"),
            (
                |it| drop(it.headers.insert("a b".to_owned(), String::new())),
                "headers",
            ),
            (
                |it| drop(it.headers.insert("a".to_owned(), "1\r\nb: 2".to_owned())),
                "headers",
            ),
            (|it| it.interval_hours = 0, "interval_hours"),
            (|it| it.connections = Some(0), "connections"),
            (|it| it.throttle_kbit = 99, "throttle_kbit"),
        ];
        let good = SourceSettings::new("a", "http://a.example/");
        assert_eq!(good.check(), Ok(()));
        for (change, key) in cases {
            let mut settings = good.clone();
            change(&mut settings);
            assert_eq!(settings.check().unwrap_err().key, key);
        }
    }

    #[test]
    fn what_is_not_said_is_as_everybody_expects() {
        let read: SourceSettings = serde_json::from_str(r#"{"name":"a","url":"u"}"#).unwrap();
        assert_eq!(read, SourceSettings::new("a", "u"));
        let upload: SourceSettings = serde_json::from_str(r#"{"name":"a"}"#).unwrap();
        assert_eq!(upload.url, None);
        assert!(serde_json::from_str::<SourceSettings>(r#"{"name":"a","urll":"u"}"#).is_err());
        let secret = SourceSettings::new("a", "http://u:hush@h/");
        assert!(!format!("{secret:?}").contains("hush"));
    }
}
