//! The end of a name, read backwards: code of a country, feed, language, area, country. The name
//! must keep something to stand on.

use super::draft::Draft;
use super::quality;
use crate::area::Feed;
use crate::country::Country;
use crate::fold::fold_words;
use crate::language::Language;
use crate::parts::Stated;
use crate::scan::{Scan, is_capital, is_number, is_space, small};
use crate::tables::areas::AREA_NAMES;
use crate::tables::endings::{ABBREVIATIONS, FEEDS, LANGUAGE_LETTERS, LANGUAGES_OF, ZONES};
use crate::tables::generic::is_generic;
use crate::tables::look_up;
use crate::tables::stations::US_STATES;

/// Takes all that is said at the end.
pub(super) fn take(draft: &mut Draft, name: &str) {
    take_code(draft);
    for word in draft.words.iter_mut().skip(1) {
        if let Some(whole) = look_up(&ABBREVIATIONS, word) {
            whole.clone_into(word);
        }
    }
    let mut endings = Endings {
        said: draft.parts.edition,
        draft,
    };
    while endings.draft.words.len() > 1 && endings.take_one() {}
    let said = endings.said;
    conclude(draft, said);
    draft.parts.pacific = draft.parts.feed == Some(Feed::West) && names_the_pacific(name);
    conclude_feed(draft, name);
}

/// Takes one code of another country from the end ("Stars TV PL"). Not a state of the United
/// States there, nor `ID` and `TV`, which are words, nor `AR` where it means Arabic.
fn take_code(draft: &mut Draft) {
    let Some(country) = code_at_end(draft) else {
        return;
    };
    draft.parts.edition = Some(country);
    draft.words.pop();
}

fn code_at_end(draft: &Draft) -> Option<Country> {
    let (scan, capitals) = quality::last_word_before(&draft.text)?;
    let apart = scan
        .back()
        .is_some_and(|c| is_space(c) || matches!(c, '-' | '|'));
    if !apart || capitals.len() != 2 || !capitals.iter().copied().all(is_capital) {
        return None;
    }
    let code = small(capitals);
    let country = Country::from_code(&code)?;
    let (last, name) = draft.words.split_last()?;
    let home = draft.country_code();
    let is_state = US_STATES.binary_search(&code.as_str()).is_ok()
        && (home == "us" || follows_comma(&draft.text, capitals));
    let is_arabic = code == "ar" && (home.is_empty() || is_arabic(draft.parts.country));
    let is_code = last == &code
        && !matches!(code.as_str(), "id" | "tv")
        && draft.text.iter().any(char::is_ascii_lowercase)
        && stands(name)
        && languages_of(home).is_empty()
        && draft.parts.country != Some(country)
        && draft.parts.station.is_none();
    (is_code && !is_state && !is_arabic).then_some(country)
}

/// Whether the letters stand behind a comma somewhere: "Pittsburgh, PA".
fn follows_comma(text: &[char], letters: &[char]) -> bool {
    let mut scan = Scan::new(text);
    while let Some(c) = scan.next() {
        let mut there = scan;
        there.skip(is_space);
        if c == ',' && there.rest().starts_with(letters) {
            return true;
        }
    }
    false
}

fn is_arabic(country: Option<Country>) -> bool {
    country.is_some_and(|country| crate::area::Area::MiddleEast.includes(country))
}

/// Codes and languages of a country that has feeds in several; else none.
fn languages_of(code: &str) -> &'static [(&'static str, Language)] {
    look_up(&LANGUAGES_OF, code).unwrap_or_default()
}

/// The loop over the end of a name.
struct Endings<'a> {
    draft: &'a mut Draft,
    /// The country that the name's own words say.
    said: Option<Country>,
}

impl Endings<'_> {
    /// Takes one ending away; false when there is none left.
    fn take_one(&mut self) -> bool {
        let Some((last, name)) = self.draft.words.split_last() else {
            return false;
        };
        let (last, stands_alone, several) = (last.clone(), stands(name), name.len() > 1);
        let country = self.draft.parts.edition.or(self.draft.parts.country);
        let taken = last == "est" && self.draft.parts.feed == Some(Feed::East)
            || last == "feed" && several
            || stands_alone
                && (self.is_feed(&last, country)
                    || self.is_own_code(&last, country)
                    || self.is_language(&last, country));
        if taken {
            self.draft.words.pop();
        }
        taken || [3, 2, 1].into_iter().any(|count| self.take_place(count))
    }

    fn is_feed(&mut self, word: &str, country: Option<Country>) -> bool {
        let in_zones = country.is_some_and(|country| matches!(country.code(), "us" | "ca"));
        let zone = look_up(&ZONES, word).filter(|_| in_zones);
        let Some(feed) = look_up(&FEEDS, word).or(zone) else {
            return false;
        };
        let parts = &mut self.draft.parts;
        let another = parts.feed.is_some_and(|known| known != feed);
        // There West and Pacific are two feeds, and "Pacific West" is not West.
        let of_canada = word.starts_with("pacifi")
            && country.is_some_and(|country| country.code() == "ca")
            && parts.feed == Some(Feed::West);
        if another || of_canada {
            return false;
        }
        parts.feed = Some(feed);
        true
    }

    /// The code of the country that it is for anyway: "Nosey US".
    fn is_own_code(&mut self, word: &str, country: Option<Country>) -> bool {
        let own = country.is_some() && Country::from_code(word) == country;
        if own {
            self.said = country;
        }
        own
    }

    /// A letter or code for the language, where the country's cable systems write it.
    fn is_language(&mut self, word: &str, country: Option<Country>) -> bool {
        let Some(country) = country else {
            return false;
        };
        let languages = languages_of(country.code());
        if let Some((language, countries)) = look_up(&LANGUAGE_LETTERS, word)
            && countries.contains(&country.code())
        {
            if !languages.is_empty() {
                self.draft.parts.language = Some(language);
            }
            return true;
        }
        let language = languages.iter().find(|(code, _)| *code == word);
        if let Some((_, language)) = language {
            self.draft.parts.language = Some(*language);
        }
        language.is_some()
    }

    /// Takes the name of an area or country of so many words, and "de" and the like before it.
    fn take_place(&mut self, count: usize) -> bool {
        let words = &mut self.draft.words;
        let Some(at) = words.len().checked_sub(count).filter(|at| *at > 0) else {
            return false;
        };
        let Some((name, place)) = words.split_at_checked(at) else {
            return false;
        };
        if !stands(name) {
            return false;
        }
        let place = place.join(" ");
        let parts = &mut self.draft.parts;
        if let Some(area) = look_up(&AREA_NAMES, &place)
            && parts.area.is_none_or(|known| known == area)
        {
            parts.area = Some(area);
            words.truncate(at);
            return true;
        }
        let Some(country) = country_named(&place) else {
            return false;
        };
        if parts.edition.is_some_and(|known| known != country) {
            return false;
        }
        parts.edition = Some(country);
        self.said = Some(country);
        words.truncate(at);
        let of = words.last().map(String::as_str);
        if words.len() > 1 && matches!(of, Some("de" | "of" | "do" | "da" | "del")) {
            words.pop();
        }
        true
    }
}

/// "America" alone is no country: it ends the names of channels everywhere.
fn country_named(place: &str) -> Option<Country> {
    match place {
        "america" => None,
        "uk" | "usa" => Country::from_code(place),
        name => Country::from_name(name),
    }
}

/// What the places that were found mean together.
fn conclude(draft: &mut Draft, mut said: Option<Country>) {
    let languages = languages_of(draft.country_code());
    let parts = &mut draft.parts;
    if let Some(code) = parts.edition.filter(|_| draft.edition_is_code)
        && let Some((_, language)) = languages.iter().find(|(l, _)| *l == code.code())
    {
        // "(FR)" in Belgium is French, not France.
        parts.language = Some(*language);
        parts.edition = None;
    }
    if parts.station.is_some() {
        // "Pittsburgh, PA" is not Panama.
        parts.edition = None;
        said = None;
    }
    if parts.edition.is_some() {
        parts.country = parts.edition;
        parts.stated = Stated::Name;
    }
    parts.says_edition = said.is_some();
    if let Some(area) = parts.area
        && (said.is_some() || parts.country.is_some_and(|country| area.includes(country)))
    {
        parts.area_around = parts.area.take();
    }
}

/// East, West and Pacific in Spanish and Portuguese: feeds of Latin America.
const IBERIAN_ZONES: [&str; 4] = ["este", "leste", "oeste", "pacifico"];

/// Only North America names its time zones in English, and there East is the plain channel.
fn conclude_feed(draft: &mut Draft, name: &str) {
    let parts = &mut draft.parts;
    let is_zone = matches!(parts.feed, Some(Feed::East | Feed::West | Feed::Mountain))
        && !fold_words(name)
            .split(' ')
            .any(|word| IBERIAN_ZONES.contains(&word));
    if parts.country.is_none() && is_zone && parts.area.is_none() {
        parts.country = Country::from_alpha2("us");
    }
    let country = parts.country.map_or("", Country::code);
    parts.says_edition |= is_zone && country == "us";
    let is_plain = matches!(country, "us" | "ca") || country.is_empty() && is_zone;
    if parts.feed == Some(Feed::East) && is_plain {
        parts.feed = None;
    }
}

fn names_the_pacific(name: &str) -> bool {
    fold_words(name)
        .split(' ')
        .any(|word| matches!(word, "pacific" | "pacifico" | "pacifique"))
}

/// Whether these words are a name by themselves: two letters or digits that are not in words for
/// television, and not a number alone ("Channel 4" stands, "4" does not).
fn stands(words: &[String]) -> bool {
    let core = || words.iter().filter(|word| !is_generic(word));
    let signs: usize = core().map(|word| word.chars().count()).sum();
    match signs > 0 && core().all(|word| is_number(word)) {
        true => words.len() > core().count(),
        false => signs >= 2,
    }
}
