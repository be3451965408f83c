//! Rules at work: those of the configuration and those that are stored, on lists that are read.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod house;

use std::fs;

use desk::{DryRun, Refused, RulesOrder, SourceSettings};
use house::{House, Server, channels, list, names};
use lineup::{Numbering, NumberingMode};
use rules::RuleSet;
use sync::{RulesConfig, SourceStatus};

fn set(text: &str) -> RuleSet {
    serde_json::from_str(text).unwrap()
}

fn config(text: &str) -> RulesConfig {
    RulesConfig {
        set: set(text),
        bytes_max: 1 << 20,
    }
}

async fn save(house: &House, text: &str, seen: u64) -> Result<u64, Refused> {
    let set = Box::new(set(text));
    house
        .desk
        .ask(|answer| RulesOrder::Save { set, seen, answer })
        .await
}

/// Number and name of each channel.
fn numbered(lineup: &lineup::Lineup) -> Vec<String> {
    let shown = |it: lineup::Channel<'_>| format!("{} {}", it.number, it.name);
    lineup.iter().map(shown).collect()
}

async fn preview(house: &House, text: &str) -> Result<Box<DryRun>, Refused> {
    let set = Box::new(set(text));
    house
        .desk
        .ask(|answer| RulesOrder::Preview { set, answer })
        .await
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
    // At once, and only the channel that the rule names gets another number.
    let lineup = house.lineup.borrow().clone();
    assert_eq!(numbered(&lineup), ["1 Eins", "3 Two", "300 Three"]);
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
    assert_eq!(numbered(&lineup), ["1 Eins", "3 Two", "301 Three 2"]);
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

#[tokio::test(start_paused = true)]
async fn a_dry_run_says_what_then_happens() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("list.m3u");
    fs::write(&file, list(["One HD", "Shop", "Two"])).unwrap();
    let sources = vec![SourceSettings::new("provider", file.to_str().unwrap())];
    let mut house = House::start_with_rules(data.path(), sources, config(SUFFIX));
    house.settled().await;
    let before = names(&house.lineup.borrow());
    let stored = r#"{"rules":[
        {"name":"no shop","pattern":"^shop$","action":"exclude"},
        {"name":"after","pattern":"^One$","action":"rename","with":"Eins"}
    ]}"#;
    let preview = preview(&house, stored).await.unwrap();
    assert!(preview.complete);
    assert_eq!((preview.configured, preview.preview.kept), (1, 2));
    assert_eq!(preview.preview.matched, [1, 1, 1]);
    assert_eq!(names(&house.lineup.borrow()), before);
    assert_eq!(house.rules.borrow().revision, 0);

    assert_eq!(save(&house, stored, 0).await, Ok(1));
    let mut after: Vec<_> = preview
        .preview
        .samples
        .iter()
        .filter(|it| it.kept)
        .collect();
    after.sort_unstable_by(|a, b| a.before.name.cmp(&b.before.name));
    let after: Vec<_> = after.iter().map(|it| it.after.name.as_str()).collect();
    assert_eq!(after, ["Eins"]);
    assert_eq!(names(&house.lineup.borrow()), ["Eins", "Two"]);
    let refused = self::preview(&house, SUFFIX).await;
    assert!(matches!(refused, Err(Refused::Invalid(_))), "{refused:?}");
    house.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_a_channel_is_known_by_is_none_of_the_rules() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("list.m3u");
    fs::write(&file, list(["One", "Two"])).unwrap();
    let sources = vec![SourceSettings::new("provider", file.to_str().unwrap())];
    let mut house = House::start_with_rules(data.path(), sources, config("{}"));
    house.settled().await;
    let before = channels(&house.lineup.borrow());
    let rename = r#"{"rules":[
        {"name":"a","pattern":"^One$","action":"rename","with":"Zwei"},
        {"name":"b","pattern":"^Two$","action":"rename","with":"Eins"},
        {"name":"c","action":"set_tvg_id","with":"","pattern":"^Eins$"},
        {"name":"d","action":"regroup","with":"Sport"}
    ]}"#;
    assert_eq!(save(&house, rename, 0).await, Ok(1));
    let after = channels(&house.lineup.borrow());
    let kept = |rows: &[(String, String, String)]| -> Vec<_> {
        rows.iter()
            .map(|(number, id, _)| (number.clone(), id.clone()))
            .collect()
    };
    assert_eq!(kept(&before), kept(&after));
    assert_eq!(names(&house.lineup.borrow()), ["Zwei", "Eins"]);
    house.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_restart_with_other_rules_makes_the_lineup_anew_from_what_is_stored() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start().await;
    server.gives(list(["One", "Shop"]).as_bytes());
    let sources = || vec![SourceSettings::new("provider", server.url.clone())];
    let mut house = House::start_with_rules(data.path(), sources(), config("{}"));
    house.settled().await;
    house.stop().await;
    server.answers("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n");

    let no_shop = r#"{"rules":[{"name":"shop","pattern":"shop","action":"exclude"}]}"#;
    let mut house = House::start_with_rules(data.path(), sources(), config(no_shop));
    assert_eq!(names(&*house.first_lineup().await), ["One"]);
    let five = r#"{"rules":[{"name":"five","pattern":"one","action":"renumber","first":5}]}"#;
    assert_eq!(save(&house, five, 0).await, Ok(1));
    assert_eq!(numbered(&house.lineup.borrow()), ["5 One"]);
    house.stop().await;

    // Rules of the file that do not go with the stored ones leave the lineup as it was.
    server.gives(list(["One", "Other"]).as_bytes());
    let mut house = House::start_with_rules(data.path(), sources(), config(five));
    assert_eq!(numbered(&*house.first_lineup().await), ["5 One"]);
    assert!(house.rules.borrow().error.is_some());
    let says_so = |sources: &Vec<SourceStatus>| {
        let mut errors = sources.iter().filter_map(|source| source.error.as_ref());
        errors.any(|error| error.contains("rules"))
    };
    house.status.wait_for(says_so).await.unwrap();
    assert_eq!(numbered(&house.lineup.borrow()), ["5 One"]);
    assert_eq!(save(&house, "{}", 1).await, Ok(2));
    assert_eq!(numbered(&house.lineup.borrow()), ["2 Shop", "5 One"]);
    house.stop().await;
}

#[tokio::test(start_paused = true)]
async fn other_numbers_are_given_once() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("list.m3u");
    fs::write(&file, list(["B", "A"])).unwrap();
    let sources = || vec![SourceSettings::new("provider", file.to_str().unwrap())];
    let counted = || Numbering {
        mode: NumberingMode::Sequential,
        first: 100,
        ..Numbering::default()
    };
    let mut house = House::start_with_numbers(data.path(), sources(), Numbering::default());
    house.settled().await;
    assert_eq!(numbered(&house.lineup.borrow()), ["1 B", "2 A"]);
    house.stop().await;
    let mut house = House::start_with_numbers(data.path(), sources(), counted());
    assert_eq!(numbered(&*house.first_lineup().await), ["100 B", "101 A"]);
    house.settled().await;
    house.stop().await;
    // The list is turned around; nothing was chosen anew.
    fs::write(&file, list(["New", "A", "B"])).unwrap();
    let mut house = House::start_with_numbers(data.path(), sources(), counted());
    house.settled().await;
    assert_eq!(
        numbered(&house.lineup.borrow()),
        ["100 B", "101 A", "102 New"]
    );
    house.stop().await;
}
