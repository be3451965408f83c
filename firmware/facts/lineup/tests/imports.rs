//! The rules of ids and numbers, one by one.
#![allow(clippy::unwrap_used, reason = "in functions that the tests share")]

mod common;

use std::collections::HashSet;

use common::{Row, given, import, row, source};
use lineup::{
    AsListed, Channel, ChannelId, EntryText, GuideNumber, Held, Importer, Known, Numbers,
    Remembered, Shaping, SourceKey, Verdict,
};

/// Numbers of `rows`, `name=number` in their order.
fn numbers(rows: &[Row], known: &Known) -> String {
    let imported = import(rows, known);
    let shown = rows
        .iter()
        .zip(given(&imported))
        .map(|(row, (_, n))| format!("{}={n}", row.name));
    shown.collect::<Vec<_>>().join(" ")
}

fn rows(wishes: &[(&str, &str)]) -> Vec<Row> {
    wishes
        .iter()
        .map(|(name, chno)| row(name, &format!("http://s.example/{name}"), chno))
        .collect()
}

#[test]
fn first_import() {
    for (wishes, expected) in [
        (vec![("A", ""), ("B", ""), ("C", "")], "A=1 B=2 C=3"),
        (
            vec![("A", "7"), ("B", "5.1"), ("C", " 9 ")],
            "A=7 B=5.1 C=9",
        ),
        // An automatic number leaves what others ask for, wherever they stand.
        (
            vec![("A", ""), ("B", "1"), ("C", ""), ("D", "3")],
            "A=2 B=1 C=4 D=3",
        ),
        // The first to ask gets it.
        (vec![("A", "5"), ("B", "5"), ("C", "")], "A=5 B=1 C=2"),
        // What is no number is no wish.
        (
            vec![
                ("A", "0"),
                ("B", "x"),
                ("C", "-3"),
                ("D", "65536"),
                ("E", "0.1"),
            ],
            "A=1 B=2 C=3 D=4 E=5",
        ),
    ] {
        assert_eq!(numbers(&rows(&wishes), &Known::new()), expected);
    }
}

#[test]
fn later_imports() {
    let known = import(&rows(&[("A", "10"), ("B", ""), ("C", "20")]), &Known::new()).known;
    for (wishes, expected) in [
        // Known channels stay, whatever the list says by now.
        (vec![("C", "1"), ("B", "2"), ("A", "3")], "C=20 B=1 A=10"),
        // A new one takes neither from those present nor from those gone.
        (
            vec![("A", ""), ("D", "1"), ("E", "10"), ("F", "20"), ("G", "")],
            "A=10 D=2 E=3 F=4 G=5",
        ),
        // Nor by chance what a known one asks for in vain.
        (vec![("A", "2"), ("D", ""), ("E", "")], "A=10 D=3 E=4"),
        // But a new one that asks for the same gets it.
        (vec![("A", "2"), ("D", "2")], "A=10 D=2"),
    ] {
        assert_eq!(numbers(&rows(&wishes), &known), expected);
    }
}

#[test]
fn a_channel_that_comes_back_finds_its_number() {
    let all = rows(&[("A", ""), ("B", ""), ("C", "9")]);
    let first = import(&all, &Known::new());
    let mut known = first.known.clone();
    for _ in 0..5 {
        known = import(&rows(&[("D", ""), ("E", "1")]), &known).known;
    }
    assert_eq!(given(&import(&all, &known)), given(&first));
    // Not even a list without a single channel forgets them.
    let none = import(&[], &known).known;
    assert_eq!(given(&import(&all, &none)), given(&first));
}

#[test]
fn exact_duplicates_are_one_channel() {
    let same = row("Same", "http://s.example/s", "");
    let mut rows = vec![same.clone(); 500];
    rows.push(Row {
        source: 1,
        group: "Other".to_owned(),
        ..same.clone()
    });
    rows.push(Row {
        url: "http://s.example/t".to_owned(),
        group: "Other still".to_owned(),
        ..same.clone()
    });
    rows.push(Row {
        tvg_id: "id".to_owned(),
        chno: "8".to_owned(),
        ..same
    });
    let imported = import(&rows, &Known::new());
    assert_eq!(
        (imported.lineup.len(), imported.duplicates, imported.backups),
        (1, 500, 2)
    );
    // The one that says most stands for them, at the place of the first.
    let first = imported.lineup.by_id(imported.clusters[0]).unwrap();
    assert_eq!(
        (first.tvg_id, first.number.to_string().as_str()),
        ("id", "8")
    );
    assert_eq!(imported.clusters[0], imported.clusters[502]);
}

#[test]
fn an_id_outlives_the_address_and_the_place_of_the_source() {
    let before = Row {
        tvg_id: "a".to_owned(),
        ..row("A", "http://old.example/1?token=1", "")
    };
    let after = Row {
        url: "http://new.example/2?token=2".to_owned(),
        ..before.clone()
    };
    let first = import(&[before], &Known::new());
    assert_eq!(
        given(&import(&[row("B", "u", ""), after], &first.known))[1],
        given(&first)[0]
    );
}

#[test]
fn an_id_is_the_same_on_every_machine() {
    let cnn = |url: &str| Row {
        source: 3,
        tvg_id: "cnn.us".to_owned(),
        ..row("CNN", url, "")
    };
    for url in ["http://s.example/1", "http://t.example/2"] {
        let imported = import(&[cnn(url)], &Known::new());
        assert_eq!(imported.clusters[0].to_string(), "3fb5e203acb00000");
    }
}

#[test]
fn namesakes_keep_their_ids_when_their_tokens_change() {
    let namesakes = |token: &str| -> Vec<Row> {
        (0..5)
            .map(|n| Row {
                group: format!("Region {n}"),
                ..row("News", &format!("http://s.example/{n}?token={token}"), "")
            })
            .collect()
    };
    let first = import(&namesakes("a"), &Known::new());
    assert_eq!(given(&import(&namesakes("b"), &first.known)), given(&first));
}

#[test]
fn streams_of_one_channel_stand_in_the_order_of_sources_and_lists() {
    let stream = |source, name: &str, url: &str| Row {
        source,
        tvg_id: "cnn".to_owned(),
        group: format!("of {source}"),
        ..row(name, url, "")
    };
    let rows = [
        stream(1, "CNN", "u4"),
        stream(0, "cnn ", "u9"),
        row("Other", "u5", ""),
        stream(0, "CNN", "u2"),
        stream(1, "CNN", "u1"),
    ];
    let imported = import(&rows, &Known::new());
    assert_eq!((imported.lineup.len(), imported.backups), (2, 3));
    let urls: Vec<_> = imported
        .lineup
        .streams_of(imported.clusters[0])
        .map(|stream| stream.url)
        .collect();
    assert_eq!(urls, ["u9", "u2", "u4", "u1"]);
    let channel = imported.lineup.by_id(imported.clusters[0]).unwrap();
    assert_eq!((channel.name, channel.group), ("CNN", "of 0"));
    // Without the first source it is still the same channel.
    let without: Vec<_> = rows.iter().filter(|row| row.source == 1).cloned().collect();
    let again = import(&without, &imported.known);
    assert_eq!(again.clusters[0], imported.clusters[0]);
    assert_eq!(
        again.lineup.by_id(again.clusters[0]).unwrap().number,
        channel.number
    );
}

#[test]
fn rules_change_neither_ids_nor_numbers() {
    struct Rules;
    impl Shaping for Rules {
        fn shape(&self, source: SourceKey<'_>, entry: &mut EntryText<'_>) -> Verdict {
            assert_eq!((source.index, source.name), (0, "source"));
            entry.name = format!("{} of rules", entry.name).into();
            entry.group = "Rules".into();
            if entry.url == "u1" {
                Verdict::Drop
            } else {
                Verdict::Keep
            }
        }
    }
    let rows: Vec<_> = (0..3)
        .map(|n| row(&format!("N{n}"), &format!("u{n}"), ""))
        .collect();
    let first = import(&rows, &Known::new());
    let mut importer = Importer::new(1 << 20);
    for row in &rows {
        importer.add(source(0), row.entry(), &Rules).unwrap();
    }
    let ruled = importer.finish(first.known.clone(), None);
    let shown: Vec<_> = ruled.lineup.iter().map(|it| (it.name, it.id)).collect();
    let [one, _, three] = first.clusters[..] else {
        unreachable!()
    };
    assert_eq!(shown, [("N0 of rules", one), ("N2 of rules", three)]);
    assert_eq!(given(&import(&rows, &ruled.known)), given(&first));
}

#[test]
fn the_best_stream_comes_first_then_that_of_the_preferred_source() {
    let mut importer = Importer::new(1 << 20);
    let entry = |url: &'static str| EntryText {
        name: "News".into(),
        url: url.into(),
        ..EntryText::default()
    };
    for (index, priority, url) in [
        (0, 0, "http://a.example/1.m3u8"),
        (0, 0, "http://a.example/2.ts"),
        (1, 5, "http://b.example/1.ts"),
        (2, 5, "http://c.example/1.ts"),
        (2, 5, "http://c.example/1080p/2.ts"),
    ] {
        let source = SourceKey {
            index,
            name: "s",
            priority,
        };
        importer.add(source, entry(url), &AsListed).unwrap();
    }
    let imported = importer.finish(Known::new(), None);
    let streams: Vec<_> = imported
        .lineup
        .streams(0)
        .map(|stream| stream.url.trim_start_matches("http://"))
        .collect();
    assert_eq!(
        streams,
        [
            "c.example/1080p/2.ts",
            "b.example/1.ts",
            "c.example/1.ts",
            "a.example/1.m3u8",
            "a.example/2.ts"
        ]
    );
}

#[test]
fn a_channel_of_the_house_keeps_its_number_to_itself() {
    let number = GuideNumber::new(1, 0).unwrap();
    let test = Channel::new(ChannelId(5), number, "Test", "dipole:test");
    let mut known = Known::new();
    known.numbers.insert(Remembered {
        id: test.id,
        number,
        since: 0,
        last_seen: 0,
        waits: false,
    });
    for _ in 0..2 {
        let mut importer = Importer::new(1 << 20);
        let wishes = row("A", "u", "1");
        importer.add(source(0), wishes.entry(), &AsListed).unwrap();
        let imported = importer.finish(known, Some(test));
        let shown: Vec<_> = imported.lineup.iter().map(|it| it.name).collect();
        assert_eq!(shown, ["Test", "A"]);
        assert_eq!(imported.lineup.get(0), Some(test));
        known = imported.known;
        assert_eq!(known.numbers.find(test.id).unwrap().number, number);
    }
}

#[test]
fn more_channels_than_majors_spill_into_minors() {
    let rows: Vec<_> = (0..65_540).map(|n| row(&n.to_string(), "u", "")).collect();
    let imported = import(&rows, &Known::new());
    let last: Vec<_> = given(&imported)[65_533..]
        .iter()
        .map(|(_, n)| n.to_string())
        .collect();
    assert_eq!(last, ["65534", "65535", "1.1", "2.1", "3.1", "4.1", "5.1"]);
}

#[test]
fn a_list_of_30000_fits_into_its_bytes() {
    let mut importer = Importer::new(16 << 20);
    for n in 0..30_000 {
        let texts = [
            format!("Channel number {n} HD"),
            format!("http://h{}.example/live/user/pass/{n}.ts", n % 9),
            format!("http://h{}.example/logo/{n}.png", n % 9),
            format!("Group {}", n % 300),
            format!("c{n}"),
        ];
        let [name, url, logo, group, tvg_id] = texts.each_ref().map(String::as_str);
        let entry = EntryText::of_texts([name, url, group, logo, tvg_id, "", "", "", ""]);
        importer.add(source(0), entry, &AsListed).unwrap();
    }
    let imported = importer.finish(Known::new(), None);
    assert_eq!((imported.lineup.len(), imported.new), (30_000, 30_000));
    assert!(
        imported.lineup.bytes() < 13 << 19,
        "{}",
        imported.lineup.bytes()
    );
}

#[test]
fn refuses_what_does_not_fit() {
    let mut importer = Importer::new(10_000);
    let entry = row("N", "http://s.example/1", "");
    let full = (0..1000)
        .find_map(|_| importer.add(source(0), entry.entry(), &AsListed).err())
        .unwrap();
    assert_eq!((full.bytes_max, full.channels), (10_000, importer.len()));
    assert!(importer.len() > 20, "{full}");
}

#[test]
fn memory_of_the_gone_is_bounded() {
    let mut known = Known::new();
    for round in 0..4 {
        let rows: Vec<_> = (0..30_000)
            .map(|n| row(&format!("{round} {n}"), "u", ""))
            .collect();
        known = import(&rows, &known).known;
        assert!(known.numbers.len() <= Numbers::REMEMBERED_MIN);
        assert!(known.held.len() <= Held::REMEMBERED_MIN);
    }
    let seen: HashSet<_> = known.numbers.iter().map(|row| row.last_seen).collect();
    assert_eq!(
        (known.numbers.len(), seen),
        (Numbers::REMEMBERED_MIN, HashSet::from([2, 3, 4]))
    );
}
