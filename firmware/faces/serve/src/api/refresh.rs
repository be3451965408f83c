//! `POST /api/v1/sources/refresh`: reads all sources now.

use hyper::{Response, StatusCode};
use tokio::sync::mpsc::error::TrySendError;

use crate::{asked::Asked, body::Body, respond, shared::Shared};

pub(crate) fn refresh(shared: &Shared, asked: &Asked) -> Response<Body> {
    if let Some(refusal) = super::refused(asked) {
        return refusal;
    }
    match shared.feeds.refresh.try_send(()) {
        // Full: an import is due already, and one is enough.
        Ok(()) | Err(TrySendError::Full(())) => respond::empty(StatusCode::ACCEPTED),
        Err(TrySendError::Closed(())) => respond::problem(
            StatusCode::SERVICE_UNAVAILABLE,
            "Dipole is ending or not ready yet: try again in a moment",
        ),
    }
}
