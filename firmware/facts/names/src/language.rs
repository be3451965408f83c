//! Languages of feeds, as far as names tell them apart.

use crate::tables::numbers::NUMBER_WORDS;

/// The language of a feed in a country of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// German.
    German,
    /// English.
    English,
    /// French.
    French,
    /// Italian.
    Italian,
    /// Dutch.
    Dutch,
    /// The language of a spelled number: "Un" and "Eins" beside each other are two editions.
    /// [`read`](crate::read) never says it, since one name alone does not show it.
    Of(NumberWord),
}

impl Language {
    /// ISO 639-1, or the spelled number.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::German => "de",
            Self::English => "en",
            Self::French => "fr",
            Self::Italian => "it",
            Self::Dutch => "nl",
            Self::Of(word) => word.word(),
        }
    }

    /// The language in a user's words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::German => "German",
            Self::English => "English",
            Self::French => "French",
            Self::Italian => "Italian",
            Self::Dutch => "Dutch",
            Self::Of(word) => word.word(),
        }
    }
}

/// A spelled number at the end of a name: its place in the table of number words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NumberWord(u8);

impl NumberWord {
    /// The number word that is exactly this folded word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let at = NUMBER_WORDS
            .binary_search_by(|(spelled, _)| (*spelled).cmp(word))
            .ok()?;
        u8::try_from(at).ok().map(Self)
    }

    /// As it is spelled: `deux`.
    #[must_use]
    pub fn word(self) -> &'static str {
        NUMBER_WORDS
            .get(usize::from(self.0))
            .map_or("", |(spelled, _)| spelled)
    }

    /// In digits: `2`.
    #[must_use]
    pub fn digits(self) -> &'static str {
        NUMBER_WORDS
            .get(usize::from(self.0))
            .map_or("", |(_, digits)| digits)
    }
}
