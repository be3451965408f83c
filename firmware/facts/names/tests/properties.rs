//! What holds for every name: reading never panics, is bounded, and does not depend on what
//! providers put around a name.

use names::{NAME_BYTES_MAX, NameEntry, Parts, Stated, fold, fold_words, read, sound};
use proptest::prelude::*;

/// Pieces that the steps of the reader look for; put together at random they meet each other.
const PIECES: [&str; 48] = [
    "US",
    "| ",
    ": ",
    "[",
    "]",
    "(",
    ")",
    "{",
    "🇩🇪",
    "🇪",
    "+",
    "1",
    "+1",
    " +24",
    "Plus1",
    "h",
    "HD",
    "ᴴᴰ",
    "1080p",
    "+",
    ".",
    "_",
    "#2",
    " ",
    "\u{a0}",
    "WTAE",
    "-DT2",
    " 4.1",
    "W25GE-D",
    "(KTVD",
    "TV",
    "tv5",
    "Channel",
    "East",
    "Pacífico",
    "feed",
    "México",
    "de",
    " FR",
    "F",
    "and",
    "Eins",
    "Первый",
    "ΑΣ",
    "İ",
    "ﷺ",
    "e\u{301}",
    "\0",
];

fn any_name() -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(prop::sample::select(&PIECES[..]), 0..12);
    prop_oneof![any::<String>(), pieces.prop_map(|pieces| pieces.concat())]
}

fn read_name(name: &str, group: &str) -> Parts {
    read(&NameEntry {
        name,
        group,
        ..NameEntry::default()
    })
}

/// A plain name: words that mean nothing to the reader.
fn plain_name() -> impl Strategy<Value = String> {
    let word = prop::sample::select(&["Lobo", "Brisa", "Faro", "Nube", "Torre", "Valle"][..]);
    prop::collection::vec(word, 1..4).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn any_text_is_read(name in any_name(), group in any_name(), tvg_id in any_name()) {
        let parts = read(&NameEntry { name: &name, group: &group, tvg_id: &tvg_id, home: None });
        prop_assert!(parts.words().all(|word| !word.is_empty()));
        prop_assert!(!parts.key().is_empty());
        prop_assert_eq!(parts.glued(), parts.words().collect::<String>());
        prop_assert!(parts.shift_hours <= 24);
        prop_assert!(parts.area.is_none() || parts.area_around.is_none());
        prop_assert!(!parts.pacific || parts.feed.is_some());
        prop_assert!(parts.station.is_none() || parts.edition.is_none());
        prop_assert!(parts.edition.is_none() || parts.country == parts.edition);
        prop_assert!(parts.edition.is_none() || parts.stated == Stated::Name);
        prop_assert!(!parts.describe().is_empty());
        prop_assert!(parts.core_words().count() <= parts.words().count());
    }

    #[test]
    fn reading_is_the_same_every_time(name in any_name(), group in any_name()) {
        prop_assert_eq!(read_name(&name, &group), read_name(&name, &group));
    }

    #[test]
    fn folding_twice_is_folding_once(text in any_name()) {
        let folded = fold_words(&text);
        prop_assert_eq!(fold_words(&folded), folded.as_str());
        prop_assert!(!folded.starts_with(' ') && !folded.ends_with(' ') && !folded.contains("  "));
        prop_assert!(!sound(&fold(&text)).contains('w'));
    }

    #[test]
    fn what_lies_beyond_the_longest_name_is_not_read(name in plain_name(), more in any_name()) {
        let long = format!("{name}{}", " ".repeat(NAME_BYTES_MAX));
        prop_assert_eq!(read_name(&format!("{long}{more}"), ""), read_name(&long, ""));
    }

    #[test]
    fn a_plain_name_is_its_words(name in plain_name()) {
        let parts = read_name(&name, "");
        prop_assert_eq!(parts.joined_words(), name.to_lowercase());
        prop_assert_eq!(parts.key(), name.to_lowercase().replace(' ', ""));
        prop_assert!(parts.country.is_none());
    }

    #[test]
    fn decoration_does_not_change_the_name(
        name in plain_name(),
        upper in any::<bool>(),
        before in prop::sample::select(&["", "FHD ", "[VIP] ", "★ ", "  "][..]),
        behind in prop::sample::select(&[
            "", " HD", " ᴴᴰ", " FHD", " (1080p)", " [Not 24/7]", " HEVC", " (Backup)", " VIP",
            " [Geo-blocked]", " 4K", " #3", " ᶠᴴᴰ ᴴᴱⱽᶜ", " |", " Full HD", " RAW 60fps",
        ][..]),
    ) {
        let plain = read_name(&name, "");
        let cased = if upper { name.to_uppercase() } else { name };
        let mut decorated = read_name(&format!("{before}{cased}{behind}"), "");
        decorated.quality = plain.quality;
        prop_assert_eq!(decorated, plain);
    }

    #[test]
    fn however_the_country_is_written_before_it_is_the_same(
        name in plain_name(),
        (one, other) in prop::sample::subsequence(&[
            "DE: ", "DE| ", "[DE] ", "(DE) ", "|DE| ", "🇩🇪 ", "GER: ", "DE - ", "DE ▎ ", "DE ★ ",
        ][..], 2).prop_map(|two| (two[0], two[1])),
    ) {
        let parts = read_name(&format!("{one}{name}"), "");
        prop_assert_eq!(&parts, &read_name(&format!("{other}{name}"), "Movies"));
        prop_assert_eq!(parts.country.map(names::Country::code), Some("de"));
        prop_assert_eq!(parts.joined_words(), name.to_lowercase());
    }

    #[test]
    fn a_time_shift_is_never_part_of_the_name(
        name in plain_name(),
        hours in 1_u8..=24,
        (open, close) in prop::sample::select(&[(" +", ""), ("+", ""), (" (+", ")"), (" +", "h")][..]),
    ) {
        let parts = read_name(&format!("{name}{open}{hours}{close} HD"), "");
        prop_assert_eq!(parts.shift_hours, hours);
        let plain = read_name(&name, "");
        prop_assert_eq!(parts.key(), plain.key());
    }

    #[test]
    fn the_words_of_a_name_read_again_are_the_same_name(name in plain_name(), behind in
        prop::sample::select(&["", " TV", " Channel", " Plus", " 2", " One", " World"][..]))
    {
        let parts = read_name(&format!("{name}{behind}"), "");
        let again = read_name(parts.joined_words(), "");
        prop_assert_eq!(parts.key(), again.key());
    }
}
