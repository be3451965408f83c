//! What is decided while imports run: it holds over restarts and other lists, until it is undone.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod house;

use std::{fs, path::Path};

use desk::{ChannelOrder, Edited, Refused, SourceSettings};
use house::{House, channels, list, names};
use lineup::{
    ChannelId,
    decisions::{Change, Patch, Set},
};

/// A house whose list has these channels.
async fn house(data: &Path, listed: &[&str]) -> House {
    let file = data.join("list.m3u");
    fs::write(&file, list(listed.iter().copied())).unwrap();
    let source = SourceSettings::new("provider", file.to_str().unwrap());
    let mut house = House::start(data, vec![source]);
    house.settled().await;
    house
}

fn id_of(house: &House, name: &str) -> ChannelId {
    let lineup = house.lineup.borrow();
    let found = lineup.iter().find(|channel| channel.name == name);
    found.unwrap().id
}

async fn decide(house: &House, change: Change) -> Result<Edited, Refused> {
    let order = |answer| ChannelOrder::Edit {
        changes: vec![change],
        if_revision: None,
        answer,
    };
    house.desk.ask(order).await
}

async fn undo(house: &House, change: u64) -> Result<Edited, Refused> {
    let order = |answer| ChannelOrder::Undo {
        change,
        if_revision: None,
        answer,
    };
    house.desk.ask(order).await
}

fn set(id: ChannelId, patch: Patch) -> Change {
    Change::Set {
        channels: vec![id],
        patch: Box::new(patch),
    }
}

#[tokio::test(start_paused = true)]
async fn decisions_hold_over_a_restart_and_another_list_until_they_are_undone() {
    let data = tempfile::tempdir().unwrap();
    let first = house(data.path(), &["One", "Two", "Three"]).await;
    let before = channels(&first.lineup.borrow());
    let patch = Patch {
        name: Set::To("Uno".into()),
        number: Set::To("50".parse().unwrap()),
        ..Patch::default()
    };
    let one = id_of(&first, "One");
    let edited = decide(&first, set(one, patch)).await.unwrap();
    assert_eq!((edited.change, edited.channels), (Some(1), vec![one]));
    assert_eq!(edited.revision, first.lineup.borrow().revision());
    let hide = Patch {
        enabled: Set::To(false),
        ..Patch::default()
    };
    decide(&first, set(id_of(&first, "Two"), hide))
        .await
        .unwrap();
    assert_eq!(names(&first.lineup.borrow()), ["Three", "Uno"]);
    let revision = first.lineup.borrow().revision();
    first.stop().await;

    let again = house(data.path(), &["One", "Two", "Three"]).await;
    assert_eq!(again.lineup.borrow().revision(), revision);
    again.stop().await;

    let other = house(data.path(), &["New", "Three", "Two", "One"]).await;
    let lineup = other.lineup.borrow().clone();
    assert_eq!(names(&lineup), ["Three", "New", "Uno"]);
    assert_eq!(lineup.get(2).unwrap().number.to_string(), "50");
    assert_eq!((lineup.len(), lineup.total()), (3, 4));
    assert_eq!(lineup.get(3).unwrap().number.to_string(), "2");
    let log: Vec<u64> = other
        .changes
        .borrow()
        .iter()
        .map(|change| change.n)
        .collect();
    assert_eq!(log, [2, 1]);
    undo(&other, 1).await.unwrap();
    undo(&other, 2).await.unwrap();
    let now = channels(&other.lineup.borrow());
    assert_eq!(now[..3], before);
    assert!(matches!(undo(&other, 1).await, Err(Refused::Conflict(_))));
    assert!(matches!(undo(&other, 9).await, Err(Refused::NotFound(_))));
    other.stop().await;
}

#[tokio::test(start_paused = true)]
async fn channels_are_merged_and_split_and_are_who_they_were() {
    let data = tempfile::tempdir().unwrap();
    let first = house(data.path(), &["One", "Two", "Three"]).await;
    let before = channels(&first.lineup.borrow());
    let (one, two) = (id_of(&first, "One"), id_of(&first, "Two"));
    let merge = Change::Merge {
        channels: vec![one, two],
    };
    decide(&first, merge).await.unwrap();
    assert_eq!(names(&first.lineup.borrow()), ["One", "Three"]);
    first.stop().await;

    let second = house(data.path(), &["Three", "Two", "New", "One"]).await;
    let lineup = second.lineup.borrow().clone();
    assert_eq!(names(&lineup).len(), 3);
    let streams: Vec<_> = lineup.streams_of(one).collect();
    assert_eq!(streams.len(), 2);
    let apart = streams.iter().find(|stream| stream.name == "Two").unwrap();
    let split = Change::Split {
        channel: one,
        streams: vec![apart.keys],
    };
    decide(&second, split).await.unwrap();
    let now = channels(&second.lineup.borrow());
    assert_eq!(now[..3], before);
    undo(&second, 2).await.unwrap();
    assert_eq!(second.lineup.borrow().streams_of(one).len(), 2);
    undo(&second, 1).await.unwrap();
    assert_eq!(channels(&second.lineup.borrow())[..3], before);
    second.stop().await;
}

#[tokio::test(start_paused = true)]
async fn who_has_seen_another_lineup_decides_nothing() {
    let data = tempfile::tempdir().unwrap();
    let house = house(data.path(), &["One"]).await;
    let revision = house.lineup.borrow().revision();
    let patch = Patch {
        favourite: Set::To(true),
        ..Patch::default()
    };
    let change = set(id_of(&house, "One"), patch);
    let ask = |if_revision, change| {
        let order = move |answer| ChannelOrder::Edit {
            changes: vec![change],
            if_revision: Some(if_revision),
            answer,
        };
        house.desk.ask(order)
    };
    let refused = ask(revision ^ 1, change.clone()).await;
    assert_eq!(refused, Err(Refused::Outdated));
    let edited = ask(revision, change.clone()).await.unwrap();
    assert_ne!(edited.revision, revision);
    assert_eq!(ask(revision, change).await, Err(Refused::Outdated));
    assert!(house.lineup.borrow().is_favourite(0));
    house.stop().await;
}
