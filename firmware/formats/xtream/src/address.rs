//! The addresses of a panel, for one account.

use std::fmt;

use url::Url;

/// Documents of a panel, as people copy their addresses.
const DOCUMENTS: [&str; 5] = [
    "get.php",
    "player_api.php",
    "panel_api.php",
    "xmltv.php",
    "index.php",
];

/// An account at one host of its panel.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Scheme, host, port and the folder of the panel, which ends in `/`.
    base: Url,
    username: String,
    password: String,
}

/// What is asked of `player_api.php`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action<'a> {
    /// The account.
    Account,
    /// Groups of live streams.
    LiveCategories,
    /// All live streams.
    LiveStreams,
    /// Groups of films.
    VodCategories,
    /// All films.
    VodStreams,
    /// Groups of series.
    SeriesCategories,
    /// All series.
    Series,
    /// A series with its episodes, by its id.
    SeriesInfo(&'a str),
    /// A film, by its id.
    VodInfo(&'a str),
    /// The next programmes of a stream, by its id, so many at most.
    ShortEpg(&'a str, u16),
    /// All programmes of a stream, by its id.
    DataTable(&'a str),
}

/// In which form a live stream is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Output {
    /// As a transport stream.
    #[default]
    Ts,
    /// As HLS.
    M3u8,
}

/// Why an address is not that of a panel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not an address at all.
    #[error("the address of the panel cannot be read ({0}): write http://host:port")]
    Unreadable(url::ParseError),
    /// Neither http nor https.
    #[error("a panel is asked by http or https: write http://host:port")]
    Scheme,
    /// Neither beside the address nor in it.
    #[error("user name and password are missing: give username and password")]
    NoCredentials,
}

impl Account {
    /// The account at this address. A host alone is asked by http. What people copy is understood: the
    /// address of a playlist or of the API, with user name and password in its query, which count where
    /// `username` and `password` are empty.
    ///
    /// # Errors
    /// Where it is not the address of a panel, or nobody says whose account.
    pub fn new(address: &str, username: &str, password: &str) -> Result<Self, AddressError> {
        let address = address.trim();
        let address = if address.contains("://") {
            address.to_owned()
        } else {
            format!("http://{address}")
        };
        let mut base = Url::parse(&address).map_err(AddressError::Unreadable)?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(AddressError::Scheme);
        }
        let asked = |name: &str| {
            let mut pairs = base.query_pairs();
            let found = pairs.find(|(key, _)| key == name);
            found
                .map(|(_, value)| value.into_owned())
                .unwrap_or_default()
        };
        let or = |given: &str, name: &str| match given {
            "" => asked(name),
            given => given.to_owned(),
        };
        let (username, password) = (or(username, "username"), or(password, "password"));
        if username.is_empty() || password.is_empty() {
            return Err(AddressError::NoCredentials);
        }
        let folder = folder(base.path());
        base.set_path(&folder);
        base.set_query(None);
        base.set_fragment(None);
        Ok(Self {
            base,
            username,
            password,
        })
    }

    /// Where the API answers what.
    #[must_use]
    pub fn api(&self, action: Action<'_>) -> Url {
        let mut url = self.document("player_api.php");
        let (action, parameters) = action.query();
        if !action.is_empty() {
            url.query_pairs_mut().append_pair("action", action);
        }
        for (name, value) in parameters.into_iter().flatten() {
            url.query_pairs_mut().append_pair(name, &value);
        }
        url
    }

    /// Where a live stream plays.
    #[must_use]
    pub fn live(&self, id: &str, output: Output) -> Url {
        self.stream("live", id, output.extension())
    }

    /// Where a film lies.
    #[must_use]
    pub fn movie(&self, id: &str, extension: &str) -> Url {
        self.stream("movie", id, extension)
    }

    /// Where an episode of a series lies.
    #[must_use]
    pub fn episode(&self, id: &str, extension: &str) -> Url {
        self.stream("series", id, extension)
    }

    /// Where the guide of all its channels lies.
    #[must_use]
    pub fn xmltv(&self) -> Url {
        self.document("xmltv.php")
    }

    /// Scheme, host, port and folder: nothing in it is secret, unless the owner wrote it there.
    #[must_use]
    pub const fn base(&self) -> &Url {
        &self.base
    }

    /// Whose account it is.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.username
    }

    /// Its password: for addresses of other hosts, and never to be shown.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.password
    }

    fn document(&self, name: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{name}", self.base.path()));
        url.query_pairs_mut()
            .append_pair("username", &self.username)
            .append_pair("password", &self.password);
        url
    }

    /// `/live/USER/PASS/ID.ts`. Each part is encoded, whatever a user name is made of.
    fn stream(&self, kind: &str, id: &str, extension: &str) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            let file = format!("{id}.{extension}");
            path.pop_if_empty();
            path.extend([kind, &self.username, &self.password, &file]);
        }
        url
    }
}

impl fmt::Debug for Account {
    /// Without who it is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("host", &self.base.host_str())
            .finish_non_exhaustive()
    }
}

impl Output {
    /// What the address ends in.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Ts => "ts",
            Self::M3u8 => "m3u8",
        }
    }
}

type Parameter = Option<(&'static str, String)>;

impl Action<'_> {
    fn query(self) -> (&'static str, [Parameter; 2]) {
        let by = |name, id: &str| [Some((name, id.to_owned())), None];
        match self {
            Self::Account => ("", [None, None]),
            Self::LiveCategories => ("get_live_categories", [None, None]),
            Self::LiveStreams => ("get_live_streams", [None, None]),
            Self::VodCategories => ("get_vod_categories", [None, None]),
            Self::VodStreams => ("get_vod_streams", [None, None]),
            Self::SeriesCategories => ("get_series_categories", [None, None]),
            Self::Series => ("get_series", [None, None]),
            Self::SeriesInfo(id) => ("get_series_info", by("series_id", id)),
            Self::VodInfo(id) => ("get_vod_info", by("vod_id", id)),
            Self::DataTable(id) => ("get_simple_data_table", by("stream_id", id)),
            Self::ShortEpg(id, limit) => {
                let limit = Some(("limit", limit.to_string()));
                ("get_short_epg", [Some(("stream_id", id.to_owned())), limit])
            }
        }
    }
}

/// The folder of a path that may name one of the panel's documents.
fn folder(path: &str) -> String {
    let (before, last) = path.rsplit_once('/').unwrap_or(("", path));
    let is_document = DOCUMENTS.iter().any(|name| last.eq_ignore_ascii_case(name));
    let folder = if is_document { before } else { path };
    format!("{}/", folder.trim_end_matches('/'))
}
