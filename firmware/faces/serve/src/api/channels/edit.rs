//! Deciding: `PATCH /api/v1/channels/<id>`, `POST /api/v1/channels/edit`, `POST
//! /api/v1/channels/merge` and `POST /api/v1/channels/<id>/split`.
//!
//! All of them answer with what became of it, once it is stored and published.

use desk::{ChannelOrder, Edited, Refused};
use hyper::Response;
use lineup::{ChannelId, Lineup, decisions::Change};
use serde::{Deserialize, Serialize};

use super::{
    filter::Filter,
    patch::{self, PatchJson},
    tagged,
};
use crate::{
    api::{not_done, posted, refused},
    asked::Asked,
    body::Body,
    respond,
    shared::Shared,
};

/// Ids that an answer names; more are counted.
const NAMED_MAX: usize = 100;

pub(crate) async fn patch(shared: &Shared, asked: &Asked, id: ChannelId) -> Response<Body> {
    let change = posted::<PatchJson>(asked).and_then(|patch| {
        Ok(Change::Set {
            channels: vec![id],
            patch: Box::new(patch.patch()?),
        })
    });
    make(shared, asked, change).await
}

/// Many channels at once: by their ids, or as a filter of the list has them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Many {
    ids: Option<Vec<String>>,
    filter: Option<Filter>,
    set: Option<PatchJson>,
    /// They get this number and the following ones, in their order.
    number_from: Option<String>,
    /// Channels that have these numbers get the ones that become free.
    #[serde(default)]
    swap: bool,
}

pub(crate) async fn edit_many(shared: &Shared, asked: &Asked) -> Response<Body> {
    let change = posted::<Many>(asked).and_then(|many| {
        let channels = match (many.ids, many.filter) {
            (Some(ids), None) => parsed(&ids)?,
            (None, Some(filter)) => matching(&shared.feeds.lineup.borrow(), &filter),
            _ => {
                return Err(invalid(
                    "either `ids` or a `filter` says which channels are meant",
                ));
            }
        };
        match (many.set, many.number_from) {
            (Some(patch), None) => Ok(Change::Set {
                channels,
                patch: Box::new(patch.patch()?),
            }),
            (None, Some(first)) => Ok(Change::Renumber {
                channels,
                first: patch::number(&first)?,
                swap: many.swap,
            }),
            _ => Err(invalid(
                "either `set` or `number_from` says what is to change",
            )),
        }
    });
    make(shared, asked, change).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Merge {
    /// The first is what they all become.
    ids: Vec<String>,
}

pub(crate) async fn merge(shared: &Shared, asked: &Asked) -> Response<Body> {
    let change = posted::<Merge>(asked).and_then(|merge| {
        Ok(Change::Merge {
            channels: parsed(&merge.ids)?,
        })
    });
    make(shared, asked, change).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Split {
    /// Streams that become a channel of their own.
    streams: Vec<String>,
}

pub(crate) async fn split(shared: &Shared, asked: &Asked, id: ChannelId) -> Response<Body> {
    let change = posted::<Split>(asked).and_then(|split| {
        Ok(Change::Split {
            channel: id,
            streams: patch::streams(&split.streams)?,
        })
    });
    make(shared, asked, change).await
}

async fn make(shared: &Shared, asked: &Asked, change: Result<Change, Refused>) -> Response<Body> {
    if let Some(refusal) = refused(asked) {
        return refusal;
    }
    let ordered = change.and_then(|change| Ok((change, if_revision(asked)?)));
    let (change, if_revision) = match ordered {
        Ok(ordered) => ordered,
        Err(refused) => return not_done(&refused),
    };
    let order = |answer| ChannelOrder::Edit {
        changes: vec![change],
        if_revision,
        answer,
    };
    told(shared.feeds.desk.ask(order).await)
}

/// The lineup that whoever asks has seen (RFC 9110, 13.1.1), if they say so.
pub(in crate::api) fn if_revision(asked: &Asked) -> Result<Option<u64>, Refused> {
    let Some(tag) = asked.header("if-match").map(str::trim) else {
        return Ok(None);
    };
    if tag == "*" {
        return Ok(None);
    }
    let digits = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
    let revision = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok());
    // A tag that is none of ours is that of no lineup.
    revision.map(Some).ok_or(Refused::Outdated)
}

/// What became of an order.
pub(in crate::api) fn told(edited: Result<Edited, Refused>) -> Response<Body> {
    #[derive(Serialize)]
    struct Told {
        /// Its number in the log; `null` where all was so already.
        change: Option<u64>,
        words: String,
        /// The channels that it was about; at most 100 are named.
        channels: Vec<String>,
        channels_total: usize,
        revision: String,
    }
    match edited {
        Err(refused) => not_done(&refused),
        Ok(edited) => {
            let named = edited.channels.iter().take(NAMED_MAX);
            let told = respond::json(&Told {
                change: edited.change,
                words: edited.words,
                channels: named.map(ToString::to_string).collect(),
                channels_total: edited.channels.len(),
                revision: format!("{:016x}", edited.revision),
            });
            tagged(told, edited.revision)
        }
    }
}

fn parsed(ids: &[String]) -> Result<Vec<ChannelId>, Refused> {
    let parsed = ids.iter().map(|id| id.parse());
    let parsed: Result<Vec<ChannelId>, _> = parsed.collect();
    parsed.map_err(|_| invalid("a channel's id is a hexadecimal number, as the list has it"))
}

/// The channels that a filter means, in the order of numbers.
fn matching(lineup: &Lineup, filter: &Filter) -> Vec<ChannelId> {
    let matcher = filter.matcher();
    let places = lineup
        .behind(None)
        .filter(|&index| matcher.matches(lineup, index));
    places
        .filter_map(|index| Some(lineup.get(index)?.id))
        .collect()
}

fn invalid(why: &str) -> Refused {
    Refused::Invalid(why.to_owned())
}
