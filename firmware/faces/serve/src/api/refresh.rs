//! `POST /api/v1/sources/refresh`: reads all sources now.

use hyper::{Response, StatusCode};

use crate::{asked::Asked, body::Body, respond, shared::Shared};

pub(crate) async fn refresh(shared: &Shared, asked: &Asked) -> Response<Body> {
    if let Some(refusal) = super::refused(asked) {
        return refusal;
    }
    match shared.feeds.desk.refresh(None).await {
        Ok(()) => respond::empty(StatusCode::ACCEPTED),
        Err(refused) => super::not_done(&refused),
    }
}
