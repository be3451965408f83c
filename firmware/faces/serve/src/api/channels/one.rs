//! `GET /api/v1/channels/<id>`: one channel with its streams.

use std::borrow::Cow;

use hyper::{Response, StatusCode};
use lineup::{
    Channel, ChannelId, Lineup,
    decisions::{Keys, Place},
};
use serde::Serialize;

use super::{Row, row, tagged};
use crate::{asked::Asked, body::Body, guide::GuideMatch, respond, shared::Shared};

#[derive(Serialize)]
struct One<'a> {
    #[serde(flatten)]
    channel: Row<'a>,
    /// Minutes by which its programme is shifted.
    shift_min: i16,
    /// What its programme is taken from, in the order in which guides are asked.
    guide_matches: Vec<GuideMatch>,
    /// The streams, in the order in which they are tried.
    stream_list: Vec<Stream<'a>>,
    /// A channel plays at `<stream_base>/auto/v<number>`.
    stream_base: String,
}

/// A stream. Its address is not told: it may hold the account's password.
#[derive(Serialize)]
struct Stream<'a> {
    /// What it is named by where a stream is to be chosen; `null` for the built-in one.
    id: Option<String>,
    name: &'a str,
    group: &'a str,
    tvg_id: &'a str,
    /// Index of its source; `null` for the built-in one.
    source: Option<u16>,
    /// How good it promises to be, from 0 to 1000.
    score: u16,
    hd: bool,
    /// Why it is a stream of this channel.
    reason: Cow<'static, str>,
    /// `primary`, `backup`, or `automatic`: how it came to its place.
    place: &'static str,
    /// Which backup, counted from 1, where it is one by hand.
    backup: Option<u8>,
    /// How it failed lately; `null` where it did not.
    ailing: Option<Failing>,
}

/// A stream that failed lately, and has not played well since.
#[derive(Serialize)]
struct Failing {
    failures_in_a_row: u32,
    /// Seconds for which the other streams of the channel are tried before it.
    tried_last_for_s: u64,
}

pub(crate) fn channel(shared: &Shared, asked: &Asked, id: ChannelId) -> Response<Body> {
    let lineup = std::sync::Arc::clone(&shared.feeds.lineup.borrow());
    let Some(index) = lineup.find(id) else {
        return respond::problem(StatusCode::NOT_FOUND, "no channel has this id");
    };
    let (Some(row), Some(channel)) = (row(&lineup, index), lineup.get(index)) else {
        return respond::problem(StatusCode::NOT_FOUND, "no channel has this id");
    };
    let one = respond::json(&One {
        channel: row,
        shift_min: channel.shift_minutes,
        guide_matches: shared.feeds.guide.found(id),
        stream_list: streams(shared, &lineup, index),
        stream_base: asked.reached.with_port(shared.stream_port),
    });
    tagged(one, lineup.revision())
}

fn streams<'a>(shared: &Shared, lineup: &'a Lineup, index: usize) -> Vec<Stream<'a>> {
    let pins = lineup.decision(index).pins.unwrap_or_default();
    let keys: Vec<Keys> = lineup.streams(index).map(|stream| stream.keys).collect();
    let places = pins.places(&keys);
    let streams = lineup.streams(index).zip(places);
    let rows = streams.map(|(stream, place)| {
        let is_built_in = stream.source == Channel::BUILT_IN;
        Stream {
            id: (!is_built_in).then(|| stream.keys.to_string()),
            name: respond::clipped(stream.name),
            group: respond::clipped(stream.group),
            tvg_id: respond::clipped(stream.tvg_id),
            source: (!is_built_in).then_some(stream.source),
            score: stream.score,
            hd: stream.is_hd(),
            reason: reason(lineup, &stream),
            place: match place {
                Place::Pinned => "primary",
                Place::Backup(_) => "backup",
                Place::Automatic => "automatic",
            },
            backup: match place {
                Place::Backup(backup) => Some(backup),
                Place::Pinned | Place::Automatic => None,
            },
            ailing: failing(shared, &stream),
        }
    });
    rows.collect()
}

fn failing(shared: &Shared, stream: &Channel<'_>) -> Option<Failing> {
    let ailing = shared.feeds.tuners.ailing(stream.url, stream.source)?;
    Some(Failing {
        failures_in_a_row: ailing.failures,
        tried_last_for_s: ailing.last_for.as_secs(),
    })
}

/// In the words of whoever looks at two names and asks why they are one channel.
fn reason(lineup: &Lineup, stream: &Channel<'_>) -> Cow<'static, str> {
    match stream.reason {
        _ if stream.source == Channel::BUILT_IN => "built in".into(),
        _ if lineup.is_placed(stream.keys) => "put here by hand".into(),
        Some(reason) => reason.to_string().into(),
        None => "nothing else is like it".into(),
    }
}
