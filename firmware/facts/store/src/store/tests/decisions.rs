//! Decisions and their log, on good disks and full ones.

use lineup::decisions::{Decision, Home, Keys, Turn};

use super::*;

/// Decides on the names of so many channels, and on where as many entries belong.
fn decides(count: u16, before: Option<&str>, after: Option<&str>) -> Changed {
    let decision = |name: Option<&str>| {
        name.map(|name| Decision {
            name: Some(name.into()),
            ..Decision::default()
        })
    };
    let home = |name: Option<&str>| name.map(|name| ChannelId(name.len() as u64));
    let keys = |major: u16| Keys {
        name: major.into(),
        address: 1,
    };
    Changed {
        words: format!("{count} channels: name {after:?}"),
        decisions: (1..=count)
            .map(|major| {
                let (before, after) = (decision(before), decision(after));
                (id(major), Turn { before, after })
            })
            .collect(),
        homes: (1..=count)
            .map(|major| {
                let (before, after) = (home(before), home(after));
                (keys(major), Turn { before, after })
            })
            .collect(),
        ..Changed::default()
    }
}

fn edit(store: &Store, changed: &Changed, lineup: &Lineup, second: u64) -> Result<Logged, Error> {
    store.save_edit(changed, second, Some(&import(lineup, &known(300, 1))))
}

/// The one name that all channels were given by hand, with as many homes; `None` for none.
fn decided(store: &Store) -> Option<(usize, Box<str>)> {
    let decisions = store.load_decisions().unwrap();
    let names: Vec<_> = decisions
        .iter()
        .filter_map(|(_, decision)| decision.name)
        .collect();
    assert_eq!(names.len(), decisions.homes().len());
    let first = names.first()?.clone();
    assert!(names.iter().all(|name| *name == first));
    let home = ChannelId(first.len() as u64);
    assert!(
        decisions
            .homes()
            .iter()
            .all(|Home { channel, .. }| *channel == home)
    );
    Some((names.len(), first))
}

#[test]
fn decisions_and_their_log_come_back_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), OPTIONS).unwrap();
    assert!(store.load_decisions().unwrap().is_empty());
    assert_eq!(store.load_changes().unwrap(), []);
    let first = decides(300, None, Some("One"));
    let second = decides(20, Some("One"), None);
    edit(&store, &first, &lineup(300, "One"), 1000).unwrap();
    edit(&store, &second, &lineup(300, "Two"), 2000).unwrap();
    drop(store);

    let store = Store::open(folder.path(), OPTIONS).unwrap();
    assert_eq!(decided(&store), Some((280, "One".into())));
    assert!(names(&store).iter().all(|name| name.starts_with("Two")));
    let log = store.load_changes().unwrap();
    let told: Vec<_> = log
        .iter()
        .map(|change| (change.n, change.at_unix_s, &*change.words))
        .collect();
    assert_eq!(told, [(2, 2000, &*second.words), (1, 1000, &*first.words)]);
    assert_eq!(store.load_change(1).unwrap(), Some(first));
    assert_eq!(store.load_change(2).unwrap(), Some(second));
    assert_eq!(store.load_change(3).unwrap(), None);
}

#[test]
fn the_log_keeps_the_newest_hundred_and_so_many_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), OPTIONS).unwrap();
    let lineup = lineup(3, "Channel");
    for second in 1..=103 {
        edit(&store, &decides(1, None, Some("One")), &lineup, second).unwrap();
    }
    let log = store.load_changes().unwrap();
    assert_eq!((log.len(), log[0].n, log[99].n), (100, 103, 4));
    assert_eq!(store.load_change(3).unwrap(), None);
    assert!(store.load_change(4).unwrap().is_some());
    // Each takes some 10 MiB: that is more than all may, and the newest has a place all the same.
    let large = decides(60_000, Some(&"x".repeat(60)), Some(&"y".repeat(60)));
    for n in 104..=105 {
        edit(&store, &large, &lineup, n).unwrap();
        let log = store.load_changes().unwrap();
        assert_eq!((log.len(), log[0].n), (1, n));
    }
}

#[test]
fn a_full_disk_keeps_decisions_log_and_lineup_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let (store, books) = on_a_disk(folder.path());
    let good = decides(300, None, Some("Good"));
    edit(&store, &good, &lineup(300, "Good"), 1).unwrap();
    let worse = decides(300, Some("Good"), Some("Worse"));
    // Full after each number of pages in turn.
    for pages in 0..200 {
        books.left.store(pages * 4096, Ordering::Relaxed);
        let result = edit(&store, &worse, &lineup(300, "Worse"), 2);
        books.left.store(u64::MAX, Ordering::Relaxed);
        let (name, changes) = match &result {
            Ok(_) => ("Worse", 2),
            Err(error) => {
                assert!(matches!(error, Error::DiskFull { .. }), "{error}");
                ("Good", 1)
            }
        };
        assert_eq!(
            decided(&store),
            Some((300, name.into())),
            "after {pages} pages"
        );
        assert!(names(&store).iter().all(|found| found.starts_with(name)));
        assert_eq!(store.load_changes().unwrap().len(), changes);
        if result.is_ok() {
            assert!(pages > 10, "so much takes more than {pages} pages");
            return;
        }
    }
    panic!("200 pages are enough");
}
