//! Which channel of a guide is an entry's.

use names::{
    NameEntry,
    matching::{Match, Matcher, THRESHOLD_PERCENT},
    merge::Reason,
    read,
};

const GUIDE: &[(&str, &[&str])] = &[
    ("hbo.us", &["HBO", "HBO East"]),
    ("hbo-west.us", &["HBO West"]),
    ("itv1.uk", &["ITV1"]),
    ("itv1-1.uk", &["ITV1+1", "ITV1 +1"]),
    ("canalplus.fr", &["Canal+"]),
    ("wabc.us", &["ABC (WABC) New York, NY"]),
    ("wabc2.us", &["Localish (WABC-DT2) New York, NY"]),
    ("harbor.us", &["Harbor Light Television"]),
    ("nickelodeon.at", &["Nickelodeon Austria"]),
    ("nickelodeon.pl", &["Nickelodeon Polska"]),
    ("rai1.it", &["Rai 1"]),
    ("rai1hd.it", &["Rai 1 HD"]),
];

/// The best channel for each name with its `tvg-id`.
fn find(entries: &[(&str, &str)]) -> Vec<Option<(&'static str, Match)>> {
    let mut matcher = Matcher::new(THRESHOLD_PERCENT);
    for (id, names) in GUIDE {
        matcher.add_channel(id, names.iter().copied());
    }
    for &(name, tvg_id) in entries {
        matcher.add_entry(
            name,
            &read(&NameEntry {
                name,
                tvg_id,
                ..NameEntry::default()
            }),
        );
    }
    let matches = matcher.finish();
    let entries = (0..).zip(entries);
    let found = entries.map(|(entry, _)| {
        let found = matches.find(entry)?;
        Some((GUIDE[found.channel as usize].0, found))
    });
    found.collect()
}

fn id_of(name: &str) -> Option<&'static str> {
    find(&[(name, "")])[0].map(|(id, _)| id)
}

#[test]
fn names_lead_to_their_channel() {
    for (name, id) in [
        ("US| HBO ᴴᴰ (1080p)", "hbo.us"),
        ("US: HBO West FHD", "hbo-west.us"),
        ("UK: ITV 1 HD", "itv1.uk"),
        ("UK: ITV 1 +1", "itv1-1.uk"),
        ("FR: CANAL+ 4K", "canalplus.fr"),
        ("US: WABC-DT1", "wabc.us"),
        ("US: WABC 7.2", "wabc2.us"),
        ("US: Harbour Light Television", "harbor.us"),
        ("AT: Nickelodeon", "nickelodeon.at"),
        ("IT: Rai 1", "rai1.it"),
        ("IT: Rai Uno FHD", "rai1hd.it"),
    ] {
        assert_eq!(id_of(name), Some(id), "{name}");
    }
}

#[test]
fn no_guide_is_better_than_a_wrong_one() {
    for name in [
        "FR: CANAL HD",
        "UK: ITV 1 +2",
        "US: HBO 2",
        "US: WABC 7.3",
        "PT: Nickelodeon",
        "JP: Something Else",
        "|||",
        "",
    ] {
        assert_eq!(id_of(name), None, "{name}");
    }
}

#[test]
fn the_same_id_is_certain() {
    let found = find(&[("FR: Whatever", "HBO.us")]);
    let (id, found) = found[0].unwrap();
    assert_eq!(id, "hbo.us");
    assert_eq!(
        (found.confidence_percent, found.reason),
        (100, Reason::SameId)
    );
}

#[test]
fn candidates_are_there_where_nothing_is_sure() {
    let mut matcher = Matcher::new(100);
    for (id, names) in GUIDE {
        matcher.add_channel(id, names.iter().copied());
    }
    let name = "US: HBO";
    let entry = matcher.add_entry(
        name,
        &read(&NameEntry {
            name,
            ..NameEntry::default()
        }),
    );
    let matches = matcher.finish();
    assert_eq!(matches.find(entry), None);
    let candidates = matches.candidates(entry);
    assert_eq!(candidates.first().map(|found| found.channel), Some(0));
    assert_eq!(matches.candidates(99), []);
    assert_eq!(matches.find(99), None);
}
