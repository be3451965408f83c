//! The parts of a name in a user's words, for the page and for the reasons of a merge.

use std::fmt;

use crate::parts::{Form, Parts, Quality};
use crate::station::Station;

/// One part of a name, as users are told it: "time shift: +1".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What kind of part it is: "time shift".
    pub label: &'static str,
    /// What the name says about it: "+1".
    pub value: String,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.label, self.value)
    }
}

impl Parts {
    /// What was read, most telling parts first. Parts that the name does not have are left out, so
    /// the list is never longer than a dozen and never empty.
    #[must_use]
    pub fn describe(&self) -> Vec<Told> {
        let mut told = Vec::new();
        let mut tell = |label, value: Option<String>| {
            told.extend(value.map(|value| Told { label, value }));
        };
        tell("name", self.readable_name());
        tell("country", self.country.map(|c| c.to_string()));
        tell("area", self.area.map(|area| area.name().to_owned()));
        tell("feed", self.feed.map(|feed| feed.name().to_owned()));
        tell("time shift", self.readable_shift());
        tell("language", self.language.map(|l| l.name().to_owned()));
        if let Some(station) = self.station.as_deref() {
            tell("call sign", Some(station.call.to_uppercase()));
            tell("sub-channel", readable_subchannel(station));
            tell(
                "network",
                some_text(&station.network).map(|n| n.to_uppercase()),
            );
            tell("programme", some_text(&station.extra));
        }
        tell("form", readable_form(self.form));
        tell("quality", readable_quality(self.quality));
        told
    }

    fn readable_name(&self) -> Option<String> {
        let unreadable = "nothing that can be read";
        Some(match self.is_unreadable() {
            true => unreadable.to_owned(),
            false => self.joined_words().to_owned(),
        })
    }

    fn readable_shift(&self) -> Option<String> {
        (self.shift_hours > 0).then(|| format!("+{}", self.shift_hours))
    }
}

fn readable_subchannel(station: &Station) -> Option<String> {
    let minor = station.subchannel.filter(|minor| *minor > 0)?;
    Some(match station.major {
        Some(major) => format!("{major}.{minor}"),
        None => minor.to_string(),
    })
}

fn readable_form(form: Form) -> Option<String> {
    let word = match form {
        Form::Plain => return None,
        Form::Channel => "\"Channel\" in the name",
        Form::Leading => "\"TV\" before the name",
        Form::Trailing => "\"TV\" behind the name",
    };
    Some(word.to_owned())
}

fn readable_quality(quality: Quality) -> Option<String> {
    some_text(quality.name())
}

fn some_text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
