//! What is decided, as JSON: a part that is absent stays, `null` makes it automatic again.

use desk::Refused;
use lineup::{
    GuideNumber,
    decisions::{GuideChoice, Keys, Patch, Set},
};
use serde::{Deserialize, Deserializer};

/// Changes to the decisions of a channel.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct PatchJson {
    name: Part<String>,
    number: Part<String>,
    /// A channel that has the number gets this one's.
    swap: bool,
    enabled: Part<bool>,
    favourite: Part<bool>,
    group: Part<String>,
    logo: Part<String>,
    guide: Part<GuideJson>,
    shift_min: Part<i16>,
    primary: Part<String>,
    backups: Part<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GuideJson {
    source: Option<String>,
    channel: Option<String>,
}

/// Absent, `null`, or a value.
#[derive(Debug)]
struct Part<T>(Set<T>);

impl<T> Default for Part<T> {
    fn default() -> Self {
        Self(Set::Keep)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Part<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Option::deserialize(deserializer)?;
        Ok(Self(value.map_or(Set::Automatic, Set::To)))
    }
}

impl<T> Part<T> {
    fn map<U, E>(self, of: impl FnOnce(T) -> Result<U, E>) -> Result<Set<U>, E> {
        Ok(match self.0 {
            Set::Keep => Set::Keep,
            Set::Automatic => Set::Automatic,
            Set::To(value) => Set::To(of(value)?),
        })
    }
}

impl PatchJson {
    /// The same in the words of the facts.
    pub(super) fn patch(self) -> Result<Patch, Refused> {
        let text = |text: String| Ok::<_, Refused>(text.trim().into());
        Ok(Patch {
            name: self.name.map(text)?,
            number: self.number.map(|text| number(&text))?,
            swap: self.swap,
            enabled: self.enabled.0,
            favourite: self.favourite.0,
            group: self.group.map(text)?,
            logo: self.logo.map(text)?,
            guide: self.guide.map(guide)?,
            shift_min: self.shift_min.0,
            primary: self.primary.map(|text| stream(&text))?,
            backups: self.backups.map(|backups| streams(&backups))?,
        })
    }
}

pub(super) fn number(text: &str) -> Result<GuideNumber, Refused> {
    let number = text.trim().parse();
    number.map_err(|error: lineup::GuideNumberError| Refused::Invalid(error.to_string()))
}

pub(super) fn streams(texts: &[String]) -> Result<Vec<Keys>, Refused> {
    texts.iter().map(|text| stream(text)).collect()
}

fn stream(text: &str) -> Result<Keys, Refused> {
    let keys = text.parse();
    keys.map_err(|error: lineup::decisions::KeysError| Refused::Invalid(error.to_string()))
}

fn guide(guide: GuideJson) -> Result<GuideChoice, Refused> {
    match (guide.source, guide.channel) {
        (None, None) => Ok(GuideChoice::None),
        (Some(source), Some(channel)) => Ok(GuideChoice::Channel {
            source: source.into(),
            channel: channel.into(),
        }),
        (Some(_), None) | (None, Some(_)) => Err(Refused::Invalid(
            "a guide is chosen by `source` and `channel`, or by both being null: none".to_owned(),
        )),
    }
}
