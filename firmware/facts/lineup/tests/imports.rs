//! The rules of ids and numbers, one by one.
#![allow(clippy::unwrap_used, reason = "in functions that the tests share")]

mod common;

use std::collections::HashSet;

use common::{Row, given, import, row};
use lineup::{Importer, Numbers, SourceKey};
use playlist::Entry;

/// Numbers of `rows`, `name=number` in their order.
fn numbers(rows: &[Row], known: &Numbers) -> String {
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
        assert_eq!(numbers(&rows(&wishes), &Numbers::new()), expected);
    }
}

#[test]
fn later_imports() {
    let known = import(
        &rows(&[("A", "10"), ("B", ""), ("C", "20")]),
        &Numbers::new(),
    )
    .numbers;
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
    let first = import(&all, &Numbers::new());
    let mut known = first.numbers.clone();
    for _ in 0..5 {
        known = import(&rows(&[("D", ""), ("E", "1")]), &known).numbers;
    }
    assert_eq!(given(&import(&all, &known)), given(&first));
    // Not even a list without a single channel forgets them.
    let none = import(&[], &known).numbers;
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
    let imported = import(&rows, &Numbers::new());
    assert_eq!(
        (imported.lineup.len(), imported.duplicates, imported.new),
        (3, 500, 3)
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
    let first = import(&[before], &Numbers::new());
    assert_eq!(
        given(&import(&[row("B", "u", ""), after], &first.numbers))[1],
        given(&first)[0]
    );
}

#[test]
fn an_id_is_the_same_on_every_machine() {
    let mut importer = Importer::new(1 << 20);
    let entry = Entry {
        name: "CNN",
        tvg_id: "cnn.us",
        url: "http://s.example/1",
        ..Entry::default()
    };
    importer
        .add(
            SourceKey {
                index: 3,
                name: "provider",
            },
            &entry,
            None,
        )
        .unwrap();
    let imported = importer.finish(&Numbers::new());
    assert_eq!(imported.clusters[0].to_string(), "583391f4ecf00000");
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
    let first = import(&namesakes("a"), &Numbers::new());
    assert_eq!(
        given(&import(&namesakes("b"), &first.numbers)),
        given(&first)
    );
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
    let imported = import(&rows, &Numbers::new());
    assert_eq!((imported.lineup.len(), imported.backups), (2, 3));
    let urls: Vec<_> = imported
        .lineup
        .streams_of(imported.clusters[0])
        .map(|stream| stream.url)
        .collect();
    assert_eq!(urls, ["u9", "u2", "u4", "u1"]);
    let channel = imported.lineup.by_id(imported.clusters[0]).unwrap();
    assert_eq!((channel.name, channel.group), ("cnn ", "of 0"));
    // Without the first source it is still the same channel.
    let without: Vec<_> = rows.iter().filter(|row| row.source == 1).cloned().collect();
    let again = import(&without, &imported.numbers);
    assert_eq!(again.clusters[0], imported.clusters[0]);
    assert_eq!(
        again.lineup.by_id(again.clusters[0]).unwrap().number,
        channel.number
    );
}

#[test]
fn what_an_earlier_dipole_remembered_is_found_by_address_and_name() {
    let rows: Vec<_> = (0..3)
        .map(|n| row("News", &format!("http://s.example/{n}"), ""))
        .collect();
    let first = import(&rows[1..2], &Numbers::new());
    let old = |row: lineup::Remembered| lineup::Remembered { key: 0, ..row };
    let known: Numbers = first.numbers.iter().map(old).collect();
    let again = import(&rows, &known);
    assert_eq!(
        given(&again)[0],
        given(&first)[0],
        "by the address of a backup"
    );
    let moved = import(&[row("News", "http://elsewhere.example/", "")], &known);
    assert_eq!(given(&moved)[0], given(&first)[0], "by its name");
}

#[test]
fn a_lineup_beside_lends_its_ids() {
    let stream = |source, url: &str, group: &str| Row {
        source,
        group: group.to_owned(),
        ..row("News", url, "")
    };
    let both = [stream(0, "u0", "G"), stream(1, "u1", "G")];
    let first = import(&both, &Numbers::new());
    // The list of the first source is read again, and its group has another name now: the id stays
    // with the other source.
    let mut importer = Importer::new(1 << 20);
    let entry = Entry {
        name: "News",
        url: "u0",
        group: "H",
        ..Entry::default()
    };
    let source = SourceKey {
        index: 0,
        name: "source 0",
    };
    importer.add(source, &entry, None).unwrap();
    let again = importer.finish_beside(&first.numbers, &first.lineup);
    assert_ne!(again.clusters[0], first.clusters[0]);
}

#[test]
fn more_channels_than_majors_spill_into_minors() {
    let rows: Vec<_> = (0..65_540).map(|n| row(&n.to_string(), "u", "")).collect();
    let imported = import(&rows, &Numbers::new());
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
        let entry = Entry {
            name,
            url,
            logo,
            group,
            tvg_id,
            ..Entry::default()
        };
        importer
            .add(
                SourceKey {
                    index: 0,
                    name: "big",
                },
                &entry,
                None,
            )
            .unwrap();
    }
    let imported = importer.finish(&Numbers::new());
    assert_eq!((imported.lineup.len(), imported.new), (30_000, 30_000));
    assert!(
        imported.lineup.bytes() < 6 << 20,
        "{}",
        imported.lineup.bytes()
    );
}

#[test]
fn refuses_what_does_not_fit() {
    let mut importer = Importer::new(10_000);
    let entry = Entry {
        name: "N",
        url: "http://s.example/1",
        ..Entry::default()
    };
    let source = SourceKey {
        index: 0,
        name: "s",
    };
    let full = (0..1000)
        .find_map(|_| importer.add(source, &entry, None).err())
        .unwrap();
    assert_eq!((full.bytes_max, full.channels), (10_000, importer.len()));
    assert!(importer.len() > 30, "{full}");
}

#[test]
fn memory_of_the_gone_is_bounded() {
    let mut known = Numbers::new();
    for round in 0..4 {
        let rows: Vec<_> = (0..30_000)
            .map(|n| row(&format!("{round} {n}"), "u", ""))
            .collect();
        known = import(&rows, &known).numbers;
        assert!(known.len() <= Numbers::REMEMBERED_MIN);
    }
    let seen: HashSet<_> = known.iter().map(|row| row.last_seen).collect();
    assert_eq!(
        (known.len(), seen),
        (Numbers::REMEMBERED_MIN, HashSet::from([2, 3, 4]))
    );
}
