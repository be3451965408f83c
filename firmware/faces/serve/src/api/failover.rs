//! `POST /api/v1/channels/<GuideNumber>/failover` leaves the stream that a channel plays for its next
//! one; `POST /api/v1/tuners/<index>/failover` does so for one tuner, which in direct mode is one
//! client. The viewers stay.

use hyper::{Response, StatusCode};
use lineup::GuideNumber;
use tuner::NotPlaying;

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
    told(shared.feeds.tuners.failover(channel))
}

pub(crate) fn failover_of_tuner(shared: &Shared, asked: &Asked, tuner: usize) -> Response<Body> {
    if let Some(refusal) = super::refused(asked) {
        return refusal;
    }
    if tuner >= shared.feeds.tuners.count() {
        return respond::problem(StatusCode::NOT_FOUND, "there is no such tuner");
    }
    told(shared.feeds.tuners.failover_of_tuner(tuner))
}

fn told(switched: Result<(), NotPlaying>) -> Response<Body> {
    match switched {
        Ok(()) => respond::empty(StatusCode::ACCEPTED),
        Err(error) => respond::problem(StatusCode::CONFLICT, &error.to_string()),
    }
}
