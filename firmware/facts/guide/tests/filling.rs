//! One channel out of several guides: gaps are filled, and nothing is on twice.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod house;

use house::{House, channel, guide, lineup, now};
use xmltv::time::{DAY_S, Stamp};

/// Programmes of a channel from and to these hours of tomorrow; 0 is no end.
fn hours(id: &str, programmes: &[(i64, i64, &str)]) -> String {
    let at = |hour: i64| Stamp((now() / DAY_S + 1) * DAY_S + hour * 3600).to_string();
    let one = |&(from, to, title): &(i64, i64, &str)| {
        let stop = if to > 0 {
            format!(" stop=\"{}\"", at(to))
        } else {
            String::new()
        };
        let start = at(from);
        format!(
            "<programme start=\"{start}\"{stop} channel=\"{id}\"><title>{title}</title></programme>"
        )
    };
    programmes.iter().map(one).collect()
}

/// What is in the document: hours of tomorrow and titles, in its order.
fn shown(document: &str) -> Vec<(i64, i64, String)> {
    let day = (now() / DAY_S + 1) * DAY_S;
    let hour = |text: &str, name: &str| {
        let value = text.split(&format!("{name}=\"")).nth(1).unwrap();
        let at = xmltv::time::parse(value.split('"').next().unwrap()).unwrap();
        (at - day).div_euclid(3600)
    };
    let programmes = document.split("<programme ").skip(1);
    let title = |text: &str| {
        text.split("<title>")
            .nth(1)
            .unwrap()
            .split('<')
            .next()
            .unwrap()
            .to_owned()
    };
    programmes
        .map(|text| (hour(text, "start"), hour(text, "stop"), title(text)))
        .collect()
}

async fn merged(guides: &[&str], lineup_of: &[(&str, &str)]) -> Vec<(i64, i64, String)> {
    let folder = tempfile::tempdir().unwrap();
    let one = channel("one", "One");
    let paths: Vec<_> = guides
        .iter()
        .enumerate()
        .map(|(n, body)| {
            (
                n.to_string(),
                guide(folder.path(), &format!("{n}.xml"), &format!("{one}{body}")),
            )
        })
        .collect();
    let named: Vec<_> = paths
        .iter()
        .map(|(name, path)| (name.as_str(), path.clone()))
        .collect();
    let mut house = House::start(folder.path(), &named, lineup(lineup_of));
    house.tried().await;
    let document = house.document();
    house.end().await;
    shown(&document)
}

fn owned(rows: &[(i64, i64, &str)]) -> Vec<(i64, i64, String)> {
    rows.iter()
        .map(|(from, to, title)| (*from, *to, (*title).to_owned()))
        .collect()
}

#[tokio::test]
async fn gaps_of_the_first_guide_are_filled_from_the_next() {
    let first = hours("one", &[(4, 6, "a"), (6, 8, "b"), (12, 14, "c")]);
    let second = hours(
        "one",
        &[
            (2, 5, "A"),
            (5, 9, "B"),
            (9, 10, "C"),
            (11, 13, "D"),
            (13, 16, "E"),
        ],
    );
    let third = hours("one", &[(0, 3, "x"), (9, 12, "y"), (16, 17, "z")]);
    let expected = owned(&[
        // Before, between and behind; cut where they would overlap.
        (0, 2, "x"),
        (2, 4, "A"),
        (4, 6, "a"),
        (6, 8, "b"),
        (8, 9, "B"),
        (9, 10, "C"),
        (10, 11, "y"),
        (11, 12, "D"),
        (12, 14, "c"),
        (14, 16, "E"),
        (16, 17, "z"),
    ]);
    let both = [first.as_str(), &second, &third];
    assert_eq!(merged(&both, &[("x", "one")]).await, expected);
}

#[tokio::test]
async fn short_gaps_stay_and_nothing_overlaps() {
    // An end that overlaps the next, none at all, and the same hour twice.
    let first = hours(
        "one",
        &[(4, 7, "a"), (6, 0, "b"), (7, 8, "c"), (7, 9, "again")],
    );
    let second = hours("one", &[(0, 24, "all day")]);
    let expected = owned(&[
        (0, 4, "all day"),
        (4, 6, "a"),
        (6, 7, "b"),
        (7, 8, "c"),
        (8, 24, "all day"),
    ]);
    let both = [first.as_str(), &second];
    let merged = merged(&both, &[("x", "one")]).await;
    assert_eq!(merged, expected);
}

#[tokio::test]
async fn a_late_channel_has_the_programmes_of_its_base() {
    let body = hours("one", &[(4, 6, "a"), (6, 8, "b")]);
    let guides = [body.as_str()];
    let channels = [("One", ""), ("One +1", "")];
    let expected = owned(&[(4, 6, "a"), (6, 8, "b"), (5, 7, "a"), (7, 9, "b")]);
    assert_eq!(merged(&guides, &channels).await, expected);
}
