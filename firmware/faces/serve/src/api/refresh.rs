//! `POST /api/v1/sources/refresh`: reads all sources now.

use hyper::{Response, StatusCode};
use tokio::sync::mpsc::error::TrySendError;

use crate::{asked::Asked, body::Body, respond, shared::Shared};

pub(crate) fn refresh(shared: &Shared, asked: &Asked) -> Response<Body> {
    if !is_from_our_page(asked) {
        return respond::problem(
            StatusCode::FORBIDDEN,
            "a change must come from Dipole's own page, or carry the header `X-Dipole: 1`",
        );
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

/// Another site's page can make a browser post here, but neither set this header without being
/// asked first (Fetch, CORS-preflight) nor choose what `Sec-Fetch-Site` says.
fn is_from_our_page(asked: &Asked) -> bool {
    asked.header("x-dipole") == Some("1") || asked.header("sec-fetch-site") == Some("same-origin")
}
