//! From a request for the guide to its response.

use hyper::{
    Response, StatusCode,
    header::{CONTENT_ENCODING, ETAG, HeaderValue, RETRY_AFTER, VARY},
};

use super::body::GuideBody;
use crate::{asked::Asked, body::Body, page, respond, shared::Shared};

/// When one that waited in vain may come again.
const RETRY_SECONDS: &str = "30";

/// Under which name the guide is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GuidePath {
    /// `/xmltv.xml`
    Xml,
    /// `/xmltv.xml.gz`
    Gzip,
}

pub(crate) async fn respond(shared: &Shared, asked: &Asked, path: GuidePath) -> Response<Body> {
    let opener = &shared.feeds.guide;
    let view = shared.views.get(asked.view);
    let part = view.selection(&shared.feeds.sources.borrow()).of_guide();
    let takes_gzip = path == GuidePath::Xml && page::accepts_gzip(asked);
    let is_gzipped = takes_gzip || path == GuidePath::Gzip;
    let form = if is_gzipped { "-gz" } else { "" };
    let etag = format!("\"{:016x}{form}\"", opener.revision(part.as_ref()));
    let is_known = page::is_known(asked, &etag);
    let mut response = if is_known {
        respond::empty(StatusCode::NOT_MODIFIED)
    } else if asked.is_head() {
        document(path, Body::Empty)
    } else {
        let Some(place) = shared.feeds.guide_places.take().await else {
            return busy();
        };
        let body = GuideBody::new(opener.open(is_gzipped, part), place);
        document(path, Body::Guide(body))
    };
    let headers = response.headers_mut();
    if takes_gzip && !is_known {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    let etag = HeaderValue::try_from(etag).expect("hex digits in quotes are a header value");
    headers.insert(ETAG, etag);
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    response
}

fn document(path: GuidePath, body: Body) -> Response<Body> {
    let content_type = match path {
        GuidePath::Xml => "application/xml; charset=utf-8",
        GuidePath::Gzip => "application/gzip",
    };
    respond::document(content_type, body)
}

fn busy() -> Response<Body> {
    let detail = "others are reading the guide: try again in half a minute";
    let mut response = respond::problem(StatusCode::SERVICE_UNAVAILABLE, detail);
    let seconds = HeaderValue::from_static(RETRY_SECONDS);
    response.headers_mut().insert(RETRY_AFTER, seconds);
    response
}
