//! Guides that are files, from the first reading to the document.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod house;

use std::{fs, sync::Arc};

use guide::State;
use house::{House, channel, guide, lineup, programme};

#[tokio::test]
async fn what_is_kept_is_what_the_lineup_has_in_the_days_to_come() {
    let folder = tempfile::tempdir().unwrap();
    let body = [
        channel("one", "One"),
        channel("other", "Other"),
        programme("one", 1, "Soon"),
        programme("one", 200, "In a week"),
        programme("one", -48, "Long ago"),
        programme("other", 1, "Elsewhere"),
    ];
    let path = guide(folder.path(), "a.xml", &body.concat());
    let channels = lineup(&[("Something", "ONE"), ("PPV 1: A vs B 20:00", "")]);
    let mut house = House::start(folder.path(), &[("a", path)], channels);
    let status = house.tried().await;
    assert_eq!((status[0].channels, status[0].programmes), (2, 1));
    assert_eq!((status[0].matched, &status[0].error), (1, &None));
    let text = house.document();
    assert!(text.contains("<title>Soon</title>"), "{text}");
    for absent in ["In a week", "Long ago", "Elsewhere"] {
        assert!(!text.contains(absent), "{absent}: {text}");
    }
    let names = "<display-name>Something</display-name><display-name>1</display-name>";
    assert!(text.contains(names), "{text}");
    assert!(
        text.contains("<title>A vs B</title>"),
        "of its name: {text}"
    );
    house.end().await;
}

#[tokio::test]
async fn channels_may_come_behind_programmes() {
    let folder = tempfile::tempdir().unwrap();
    let body = [
        channel("first", "First"),
        programme("late", 1, "Early"),
        channel("late", "Late"),
    ];
    let path = guide(folder.path(), "a.xml", &body.concat());
    let mut house = House::start(folder.path(), &[("a", path)], lineup(&[("x", "late")]));
    let status = house.tried().await;
    assert_eq!((status[0].channels, status[0].programmes), (2, 1));
    assert!(house.document().contains("<title>Early</title>"));
    house.end().await;
}

#[tokio::test]
async fn a_lineup_that_comes_while_the_first_is_matched_is_matched_before_a_guide_is_read_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let body = [channel("one", "One"), programme("one", 1, "Kept")].concat();
    let path = guide(folder.path(), "a.xml", &body);
    let channels = lineup(&[("x", "one")]);
    let guides = [("a", path.clone())];
    let mut house = House::start(folder.path(), &guides, Arc::clone(&channels));
    house.tried().await;
    house.end().await;
    // Whoever reads it now fails.
    fs::remove_file(path).unwrap();
    let mut house = House::start(folder.path(), &guides, lineup(&[]));
    // The states are recalled and the empty lineup is being matched.
    house.status.changed().await.unwrap();
    house.lineup.send(channels).unwrap();
    let status = house.tried().await;
    assert_eq!((status[0].state, &status[0].error), (State::Ready, &None));
    assert!(house.document().contains("<title>Kept</title>"));
    house.end().await;
}

#[tokio::test]
async fn a_guide_without_programmes_leaves_the_channel_to_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let empty = guide(folder.path(), "empty.xml", &channel("one", "One"));
    let body = [channel("one", "One"), programme("one", 1, "Second")].concat();
    let full = guide(folder.path(), "full.xml", &body);
    let guides = [("empty", empty), ("full", full)];
    let mut house = House::start(folder.path(), &guides, lineup(&[("x", "one")]));
    house.tried().await;
    assert!(house.document().contains("<title>Second</title>"));
    house.end().await;
}

#[tokio::test]
async fn what_cannot_be_read_says_why_and_costs_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.xml");
    fs::write(&page, "<html></html>").unwrap();
    let body = [channel("one", "One"), programme("one", 1, "Good")].concat();
    let good = guide(folder.path(), "good.xml", &body);
    let guides = [
        ("gone", folder.path().join("gone.xml")),
        ("page", page),
        ("good", good),
    ];
    let mut house = House::start(folder.path(), &guides, lineup(&[("x", "one")]));
    let status = house.tried().await;
    let error = |index: usize| status[index].error.clone().unwrap_or_default();
    assert!(error(0).contains("gone.xml"), "{}", error(0));
    assert!(error(1).contains("web page"), "{}", error(1));
    assert_eq!(status[2].error, None);
    assert!(house.document().contains("<title>Good</title>"));
    house.end().await;
}
