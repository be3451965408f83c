//! `GET /api/v1/channels/similar?cursor=&limit=`: channels whose names are alike, side by side.

use std::sync::Arc;

use desk::ChannelOrder;
use hyper::{Response, StatusCode};
use lineup::{Alike, GuideNumber, Lineup, Similar};
use serde::Serialize;

use super::{Row, row, tagged};
use crate::{api::not_done, asked::Asked, body::Body, query, respond, shared::Shared};

/// Groups of a page where nobody says how many.
const LIMIT_DEFAULT: usize = 20;

#[derive(Serialize)]
struct Page<'a> {
    groups: Vec<Group<'a>>,
    /// The `cursor` of the next page; `null` on the last.
    next: Option<String>,
    /// Groups in all.
    total: usize,
}

#[derive(Serialize)]
struct Group<'a> {
    /// In the order of their numbers.
    channels: Vec<Neighbour<'a>>,
}

#[derive(Serialize)]
struct Neighbour<'a> {
    #[serde(flatten)]
    channel: Row<'a>,
    /// Why it is not one with the first of the group; `null` of that one.
    why_apart: Option<String>,
}

pub(crate) async fn similar(shared: &Shared, asked: &Asked) -> Response<Body> {
    let (after, limit) = match wanted(asked.query()) {
        Ok(wanted) => wanted,
        Err(detail) => return respond::problem(StatusCode::BAD_REQUEST, detail),
    };
    let order = |answer| ChannelOrder::Similar {
        after,
        limit,
        answer,
    };
    let similar = match shared.feeds.desk.ask(order).await {
        Ok(similar) => similar,
        Err(refused) => return not_done(&refused),
    };
    let lineup = Arc::clone(&shared.feeds.lineup.borrow());
    let groups = similar.groups.into_iter().map(|group| Group {
        channels: neighbours(&lineup, group),
    });
    let page = respond::json(&Page {
        groups: groups.collect(),
        next: similar.next.map(|number| number.to_string()),
        total: similar.total,
    });
    tagged(page, lineup.revision())
}

/// A channel that is gone meanwhile is not there.
fn neighbours(lineup: &Lineup, group: Vec<Alike>) -> Vec<Neighbour<'_>> {
    let named = group.into_iter().filter_map(|alike| {
        Some(Neighbour {
            channel: row(lineup, lineup.find(alike.id)?)?,
            why_apart: Some(alike.reason).filter(|reason| !reason.is_empty()),
        })
    });
    named.collect()
}

fn wanted(query: Option<&str>) -> Result<(Option<GuideNumber>, usize), &'static str> {
    let (mut after, mut limit) = (None, LIMIT_DEFAULT);
    for (key, value) in query::pairs(query) {
        match &*key {
            "cursor" if value.is_empty() => after = None,
            "cursor" => {
                let number = value.parse();
                after = Some(number.map_err(|_| "`cursor` is what `next` said")?);
            }
            "limit" => {
                let range = 1..=Similar::GROUPS_MAX;
                let count = value.parse().ok().filter(|count| range.contains(count));
                limit = count.ok_or("`limit` is a number from 1 to 50")?;
            }
            _ => {}
        }
    }
    Ok((after, limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_asked_for_by_its_cursor() {
        let five = GuideNumber::new(5, 0);
        for (query, expected) in [
            (None, Ok((None, 20))),
            (Some("cursor=&limit=50"), Ok((None, 50))),
            (Some("cursor=5&other=1"), Ok((five, 20))),
        ] {
            assert_eq!(wanted(query), expected, "{query:?}");
        }
        for query in ["cursor=x", "cursor=0", "limit=0", "limit=51", "limit="] {
            assert!(wanted(Some(query)).is_err(), "{query}");
        }
    }
}
