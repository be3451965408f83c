//! The configuration file: what may stand in it, what it means, where a value comes from.
//!
//! `dipole.example.toml` documents every key; a test holds it to the types below.

mod command;
mod error;
mod failover;
mod guide;
mod lineup;
mod password;
mod rules;
mod source;
mod throttle;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

pub(crate) use self::rules::Profile;
use base::ByteSize;
pub(crate) use command::Command;
use desk::{GuideSettings, SourceSettings};
pub(crate) use error::ConfigError;
use error::within;
pub(crate) use failover::{Failover, Standby};
pub(crate) use guide::Programmes;
pub(crate) use lineup::{Lineup, Numbering, Range};
use serde::{Deserialize, Deserializer, de::Error as _};
pub(crate) use throttle::Throttle;

/// The file that is read where no `--config` names one, if it exists: the appliance's.
pub(crate) const SYSTEM_FILE: &str = "/etc/dipole/dipole.toml";

const LINGER_MS_MAX: u64 = 10_000;
const CONFIG_BYTES_MAX: u64 = 1 << 20;

/// All settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// Data folder.
    pub(crate) data: PathBuf,
    /// Friendly name.
    pub(crate) name: String,
    /// Further host names under which the page may be opened.
    pub(crate) names: Vec<String>,
    /// Addresses of page, API and documents.
    pub(crate) http: Vec<SocketAddr>,
    /// Addresses of streams.
    pub(crate) stream: Vec<SocketAddr>,
    /// When the test channel is in the lineup.
    pub(crate) test_channel: TestChannel,
    /// Memory.
    pub(crate) memory: Memory,
    /// Tuners.
    pub(crate) tuner: Tuner,
    /// Failing over.
    pub(crate) failover: Failover,
    /// How fast bytes may come in.
    pub(crate) throttle: Throttle,
    /// Clients.
    pub(crate) clients: Clients,
    /// Announcements.
    pub(crate) discovery: Discovery,
    /// Certificates.
    pub(crate) tls: Tls,
    /// Which channels there are, and their numbers.
    pub(crate) lineup: Lineup,
    /// Programs whose output is a stream.
    pub(crate) command: Vec<Command>,
    /// Patterns that rules share.
    pub(crate) template: Vec<::rules::Template>,
    /// Which entries become channels, and under what name.
    pub(crate) rule: Vec<::rules::Rule>,
    /// Parts of the lineup by name.
    pub(crate) profile: Vec<Profile>,
    /// Channel lists.
    pub(crate) source: Vec<SourceSettings>,
    /// What is kept of the guides.
    pub(crate) programmes: Programmes,
    /// Guides.
    pub(crate) guide: Vec<GuideSettings>,
}

/// `test_channel`.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TestChannel {
    /// Only while there is no other channel.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// `[memory]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Memory {
    /// All memory.
    #[serde(deserialize_with = "byte_size")]
    pub(crate) budget: ByteSize,
}

/// `[tuner]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Tuner {
    /// Tuners.
    pub(crate) count: usize,
    /// Milliseconds, 0–10,000.
    pub(crate) linger_ms: u64,
    /// Variant of HLS streams.
    pub(crate) hls_variant: HlsVariant,
}

/// `tuner.hls_variant`.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum HlsVariant {
    /// The best there is.
    Best,
    /// The best up to 1080p.
    Auto,
    /// The smallest.
    Worst,
}

/// `[clients]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Clients {
    /// Clients of streams; `None`: as many as fit.
    pub(crate) max: Option<usize>,
    /// Whether sockets get the ring's pages and not copies of them.
    pub(crate) sendfile: bool,
}

/// `[discovery]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Discovery {
    /// Port 65001.
    pub(crate) hdhomerun: bool,
    /// Port 1900.
    pub(crate) ssdp: bool,
}

/// `[tls]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Tls {
    /// Further authorities, PEM.
    pub(crate) ca: Option<PathBuf>,
}

fn any(port: u16) -> Vec<SocketAddr> {
    vec![SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), port)]
}

impl Config {
    /// The rules of the file.
    pub(crate) fn rules(&self) -> ::rules::RuleSet {
        ::rules::RuleSet {
            templates: self.template.clone(),
            rules: self.rule.clone(),
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: "./dipole-data".into(),
            name: "Dipole".to_owned(),
            names: Vec::new(),
            http: any(80),
            stream: any(5004),
            test_channel: TestChannel::Auto,
            memory: Memory::default(),
            tuner: Tuner::default(),
            failover: Failover::default(),
            throttle: Throttle::default(),
            clients: Clients::default(),
            discovery: Discovery::default(),
            tls: Tls::default(),
            lineup: Lineup::default(),
            command: Vec::new(),
            template: Vec::new(),
            rule: Vec::new(),
            profile: Vec::new(),
            source: Vec::new(),
            programmes: Programmes::default(),
            guide: Vec::new(),
        }
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            budget: ByteSize::mib(96),
        }
    }
}

impl Default for Tuner {
    fn default() -> Self {
        Self {
            count: 8,
            linger_ms: 0,
            hls_variant: HlsVariant::Best,
        }
    }
}

impl Default for Discovery {
    fn default() -> Self {
        Self {
            hdhomerun: true,
            ssdp: true,
        }
    }
}

fn byte_size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ByteSize, D::Error> {
    String::deserialize(deserializer)?
        .parse()
        .map_err(D::Error::custom)
}

/// The settings, and which keys the file sets.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    /// The settings.
    pub(crate) config: Config,
    /// The file, if one was read.
    pub(crate) path: Option<PathBuf>,
    /// Dotted names of the keys that stand in the file.
    pub(crate) keys_set: Vec<String>,
}

/// Reads the file at `path`; without a path, the system's file if there is one, else defaults.
pub(crate) fn load(path: Option<&Path>) -> Result<Loaded, ConfigError> {
    let system = Path::new(SYSTEM_FILE);
    let path = path.or_else(|| system.exists().then_some(system));
    let Some(path) = path else {
        return Ok(Loaded {
            config: Config::default(),
            path: None,
            keys_set: Vec::new(),
        });
    };
    let read_error = |error| ConfigError::Read {
        path: path.to_owned(),
        error,
    };
    let size = std::fs::metadata(path).map_err(read_error)?.len();
    if size > CONFIG_BYTES_MAX {
        return Err(read_error(std::io::Error::other("it is larger than 1 MiB")));
    }
    let text = std::fs::read_to_string(path).map_err(read_error)?;
    let parse_error = |error| ConfigError::Parse {
        path: path.to_owned(),
        error: Box::new(error),
    };
    let mut config = toml::from_str::<Config>(&text).map_err(parse_error)?;
    let table = text.parse::<toml::Table>().map_err(parse_error)?;
    check(&config)?;
    password::fill_in(&mut config.source)?;
    Ok(Loaded {
        config,
        path: Some(path.to_owned()),
        keys_set: dotted_keys(&table),
    })
}

/// `a`, `b.c`: two levels are all there are.
fn dotted_keys(table: &toml::Table) -> Vec<String> {
    let mut keys = Vec::new();
    for (key, value) in table {
        match value {
            toml::Value::Table(inner) => {
                keys.extend(inner.keys().map(|sub| format!("{key}.{sub}")))
            }
            _ => keys.push(key.clone()),
        }
    }
    keys
}

/// Ranges that the types do not hold.
pub(crate) fn check(config: &Config) -> Result<(), ConfigError> {
    let tuner = &config.tuner;
    let counts = 1..=budget::TUNERS_MAX;
    within(
        counts.contains(&tuner.count),
        "tuner.count",
        &tuner.count,
        "from 1 to 2048",
    )?;
    let linger_fits = tuner.linger_ms <= LINGER_MS_MAX;
    within(
        linger_fits,
        "tuner.linger_ms",
        &tuner.linger_ms,
        "from 0 to 10000",
    )?;
    failover::check(&config.failover)?;
    throttle::check(&config.throttle)?;
    within(
        config.clients.max != Some(0),
        "clients.max",
        &0,
        "at least 1",
    )?;
    within(
        !config.http.is_empty(),
        "http",
        &"[]",
        "an address, such as \"0.0.0.0:80\"",
    )?;
    within(
        !config.stream.is_empty(),
        "stream",
        &"[]",
        "an address, such as \"0.0.0.0:5004\"",
    )?;
    let name_fits = (1..=64).contains(&config.name.trim().len());
    within(name_fits, "name", &config.name, "1 to 64 bytes")?;
    command::check(&config.command, &config.source)?;
    rules::check(&config.rules(), &config.profile)?;
    lineup::check(&config.lineup)?;
    guide::check(&config.guide, &config.programmes)?;
    let sources = &config.source;
    within(
        sources.len() <= sync::SOURCES_MAX,
        "source",
        &sources.len(),
        "at most 64",
    )?;
    for (index, source) in sources.iter().enumerate() {
        let again = sources[..index]
            .iter()
            .any(|other| other.name == source.name);
        source::check(&format!("source {}", index + 1), source, again)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("../dipole.example.toml");

    /// The example with its keys switched on: lines that begin with `#` and no space.
    fn uncommented() -> String {
        let lines = EXAMPLE.lines().map(|line| match line.strip_prefix('#') {
            Some(rest) if !rest.starts_with(' ') => rest,
            _ => line,
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_example_names_every_key_with_its_default() {
        let config: Config = toml::from_str(&uncommented()).unwrap();
        let with_defaults = Config {
            command: config.command.clone(),
            source: config.source.clone(),
            template: config.template.clone(),
            rule: config.rule.clone(),
            profile: config.profile.clone(),
            lineup: config.lineup.clone(),
            guide: config.guide.clone(),
            clients: config.clients.clone(),
            tls: config.tls.clone(),
            ..Config::default()
        };
        assert_eq!(format!("{config:?}"), format!("{with_defaults:?}"));
        check(&config).unwrap();
        // Every field of every type stands in the example.
        let debug = format!("{config:?}");
        let fields = debug
            .split([' ', '{', '[', '('])
            .filter_map(|word| word.strip_suffix(':'));
        for field in
            fields.filter(|field| field.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        {
            assert!(
                EXAMPLE.contains(field),
                "dipole.example.toml does not document `{field}`"
            );
        }
    }

    #[test]
    fn the_example_as_it_stands_changes_nothing() {
        let config: Config = toml::from_str(EXAMPLE).unwrap();
        assert_eq!(format!("{config:?}"), format!("{:?}", Config::default()));
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dipole.toml");
        std::fs::write(&path, "data = \"x\"\n\n[tuner]\ncuont = 3\n").unwrap();
        let error = load(Some(&path)).unwrap_err().to_string();
        assert!(
            error.contains("line 4") && error.contains("cuont"),
            "{error}"
        );
    }

    #[test]
    fn values_out_of_range_are_refused() {
        for (text, key) in [
            ("[tuner]\ncount = 0", "tuner.count"),
            ("[tuner]\ncount = 2049", "tuner.count"),
            ("[tuner]\nlinger_ms = 10001", "tuner.linger_ms"),
            ("[throttle]\ntotal_kbit = 99", "throttle.total_kbit"),
            ("[throttle]\nstream_kbit = 10000001", "throttle.stream_kbit"),
            (
                "[[source]]\nname = \"a\"\nurl = \"u\"\nthrottle_kbit = 1",
                "source 1: throttle_kbit",
            ),
            ("[programmes]\ndays = 15", "programmes.days"),
            ("[programmes]\npast_hours = 169", "programmes.past_hours"),
            (
                "[[guide]]\nname = \"a\"\nurl = \"http://a.example/x.XZ\"",
                "guide 1: url",
            ),
            (
                "[[guide]]\nname = \"a\"\nurl = \"u\"\ninterval_hours = 0",
                "guide 1: interval_hours",
            ),
            ("http = []", "http"),
            ("name = \" \"", "name"),
            ("[clients]\nmax = 0", "clients.max"),
            ("[[source]]\nname = \"a\"\nurl = \"\"", "source 1: url"),
            (
                "[[source]]\nname = \"a\"\nurl = \"u\"\ninterface = \" \"",
                "source 1: interface",
            ),
            (
                "[[source]]\nname = \"a\"\nurl = \"u\"\n[[source]]\nname = \"a\"\nurl = \"v\"",
                "source 2: name",
            ),
        ] {
            let config: Config = toml::from_str(text).unwrap();
            let error = check(&config).unwrap_err().to_string();
            assert!(error.starts_with(key), "{text}: {error}");
        }
        let error = toml::from_str::<Config>("[memory]\nbudget = \"lots\"")
            .unwrap_err()
            .to_string();
        assert!(error.contains("96MiB"), "{error}");
    }

    #[test]
    fn what_the_file_sets_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dipole.toml");
        std::fs::write(&path, "name = \"Attic\"\n[tuner]\ncount = 3\n").unwrap();
        let loaded = load(Some(&path)).unwrap();
        assert_eq!(loaded.keys_set, ["name", "tuner.count"]);
        assert_eq!(loaded.config.tuner.count, 3);
    }
}
