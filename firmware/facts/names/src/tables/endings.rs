//! Words that stand for parts of a name at its end, or for longer words.

use crate::area::Feed;
use crate::language::Language;

/// Words for a part of a country, folded and sorted. "Nord" and "Sud" are missing: they are regions
/// with programmes of their own.
pub(crate) static FEEDS: [(&str, Feed); 16] = [
    ("east", Feed::East),
    ("eastern", Feed::East),
    ("este", Feed::East),
    ("leste", Feed::East),
    ("mountain", Feed::Mountain),
    ("norte", Feed::North),
    ("north", Feed::North),
    ("oeste", Feed::West),
    ("pacific", Feed::West),
    ("pacifico", Feed::West),
    ("pacifique", Feed::West),
    ("south", Feed::South),
    ("sul", Feed::South),
    ("sur", Feed::South),
    ("west", Feed::West),
    ("western", Feed::West),
];

/// Abbreviations of the time zones of North America that stand for a feed there, folded and sorted.
pub(crate) static ZONES: [(&str, Feed); 8] = [
    ("edt", Feed::East),
    ("est", Feed::East),
    ("mdt", Feed::Mountain),
    ("mst", Feed::Mountain),
    ("mtn", Feed::Mountain),
    ("pac", Feed::West),
    ("pdt", Feed::West),
    ("pst", Feed::West),
];

/// Shortened words and what they stand for, folded and sorted.
pub(crate) static ABBREVIATIONS: [(&str, &str); 9] = [
    ("ch", "channel"),
    ("chan", "channel"),
    ("chnl", "channel"),
    ("ent", "entertainment"),
    ("int", "international"),
    ("intl", "international"),
    ("jr", "junior"),
    ("netwrk", "network"),
    ("ntwk", "network"),
];

/// Letters by which cable systems of the continent mark the language of a feed, and the countries
/// where they do; sorted.
pub(crate) static LANGUAGE_LETTERS: [(&str, (Language, &[&str])); 3] = [
    ("d", (Language::German, &["at", "ch", "de", "lu"])),
    ("f", (Language::French, &["be", "ch", "fr", "lu"])),
    ("n", (Language::Dutch, &["be", "nl"])),
];

/// Countries with feeds in several languages: country, then code and language; sorted.
pub(crate) static LANGUAGES_OF: [(&str, &[(&str, Language)]); 3] = [
    (
        "be",
        &[
            ("de", Language::German),
            ("fr", Language::French),
            ("nl", Language::Dutch),
        ],
    ),
    (
        "ch",
        &[
            ("de", Language::German),
            ("fr", Language::French),
            ("it", Language::Italian),
        ],
    ),
    ("lu", &[("de", Language::German), ("fr", Language::French)]),
];
