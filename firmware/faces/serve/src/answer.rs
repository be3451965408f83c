//! From a request to its response.

use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::{
    Request, Response, StatusCode,
    body::{Body as _, Incoming},
    header::{CONNECTION, HeaderValue},
};
use tokio::time::timeout;

use crate::{
    address::Reached, api, asked::Asked, body::Body, documents, handover::Seat, page, query,
    respond, route::Route, shared::Shared, stream, vod,
};

/// Nothing we serve reads a request's body: it is read and dropped up to this size.
const REQUEST_BODY_BYTES_MAX: usize = 64 * 1024;
const REQUEST_BODY_MAX: Duration = Duration::from_secs(10);

/// Answers one request.
pub(crate) async fn answer(
    shared: &Shared,
    seat: &Seat,
    request: Request<Incoming>,
) -> Response<Body> {
    let (head, body) = request.into_parts();
    if let Err(refusal) = drop_body(body).await {
        return respond::dressed(refusal);
    }
    let reached = Reached::of(&head.uri, &head.headers, seat.local);
    let asked = Asked {
        request: Request::from_parts(head, ()),
        reached,
    };
    respond::dressed(routed(shared, seat, &asked).await)
}

async fn routed(shared: &Shared, seat: &Seat, asked: &Asked) -> Response<Body> {
    let path = query::decoded(asked.request.uri().path());
    let response = match Route::of(&path) {
        None => respond::problem(StatusCode::NOT_FOUND, "there is nothing at this address"),
        Some(route) if route.is_api() && !asked.reached.is_ours(&shared.config.names) => {
            misdirected()
        }
        Some(Route::ApiUnknown) => {
            respond::problem(StatusCode::NOT_FOUND, "the API has nothing at this address")
        }
        Some(route) if !route.allows(asked.request.method()) => {
            respond::method_not_allowed(route.allow())
        }
        // Its HEAD has no length, as its GET has none.
        Some(Route::Stream(path)) => return stream::respond(shared, seat, asked, path).await,
        Some(Route::Vod(path)) => return vod::respond(shared, seat, asked, path).await,
        Some(route) => plain(shared, asked, route),
    };
    if asked.is_head() {
        respond::without_body(response)
    } else {
        response
    }
}

fn plain(shared: &Shared, asked: &Asked, route: Route) -> Response<Body> {
    match route {
        Route::Discover => documents::discover(shared, asked),
        Route::DeviceXml => documents::device_xml(shared, asked),
        Route::Lineup(format) => documents::lineup(shared, asked, format),
        Route::LineupStatus => documents::lineup_status(shared),
        Route::LineupPost => documents::lineup_post(shared, asked),
        Route::TunerStatus => documents::tuner_status(shared),
        Route::Asset(name) => page::respond(&shared.assets, asked, name),
        Route::ApiStatus => api::status(shared, asked),
        Route::ApiChannels => api::channels(shared, asked),
        Route::ApiRefresh => api::refresh(shared, asked),
        Route::ApiFailover(number) => api::failover(shared, asked, number),
        Route::ApiTunerFailover(tuner) => api::failover_of_tuner(shared, asked, tuner),
        Route::Stream(_) | Route::Vod(_) | Route::ApiUnknown => {
            respond::empty(StatusCode::NOT_FOUND)
        }
    }
}

fn misdirected() -> Response<Body> {
    respond::problem(
        StatusCode::MISDIRECTED_REQUEST,
        "this host name is not one of Dipole's: open the page by the box's address or its .local name, or add the name to `names` in the config file",
    )
}

/// Reads a body to its end within limits, so that the connection can be kept.
async fn drop_body(body: Incoming) -> Result<(), Response<Body>> {
    if body.is_end_stream() {
        return Ok(());
    }
    let mut body = Limited::new(body, REQUEST_BODY_BYTES_MAX);
    let read = timeout(REQUEST_BODY_MAX, async {
        while let Some(frame) = body.frame().await {
            frame?;
        }
        Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    });
    let (status, detail) = match read.await {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(_)) => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "a request's body is at most 64 KiB",
        ),
        Err(_) => (
            StatusCode::REQUEST_TIMEOUT,
            "the request's body did not arrive within 10 seconds",
        ),
    };
    let mut refusal = respond::problem(status, detail);
    refusal
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("close"));
    Err(refusal)
}
