//! `[[guide]]` and `[programmes]`: where programmes come from, and which are kept. What can be set about a
//! guide stands in `desk`: the same comes over the API.

use desk::GuideSettings;
use serde::Deserialize;

use super::error::{ConfigError, within};

const DAYS_MAX: u32 = 14;
const PAST_HOURS_MAX: u32 = 168;
const GUIDES_MAX: usize = 32;

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
pub(super) fn check(guides: &[GuideSettings], programmes: &Programmes) -> Result<(), ConfigError> {
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

fn check_one(place: &str, guide: &GuideSettings, again: bool) -> Result<(), ConfigError> {
    guide.check().map_err(|error| ConfigError::Source {
        place: place.to_owned(),
        error,
    })?;
    within(
        !again,
        &format!("{place}: name"),
        &guide.name,
        "stands twice; guides are known by it",
    )?;
    within(
        guide.url.is_some(),
        &format!("{place}: url"),
        &"",
        "an address or a path: a guide that is uploaded is added on the page",
    )
}
