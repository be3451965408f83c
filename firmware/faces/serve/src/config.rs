//! What the daemon hands to this crate: plain values and the live ends of other crates.

use std::{fmt, sync::Arc};

use desk::{Desk, GuideSettings, RulesView, SourceSettings};
use hdhomerun::Identity;
use lineup::{Lineup, decisions::Logged};
use serde::Serialize;
use tokio::sync::watch;
use tuner::Tuners;

use crate::{
    catalog::CatalogOpener,
    guide::{GuideOpener, GuidePlaces},
    vod::{VodOpener, VodPlaces},
};

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
    /// Parts of the lineup that are offered under names of their own.
    pub profiles: Vec<Profile>,
}

/// A part of the lineup, offered at `/profile/<name>/`. A channel must pass all that is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Its name: letters, digits, `_` and `-` of ASCII.
    pub name: String,
    /// Names of groups, in any case; empty: all.
    pub groups: Vec<String>,
    /// Names of sources; empty: all.
    pub sources: Vec<String>,
    /// First and last majors of GuideNumbers; empty: all.
    pub numbers: Vec<(u16, u16)>,
    /// Whether favourites alone belong to it.
    pub favourites_only: bool,
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
    /// The sources, in the order of their numbers.
    pub sources: watch::Receiver<Vec<SourceView>>,
    /// The owner's rules.
    pub rules: watch::Receiver<Arc<RulesView>>,
    /// The sources of programmes, in the order in which they are asked.
    pub guides: watch::Receiver<Vec<GuideView>>,
    /// Who writes the guide.
    pub guide: Arc<dyn GuideOpener>,
    /// How many guides are on their way at once; from the plan.
    pub guide_places: GuidePlaces,
    /// Where changes of facts are asked for.
    pub desk: Desk,
    /// The tuners.
    pub tuners: Arc<Tuners>,
    /// The data plane.
    pub fanout: fanout::Handle,
    /// Films and series of accounts, and what is on.
    pub catalog: Arc<dyn CatalogOpener>,
    /// Who asks providers for films.
    pub vod: Arc<dyn VodOpener>,
    /// How many films are on their way at once; from the plan.
    pub vod_places: VodPlaces,
}

/// One source, as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceView {
    /// Its lasting number.
    pub id: u16,
    /// How it stands.
    pub state: SourceState,
    /// How far its reading has come, while it is read.
    pub progress: Option<ProgressView>,
    /// Channels of the lineup that come from it.
    pub channels: usize,
    /// What went wrong at the last import and what to do; the last good lineup stays.
    pub error: Option<String>,
    /// Whether it went wrong because much of the list is gone, so that it can be accepted.
    pub held_back: bool,
    /// What was wrong with the list.
    pub warnings: Vec<String>,
    /// When it was last read with success, in seconds since 1970.
    pub read_unix_s: Option<u64>,
    /// The account, where the source is one at a panel that has answered.
    pub account: Option<AccountView>,
    /// Whether it stands in the configuration file, where alone it can be changed.
    #[serde(skip)]
    pub is_of_file: bool,
    /// What is set about it, without secrets.
    #[serde(skip)]
    pub settings: SourceSettings,
}

/// An account at an Xtream panel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountView {
    /// What it may do, as the panel says: `Active`, `Expired`, and so on.
    pub status: String,
    /// When it ends, in seconds since 1970; `null` is never.
    pub expires_unix_s: Option<u64>,
    /// Connections that it allows at once; `null` is no limit.
    pub connections_max: Option<u32>,
    /// Connections that were open when the panel was asked.
    pub connections_active: Option<u32>,
    /// Whether it is a trial.
    pub is_trial: bool,
    /// The host that answered.
    pub host: String,
    /// When the panel was asked, in seconds since 1970.
    pub asked_unix_s: u64,
}

/// How far the reading of a list has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ProgressView {
    /// What is being done.
    pub phase: ReadingPhase,
    /// Entries so far.
    pub entries: u64,
    /// Bytes so far, as they came.
    pub bytes: u64,
    /// Bytes there will be, where that is known.
    pub bytes_total: Option<u64>,
}

/// What is being done with a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadingPhase {
    /// It is asked for, or comes.
    Fetching,
    /// Its entries become channels.
    Merging,
    /// The channels are being stored.
    Storing,
}

/// One source of programmes, as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GuideView {
    /// Its lasting number.
    pub id: u32,
    /// Where it is set.
    pub set_in: GuideOrigin,
    /// The number of the source that brings it.
    pub source: Option<u16>,
    /// How far its reading has come, while it is read.
    pub progress: Option<GuideProgress>,
    /// Name.
    pub name: String,
    /// File or address, without the account's name and password.
    pub address: String,
    /// How it stands.
    pub state: SourceState,
    /// Channels that it has.
    pub channels: u64,
    /// Programmes of it that are kept.
    pub programmes: u64,
    /// Channels of the lineup that were found in it.
    pub matched: usize,
    /// What went wrong at the last reading; what it had stays.
    pub error: Option<String>,
    /// When it was last read with success, in seconds since 1970.
    pub read_unix_s: Option<u64>,
    /// What is set about it, without secrets.
    #[serde(skip)]
    pub settings: GuideSettings,
}

/// Where a guide is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum GuideOrigin {
    /// In the configuration file, where alone it can be changed.
    #[serde(rename = "config file")]
    File,
    /// Over the API.
    #[serde(rename = "api")]
    Api,
    /// Nowhere: a source brings it.
    #[serde(rename = "source")]
    Source,
}

/// How far the reading of a guide has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct GuideProgress {
    /// Bytes so far, as they came.
    pub bytes: u64,
    /// Bytes there will be, where that is known.
    pub bytes_total: Option<u64>,
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
