//! What was acknowledged survives `kill -9`: a process that saves one generation after another is
//! killed at moments that the scheduler chooses, and its store is opened again.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::{env, ops::ControlFlow, path::Path};

use lineup::{
    Channel, ChannelId, EntryText, GuideNumber, HeldKey, Known, Lineup, LineupBuilder, Remembered,
};
use store::{Choices, Import, List, ListWriter, Options, SourceState, Store};

const FOLDER: &str = "DIPOLE_STORE_KILL_FOLDER";
const KILLS: u32 = 24;
const CHANNELS: u16 = 200;
const OPTIONS: Options = Options {
    cache_bytes: 1 << 20,
};
const LINEUP_BYTES_MAX: usize = 1 << 20;
const SAVED: &str = "saved ";
const CHILD: common::Child = common::Child {
    test: "saves_until_killed",
    folder: FOLDER,
    word: SAVED,
};

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let device = Store::open(folder.path(), OPTIONS).unwrap().device();
    let mut last = 0;
    for kill in 0..KILLS {
        // 1 to 12 lines, in no regular order.
        let lines = kill * 7 % 12 + 1;
        last = CHILD.kill_after(folder.path(), lines).unwrap_or(last);
        let store = Store::open(folder.path(), OPTIONS).unwrap();
        assert_eq!(store.device(), device);
        let found = generation(&store);
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
fn saves_until_killed() {
    let Some(folder) = env::var_os(FOLDER) else {
        return;
    };
    let store = Store::open(Path::new(&folder), OPTIONS).unwrap();
    for generation in generation(&store) + 1.. {
        let list = list(generation);
        let state = SourceState {
            entries: generation.into(),
            list: Some(list.hash()),
            ..SourceState::default()
        };
        store
            .save_import(&Import {
                lineup: &lineup(generation),
                known: &known(generation),
                sources: &[(0, 0)],
                choices: Choices::default(),
                states: &[(0, state)],
                list: Some((0, &list)),
            })
            .unwrap();
        println!("{SAVED}{generation}");
    }
}

/// The generation in the store; fails where it holds a mix of two.
fn generation(store: &Store) -> u32 {
    let known = store.load_known().unwrap();
    let Some(snapshot) = store.load_lineup(LINEUP_BYTES_MAX).unwrap() else {
        assert!(known.numbers.is_empty());
        return 0;
    };
    let generation = known.numbers.generation();
    assert!(snapshot.lineup.iter().eq(lineup(generation).iter()));
    assert_eq!(known, self::known(generation));
    let source = store.load_source(0).unwrap().unwrap();
    assert_eq!(source.entries, u64::from(generation));
    let mut writer = ListWriter::new(usize::MAX);
    store
        .each_entry(0, |entry| {
            writer.push(&entry).unwrap();
            ControlFlow::Continue(())
        })
        .unwrap();
    let stored = writer.finish();
    assert_eq!(stored, list(generation));
    assert_eq!(source.list, Some(stored.hash()));
    generation
}

fn rows(generation: u32) -> impl Iterator<Item = (ChannelId, GuideNumber)> {
    // Channels come and go with the generations.
    let keep = move |major: &u16| !(u32::from(*major) + generation).is_multiple_of(5);
    (1..=CHANNELS).filter(keep).map(|major| {
        let id = ChannelId(u64::from(major).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        (id, GuideNumber::new(major, 0).unwrap())
    })
}

fn lineup(generation: u32) -> Lineup {
    let mut builder = LineupBuilder::new(LINEUP_BYTES_MAX);
    for (id, number) in rows(generation) {
        let name = format!("Generation {generation}");
        let channel = Channel::new(id, number, &name, "http://provider.example/1");
        builder.push(channel).unwrap();
    }
    builder.build()
}

/// Of several pieces, of which one generation has more than the other.
fn list(generation: u32) -> List {
    let mut writer = ListWriter::new(usize::MAX);
    for n in 0..2000 + generation % 3 * 500 {
        let entry = EntryText {
            name: format!("Generation {generation}").into(),
            url: format!("http://provider.example/{n}").into(),
            ..EntryText::default()
        };
        writer.push(&entry).unwrap();
    }
    writer.finish()
}

fn known(generation: u32) -> Known {
    let numbers = rows(generation).map(|(id, number)| Remembered {
        id,
        number,
        since: 1,
        last_seen: generation,
        waits: false,
    });
    let held = rows(generation).map(|(id, _)| HeldKey {
        key: id.0 ^ u64::from(generation),
        id,
        last_seen: generation,
    });
    Known {
        numbers: numbers.collect(),
        held: held.collect(),
    }
}
