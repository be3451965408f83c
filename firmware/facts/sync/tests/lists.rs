//! Lists as facts: what an unchanged one costs, one that has shrunk, one whose source has another
//! name, and what is there after a start.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod house;

use std::{fs, path::Path};

use desk::SourceSettings;
use house::{House, channels, list, names};
use store::{Options, Store};
use sync::State;

fn data() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn source(name: &str, file: &Path) -> SourceSettings {
    SourceSettings::new(name, file.to_str().unwrap())
}

fn numbered(range: std::ops::Range<u32>) -> String {
    let names: Vec<String> = range.map(|n| format!("Channel {n}")).collect();
    list(names.iter().map(String::as_str))
}

/// What the store keeps of a source.
fn stored(data: &Path, source: u16) -> (u64, Option<u64>, Vec<String>) {
    let options = Options {
        cache_bytes: 1 << 20,
    };
    let store = Store::open(data, options).unwrap();
    let state = store.load_source(source).unwrap().unwrap_or_default();
    let mut names = Vec::new();
    store
        .each_entry(source, |entry| {
            names.push(entry.name.into_owned());
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    (state.entries, state.list, names)
}

#[tokio::test(start_paused = true)]
async fn the_same_list_again_makes_no_new_lineup() {
    let data = data();
    let file = data.path().join("list.m3u");
    fs::write(&file, list(["One", "Two"])).unwrap();
    let mut house = House::start(data.path(), vec![source("provider", &file)]);
    house.settled().await;
    house.lineup.mark_unchanged();
    // Written otherwise, and the same.
    fs::write(&file, list(["One", "Two"]).replace('\n', "\r\n")).unwrap();
    let status = house.refreshed().await;
    assert_eq!((status.state, status.channels), (State::Ok, 2));
    assert!(!house.lineup.has_changed().unwrap());
    fs::write(&file, list(["Two", "One"])).unwrap();
    house.refreshed().await;
    assert!(house.lineup.has_changed().unwrap());
    house.stop().await;
    let (entries, hash, names) = stored(data.path(), 0);
    assert_eq!(
        (entries, names),
        (2, vec!["Two".to_owned(), "One".to_owned()])
    );
    assert!(hash.is_some_and(|hash| hash > 0));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_has_lost_most_of_its_entries_is_held_back() {
    let data = data();
    let file = data.path().join("list.m3u");
    fs::write(&file, numbered(0..100)).unwrap();
    let mut house = House::start(data.path(), vec![source("provider", &file)]);
    house.settled().await;
    fs::write(&file, numbered(0..49)).unwrap();
    let status = house.refreshed().await;
    assert_eq!((status.state, status.channels), (State::Failed, 100));
    let error = status.error.unwrap();
    assert!(error.contains("49") && error.contains("100"), "{error}");
    assert_eq!(house.lineup.borrow().len(), 100);
    // Half of it is taken, and from then on half of that.
    fs::write(&file, numbered(0..50)).unwrap();
    assert_eq!(house.refreshed().await.channels, 50);
    fs::write(&file, numbered(0..24)).unwrap();
    assert_eq!(house.refreshed().await.state, State::Failed);
    house.stop().await;

    let accepting = SourceSettings {
        accept_shrink: true,
        ..source("provider", &file)
    };
    let mut house = House::start(data.path(), vec![accepting]);
    assert_eq!(house.settled().await[0].channels, 24);
    house.stop().await;
}

#[tokio::test(start_paused = true)]
async fn ids_outlive_a_source() {
    let data = data();
    let file = data.path().join("list.m3u");
    fs::write(&file, list(["One", "Two", "Three"])).unwrap();
    let mut house = House::start(data.path(), vec![source("provider", &file)]);
    house.settled().await;
    let before = channels(&house.lineup.borrow());
    house.stop().await;

    fs::write(&file, list(["Three", "Two", "One"])).unwrap();
    // Under a new name alone it is the same source, with its list.
    let mut house = House::start(data.path(), vec![source("renamed", &file)]);
    assert_eq!(channels(&*house.first_lineup().await), before);
    house.stop().await;

    let elsewhere = data.path().join("elsewhere.m3u");
    fs::copy(&file, &elsewhere).unwrap();
    let mut house = House::start(data.path(), vec![source("another", &elsewhere)]);
    assert_eq!(names(&*house.first_lineup().await), ["Dipole Test"]);
    house.settled().await;
    assert_eq!(channels(&house.lineup.borrow()), before);
    house.stop().await;
    let (_, list, names) = stored(data.path(), 0);
    assert_eq!((list, names.len()), (None, 0), "gone with its source");
}

#[tokio::test(start_paused = true)]
async fn a_new_list_that_does_not_fit_is_taken_in_part_and_harms_no_other() {
    let data = data();
    let (small, large) = (data.path().join("small.m3u"), data.path().join("large.m3u"));
    fs::write(&small, list(["One", "Two"])).unwrap();
    fs::write(&large, numbered(0..60_000)).unwrap();
    let sources = || vec![source("large", &large), source("small", &small)];
    let mut house = House::start(data.path(), vec![source("small", &small)]);
    house.settled().await;
    house.stop().await;
    let mut house = House::start(data.path(), sources());
    let status = house.settled().await;
    assert_eq!((status[1].state, status[0].channels), (State::Ok, 2));
    assert!(
        status[1].warnings[0].contains("not whole"),
        "{:?}",
        status[1].warnings
    );
    let taken = status[1].channels;
    assert!((10_000..60_000).contains(&taken), "{taken}");
    house.stop().await;
    let (entries, _, names) = stored(data.path(), 1);
    assert_eq!((entries, names.len()), (taken as u64, taken));

    // The part is what is there from then on.
    let mut house = House::start(data.path(), sources());
    let status = house.settled().await;
    assert_eq!(
        (status[1].state, status[1].channels),
        (State::Failed, taken)
    );
    assert!(status[1].error.as_ref().unwrap().contains("memory.budget"));
    house.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_guides_that_a_list_names_are_told_and_known_after_a_restart() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("list.m3u");
    let head = "#EXTM3U x-tvg-url=\"http://g.example/a.xml, http://g.example/b.xml.gz\"";
    let text = list(["One"]).replace("#EXTM3U", head);
    std::fs::write(&file, &text).unwrap();
    let sources = |guide| {
        vec![SourceSettings {
            guide,
            ..source("a", &file)
        }]
    };
    let brought = |house: &House| -> Vec<String> {
        let brought = house.brought.borrow();
        let urls = brought.iter().filter_map(|it| it.settings.url.clone());
        urls.collect()
    };
    let both = ["http://g.example/a.xml", "http://g.example/b.xml.gz"];
    let mut house = House::start(data.path(), sources(true));
    house.settled().await;
    house.brought.wait_for(|it| !it.is_empty()).await.unwrap();
    assert_eq!(brought(&house), both);
    // The same entries under another head.
    std::fs::write(&file, text.replace("a.xml, http://g.example/", "")).unwrap();
    house.brought.mark_unchanged();
    house.refreshed().await;
    house.brought.changed().await.unwrap();
    assert_eq!(brought(&house), ["http://g.example/b.xml.gz"]);
    house.stop().await;

    std::fs::remove_file(&file).unwrap();
    let mut house = House::start(data.path(), sources(true));
    house.brought.changed().await.unwrap();
    assert_eq!(brought(&house), ["http://g.example/b.xml.gz"]);
    house.stop().await;
    let mut house = House::start(data.path(), sources(false));
    house.brought.changed().await.unwrap();
    assert!(brought(&house).is_empty());
    house.stop().await;
}
