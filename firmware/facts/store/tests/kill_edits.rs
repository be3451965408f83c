//! Decisions that were acknowledged survive `kill -9`, and never apart from their lineup and their
//! log: a process that makes one edit after another is killed at moments that the scheduler chooses.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::{env, path::Path};

use lineup::{
    Channel, ChannelId, GuideNumber, Known, Lineup, LineupBuilder,
    decisions::{Changed, Decision, Decisions, Turn},
};
use store::{Choices, Import, Options, Store};

const FOLDER: &str = "DIPOLE_STORE_KILL_EDITS_FOLDER";
const KILLS: u32 = 16;
const CHANNELS: u16 = 200;
const OPTIONS: Options = Options {
    cache_bytes: 1 << 20,
};
const LINEUP_BYTES_MAX: usize = 1 << 20;
const EDITED: &str = "edited ";
const CHILD: common::Child = common::Child {
    test: "edits_until_killed",
    folder: FOLDER,
    word: EDITED,
};

#[test]
fn what_was_decided_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let mut last = 0;
    for kill in 0..KILLS {
        let lines = kill * 5 % 9 + 1;
        last = CHILD.kill_after(folder.path(), lines).unwrap_or(last);
        let store = Store::open(folder.path(), OPTIONS).unwrap();
        let found = u32::try_from(edits(&store)).unwrap();
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
fn edits_until_killed() {
    let Some(folder) = env::var_os(FOLDER) else {
        return;
    };
    let store = Store::open(Path::new(&folder), OPTIONS).unwrap();
    for edit in edits(&store) + 1.. {
        let before = store.load_decisions().unwrap();
        let lineup = lineup(edit);
        let import = Import {
            lineup: &lineup,
            known: &Known::new(),
            sources: &[],
            states: &[],
            list: None,
            choices: Choices::default(),
        };
        store
            .save_edit(&decide(&before, edit), edit, Some(&import))
            .unwrap();
        println!("{EDITED}{edit}");
    }
}

/// Each edit decides on other channels than the one before.
fn is_decided(major: u16, edit: u64) -> bool {
    !(u64::from(major) + edit).is_multiple_of(5)
}

fn id(major: u16) -> ChannelId {
    ChannelId(u64::from(major).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn name(edit: u64) -> String {
    format!("Edit {edit}")
}

fn decide(before: &Decisions, edit: u64) -> Changed {
    let turns = (1..=CHANNELS).map(|major| {
        let after = is_decided(major, edit).then(|| Decision {
            name: Some(name(edit).into()),
            ..Decision::default()
        });
        let before = before.find(id(major));
        (id(major), Turn { before, after })
    });
    Changed {
        words: name(edit),
        decisions: turns.collect(),
        ..Changed::default()
    }
}

fn lineup(edit: u64) -> Lineup {
    let mut builder = LineupBuilder::new(LINEUP_BYTES_MAX);
    for major in 1..=CHANNELS {
        let number = GuideNumber::new(major, 0).unwrap();
        let name = name(edit);
        let url = "http://provider.example/1";
        builder
            .push(Channel::new(id(major), number, &name, url))
            .unwrap();
    }
    builder.build()
}

/// How many edits the store holds; fails where it holds a part of one.
fn edits(store: &Store) -> u64 {
    let Some(snapshot) = store.load_lineup(LINEUP_BYTES_MAX).unwrap() else {
        assert!(store.load_decisions().unwrap().is_empty());
        assert!(store.load_changes().unwrap().is_empty());
        return 0;
    };
    let log = store.load_changes().unwrap();
    let edit = log[0].n;
    assert_eq!(log[0].words, name(edit));
    assert!(
        snapshot
            .lineup
            .iter()
            .all(|channel| channel.name == name(edit))
    );
    let decisions = store.load_decisions().unwrap();
    for major in 1..=CHANNELS {
        let decided = decisions.find(id(major)).and_then(|decision| decision.name);
        let expected = is_decided(major, edit).then(|| name(edit).into());
        assert_eq!(decided, expected);
    }
    edit
}
