//! What can be set about a guide: the same keys in the configuration file, over the API and in the
//! store; and orders about guides.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::{Answer, BadSetting, ListPieces, Refused, SourceSettings, settings::hold};

/// A guide and how it is asked for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuideSettings {
    /// Its name, for people; 1–64 bytes.
    pub name: String,
    /// `http://…`, `https://…` or the path of a file; `None` where it is uploaded.
    #[serde(default)]
    pub url: Option<String>,
    /// Guides of a higher one are asked first.
    #[serde(default)]
    pub priority: i32,
    /// Sent instead of our own.
    #[serde(default)]
    pub user_agent: Option<String>,
    /// Further request headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Hours between two readings, 1–168.
    #[serde(default = "half_a_day")]
    pub interval_hours: u64,
    /// Whether certificates are looked at.
    #[serde(default = "yes")]
    pub tls_verify: bool,
}

const fn half_a_day() -> u64 {
    12
}

const fn yes() -> bool {
    true
}

impl GuideSettings {
    /// A guide at an address, and nothing else set.
    #[must_use]
    pub fn new(name: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            url: Some(url.into()),
            priority: 0,
            user_agent: None,
            headers: BTreeMap::new(),
            interval_hours: half_a_day(),
            tls_verify: true,
        }
    }

    /// As a source: how it is fetched.
    #[must_use]
    pub fn source(&self) -> SourceSettings {
        SourceSettings {
            url: self.url.clone(),
            user_agent: self.user_agent.clone(),
            headers: self.headers.clone(),
            interval_hours: self.interval_hours,
            tls_verify: self.tls_verify,
            ..SourceSettings::new(self.name.as_str(), "")
        }
    }

    /// The ranges that the types do not hold.
    ///
    /// # Errors
    /// The first setting that cannot be.
    pub fn check(&self) -> Result<(), BadSetting> {
        let url = self.url.as_deref().unwrap_or_default();
        hold(
            !url.trim().to_ascii_lowercase().ends_with(".xz"),
            "url",
            "a guide that is plain or gzip (.gz): xz is not read",
        )?;
        self.source().check()
    }
}

impl fmt::Debug for GuideSettings {
    /// Without what may be a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            url,
            priority,
            user_agent,
            headers,
            interval_hours,
            tls_verify,
        } = self;
        f.debug_struct("GuideSettings")
            .field("name", name)
            .field("url", &url.as_ref().map(|_| "…"))
            .field("priority", priority)
            .field("user_agent", user_agent)
            .field("headers", &headers.keys())
            .field("interval_hours", interval_hours)
            .field("tls_verify", tls_verify)
            .finish()
    }
}

/// The lasting number of a guide: it stays over restarts and renames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuideId(pub u32);

impl fmt::Display for GuideId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// What can be asked of guides.
#[derive(Debug)]
pub enum GuideOrder {
    /// Read one guide now, or all. Answered as soon as it is due, not when it has been read.
    Refresh {
        /// Which; `None` for all.
        guide: Option<GuideId>,
        /// That it is due.
        answer: Answer<()>,
    },
    /// Break off the reading that is going on; its programmes stay as they were.
    Cancel {
        /// Which.
        guide: GuideId,
        /// That it has ended.
        answer: Answer<()>,
    },
    /// Another guide.
    Add {
        /// What it is.
        settings: Box<GuideSettings>,
        /// Its number.
        answer: Answer<GuideId>,
    },
    /// Other settings for a guide that the API added.
    Change {
        /// Which.
        guide: GuideId,
        /// All of them. What is shown in place of a secret stands for the secret that is kept.
        settings: Box<GuideSettings>,
        /// That they hold.
        answer: Answer<()>,
    },
    /// No such guide any more, and none of its programmes.
    Remove {
        /// Which.
        guide: GuideId,
        /// That it is gone.
        answer: Answer<()>,
    },
    /// Read this guide, for one without an address.
    Upload {
        /// Which.
        guide: GuideId,
        /// Its bytes.
        file: ListPieces,
        /// That it has been read, and channels have programmes of it.
        answer: Answer<()>,
    },
}

impl GuideOrder {
    /// Answers that it was not carried out.
    pub fn refuse(self, why: Refused) {
        match self {
            Self::Add { answer, .. } => answer.give(Err(why)),
            Self::Refresh { answer, .. }
            | Self::Cancel { answer, .. }
            | Self::Change { answer, .. }
            | Self::Remove { answer, .. }
            | Self::Upload { answer, .. } => answer.give(Err(why)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_those_of_sources() {
        type Change = fn(&mut GuideSettings);
        let cases: [(Change, Option<&str>); 7] = [
            (|_| (), None),
            (|it| it.url = None, None),
            (
                |it| it.url = Some("http://a.example/g.XZ".to_owned()),
                Some("url"),
            ),
            (|it| it.url = Some(String::new()), Some("url")),
            (|it| it.name = " ".to_owned(), Some("name")),
            (|it| it.interval_hours = 169, Some("interval_hours")),
            (
                |it| drop(it.headers.insert("a b".to_owned(), String::new())),
                Some("headers"),
            ),
        ];
        for (change, key) in cases {
            let mut settings = GuideSettings::new("g", "http://a.example/g.xml");
            change(&mut settings);
            assert_eq!(settings.check().err().map(|bad| bad.key), key);
        }
    }

    #[test]
    fn what_is_not_said_is_as_everybody_expects() {
        let read: GuideSettings = serde_json::from_str(r#"{"name":"a","url":"u"}"#).unwrap();
        assert_eq!(read, GuideSettings::new("a", "u"));
        assert!(serde_json::from_str::<GuideSettings>(r#"{"name":"a","connections":1}"#).is_err());
        let secret = GuideSettings::new("a", "http://u:hush@h/");
        assert!(!format!("{secret:?}").contains("hush"));
    }
}
