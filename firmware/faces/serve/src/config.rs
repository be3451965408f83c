//! What the daemon hands to this crate: plain values and the live ends of other crates.

use std::{fmt, sync::Arc};

use desk::Desk;
use hdhomerun::Identity;
use lineup::{Lineup, decisions::Logged};
use serde::Serialize;
use tokio::sync::watch;
use tuner::Tuners;

use crate::vod::{VodOpener, VodPlaces};

/// What stays as it is while the daemon runs.
#[derive(Clone, Debug)]
pub struct Config {
    /// Who the device says it is.
    pub identity: Identity,
    /// Dipole's own version.
    pub version: &'static str,
    /// Host names, besides `*.local` and addresses, under which the page may be opened.
    pub names: Vec<String>,
    /// Connections at once that are no stream; from the plan. Default 64.
    pub pages_max: usize,
    /// The memory plan, for the page.
    pub plan: Vec<PlanRow>,
    /// `memory.budget` in bytes.
    pub budget_bytes: u64,
    /// The settings in force, for the page.
    pub settings: Vec<Setting>,
}

impl Config {
    /// Default of [`Config::pages_max`].
    pub const PAGES_MAX_DEFAULT: usize = 64;
}

/// What changes while the daemon runs.
#[derive(Clone)]
pub struct Feeds {
    /// The lineup in force.
    pub lineup: watch::Receiver<Arc<Lineup>>,
    /// What the owner has decided of channels, the newest first.
    pub changes: watch::Receiver<Arc<Vec<Logged>>>,
    /// The sources, in the order of the configuration.
    pub sources: watch::Receiver<Vec<SourceView>>,
    /// Where changes of facts are asked for.
    pub desk: Desk,
    /// The tuners.
    pub tuners: Arc<Tuners>,
    /// The data plane.
    pub fanout: fanout::Handle,
    /// Who asks providers for films.
    pub vod: Arc<dyn VodOpener>,
    /// How many films are on their way at once; from the plan.
    pub vod_places: VodPlaces,
}

/// One source, as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceView {
    /// Name.
    pub name: String,
    /// File or address, without the account's name and password.
    pub address: String,
    /// How it stands.
    pub state: SourceState,
    /// Channels of the lineup that come from it.
    pub channels: usize,
    /// Whether each viewer of its channels has a connection of its own.
    pub direct: bool,
    /// What went wrong at the last import and what to do; the last good lineup stays.
    pub error: Option<String>,
    /// When it was last read with success, in seconds since 1970.
    pub read_unix_s: Option<u64>,
}

/// How a source stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceState {
    /// Not read yet.
    Waiting,
    /// Being read.
    Reading,
    /// Read.
    Ready,
    /// Could not be read.
    Failed,
}

/// One row of the memory plan: `count` × `size_bytes` = `limit_bytes`.
#[derive(Clone, Debug)]
pub struct PlanRow {
    /// What is held.
    pub name: String,
    /// How many, at most.
    pub count: u64,
    /// Bytes of each.
    pub size_bytes: u64,
    /// Bytes of all.
    pub limit_bytes: u64,
    /// How many bytes are in use, where that is known.
    pub used_bytes: Option<Gauge>,
}

/// A figure that is read when it is shown.
#[derive(Clone)]
pub struct Gauge(Arc<dyn Fn() -> u64 + Send + Sync>);

impl Gauge {
    /// A gauge read by `read`, which must be quick.
    pub fn new(read: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    pub(crate) fn read(&self) -> u64 {
        (self.0)()
    }
}

impl fmt::Debug for Gauge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Gauge").field(&self.read()).finish()
    }
}

/// One setting in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// Its key in the config file, as `tuner.count`.
    pub key: String,
    /// Its value, as one would write it.
    pub value: String,
    /// Where it comes from.
    pub origin: SettingOrigin,
}

/// Where a setting comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum SettingOrigin {
    /// The config file; the page shows it and cannot change it.
    #[serde(rename = "config file")]
    ConfigFile,
    /// Nobody set it.
    #[serde(rename = "default")]
    Default,
}
