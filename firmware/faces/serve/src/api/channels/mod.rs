//! Channels in the API: the list, one of them with its streams, and what the owner decides of them.
//!
//! Every answer carries the revision of the lineup as its `ETag`; a change that names it in
//! `If-Match` is refused with 412 where the lineup has changed since.

mod edit;
mod filter;
mod list;
mod one;
mod patch;
mod similar;

use hyper::{
    Response,
    header::{ETAG, HeaderValue},
};
use lineup::{Channel, Idle, Lineup, decisions::GuideChoice};
use serde::Serialize;

pub(crate) use edit::{edit_many, merge, patch, split};
pub(super) use edit::{if_revision, told};
pub(crate) use list::channels;
pub(crate) use one::channel;
pub(crate) use similar::similar;

use crate::{body::Body, respond, vod};

/// One channel, as the list has it.
#[derive(Serialize)]
struct Row<'a> {
    number: String,
    name: &'a str,
    /// The name that it would have by itself.
    original_name: &'a str,
    group: &'a str,
    logo: &'a str,
    id: String,
    hd: bool,
    /// Index of its source; `null` for the built-in channel.
    source: Option<u16>,
    /// How many streams it has: the primary and its backups.
    streams: usize,
    /// Of the primary: how good it promises to be, from 0 to 1000.
    score: u16,
    /// Whether clients see it.
    enabled: bool,
    /// Why they do not: `decided`, `no_favourite`, `group` or `new`; `null` where they do.
    idle: Option<&'static str>,
    favourite: bool,
    /// What the owner has decided: `name`, `number`, …
    edited: Vec<&'static str>,
    /// The programme that the owner chose; `null` where it is found by itself.
    guide: Option<Guide>,
    /// Where a film is had as a file, behind `stream_base`; `null` for a channel.
    vod: Option<String>,
}

/// A programme that was chosen: nothing of both means that there is to be none.
#[derive(Serialize)]
struct Guide {
    source: Option<String>,
    channel: Option<String>,
}

impl From<GuideChoice> for Guide {
    fn from(choice: GuideChoice) -> Self {
        let (source, channel) = match choice {
            GuideChoice::None => (None, None),
            GuideChoice::Channel { source, channel } => (Some(source.into()), Some(channel.into())),
        };
        Self { source, channel }
    }
}

/// The row of the channel at `index`.
fn row(lineup: &Lineup, index: usize) -> Option<Row<'_>> {
    let channel = lineup.get(index)?;
    let decision = lineup.decision(index);
    Some(Row {
        number: channel.number.to_string(),
        name: respond::clipped(channel.name),
        original_name: respond::clipped(lineup.own_name(index)),
        group: respond::clipped(channel.group),
        logo: respond::clipped(channel.logo),
        id: channel.id.to_string(),
        hd: channel.is_hd(),
        source: (channel.source != Channel::BUILT_IN).then_some(channel.source),
        streams: lineup.streams(index).len(),
        score: channel.score,
        enabled: lineup.is_active(index),
        idle: lineup.idle(index).map(Idle::word),
        favourite: lineup.is_favourite(index),
        edited: decision.edited(),
        guide: decision.guide.map(Guide::from),
        vod: vod::of_channel(lineup, index),
    })
}

/// An answer under the revision of its lineup.
fn tagged(mut response: Response<Body>, revision: u64) -> Response<Body> {
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{revision:016x}\"")) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}
