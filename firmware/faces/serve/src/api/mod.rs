//! The page's API, version 1: JSON, errors as `application/problem+json`.
//!
//! Reading needs no right beyond being in the house; a host name that is not ours is refused
//! before anything is routed here (DNS rebinding).

mod backup;
mod catalog;
mod changes;
mod channels;
mod failover;
mod guides;
mod rules;
mod sources;
mod status;
mod upload;
mod uploaded;

use desk::Refused;
use hyper::{Response, StatusCode};
use serde::{Serialize, de::DeserializeOwned};

pub(crate) use backup::backup;
pub(crate) use catalog::{programmes, title, titles};
pub(crate) use changes::{changes, undo};
pub(crate) use channels::{channel, channels, edit_many, merge, patch, similar, split};
pub(crate) use failover::{failover, failover_of_tuner};
pub(crate) use guides::{guide, guide_change, guide_channels, guide_order, guides, guides_post};
pub(crate) use rules::{preview, rules};
pub(crate) use sources::{Verb, order, public_lists, source, source_change, sources, sources_post};
pub(crate) use status::status;
pub(crate) use uploaded::{Uploaded, upload};

use crate::{asked::Asked, body::Body, respond};

/// The number of what was added.
#[derive(Serialize)]
struct Added {
    id: u32,
}

/// The answer to an order that added something.
fn created(added: Result<u32, Refused>) -> Response<Body> {
    match added {
        Ok(id) => {
            let mut response = respond::json(&Added { id });
            *response.status_mut() = StatusCode::CREATED;
            response
        }
        Err(refused) => not_done(&refused),
    }
}

/// The answer to an order that gives nothing back.
fn told(done: Result<(), Refused>, status: StatusCode) -> Response<Body> {
    match done {
        Ok(()) => respond::empty(status),
        Err(refused) => not_done(&refused),
    }
}

/// The refusal where a request may not change anything.
fn refused(asked: &Asked) -> Option<Response<Body>> {
    (!is_from_our_page(asked)).then(|| {
        respond::problem(
            StatusCode::FORBIDDEN,
            "a change must come from Dipole's own page, or carry the header `X-Dipole: 1`",
        )
    })
}

/// What the desk refused, and why.
fn not_done(refused: &Refused) -> Response<Body> {
    let status = match refused {
        Refused::NotFound(_) => StatusCode::NOT_FOUND,
        Refused::Invalid(_) => StatusCode::BAD_REQUEST,
        Refused::Conflict(_) => StatusCode::CONFLICT,
        Refused::Outdated => StatusCode::PRECONDITION_FAILED,
        Refused::Storage(_) => StatusCode::INSUFFICIENT_STORAGE,
        Refused::Busy | Refused::Ending => StatusCode::SERVICE_UNAVAILABLE,
    };
    respond::problem(status, &refused.to_string())
}

/// The JSON that came with a request.
fn posted<T: DeserializeOwned>(asked: &Asked) -> Result<T, Refused> {
    serde_json::from_slice(&asked.body).map_err(|error| {
        let why = format!("the request's body is not the JSON that is taken here: {error}");
        Refused::Invalid(why)
    })
}

/// Another site's page can make a browser post here, but neither set this header without being
/// asked first (Fetch, CORS-preflight) nor choose what `Sec-Fetch-Site` says.
fn is_from_our_page(asked: &Asked) -> bool {
    asked.header("x-dipole") == Some("1") || asked.header("sec-fetch-site") == Some("same-origin")
}
