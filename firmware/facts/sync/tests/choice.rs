//! Where rules, what is chosen for all channels and what is decided of one meet.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod house;

use std::{fs, path::Path, sync::Arc};

use desk::{ChannelOrder, RulesOrder, SourceSettings};
use house::House;
use lineup::{
    ChannelId, Choice, Idle, Lineup, Merging, NewChannels,
    decisions::{Change, Patch, Set},
};

/// A list of these names and their groups.
fn write(data: &Path, listed: &[(&str, &str)]) {
    let entry = |(name, group): &(&str, &str)| {
        format!("#EXTINF:-1 group-title=\"{group}\",{name}\nhttp://a.example/{name}\n")
    };
    let entries: String = listed.iter().map(entry).collect();
    fs::write(data.join("list.m3u"), format!("#EXTM3U\n{entries}")).unwrap();
}

async fn house(data: &Path, change: impl FnOnce(&mut sync::Config)) -> House {
    let file = data.join("list.m3u");
    let source = SourceSettings::new("provider", file.to_str().unwrap());
    let mut config = House::config(vec![source]);
    change(&mut config);
    let mut house = House::start_configured(data, config);
    house.settled().await;
    house
}

fn choose(groups: [&[&str]; 2], favourites_only: bool, new: NewChannels) -> Arc<Choice> {
    let owned = groups.map(|names| names.iter().map(|&it| it.to_owned()).collect::<Vec<_>>());
    let [on, off] = &owned;
    Arc::new(Choice::new([on, off], favourites_only, new))
}

/// Number and name of each channel that clients see, then of those that they do not.
fn shown(house: &House) -> [Vec<String>; 2] {
    let lineup = house.lineup.borrow().clone();
    let row = |index| {
        lineup
            .get(index)
            .map(|it| format!("{} {}", it.number, it.name))
    };
    let (active, all) = (lineup.len(), lineup.total());
    [(0..active), (active..all)].map(|range| range.filter_map(row).collect())
}

fn id_of(lineup: &Lineup, name: &str) -> ChannelId {
    let mut all = (0..lineup.total()).filter_map(|index| lineup.get(index));
    all.find(|it| it.name == name).unwrap().id
}

fn idle(house: &House, name: &str) -> Option<Idle> {
    let lineup = house.lineup.borrow();
    let id = id_of(&lineup, name);
    lineup.idle(lineup.find(id).unwrap())
}

async fn set(house: &House, name: &str, patch: Patch) {
    let id = id_of(&house.lineup.borrow(), name);
    let change = Change::Set {
        channels: vec![id],
        patch: Box::new(patch),
    };
    let order = |answer| ChannelOrder::Edit {
        changes: vec![change],
        if_revision: None,
        answer,
    };
    house.desk.ask(order).await.unwrap();
}

async fn switch(house: &House, name: &str, enabled: Set<bool>) {
    let patch = Patch {
        enabled,
        ..Patch::default()
    };
    set(house, name, patch).await;
}

async fn rule(house: &House, text: &str, seen: u64) {
    let set = Box::new(serde_json::from_str(text).unwrap());
    let order = |answer| RulesOrder::Save { set, seen, answer };
    house.desk.ask(order).await.unwrap();
}

const LISTED: [(&str, &str); 4] = [
    ("Harbour", "News"),
    ("Meadow", "Film"),
    ("River", "Sport"),
    ("Barn", "Kids"),
];

#[tokio::test(start_paused = true)]
async fn one_that_is_decided_on_goes_before_groups_and_rules() {
    let data = tempfile::tempdir().unwrap();
    write(data.path(), &LISTED);
    let chosen = |it: &mut sync::Config| {
        it.choice = choose([&["news", "sport"], &[]], false, NewChannels::Active);
    };
    let house_ = house(data.path(), chosen).await;
    let off = |names: &[&str]| names.iter().map(|&it| it.to_owned()).collect::<Vec<_>>();
    assert_eq!(
        shown(&house_),
        [off(&["1 Harbour", "2 River"]), off(&["3 Meadow", "4 Barn"])]
    );
    assert_eq!(idle(&house_, "Meadow"), Some(Idle::Group));
    switch(&house_, "Meadow", Set::To(true)).await;
    switch(&house_, "River", Set::To(false)).await;
    let expected = [off(&["1 Harbour", "3 Meadow"]), off(&["2 River", "4 Barn"])];
    assert_eq!(shown(&house_), expected);
    assert_eq!(idle(&house_, "River"), Some(Idle::Decided));

    // A rule leaves out all films and all news: what was switched on stays, under its new name.
    let films = r#"{"rules":[
        {"name":"new","pattern":"^Meadow$","action":"rename","with":"Valley"},
        {"name":"no","fields":["group"],"pattern":"film|news","action":"exclude"}
    ]}"#;
    rule(&house_, films, 0).await;
    assert_eq!(
        shown(&house_),
        [off(&["3 Valley"]), off(&["2 River", "4 Barn"])]
    );
    house_.stop().await;
    // So it is after a restart and a reading of another list.
    write(data.path(), &[LISTED[1], LISTED[0], LISTED[2]]);
    let house_ = house(data.path(), chosen).await;
    assert_eq!(shown(&house_), [off(&["3 Valley"]), off(&["2 River"])]);
    // Once it is automatic again, the rule has it; without the rule it is back with its number.
    switch(&house_, "Valley", Set::Automatic).await;
    rule(&house_, r#"{"rules":[]}"#, 1).await;
    assert_eq!(
        shown(&house_),
        [off(&["1 Harbour"]), off(&["2 River", "3 Meadow"])]
    );
    house_.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_was_decided_waits_for_a_channel_that_a_rule_leaves_out() {
    let data = tempfile::tempdir().unwrap();
    write(data.path(), &LISTED);
    let house_ = house(data.path(), |_| ()).await;
    let patch = Patch {
        name: Set::To("Port".into()),
        number: Set::To("50".parse().unwrap()),
        ..Patch::default()
    };
    set(&house_, "Harbour", patch).await;
    let rules = r#"{"rules":[
        {"name":"no","pattern":"harbour","action":"exclude"},
        {"name":"to 50","pattern":"river","action":"renumber","first":50,"last":50}
    ]}"#;
    rule(&house_, rules, 0).await;
    // The number that was decided is nobody else's meanwhile, whatever a rule asks for.
    let [active, _] = shown(&house_);
    assert_eq!(active.len(), 3);
    assert!(!active.iter().any(|it| it.starts_with("50 ")), "{active:?}");
    rule(&house_, r#"{"rules":[]}"#, 1).await;
    let [active, _] = shown(&house_);
    assert!(active.contains(&"50 Port".to_owned()), "{active:?}");
    // A rule's name is no match for one that was decided.
    let rename = r#"{"rules":[{"name":"r","pattern":"harbour","action":"rename","with":"Quay"}]}"#;
    rule(&house_, rename, 2).await;
    let lineup = house_.lineup.borrow().clone();
    let port = lineup.find(id_of(&lineup, "Port")).unwrap();
    assert_eq!(lineup.own_name(port), "Quay");
    house_.stop().await;
}

#[tokio::test(start_paused = true)]
async fn new_channels_wait_where_they_are_to() {
    let data = tempfile::tempdir().unwrap();
    let waiting = |it: &mut sync::Config| {
        it.choice = choose([&[], &[]], false, NewChannels::Inactive);
    };
    write(data.path(), &LISTED[..2]);
    let house_ = house(data.path(), waiting).await;
    assert_eq!(shown(&house_)[0].len(), 2, "the first list is seen");
    house_.stop().await;
    write(data.path(), &LISTED);
    let house_ = house(data.path(), waiting).await;
    let rows = |names: &[&str]| names.iter().map(|&it| it.to_owned()).collect::<Vec<_>>();
    let expected = [
        rows(&["1 Harbour", "2 Meadow"]),
        rows(&["3 River", "4 Barn"]),
    ];
    assert_eq!(shown(&house_), expected);
    assert_eq!(idle(&house_, "Barn"), Some(Idle::New));
    switch(&house_, "Barn", Set::To(true)).await;
    house_.stop().await;
    // It is kept over a restart, and over a time in which the channel is gone.
    for listed in [&LISTED[..], &LISTED[..2], &LISTED[..]] {
        write(data.path(), listed);
        let house_ = house(data.path(), waiting).await;
        let is_there = listed.len() > 2;
        let barn = is_there.then(|| idle(&house_, "Barn"));
        assert!(barn.is_none_or(|barn| barn.is_none()));
        let river = is_there.then(|| idle(&house_, "River"));
        assert!(river.is_none_or(|river| river == Some(Idle::New)));
        house_.stop().await;
    }
    // Chosen otherwise, they are seen.
    let house_ = house(data.path(), |_| ()).await;
    assert_eq!(shown(&house_)[1], rows(&[]));
    house_.stop().await;
}

#[tokio::test(start_paused = true)]
async fn favourites_alone_once_there_is_one() {
    let data = tempfile::tempdir().unwrap();
    write(data.path(), &LISTED);
    let favourites = |it: &mut sync::Config| {
        it.choice = choose([&[], &["sport"]], true, NewChannels::Active);
    };
    let house_ = house(data.path(), favourites).await;
    assert_eq!(shown(&house_)[0].len(), 3, "all but sport");
    let favourite = |to| Patch {
        favourite: to,
        ..Patch::default()
    };
    set(&house_, "River", favourite(Set::To(true))).await;
    switch(&house_, "Barn", Set::To(true)).await;
    assert_eq!(shown(&house_)[0], ["3 Barn", "4 River"]);
    assert_eq!(idle(&house_, "Harbour"), Some(Idle::NoFavourite));
    set(&house_, "River", favourite(Set::Automatic)).await;
    assert_eq!(shown(&house_)[0].len(), 3);
    house_.stop().await;
}

#[tokio::test(start_paused = true)]
async fn other_names_are_alike_once_the_setting_says_so() {
    let data = tempfile::tempdir().unwrap();
    write(data.path(), &[("Harbour News", ""), ("Harbor News", "")]);
    let merging = |similarity_percent| {
        move |it: &mut sync::Config| {
            it.merging = Merging {
                similarity_percent,
                ..Merging::default()
            };
        }
    };
    for (percent, channels) in [(85, 1), (100, 2), (85, 1)] {
        let file = data.path().join("list.m3u");
        let source = SourceSettings::new("provider", file.to_str().unwrap());
        let mut config = House::config(vec![source]);
        merging(percent)(&mut config);
        let mut house = House::start_configured(data.path(), config);
        // At the start already, where there is a list.
        let first = house.first_lineup().await;
        house.settled().await;
        let is_first_run = first.iter().any(|it| it.name == "Dipole Test");
        assert!(is_first_run || first.len() == channels, "{percent}");
        assert_eq!(house.lineup.borrow().len(), channels, "{percent}");
        house.stop().await;
    }
}
