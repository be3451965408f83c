use std::ops::ControlFlow;

use lineup::{
    ChannelId, EntryText, GuideNumber, HeldKey, Remembered,
    decisions::{Decision, Home, Keys, Pins},
};
use proptest::{collection::vec, prelude::*};

use super::*;
use crate::{ListWriter, Options};

const OPTIONS: Options = Options {
    cache_bytes: 1 << 20,
};

fn open(folder: &tempfile::TempDir) -> Store {
    Store::open(folder.path(), OPTIONS).unwrap()
}

fn row(id: u16, url: &str) -> SourceRow {
    SourceRow {
        id,
        name: format!("source {id}"),
        url: url.to_owned(),
        settings: Some(format!("{{\"url\":{url:?}}}")),
    }
}

fn list(count: u32) -> List {
    let mut writer = ListWriter::new(usize::MAX);
    for n in 0..count {
        let entry = EntryText {
            name: format!("Channel {n}").into(),
            url: format!("http://provider.example/{n}").into(),
            ..EntryText::default()
        };
        writer.push(&entry).unwrap();
    }
    writer.finish()
}

fn uploaded(list: &List) -> SourceState {
    SourceState {
        entries: list.entries(),
        list: Some(list.hash()),
        ..SourceState::default()
    }
}

fn facts(ids: &[u64], list: Option<&List>) -> Facts {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let number = |id: u64| GuideNumber::new(u16::try_from(id % 60_000 + 1).unwrap(), 0).unwrap();
    let keys = |id: u64| Keys {
        name: id,
        address: id ^ 7,
    };
    let decision = |id: u64| Decision {
        name: Some(format!("Name {id}").into()),
        number: id.is_multiple_of(3).then(|| number(id)),
        favourite: Some(id.is_multiple_of(2)),
        pins: id.is_multiple_of(5).then(|| {
            Box::new(Pins {
                primary: Some(keys(id)),
                ..Pins::default()
            })
        }),
        ..Decision::default()
    };
    let uploaded = list.map(uploaded);
    Facts {
        device: Device {
            id_seed: 77,
            uuid: [9; 16],
            created: std::time::SystemTime::UNIX_EPOCH,
        },
        sources: vec![row(0, "http://a.example/"), row(3, "")],
        states: uploaded.into_iter().map(|state| (3, state)).collect(),
        known: Known {
            numbers: ids
                .iter()
                .map(|&id| Remembered {
                    id: ChannelId(id),
                    number: number(id),
                    since: 1,
                    last_seen: 4,
                    waits: id % 2 == 0,
                })
                .collect(),
            held: ids
                .iter()
                .map(|&key| HeldKey {
                    key,
                    id: ChannelId(key),
                    last_seen: 4,
                })
                .collect(),
        },
        choices: Choices {
            rules: 5,
            numbering: 6,
            merging: 7,
        },
        decisions: Decisions::of(
            ids.iter().map(|&id| (ChannelId(id), decision(id))),
            ids.iter().map(|&id| Home {
                keys: keys(id),
                channel: ChannelId(id),
            }),
        ),
        rules: RulesRow {
            revision: 8,
            text: "{}".to_owned(),
        },
        guides: vec![("A guide".to_owned(), "{}".to_owned())],
    }
}

/// All of them, so that they can be held against others.
fn rows(facts: &Facts) -> Vec<(Section, Vec<u8>)> {
    let mut rows = Vec::new();
    for section in Section::ALL {
        let mut each = |row: &[u8]| -> Result<(), ()> {
            rows.push((section, row.to_vec()));
            Ok(())
        };
        facts.each_row(section, &mut each).unwrap();
    }
    rows
}

fn built(rows: &[(Section, Vec<u8>)], bytes_max: usize) -> Result<Facts, BadFacts> {
    let mut builder = FactsBuilder::new(bytes_max);
    for (section, row) in rows {
        let section = FactsBuilder::section(section.name(), Section::VERSION)?;
        builder.row(section, row)?;
    }
    builder.finish()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn facts_go_from_store_to_store(ids in vec(any::<u64>(), 0..40), entries in 0..200_u32) {
        let uploaded = list(entries);
        let given = facts(&ids, Some(&uploaded));
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder);
        prop_assert!(!store.has_facts().unwrap());
        let mut lists = Some((3, uploaded.clone()));
        store.replace_facts(&built(&rows(&given), usize::MAX).unwrap(), &mut || Ok(lists.take())).unwrap();
        prop_assert!(store.has_facts().unwrap());
        prop_assert_eq!(rows(&store.load_facts().unwrap()), rows(&given));
        prop_assert_eq!(store.device(), given.device);
        prop_assert_eq!(store.load_known().unwrap(), given.known);
        let mut writer = ListWriter::new(usize::MAX);
        let copied = store.each_entry(3, |entry| {
            let mut row = Vec::new();
            encode_entry(&entry, &mut row);
            writer.push(&decode_entry(&row).unwrap()).unwrap();
            ControlFlow::Continue(())
        });
        copied.unwrap();
        prop_assert_eq!(writer.finish(), uploaded);
    }

    #[test]
    fn rows_of_chance_are_refused(section in 0..9_usize, row in vec(any::<u8>(), 0..60), first in 0..4_u8) {
        let mut row = row;
        if let Some(at) = row.first_mut() {
            *at = first;
        }
        let mut builder = FactsBuilder::new(1 << 20);
        let _ = builder.row(Section::ALL[section], &row);
        let _ = decode_entry(&row);
    }
}

#[test]
fn what_was_there_is_gone_but_for_lists_that_stay_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let own = store.device();
    let before = facts(&[1, 2, 3], Some(&list(9)));
    let mut lists = Some((3, list(9)));
    store
        .replace_facts(&before, &mut || Ok(lists.take()))
        .unwrap();
    let read = list(50);
    let state = SourceState {
        list: Some(read.hash()),
        ..SourceState::default()
    };
    let import = Import {
        lineup: &Lineup::default(),
        known: &before.known,
        sources: &[(0, 0)],
        choices: before.choices,
        states: &[(0, state.clone())],
        list: Some((0, &read)),
    };
    store.save_import(&import).unwrap();
    let count = |id| {
        let mut count = 0;
        let counted = store.each_entry(id, |_| {
            count += 1;
            ControlFlow::Continue(())
        });
        counted.map(|()| count).unwrap()
    };
    let mut after = facts(&[2, 9], None);
    after.device = own;
    store.replace_facts(&after, &mut || Ok(None)).unwrap();
    // The uploaded list is not in these facts.
    assert_eq!((count(0), count(3)), (50, 0));
    assert_eq!(store.load_source(0).unwrap(), Some(state));
    assert_eq!(store.load_source(3).unwrap(), None);
    assert_eq!(store.load_rules().unwrap().revision, 9);
    assert_eq!(store.load_decisions().unwrap().len(), 4);
    assert_eq!(store.load_known().unwrap(), after.known);
    assert_eq!(store.device(), own);
    assert!(
        store
            .load_lineup(1 << 20)
            .unwrap()
            .unwrap()
            .sources
            .is_empty()
    );
    // Another address is another source.
    after.sources[0] = row(0, "http://other.example/");
    store.replace_facts(&after, &mut || Ok(None)).unwrap();
    assert_eq!(count(0), 0);
    assert_eq!(store.load_source(0).unwrap(), None);
}

#[test]
fn there_is_a_maximum() {
    let mut builder = FactsBuilder::new(1);
    let mut given = Vec::new();
    let mut each = |row: &[u8]| -> Result<(), ()> {
        given.push(row.to_vec());
        Ok(())
    };
    facts(&[5], None)
        .each_row(Section::Held, &mut each)
        .unwrap();
    let fit = (0..).take_while(|_| builder.row(Section::Held, &given[0]).is_ok());
    assert_eq!(fit.count(), (8 << 20) / 24);
}

#[test]
fn a_list_of_nobody_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let before = rows(&store.load_facts().unwrap());
    let mut lists = Some((5, list(3)));
    let facts = facts(&[1], None);
    assert!(
        store
            .replace_facts(&facts, &mut || Ok(lists.take()))
            .is_err()
    );
    assert_eq!(rows(&store.load_facts().unwrap()), before);
    assert!(matches!(
        FactsBuilder::section("guides of tomorrow", 1),
        Err(BadFacts::Newer { .. })
    ));
    assert!(FactsBuilder::section("held", Section::VERSION + 1).is_err());
}
