//! `POST /api/v1/channels/<GuideNumber>/failover`: leaves the stream that a channel plays for its
//! next one. Its viewers stay.

use hyper::{Response, StatusCode};
use lineup::GuideNumber;

use crate::{asked::Asked, body::Body, respond, shared::Shared};

pub(crate) fn failover(shared: &Shared, asked: &Asked, number: GuideNumber) -> Response<Body> {
    if let Some(refusal) = super::refused(asked) {
        return refusal;
    }
    let channel = shared
        .feeds
        .lineup
        .borrow()
        .by_number(number)
        .map(|channel| channel.id);
    let Some(channel) = channel else {
        return respond::problem(StatusCode::NOT_FOUND, "no channel has this number");
    };
    match shared.feeds.tuners.failover(channel) {
        Ok(()) => respond::empty(StatusCode::ACCEPTED),
        Err(error) => respond::problem(StatusCode::CONFLICT, &error.to_string()),
    }
}
