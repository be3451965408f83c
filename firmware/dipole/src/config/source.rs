//! `[[source]]`: a channel list and how its provider is dealt with.

use std::{collections::BTreeMap, time::Duration};

use serde::Deserialize;

use super::error::{ConfigError, within};

const INTERVAL_HOURS_MAX: u64 = 168;

/// `[[source]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    /// Name; channels are known by it.
    pub(crate) name: String,
    /// Address or path of the list.
    pub(crate) url: String,
    /// Upstream connections at once.
    pub(crate) connections: Option<usize>,
    /// User agent.
    pub(crate) user_agent: Option<String>,
    /// Name of the `[[command]]` that plays its streams.
    pub(crate) command: Option<String>,
    /// Further headers.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    /// Hours between two readings.
    #[serde(default = "default_interval_hours")]
    pub(crate) interval_hours: u64,
}

impl Source {
    /// Time between two readings.
    pub(crate) fn interval(&self) -> Duration {
        Duration::from_secs(self.interval_hours * 3600)
    }
}

fn default_interval_hours() -> u64 {
    24
}

/// Ranges that the types do not hold; `again` where the name stood before.
pub(super) fn check(place: &str, source: &Source, again: bool) -> Result<(), ConfigError> {
    let key = |key: &str| format!("{place}: {key}");
    within(
        !source.name.trim().is_empty(),
        &key("name"),
        &"\"\"",
        "must not be empty",
    )?;
    within(
        !again,
        &key("name"),
        &source.name,
        "stands twice; channels are known by it",
    )?;
    within(
        !source.url.trim().is_empty(),
        &key("url"),
        &"\"\"",
        "an address or a path",
    )?;
    within(
        source.connections != Some(0),
        &key("connections"),
        &0,
        "at least 1",
    )?;
    let hours_fit = (1..=INTERVAL_HOURS_MAX).contains(&source.interval_hours);
    within(
        hours_fit,
        &key("interval_hours"),
        &source.interval_hours,
        "from 1 to 168",
    )
}
