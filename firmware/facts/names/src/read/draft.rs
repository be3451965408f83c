//! A name while it is read: what was found, and what of the text is still unread.

use crate::country::Country;
use crate::parts::{Form, Parts, Quality, Stated};

/// The parts found up to now, and the rest of the name.
#[derive(Debug)]
pub(super) struct Draft {
    /// What was found.
    pub(super) parts: Parts,
    /// What is still to be read, in composed characters.
    pub(super) text: Vec<char>,
    /// The rest as folded words, once it is taken apart into words.
    pub(super) words: Vec<String>,
    /// `edition` was a code in brackets, which in some countries means a language.
    pub(super) edition_is_code: bool,
    /// Folded texts of brackets that say something else.
    pub(super) asides: Vec<String>,
}

impl Draft {
    /// Nothing found yet.
    pub(super) fn new(text: Vec<char>) -> Self {
        Self {
            parts: Parts {
                country: None,
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
                tvg_id: Box::default(),
                words: Box::default(),
                key: Box::default(),
            },
            text,
            words: Vec::new(),
            edition_is_code: false,
            asides: Vec::new(),
        }
    }

    /// The name itself says that it is for this country.
    pub(super) fn is_for(&mut self, country: Country) {
        self.parts.country = Some(country);
        self.parts.stated = Stated::Name;
    }

    /// ISO code of the country, or empty.
    pub(super) fn country_code(&self) -> &'static str {
        self.parts.country.map_or("", Country::code)
    }

    /// The country is one where channels are called by their call signs.
    pub(super) fn in_north_america(&self) -> bool {
        matches!(self.country_code(), "us" | "ca" | "pr")
    }

    /// The quality is at least this one.
    pub(super) fn has_quality(&mut self, quality: Quality) {
        self.parts.quality = self.parts.quality.max(quality);
    }
}
