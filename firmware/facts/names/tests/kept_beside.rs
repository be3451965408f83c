//! What is kept beside the parts: evidence for those who see the whole list.

use names::{Country, NameEntry, Parts, Quality, Stated, StationKind, read};

fn read_name(name: &str, group: &str) -> Parts {
    read(&NameEntry {
        name,
        group,
        ..NameEntry::default()
    })
}

#[test]
fn how_sure_the_country_is() {
    for (name, group, stated) in [
        ("Lobo", "", Stated::Nowhere),
        ("Lobo", "Movies", Stated::Nowhere),
        ("Lobo", "Germany", Stated::Group),
        ("Lobo", "DE | Movies", Stated::GroupCode),
        ("DE: Lobo", "", Stated::Name),
        ("Lobo México", "Germany", Stated::Name),
    ] {
        assert_eq!(read_name(name, group).stated, stated, "{name} in {group}");
    }
}

#[test]
fn a_country_known_otherwise_comes_last() {
    let home = Country::from_code("at");
    let of = |name, group| {
        let parts = read(&NameEntry {
            name,
            group,
            home,
            ..NameEntry::default()
        });
        (parts.country.map(Country::code), parts.stated)
    };
    assert_eq!(of("Lobo", ""), (Some("at"), Stated::Group));
    assert_eq!(of("Lobo", "DE | Movies"), (Some("de"), Stated::GroupCode));
    assert_eq!(of("FR: Lobo", ""), (Some("fr"), Stated::Name));
}

#[test]
fn the_own_words_say_the_edition_and_a_prefix_does_not() {
    for (name, says, edition) in [
        ("MX: Lobo", false, None),
        ("Lobo (México)", true, Some("mx")),
        ("MX: Lobo MX", true, None),
        ("US: HBO West", true, None),
        ("Lobo", false, None),
    ] {
        let parts = read_name(name, "");
        assert_eq!(parts.says_edition, says, "{name}");
        assert_eq!(parts.edition.map(Country::code), edition, "{name}");
    }
}

#[test]
fn an_area_around_the_country_is_remembered() {
    let parts = read_name("Lobo Southeast Asia", "SG");
    assert_eq!(parts.area, None);
    assert_eq!(parts.area_around.map(names::Area::code), Some("sea"));
}

#[test]
fn evidence_about_words() {
    assert!(read_name("US: Lobo Pacific", "").pacific);
    assert!(!read_name("US: Lobo West", "").pacific);
    assert!(read_name("Crime+Lobo", "").plus_inside);
    assert!(!read_name("Lobo+", "").plus_inside);
    assert!(!read_name("Лобо", "").latin);
    assert!(read_name("Łobo", "").latin);
    let number = read_name("Lobo Deux", "").number_word;
    assert_eq!(number.map(|n| (n.word(), n.digits())), Some(("deux", "2")));
    assert_eq!(read_name("Lobo 2", "").number_word, None);
}

#[test]
fn four_capitals_may_be_a_call_sign() {
    assert!(read_name("WTAE News", "US").maybe_call);
    assert!(!read_name("Wtae News", "US").maybe_call, "no capitals");
    assert!(!read_name("KIDS Lobo", "US").maybe_call, "a common word");
    assert!(!read_name("Lobo WTAE", "US").maybe_call, "not first");
}

#[test]
fn the_dial_number_of_a_misspelt_call_sign_is_kept() {
    let parts = read_name("KMMYA-DT 49.1", "US");
    assert!(parts.station.is_none());
    let dial = parts.dial.expect("a number on the dial");
    assert_eq!((&*dial.sign, dial.kind), ("kmmya", Some(StationKind::Dt)));
    assert_eq!((dial.major, dial.minor), (49, 1));
    assert!(read_name("Lobo 49.1", "US").dial.is_none());
}

#[test]
fn what_a_station_keeps() {
    let parts = read_name("FOX 5 (WNYW-LD2) News", "US");
    let station = parts.station.expect("a station");
    assert_eq!(station.kind, Some(StationKind::Ld));
    assert_eq!(&*station.said, "fox 5 wnyw ld2 news");
    assert_eq!(&*station.extra, "news");
    let canadian = read_name("CBOT-DT", "CA").station.expect("a station");
    assert_eq!(canadian.subchannel, Some(0));
    let open = read_name("ABC (WTAE)", "US").station.expect("a station");
    assert_eq!(open.subchannel, None);
}

#[test]
fn ids_are_small_and_say_something_or_nothing() {
    for (id, kept, without_feed) in [
        (" HBO.us@East ", "hbo.us@east", "hbo.us"),
        ("hbo.us", "hbo.us", "hbo.us"),
        ("a@b.c", "a@b.c", "a@b.c"),
        ("None", "", ""),
        ("0", "", ""),
        ("-", "", ""),
        ("", "", ""),
    ] {
        let parts = read(&NameEntry {
            name: "Lobo",
            tvg_id: id,
            ..NameEntry::default()
        });
        assert_eq!(&*parts.tvg_id, kept, "{id:?}");
        assert_eq!(parts.tvg_id_without_feed(), without_feed, "{id:?}");
    }
}

#[test]
fn the_best_quality_that_is_said_counts() {
    for (name, quality) in [
        ("Lobo HD (1080p)", Quality::FullHd),
        ("Lobo (HD) [4K]", Quality::Uhd),
        ("Lobo HEVC", Quality::Unknown),
        ("Lobo 720p50", Quality::Hd),
    ] {
        assert_eq!(read_name(name, "").quality, quality, "{name}");
    }
    assert!(Quality::Unknown.rank() < Quality::Sd.rank());
}
