//! What a panel says of an account (`player_api.php` without an action).

use crate::{Fields, date::unix_seconds};

/// The account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountInfo {
    /// Whether user name and password are right (`auth`).
    pub is_accepted: bool,
    /// What the account may do.
    pub standing: Standing,
    /// `status` as said; may be empty.
    pub status: String,
    /// When it ends or ended, in seconds since 1970; `None` is never.
    pub expires: Option<i64>,
    /// Connections at once; `None` is no limit, as panels write with 0.
    pub connections_max: Option<u32>,
    /// Connections that are open now, with any device.
    pub connections_active: Option<u32>,
    /// Whether it is a trial.
    pub is_trial: bool,
    /// In which forms live streams may be asked for.
    pub formats: Formats,
    /// What the provider wants to be read by its customers; may be empty.
    pub message: String,
    /// The panel itself.
    pub server: Server,
}

/// What an account may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Play. Also where the panel says nothing, or something that is not known to be a no.
    #[default]
    Active,
    /// Its time is over.
    Expired,
    /// The provider has banned it.
    Banned,
    /// The provider has switched it off.
    Disabled,
}

/// `allowed_output_formats`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Formats {
    /// Transport streams.
    pub ts: bool,
    /// HLS.
    pub m3u8: bool,
}

impl Default for Formats {
    /// A panel that names none allows all.
    fn default() -> Self {
        Self {
            ts: true,
            m3u8: true,
        }
    }
}

/// `server_info`: as the panel knows itself, which behind a proxy is not as clients reach it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Server {
    /// Its name; may be empty.
    pub host: String,
    /// Port of HTTP.
    pub port: Option<u16>,
    /// Port of HTTPS.
    pub https_port: Option<u16>,
    /// `http` or `https`; may be empty.
    pub protocol: String,
    /// Name of the zone in which its times are; may be empty.
    pub timezone: String,
}

impl AccountInfo {
    /// Reads the two objects of the answer.
    #[must_use]
    pub fn of(user: Option<Fields<'_>>, server: Option<Fields<'_>>) -> Self {
        let server = server.map(Server::of).unwrap_or_default();
        let Some(user) = user else {
            return Self {
                server,
                ..Self::default()
            };
        };
        let status = user.text("status").into_owned();
        let count = |name: &str| user.number(name).and_then(|it| u32::try_from(it).ok());
        Self {
            // One that is silent about it but tells the account's data has accepted it.
            is_accepted: user.flag("auth").unwrap_or(!status.is_empty()),
            standing: Standing::of(&status),
            expires: unix_seconds(&user.text("exp_date")).filter(|seconds| *seconds > 0),
            connections_max: count("max_connections").filter(|count| *count > 0),
            connections_active: count("active_cons"),
            is_trial: user.flag("is_trial").unwrap_or(false)
                || status.eq_ignore_ascii_case("trial"),
            formats: Formats::of(user),
            message: user.text("message").into_owned(),
            status,
            server,
        }
    }

    /// What the account may do at a moment, in seconds since 1970: panels that say `Active` for an
    /// account whose time is over refuse its streams all the same.
    #[must_use]
    pub fn standing_at(&self, now: i64) -> Standing {
        match (self.standing, self.expires) {
            (Standing::Active, Some(expires)) if expires <= now => Standing::Expired,
            (standing, _) => standing,
        }
    }
}

impl Standing {
    fn of(status: &str) -> Self {
        match status.to_ascii_lowercase().as_str() {
            "expired" => Self::Expired,
            "banned" | "blocked" => Self::Banned,
            "disabled" | "inactive" => Self::Disabled,
            _ => Self::Active,
        }
    }
}

impl Formats {
    fn of(user: Fields<'_>) -> Self {
        let mut formats = Self {
            ts: false,
            m3u8: false,
        };
        for format in user.list("allowed_output_formats") {
            formats.ts |= format.eq_ignore_ascii_case("ts");
            formats.m3u8 |=
                format.eq_ignore_ascii_case("m3u8") || format.eq_ignore_ascii_case("hls");
        }
        if formats.ts || formats.m3u8 {
            formats
        } else {
            Self::default()
        }
    }
}

impl Server {
    pub(crate) fn of(fields: Fields<'_>) -> Self {
        let port = |name: &str| {
            fields
                .number(name)
                .and_then(|port| u16::try_from(port).ok())
        };
        Self {
            host: fields.text("url").into_owned(),
            port: port("port"),
            https_port: port("https_port"),
            protocol: fields.text("server_protocol").to_ascii_lowercase(),
            timezone: fields.text("timezone").into_owned(),
        }
    }
}
