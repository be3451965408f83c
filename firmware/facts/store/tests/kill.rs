//! What was acknowledged survives `kill -9`: a process that saves one generation after another is
//! killed at moments that the scheduler chooses, and its store is opened again.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    env,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use lineup::{Channel, ChannelId, GuideNumber, Lineup, LineupBuilder, Numbers, Remembered};
use store::{Import, Options, SourceState, Store};

const FOLDER: &str = "DIPOLE_STORE_KILL_FOLDER";
const KILLS: u64 = 24;
const CHANNELS: u16 = 200;
const OPTIONS: Options = Options {
    cache_bytes: 1 << 20,
};
const LINEUP_BYTES_MAX: usize = 1 << 20;
const SAVED: &str = "saved ";

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let device = Store::open(folder.path(), OPTIONS).unwrap().device();
    let mut last = 0;
    for kill in 0..KILLS {
        // 1 to 12 lines, in no regular order.
        let lines = kill * 7 % 12 + 1;
        last = kill_after(folder.path(), lines).unwrap_or(last);
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
    assert!(u64::from(last) > KILLS);
}

/// Lets a child save, kills it after this many lines and returns the last generation that it
/// acknowledged.
fn kill_after(folder: &Path, lines: u64) -> Option<u32> {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "saves_until_killed", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = || {
        output.find_map(|line| {
            let line = line.unwrap();
            let (_, generation) = line.split_once(SAVED)?;
            Some(generation.parse::<u32>().unwrap())
        })
    };
    let mut last = None;
    for _ in 0..lines {
        last = Some(acknowledged().expect("the child saves until it is killed"));
    }
    child.kill().unwrap();
    while let Some(generation) = acknowledged() {
        last = Some(generation);
    }
    child.wait().unwrap();
    last
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
        let state = SourceState {
            entries: generation.into(),
            ..SourceState::default()
        };
        store
            .save_import(&Import {
                lineup: &lineup(generation),
                numbers: &numbers(generation),
                sources: &[(0, state)],
            })
            .unwrap();
        println!("{SAVED}{generation}");
    }
}

/// The generation in the store; fails where it holds a mix of two.
fn generation(store: &Store) -> u32 {
    let numbers = store.load_numbers().unwrap();
    let Some(snapshot) = store.load_lineup(LINEUP_BYTES_MAX).unwrap() else {
        assert!(numbers.is_empty());
        return 0;
    };
    let generation = numbers.generation();
    assert!(snapshot.lineup.iter().eq(lineup(generation).iter()));
    assert_eq!(numbers, self::numbers(generation));
    let source = store.load_source(0).unwrap().unwrap();
    assert_eq!(source.entries, u64::from(generation));
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
        builder
            .push(Channel {
                id,
                number,
                source: 0,
                name: &format!("Generation {generation}"),
                group: "",
                logo: "",
                tvg_id: "",
                url: "http://provider.example/1",
                headers: "",
            })
            .unwrap();
    }
    builder.build()
}

fn numbers(generation: u32) -> Numbers {
    rows(generation)
        .map(|(id, number)| Remembered {
            id,
            number,
            last_seen: generation,
            mark: 0,
            key: 0,
        })
        .collect()
}
