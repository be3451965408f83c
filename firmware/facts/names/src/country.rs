//! Countries, by their ISO 3166 codes.

use std::fmt;
use std::num::NonZeroU8;

use crate::language::Language;
use crate::tables::countries::COUNTRIES;
use crate::tables::country_codes::CODES;
use crate::tables::country_names::COUNTRY_NAMES;
use crate::tables::{look_up, markets};

/// A country: its place in the table of countries, plus one, so that `Option<Country>` is a byte.
///
/// Sorted like their two-letter codes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country(NonZeroU8);

impl Country {
    /// The country of an ISO 3166-1 alpha-2 code in lower case (`gb`), and of nothing else.
    #[must_use]
    pub fn from_alpha2(code: &str) -> Option<Self> {
        let at = COUNTRIES.binary_search(&code).ok()?;
        NonZeroU8::new(u8::try_from(at + 1).ok()?).map(Self)
    }

    /// The country of any code in lower case that playlists use: of two letters, of three as in
    /// ISO 3166-1 or of the IOC (`ger`), or another that is common (`uk`).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::from_alpha2(code).or_else(|| Self::from_alpha2(look_up(&CODES, code)?))
    }

    /// The country of a name in one of several languages, folded (see
    /// [`fold_words`](crate::fold_words)): `mexico`, `espana`.
    #[must_use]
    pub fn from_name(folded: &str) -> Option<Self> {
        Self::from_alpha2(look_up(&COUNTRY_NAMES, folded)?)
    }

    /// ISO 3166-1 alpha-2, in lower case. Kosovo, which has none, is `xk` as everywhere.
    #[must_use]
    pub fn code(self) -> &'static str {
        let at = usize::from(self.0.get()) - 1;
        COUNTRIES.get(at).copied().unwrap_or_default()
    }

    /// Whether the two belong to one market: entries of both that carry one distinctive name are
    /// one channel. Not transitive: a country may belong to several markets.
    #[must_use]
    pub fn shares_market_with(self, other: Self) -> bool {
        markets::MARKETS
            .iter()
            .any(|market| market.contains(&self.code()) && market.contains(&other.code()))
    }

    /// The larger neighbour whose national feeds this small country's platforms carry.
    #[must_use]
    pub fn carries_feeds_of(self) -> Option<Self> {
        let (_, neighbour) = markets::CARRIES
            .iter()
            .find(|(country, _)| *country == self.code())?;
        Self::from_alpha2(neighbour)
    }

    /// The language of feeds that are made for this country and name none.
    #[must_use]
    pub fn own_language(self) -> Option<Language> {
        match self.code() {
            "fr" | "mc" => Some(Language::French),
            "de" | "at" => Some(Language::German),
            "nl" => Some(Language::Dutch),
            "it" => Some(Language::Italian),
            _ => None,
        }
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Country({})", self.code())
    }
}

impl fmt::Display for Country {
    /// In capitals, as users know them: `GB`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code().to_ascii_uppercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country(code: &str) -> Country {
        Country::from_code(code).expect("a code of the table")
    }

    #[test]
    fn codes_and_names_lead_to_a_country_and_back() {
        for (code, alpha2) in [("us", "us"), ("usa", "us"), ("uk", "gb"), ("ger", "de")] {
            assert_eq!(country(code).code(), alpha2);
        }
        assert_eq!(country("uk").to_string(), "GB");
        assert_eq!(Country::from_name("cote divoire"), Some(country("ci")));
        assert_eq!(Country::from_code("US"), None, "codes are small here");
        assert_eq!(Country::from_code(""), None);
        assert_eq!(Country::from_alpha2("uk"), None);
        for code in COUNTRIES {
            assert_eq!(country(code).code(), code);
        }
        assert_eq!(size_of::<Option<Country>>(), 1);
    }

    #[test]
    fn markets_are_shared_both_ways_and_not_handed_on() {
        assert!(country("de").shares_market_with(country("ch")));
        assert!(country("ch").shares_market_with(country("fr")));
        assert!(!country("de").shares_market_with(country("fr")));
        assert_eq!(country("at").carries_feeds_of(), Some(country("de")));
        assert_eq!(country("de").carries_feeds_of(), None);
        assert_eq!(country("at").own_language(), Some(Language::German));
        assert_eq!(country("ch").own_language(), None);
    }
}
