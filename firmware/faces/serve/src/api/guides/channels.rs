//! `GET /api/v1/guide/channels`: what a channel's programmes can be taken from.

use hyper::{Response, StatusCode};
use lineup::ChannelId;
use serde::Serialize;

use crate::{
    asked::Asked,
    body::Body,
    guide::{GuideCandidate, GuideQuery},
    query, respond,
    shared::Shared,
};

/// Candidates at once.
const LIMIT_MAX: usize = 200;
const LIMIT_DEFAULT: usize = 50;
/// A search text is cut here.
const TEXT_BYTES_MAX: usize = 128;

#[derive(Serialize)]
struct Candidates {
    /// Those that are likely for the channel first, then in the order of guides.
    channels: Vec<GuideCandidate>,
}

pub(crate) async fn guide_channels(shared: &Shared, asked: &Asked) -> Response<Body> {
    let query = match query_of(asked) {
        Ok(query) => query,
        Err(why) => return respond::problem(StatusCode::BAD_REQUEST, why),
    };
    let lineup = shared.feeds.lineup.borrow().clone();
    if query.channel.is_some_and(|id| lineup.find(id).is_none()) {
        return respond::problem(StatusCode::NOT_FOUND, "no channel has this id");
    }
    match shared.feeds.guide.channels(query).await {
        Ok(channels) => respond::json(&Candidates { channels }),
        Err(error) => respond::problem(StatusCode::SERVICE_UNAVAILABLE, &error.0),
    }
}

fn query_of(asked: &Asked) -> Result<GuideQuery, &'static str> {
    let mut wanted = GuideQuery {
        text: String::new(),
        channel: None,
        limit: LIMIT_DEFAULT,
    };
    for (key, value) in query::pairs(asked.request.uri().query()) {
        match &*key {
            "q" => {
                let text = value.replace('+', " ");
                let end = text.floor_char_boundary(TEXT_BYTES_MAX);
                text[..end].clone_into(&mut wanted.text);
            }
            "limit" => {
                let limit = value.parse::<usize>().ok();
                let limit = limit.filter(|limit| (1..=LIMIT_MAX).contains(limit));
                wanted.limit = limit.ok_or("`limit` is a number from 1 to 200")?;
            }
            "channel" => {
                let id = value.parse::<ChannelId>().ok();
                wanted.channel = Some(id.ok_or("`channel` is the id of a channel")?);
            }
            _ => return Err("`q`, `limit` and `channel` are taken here"),
        }
    }
    Ok(wanted)
}
