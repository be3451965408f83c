//! Rules at work: those of the configuration and those that are stored, on lists that are read.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod house;

use std::fs;

use desk::{Refused, RulesOrder, SourceSettings};
use house::{House, list, names};
use rules::RuleSet;
use sync::RulesConfig;

fn set(text: &str) -> RuleSet {
    serde_json::from_str(text).unwrap()
}

fn config(text: &str) -> RulesConfig {
    RulesConfig {
        set: set(text),
        bytes_max: 1 << 20,
        ..RulesConfig::default()
    }
}

async fn save(house: &House, text: &str, seen: u64) -> Result<u64, Refused> {
    let set = Box::new(set(text));
    house
        .desk
        .ask(|answer| RulesOrder::Save { set, seen, answer })
        .await
}

fn sorted(lineup: &lineup::Lineup) -> Vec<String> {
    let mut names = names(lineup);
    names.sort_unstable();
    names
}

const SUFFIX: &str = r#"{"rules":[{"name":"hd","pattern":" HD$","action":"rename","with":"","case_sensitive":true}]}"#;

#[tokio::test(start_paused = true)]
async fn the_lineup_follows_the_rules() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("list.m3u");
    fs::write(&file, list(["One HD", "Shop", "Two", "Three"])).unwrap();
    let sources = vec![SourceSettings::new("provider", file.to_str().unwrap())];
    let mut house = House::start_with_rules(data.path(), sources.clone(), config(SUFFIX));
    house.settled().await;
    assert_eq!(
        names(&house.lineup.borrow()),
        ["One", "Shop", "Two", "Three"]
    );

    let stored = r#"{"rules":[
        {"name":"no shop","pattern":"^shop$","action":"exclude"},
        {"name":"three","pattern":"three","action":"renumber","first":300,"last":301},
        {"name":"after","pattern":"^One$","action":"rename","with":"Eins"}
    ]}"#;
    assert_eq!(save(&house, stored, 0).await, Ok(1));
    house.settled().await;
    // Known channels keep their numbers, Three included.
    let lineup = house.lineup.borrow().clone();
    assert_eq!(sorted(&lineup), ["Eins", "Three", "Two"]);
    assert!(lineup.iter().all(|channel| channel.number.major() < 300));
    assert_eq!(house.rules.borrow().revision, 1);

    let refused = save(&house, SUFFIX, 0).await;
    assert!(matches!(refused, Err(Refused::Conflict(_))), "{refused:?}");
    let refused = save(&house, SUFFIX, 1).await;
    assert!(
        matches!(&refused, Err(Refused::Invalid(why)) if why.contains("\"hd\"")),
        "{refused:?}"
    );
    house.stop().await;

    // They are there after a restart, and a new channel goes by them.
    fs::write(&file, list(["Shop", "Two", "Three 2", "One HD"])).unwrap();
    let mut house = House::start_with_rules(data.path(), sources, config(SUFFIX));
    house.settled().await;
    let lineup = house.lineup.borrow().clone();
    assert_eq!(sorted(&lineup), ["Eins", "Three 2", "Two"]);
    let three = lineup.iter().last().unwrap();
    assert_eq!(three.number.to_string(), "300");
    house.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_list_that_rules_leave_nothing_of_is_no_mistake() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("list.m3u");
    fs::write(&file, list(["One", "Two"])).unwrap();
    let sources = vec![SourceSettings::new("provider", file.to_str().unwrap())];
    let rules = config(r#"{"rules":[{"name":"all","action":"exclude"}]}"#);
    let mut house = House::start_with_rules(data.path(), sources, rules);
    let status = house.settled().await.remove(0);
    assert_eq!((status.channels, status.error), (0, None));
    assert_eq!(names(&house.lineup.borrow()), ["Dipole Test"]);
    house.stop().await;
}
