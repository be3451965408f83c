//! `[[guide]]` and `[programmes]`: where programmes come from, and which are kept.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::error::{ConfigError, within};

const INTERVAL_HOURS_MAX: u64 = 168;
const DAYS_MAX: u32 = 14;
const PAST_HOURS_MAX: u32 = 168;
const GUIDES_MAX: usize = 32;

/// `[[guide]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Guide {
    /// Name; what is kept of the guide is known by it.
    pub(crate) name: String,
    /// Address or path.
    pub(crate) url: String,
    /// Guides of a higher one are asked first.
    #[serde(default)]
    pub(crate) priority: i32,
    /// User agent.
    pub(crate) user_agent: Option<String>,
    /// Further headers.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    /// Hours between two readings.
    #[serde(default = "default_interval_hours")]
    pub(crate) interval_hours: u64,
}

fn default_interval_hours() -> u64 {
    12
}

/// `[programmes]`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Programmes {
    /// Days ahead that are kept.
    pub(crate) days: u32,
    /// Hours back that are kept.
    pub(crate) past_hours: u32,
}

impl Default for Programmes {
    fn default() -> Self {
        Self {
            days: 7,
            past_hours: 24,
        }
    }
}

/// Ranges that the types do not hold.
pub(super) fn check(guides: &[Guide], programmes: &Programmes) -> Result<(), ConfigError> {
    let days_fit = (1..=DAYS_MAX).contains(&programmes.days);
    within(
        days_fit,
        "programmes.days",
        &programmes.days,
        "from 1 to 14",
    )?;
    within(
        programmes.past_hours <= PAST_HOURS_MAX,
        "programmes.past_hours",
        &programmes.past_hours,
        "from 0 to 168",
    )?;
    within(
        guides.len() <= GUIDES_MAX,
        "guide",
        &guides.len(),
        "at most 32",
    )?;
    for (index, guide) in guides.iter().enumerate() {
        let again = guides[..index].iter().any(|other| other.name == guide.name);
        check_one(&format!("guide {}", index + 1), guide, again)?;
    }
    Ok(())
}

fn check_one(place: &str, guide: &Guide, again: bool) -> Result<(), ConfigError> {
    let key = |key: &str| format!("{place}: {key}");
    let named = !guide.name.trim().is_empty();
    within(named, &key("name"), &"\"\"", "must not be empty")?;
    within(
        !again,
        &key("name"),
        &guide.name,
        "stands twice; guides are known by it",
    )?;
    let addressed = !guide.url.trim().is_empty();
    within(addressed, &key("url"), &"\"\"", "an address or a path")?;
    within(
        !guide.url.to_ascii_lowercase().ends_with(".xz"),
        &key("url"),
        &"\"….xz\"",
        "a guide that is plain or gzip (.gz): xz is not read",
    )?;
    let hours_fit = (1..=INTERVAL_HOURS_MAX).contains(&guide.interval_hours);
    within(
        hours_fit,
        &key("interval_hours"),
        &guide.interval_hours,
        "from 1 to 168",
    )
}
