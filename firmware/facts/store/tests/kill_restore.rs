//! `kill -9` in the middle of a restore leaves what was or what is restored, and never a mix: a process that
//! restores one box after another is killed at moments that the scheduler chooses.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::{env, ops::ControlFlow, path::Path, time::SystemTime};

use lineup::{
    ChannelId, EntryText, GuideNumber, HeldKey, Known, Remembered,
    decisions::{Decision, Decisions},
};
use store::{
    Choices, Device, Facts, List, ListWriter, Options, RulesRow, SourceRow, SourceState, Store,
};

const FOLDER: &str = "DIPOLE_STORE_KILL_RESTORE_FOLDER";
const KILLS: u32 = 24;
const CHANNELS: u16 = 300;
const OPTIONS: Options = Options {
    cache_bytes: 1 << 20,
};
const RESTORED: &str = "restored ";
const CHILD: common::Child = common::Child {
    test: "restores_until_killed",
    folder: FOLDER,
    word: RESTORED,
};

#[test]
fn a_restore_is_whole_or_has_not_been() {
    let folder = tempfile::tempdir().unwrap();
    let mut last = 0;
    for kill in 0..KILLS {
        let lines = kill * 7 % 11 + 1;
        last = CHILD.kill_after(folder.path(), lines).unwrap_or(last);
        let store = Store::open(folder.path(), OPTIONS).unwrap();
        let found = restored(&store);
        // The one behind may have been written just before its line would have been.
        assert!(
            found == last || found == last + 1,
            "kill {kill}: {found} after {last}"
        );
        last = found;
    }
    assert!(last > KILLS);
}

/// The child. Ends by itself where nobody kills it: its output is then closed.
#[test]
#[ignore = "runs as the child of the test above"]
fn restores_until_killed() {
    let Some(folder) = env::var_os(FOLDER) else {
        return;
    };
    let store = Store::open(Path::new(&folder), OPTIONS).unwrap();
    for number in restored(&store) + 1.. {
        let mut lists = Some((0, list(number)));
        store
            .replace_facts(&facts(number), &mut || Ok(lists.take()))
            .unwrap();
        println!("{RESTORED}{number}");
    }
}

/// Which box the store is; fails where it is a mix of two.
fn restored(store: &Store) -> u32 {
    if !store.has_facts().unwrap() {
        return 0;
    }
    let number = store.device().id_seed;
    let (found, expected) = (store.load_facts().unwrap(), facts(number));
    assert_eq!(found.known, expected.known);
    assert!(found.decisions.iter().eq(expected.decisions.iter()));
    assert_eq!(found.sources, expected.sources);
    assert_eq!(found.states, expected.states);
    let mut writer = ListWriter::new(usize::MAX);
    let read = store.each_entry(0, |entry| {
        writer.push(&entry).unwrap();
        ControlFlow::Continue(())
    });
    read.unwrap();
    assert_eq!(writer.finish(), list(number));
    number
}

fn ids(number: u32) -> impl Iterator<Item = (ChannelId, u16)> {
    let keep = move |major: &u16| !(u32::from(*major) + number).is_multiple_of(5);
    let id = |major: u16| ChannelId(u64::from(major).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    (1..=CHANNELS)
        .filter(keep)
        .map(move |major| (id(major), major))
}

fn facts(number: u32) -> Facts {
    let numbers = ids(number).map(|(id, major)| Remembered {
        id,
        number: GuideNumber::new(major, 0).unwrap(),
        since: 1,
        last_seen: number,
        waits: false,
    });
    let held = ids(number).map(|(id, _)| HeldKey {
        key: id.0 ^ u64::from(number),
        id,
        last_seen: number,
    });
    let decided = ids(number).map(|(id, _)| {
        let decision = Decision {
            name: Some(format!("Box {number}").into()),
            ..Decision::default()
        };
        (id, decision)
    });
    let list = list(number);
    Facts {
        device: Device {
            id_seed: number,
            uuid: [7; 16],
            created: SystemTime::UNIX_EPOCH,
        },
        sources: vec![SourceRow {
            id: 0,
            name: format!("Box {number}"),
            url: String::new(),
            settings: Some(number.to_string()),
        }],
        states: vec![(
            0,
            SourceState {
                entries: list.entries(),
                list: Some(list.hash()),
                ..SourceState::default()
            },
        )],
        known: Known {
            numbers: numbers.collect(),
            held: held.collect(),
        },
        choices: Choices::default(),
        decisions: {
            let mut decided: Vec<_> = decided.collect();
            decided.sort_unstable_by_key(|(id, _)| *id);
            Decisions::of(decided.into_iter(), std::iter::empty())
        },
        rules: RulesRow::default(),
        guides: vec![("Guide".to_owned(), number.to_string())],
    }
}

fn list(number: u32) -> List {
    let mut writer = ListWriter::new(usize::MAX);
    for n in 0..1000 + number % 3 * 500 {
        let entry = EntryText {
            name: format!("Box {number}").into(),
            url: format!("http://provider.example/{n}").into(),
            ..EntryText::default()
        };
        writer.push(&entry).unwrap();
    }
    writer.finish()
}
