//! From a request to its response.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Limited};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Body as _, Incoming},
    header::{CONNECTION, HeaderValue},
    http::request::Parts,
};
use tokio::{sync::SemaphorePermit, time::timeout};

use crate::{
    address::Reached, api, asked::Asked, body::Body, documents, guide, handover::Seat, page, query,
    respond, route::Route, shared::Shared, stream, view::WHOLE, vod,
};

/// A request's body: kept for the API's routes that change something, read and dropped elsewhere.
const REQUEST_BODY_BYTES_MAX: usize = 64 * 1024;
const REQUEST_BODY_MAX: Duration = Duration::from_secs(10);

/// Answers one request.
pub(crate) async fn answer(
    shared: &Shared,
    seat: &Seat,
    request: Request<Incoming>,
) -> Response<Body> {
    let (head, body) = request.into_parts();
    let path = query::decoded(head.uri.path());
    let (view, route) = match shared.views.of(&path) {
        Some((WHOLE, path)) => (WHOLE, Route::of(path)),
        Some((view, path)) => (
            view,
            Route::of(path).filter(|route| route.is_of_a_profile()),
        ),
        None => (WHOLE, None),
    };
    let upload = match route {
        Some(Route::ApiSourceList(id)) => Some(api::Uploaded::List(id)),
        Some(Route::ApiGuideFile(id)) => Some(api::Uploaded::Guide(id)),
        Some(Route::ApiRestore) => Some(api::Uploaded::Backup),
        _ => None,
    };
    if let (Some(what), true) = (upload, head.method == Method::POST) {
        return respond::dressed(uploaded(shared, seat, head, body, what).await);
    }
    let is_kept = route.is_some_and(|route| route.is_api() && route.allows(&head.method))
        && !is_reading(&head.method);
    let is_kept = is_kept && !body.is_end_stream();
    let place = match place(shared, is_kept).await {
        Ok(place) => place,
        Err(refusal) => return respond::dressed(refusal),
    };
    let body = match read_body(body, is_kept).await {
        Ok(body) => body,
        Err(refusal) => return respond::dressed(refusal),
    };
    let reached = Reached::of(&head.uri, &head.headers, seat.local);
    let asked = Asked {
        request: Request::from_parts(head, ()),
        reached,
        view,
        body,
    };
    let response = respond::dressed(routed(shared, seat, &asked, route).await);
    drop((asked, place));
    response
}

/// A place among the requests whose body is kept, for one that is.
async fn place(
    shared: &Shared,
    is_kept: bool,
) -> Result<Option<SemaphorePermit<'_>>, Response<Body>> {
    if !is_kept {
        return Ok(None);
    }
    match timeout(REQUEST_BODY_MAX, shared.changes.acquire()).await {
        Ok(Ok(place)) => Ok(Some(place)),
        Ok(Err(_)) | Err(_) => Err(closing(respond::problem(
            StatusCode::SERVICE_UNAVAILABLE,
            "too many changes are being made: try again in a moment",
        ))),
    }
}

/// The routes whose body is not read before they are routed.
async fn uploaded(
    shared: &Shared,
    seat: &Seat,
    head: Parts,
    body: Incoming,
    what: api::Uploaded,
) -> Response<Body> {
    let asked = Asked {
        reached: Reached::of(&head.uri, &head.headers, seat.local),
        request: Request::from_parts(head, ()),
        view: WHOLE,
        body: Bytes::new(),
    };
    if !asked.reached.is_ours(&shared.config.names) {
        return misdirected();
    }
    api::upload(shared, &asked, what, body).await
}

async fn routed(
    shared: &Shared,
    seat: &Seat,
    asked: &Asked,
    route: Option<Route>,
) -> Response<Body> {
    let response = match route {
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
        Some(Route::ApiRules) => api::rules(shared, asked).await,
        Some(Route::ApiRulesPreview) => api::preview(shared, asked).await,
        // Its length is not known before it is written.
        Some(Route::Guide(path)) => return guide::respond(shared, asked, path).await,
        Some(route) => match ordering(shared, asked, route).await {
            Some(response) => response,
            None => plain(shared, asked, route),
        },
    };
    if asked.is_head() {
        respond::without_body(response)
    } else {
        response
    }
}

/// Routes that somebody else is asked for, or that change facts; `None` for all others.
async fn ordering(shared: &Shared, asked: &Asked, route: Route) -> Option<Response<Body>> {
    Some(match route {
        Route::LineupPost => documents::lineup_post(shared, asked).await,
        Route::ApiSourceOrder(id, verb) => api::order(shared, asked, id, verb).await,
        Route::ApiSources if asked.request.method() == Method::POST => {
            api::sources_post(shared, asked).await
        }
        Route::ApiSource(id) if !is_reading(asked.request.method()) => {
            api::source_change(shared, asked, id).await
        }
        Route::ApiGuideOrder(id, verb) => api::guide_order(shared, asked, id, verb).await,
        Route::ApiGuides if asked.request.method() == Method::POST => {
            api::guides_post(shared, asked).await
        }
        Route::ApiGuide(id) if !is_reading(asked.request.method()) => {
            api::guide_change(shared, asked, id).await
        }
        Route::ApiGuideChannels => api::guide_channels(shared, asked).await,
        Route::ApiChannel(id) if asked.request.method() == Method::PATCH => {
            api::patch(shared, asked, id).await
        }
        Route::ApiBackup => api::backup(shared, asked).await,
        Route::ApiChannelsSimilar => api::similar(shared, asked).await,
        Route::ApiChannelsEdit => api::edit_many(shared, asked).await,
        Route::ApiChannelsMerge => api::merge(shared, asked).await,
        Route::ApiChannelSplit(id) => api::split(shared, asked, id).await,
        Route::ApiUndo(change) => api::undo(shared, asked, change).await,
        Route::ApiTitles(shelf) => api::titles(shared, asked, shelf).await,
        Route::ApiTitle(shelf) => api::title(shared, asked, shelf).await,
        Route::ApiProgrammes(id) => api::programmes(shared, id).await,
        _ => return None,
    })
}

fn plain(shared: &Shared, asked: &Asked, route: Route) -> Response<Body> {
    match route {
        Route::Discover => documents::discover(shared, asked),
        Route::DeviceXml => documents::device_xml(shared, asked),
        Route::Lineup(format) => documents::lineup(shared, asked, format),
        Route::LineupStatus => documents::lineup_status(shared, asked),
        Route::TunerStatus => documents::tuner_status(shared),
        Route::Asset(name) => page::respond(&shared.assets, asked, name),
        Route::ApiSources => api::sources(shared),
        Route::ApiPublicLists => api::public_lists(),
        Route::ApiSource(id) => api::source(shared, id),
        Route::ApiGuides => api::guides(shared),
        Route::ApiGuide(id) => api::guide(shared, id),
        Route::ApiStatus => api::status(shared, asked),
        Route::ApiChannels => api::channels(shared, asked),
        Route::ApiChannel(id) => api::channel(shared, asked, id),
        Route::ApiChanges => api::changes(shared),
        Route::ApiFailover(number) => api::failover(shared, asked, number),
        Route::ApiTunerFailover(tuner) => api::failover_of_tuner(shared, asked, tuner),
        // Streams, films and guides, and what `ordering` answers.
        _ => respond::empty(StatusCode::NOT_FOUND),
    }
}

fn misdirected() -> Response<Body> {
    respond::problem(
        StatusCode::MISDIRECTED_REQUEST,
        "this host name is not one of Dipole's: open the page by the box's address or its .local name, or add the name to `names` in the config file",
    )
}

fn is_reading(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// Reads a body to its end within limits, so that the connection can be kept.
async fn read_body(body: Incoming, is_kept: bool) -> Result<Bytes, Response<Body>> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let mut body = Limited::new(body, REQUEST_BODY_BYTES_MAX);
    let read = timeout(REQUEST_BODY_MAX, async {
        let mut kept = BytesMut::new();
        while let Some(frame) = body.frame().await {
            if let (true, Ok(data)) = (is_kept, frame?.into_data()) {
                kept.extend_from_slice(&data);
            }
        }
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(kept.freeze())
    });
    let (status, detail) = match read.await {
        Ok(Ok(body)) => return Ok(body),
        Ok(Err(_)) => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "a request's body is at most 64 KiB",
        ),
        Err(_) => (
            StatusCode::REQUEST_TIMEOUT,
            "the request's body did not arrive within 10 seconds",
        ),
    };
    Err(closing(respond::problem(status, detail)))
}

/// The rest of the body is not read: the connection cannot be used again.
fn closing(mut refusal: Response<Body>) -> Response<Body> {
    let close = HeaderValue::from_static("close");
    refusal.headers_mut().insert(CONNECTION, close);
    refusal
}
