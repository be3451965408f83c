//! Which names become one channel, and what users are told about it.

use names::{
    NameEntry,
    merge::{Difference, Explanation, Merged, Merger, Options, Reason},
    read,
};

/// One source of these names.
fn merge(list: &[&str]) -> Merged {
    let mut merger = Merger::new(Options::default());
    for &name in list {
        add(&mut merger, name, "", 0);
    }
    merger.finish()
}

fn add(merger: &mut Merger, name: &str, tvg_id: &str, source: u16) -> u32 {
    merger.add(
        name,
        &read(&NameEntry {
            name,
            tvg_id,
            ..NameEntry::default()
        }),
        source,
        "",
    )
}

fn are_one(list: &[&str], a: usize, b: usize) -> bool {
    let merged = merge(list);
    merged.clusters()[a] == merged.clusters()[b]
}

/// Well-known channels as providers write them; each line is a channel.
const CHANNELS: &[&[&str]] = &[
    &[
        "US| HBO ᴴᴰ (1080p) [Not 24/7]",
        "HBO HD|US",
        "US: HBO East FHD",
        "USA | hbo (E) 4K",
    ],
    &["US: HBO West", "US| HBO (W)", "US: HBO Pacific HD"],
    &["US: HBO 2 HD", "US| HBO2 East"],
    &["FR: CANAL+ FHD", "FR| Canal+", "FR - CANAL PLUS HD"],
    &["FR: CANAL HD"],
    &["FR: Canal+ Sport 360"],
    &["FR: CANAL+ DÉCALÉ"],
    &[
        "UK: ITV1 +1 HD",
        "UK| ITV 1+1",
        "UK: ITV1 (+1)",
        "UK - ITV 1 +1h",
    ],
    &["UK: ITV1 HD", "UK| ITV 1 FHD"],
    &["UK: ITV 2 HD", "UK: ITV2"],
    &["UK: BBC One HD", "UK| BBC 1 FHD", "UK: BBC ONE"],
    &["UK: BBC Two HD"],
    &["UK: Film4 +1", "UK: Film 4+1"],
    &["DE: Das Erste HD", "DE| DAS ERSTE FHD"],
    &["DE: RTL HD", "DE: RTL FHD RAW"],
    &["DE: RTL 2"],
    &["DE: RTL+", "DE: RTL plus"],
    &["DE: SAT.1 HD", "DE: SAT 1", "DE: SAT1 HEVC"],
    &["DE: Pro7 HD", "DE: PRO 7"],
    &["UA: 1+1 HD", "UA: 1+1"],
    &["UA: 1+1 International"],
    &["RU: Первый канал HD", "RU: Perviy Kanal"],
    &["RU: Первый канал +4"],
    &["RU: Россия 1"],
    &["RU: Россия 24"],
    &["ES: La 1 HD", "ES| La 1 FHD"],
    &["ES: La 2 HD"],
    &["ES: LaSexta", "ES: La Sexta HD"],
    &["IT: Rai 1 HD", "IT: RAI UNO", "IT: Rai1"],
    &["IT: Rai 2"],
    &["IT: Sky Cinema Uno +24"],
    &["IT: Sky Cinema Uno"],
    &[
        "US: ABC (WABC) New York, NY",
        "US: WABC 7.1",
        "US: WABC-TV HD",
    ],
    &["US: CBS 2 New York (WCBS)", "US: WCBS-DT1"],
    &[
        "US: Discovery Channel",
        "US: Discovery HD",
        "US| DISCOVERY CHANNEL FHD",
    ],
    &["US: Discovery+"],
    &["CA: CTV 2 HD", "CA: CTV Two"],
    &["CA: CTV"],
    &["CA: Sportsnet Pacific"],
    &["CA: Sportsnet West"],
    &["CA: Sportsnet Ontario"],
    &["PL: TVN 24", "PL: TVN24 HD"],
    &["UK: W HD", "UK: W"],
    &["UK: W+1"],
    &["FR: TF1 4K", "FR: TF1"],
    &["FR: TF1+1"],
    &["GR: ΕΡΤ1 HD", "GR: ERT 1"],
    &["MX: Canal 5"],
    &[
        "US: Harbour Light Television HD",
        "US: Harbor Light Television",
    ],
    &["SE: Nordlund Dokumentär HD", "SE: Nordlund Dok"],
];

#[test]
fn each_channel_once_and_nothing_glued_together() {
    let names: Vec<&str> = CHANNELS.iter().copied().flatten().copied().collect();
    let expected: Vec<usize> = (CHANNELS.iter().enumerate())
        .flat_map(|(channel, names)| names.iter().map(move |_| channel))
        .collect();
    let merged = merge(&names);
    for a in 0..names.len() {
        for b in 0..a {
            let is_one = merged.clusters()[a] == merged.clusters()[b];
            assert_eq!(
                is_one,
                expected[a] == expected[b],
                "{} / {}",
                names[a],
                names[b]
            );
        }
    }
    assert_eq!(merged.len(), CHANNELS.len());
}

#[test]
fn countries_that_a_source_states_are_never_joined() {
    assert!(!are_one(
        &["DE: Some Music Channel", "FR: Some Music Channel"],
        0,
        1
    ));
    // The group names a provider's country as a rule, not the channel's.
    let mut merger = Merger::new(Options::default());
    for group in ["Germany", "France"] {
        let name = "Some Music Channel";
        merger.add(
            name,
            &read(&NameEntry {
                name,
                group,
                ..NameEntry::default()
            }),
            0,
            "",
        );
    }
    let merged = merger.finish();
    assert_eq!(merged.clusters(), [0, 0]);
    assert_eq!(merged.reason(0), Some(Reason::SeveralCountries));
}

#[test]
fn a_name_with_national_editions_is_one_channel_per_country() {
    let in_groups = |extra: &[&str]| {
        let mut merger = Merger::new(Options::default());
        for group in ["Germany", "Poland"] {
            let name = "Planet of Stories";
            merger.add(
                name,
                &read(&NameEntry {
                    name,
                    group,
                    ..NameEntry::default()
                }),
                0,
                "",
            );
        }
        for name in extra {
            add(&mut merger, name, "", 1);
        }
        merger.finish()
    };
    let merged = in_groups(&[]);
    assert_eq!(merged.clusters()[0], merged.clusters()[1]);
    let merged = in_groups(&["Planet of Stories (Italia)", "Planet of Stories Sverige"]);
    assert_ne!(merged.clusters()[0], merged.clusters()[1]);
    let Some(Explanation::Apart(Difference::Edition(countries))) = merged.explain(0, 1) else {
        panic!("{:?}", merged.explain(0, 1));
    };
    assert_eq!(countries, ["DE", "PL"]);
}

#[test]
fn one_tvg_id_is_one_channel_unless_parts_differ() {
    let with_ids = |list: &[(&str, &str)]| {
        let mut merger = Merger::new(Options::default());
        for (name, tvg_id) in list {
            add(&mut merger, name, tvg_id, 0);
        }
        merger.finish()
    };
    let merged = with_ids(&[("US: Some Name", "x.us"), ("US: Other Words", "X.us")]);
    assert_eq!(merged.clusters(), [0, 0]);
    assert_eq!(merged.reason(1), Some(Reason::SameId));
    let merged = with_ids(&[("US: Some Name", "x.us"), ("US: Some Name +1", "x.us")]);
    assert_eq!(merged.len(), 2);
    let merged = with_ids(&[("US: HBO East", "hbo.us"), ("US: HBO West", "hbo.us")]);
    assert_eq!(merged.len(), 2);
    // A bucket.
    let merged = with_ids(&[
        ("Alpha", "x"),
        ("Bravo", "x"),
        ("Charlie", "x"),
        ("Delta", "x"),
    ]);
    assert_eq!(merged.len(), 4);
}

#[test]
fn a_logo_chooses_among_channels_and_joins_nothing_else() {
    let with_logos = |logos: [&str; 3]| {
        let mut merger = Merger::new(Options::default());
        let names = ["DE: Planet Story", "FR: Planet Story", "Planet Story"];
        for (name, logo) in names.iter().zip(logos) {
            merger.add(
                name,
                &read(&NameEntry {
                    name,
                    ..NameEntry::default()
                }),
                0,
                logo,
            );
        }
        let merged = merger.finish();
        assert_ne!(merged.clusters()[0], merged.clusters()[1]);
        let joined = (0..2).find(|&other| merged.clusters()[other] == merged.clusters()[2]);
        (joined, merged.reason(2))
    };
    assert_eq!(
        with_logos(["d", "f", "f"]),
        (Some(1), Some(Reason::SameLogo))
    );
    assert_eq!(
        with_logos(["d", "f", "d"]),
        (Some(0), Some(Reason::SameLogo))
    );
    assert_eq!(with_logos(["d", "f", "x"]), (None, None));
    assert_eq!(with_logos(["d", "f", ""]), (None, None));
    // The same on both says nothing.
    assert_eq!(with_logos(["d", "d", "d"]), (None, None));
}

#[test]
fn similarity_is_a_setting() {
    let with = |similarity_percent| {
        let mut merger = Merger::new(Options {
            similarity_percent,
            ..Options::default()
        });
        add(&mut merger, "US: Harbour Light", "", 0);
        add(&mut merger, "US: Harbor Light", "", 0);
        merger.finish().len()
    };
    assert_eq!(with(85), 1);
    assert_eq!(with(95), 2);
    assert_eq!(with(100), 2);
}

#[test]
fn unreadable_names_are_alone() {
    assert_eq!(merge(&["", "|||", "★★★"]).len(), 3);
    assert_eq!(merge(&[]).len(), 0);
    assert!(merge(&[]).is_empty());
}

#[test]
fn groups_put_alike_names_beside_each_other() {
    let names = [
        "US: HBO",
        "US: HBO West",
        "DE: HBO",
        "US: HBO 2",
        "US: Comedy Central",
        "UK: Comedy Central +1",
        "US: Kitchen Stories",
        "US: WABC 7.1",
        "US: WABC 7.2",
    ];
    let merged = merge(&names);
    assert_eq!(merged.len(), names.len());
    let groups = merged.groups();
    assert_eq!(groups.len(), merged.len());
    let group = |at: usize| groups[merged.clusters()[at] as usize];
    assert!([1, 2, 3].iter().all(|&at| group(at) == group(0)));
    assert_eq!(group(4), group(5));
    assert_eq!(group(7), group(8));
    assert!([0, 4, 7].iter().all(|&at| group(at) != group(6)));
    assert_ne!(group(0), group(4));
}

#[test]
fn decisions_win_over_names() {
    let list = ["US: HBO HD", "US| HBO FHD", "US: Cinemax", "US: HBO 4K"];
    let mut merger = Merger::new(Options::default());
    for name in list {
        add(&mut merger, name, "", 0);
    }
    merger.keep_apart(1, 0);
    merger.keep_together(1, 2);
    let merged = merger.finish();
    let clusters = merged.clusters();
    assert_eq!(clusters[0], clusters[3]);
    assert_eq!(clusters[1], clusters[2]);
    assert_ne!(clusters[0], clusters[1]);
    assert_eq!(merged.reason(1), Some(Reason::Decision));
    let text = |a, b| merged.explain(a, b).unwrap().to_string();
    assert_eq!(text(0, 1), "kept apart: you decided so");
    assert_eq!(text(1, 2), "joined because you decided so (US)");
    assert_eq!(merged.refused().count(), 0);
}

#[test]
fn a_decision_about_one_entry_holds_for_all_of_its_name() {
    let mut merger = Merger::new(Options::default());
    for name in [
        "US: Alpha Sports",
        "US: Alpha Sports HD",
        "US: Bravo News",
        "US: Bravo News HD",
    ] {
        add(&mut merger, name, "", 0);
    }
    merger.keep_together(0, 2);
    assert_eq!(merger.finish().clusters(), [0, 0, 0, 0]);
}

#[test]
fn no_chain_leads_around_a_decision() {
    let list = ["US: Harbour Light", "US: Harbor Light", "US: Harbor Lights"];
    assert_eq!(merge(&list).len(), 1);
    let mut merger = Merger::new(Options::default());
    for name in list {
        add(&mut merger, name, "", 0);
    }
    merger.keep_apart(2, 0);
    let merged = merger.finish();
    assert_ne!(merged.clusters()[0], merged.clusters()[2]);
    assert_eq!(merged.len(), 2);
}

#[test]
fn what_contradicts_itself_stays_apart() {
    let mut merger = Merger::new(Options::default());
    for name in ["Alpha", "Bravo", "Charlie"] {
        add(&mut merger, name, "", 0);
    }
    merger.keep_apart(0, 2);
    merger.keep_together(0, 1);
    merger.keep_together(1, 2);
    merger.keep_together(0, 99);
    let merged = merger.finish();
    let clusters = merged.clusters();
    assert!(clusters[0] == clusters[1] && clusters[1] != clusters[2]);
    assert_eq!(merged.refused().collect::<Vec<_>>(), [(1, 2)]);
}

#[test]
fn every_answer_is_in_words() {
    let list = [
        "US: HBO HD",
        "US| HBO FHD",
        "US: HBO West",
        "US: WABC 7.1",
        "US: WABC-DT1 HD",
        "US: WABC 7.2",
        "UK: ITV1 +1",
        "UK: ITV1",
        "DE: HBO",
        "US: Cinemax",
        "US: Harbour Light",
        "US: Harbor Light",
    ];
    let merged = merge(&list);
    let text = |a, b| merged.explain(a, b).unwrap().to_string();
    assert_eq!(
        text(0, 1),
        "joined because the name is the same once quality and decoration are set aside (US)"
    );
    assert_eq!(
        text(3, 4),
        "joined because both are the same sub-channel of one station (WABC, sub-channel 1)"
    );
    assert_eq!(text(10, 11), "joined because one letter differs (US)");
    assert_eq!(
        text(0, 2),
        "kept apart: the feed (East, West, North, South) differs (none / West)"
    );
    assert_eq!(text(6, 7), "kept apart: the time shift differs (+1 / none)");
    assert_eq!(text(3, 5), "kept apart: the sub-channel differs (1 / 2)");
    assert_eq!(text(0, 8), "kept apart: the country differs (US / DE)");
    assert_eq!(text(0, 9), "kept apart: the names differ (hbo / cinemax)");
    assert_eq!(merged.explain(0, 99), None);
    assert_eq!(merged.reason(9), None);
    assert_eq!(merged.reason(99), None);
    for reason in Reason::ALL {
        assert!(!reason.to_string().is_empty() && !reason.code().contains(' '));
    }
}
