//! `/xmltv.xml` and `/xmltv.xml.gz`: the guide of the lineup, written while it is sent.
//!
//! Jellyfin takes gzip only under a name that ends in `.gz`, everybody else by `Accept-Encoding`, so
//! there are both. A client that has the guide of this revision is told so (RFC 9110, 13.1.2).
//!
//! What does not belong here: what is in a guide ([`door`]).

mod door;

use std::{fmt, sync::Arc, task::Context, task::Poll, time::Duration};

use bytes::Bytes;
use hyper::{
    Response, StatusCode,
    header::{CONTENT_ENCODING, ETAG, HeaderValue, RETRY_AFTER, VARY},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

pub use door::{GuideDocument, GuideError, GuideOpener, GuideView};

use crate::{asked::Asked, body::Body, page, respond, shared::Shared};

/// Guides that are on their way at once; from the plan. Each holds what its document does.
#[derive(Clone, Debug)]
pub struct GuidePlaces(Arc<Semaphore>);

impl GuidePlaces {
    /// So many.
    #[must_use]
    pub fn new(places: usize) -> Self {
        Self(Arc::new(Semaphore::new(places)))
    }
}

/// How long a client waits for the ones before it.
const PLACE_WAIT_MAX: Duration = Duration::from_secs(20);
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

/// A guide on its way, and its place among those.
pub(crate) struct GuideBody {
    document: Box<dyn GuideDocument>,
    _place: OwnedSemaphorePermit,
}

impl fmt::Debug for GuideBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuideBody").finish_non_exhaustive()
    }
}

impl GuideBody {
    pub(crate) fn poll_piece(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, GuideError>>> {
        self.document.poll_piece(cx)
    }
}

pub(crate) async fn respond(shared: &Shared, asked: &Asked, path: GuidePath) -> Response<Body> {
    let opener = &shared.feeds.guide;
    let takes_gzip = path == GuidePath::Xml && page::accepts_gzip(asked);
    let is_gzipped = takes_gzip || path == GuidePath::Gzip;
    let form = if is_gzipped { "-gz" } else { "" };
    let etag = format!("\"{:016x}{form}\"", opener.revision());
    let is_known = page::is_known(asked, &etag);
    let mut response = if is_known {
        respond::empty(StatusCode::NOT_MODIFIED)
    } else if asked.is_head() {
        document(path, Body::Empty)
    } else {
        let place = Arc::clone(&shared.feeds.guide_places.0).acquire_owned();
        let Ok(Ok(place)) = timeout(PLACE_WAIT_MAX, place).await else {
            return busy();
        };
        let body = GuideBody {
            document: opener.open(is_gzipped),
            _place: place,
        };
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
