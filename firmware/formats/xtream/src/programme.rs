//! One programme of the short guide (`get_short_epg`, `get_simple_data_table`).

use crate::{Fields, base64::decoded, date::unix_seconds};

/// A programme, as an object of `epg_listings` says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programme {
    /// Its title; never empty.
    pub title: String,
    /// What it is about; may be empty.
    pub description: String,
    /// Its beginning, in seconds since 1970.
    pub start: i64,
    /// Its end, in seconds since 1970; behind the beginning.
    pub stop: i64,
}

impl Programme {
    /// Reads an object; `None` where title or times are missing. `start` and `end` are texts in the time
    /// of the panel's zone: the timestamps beside them are taken where they are there.
    #[must_use]
    pub fn of(fields: Fields<'_>) -> Option<Self> {
        let moment = |stamp: &str, text: &str| {
            let stamp = unix_seconds(&fields.text(stamp)).filter(|seconds| *seconds > 0);
            stamp.or_else(|| unix_seconds(&fields.text(text)))
        };
        let programme = Self {
            title: plain(&fields.text("title")),
            description: plain(&fields.text("description")),
            start: moment("start_timestamp", "start")?,
            stop: moment("stop_timestamp", "end")?,
        };
        let is_one = !programme.title.is_empty() && programme.stop > programme.start;
        is_one.then_some(programme)
    }
}

/// Out of Base64 where it is that, and else as it came.
fn plain(text: &str) -> String {
    decoded(text).unwrap_or_else(|| text.to_owned())
}
