//! From a request for a film to its response, or to a transfer.

use std::{fmt::Write as _, future::pending, sync::Arc};

use base::StreamSpec;
use bytes::Bytes;
use hyper::{
    HeaderMap, Response, StatusCode,
    header::{
        ACCEPT_RANGES, CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE,
        ETAG, HeaderName, HeaderValue, LAST_MODIFIED, RANGE,
    },
};

use super::{
    open::{Opened, Refused, Wish, open},
    path::{VodPath, film_of},
    portion::{Film, Portion, Verdict},
    range::{ByteRange, ContentRange},
    transfer::{Origin, Transfer},
};
use crate::{
    asked::Asked,
    body::Body,
    handover::Seat,
    query, respond,
    shared::Shared,
    stream::{CONNECTION_LIMIT, UNKNOWN_CHANNEL, refusal, refused},
};

/// Conditions that the provider judges (RFC 9110, 13.1).
const CONDITIONS: [&str; 4] = [
    "if-none-match",
    "if-modified-since",
    "if-match",
    "if-unmodified-since",
];
/// Bytes of a condition that is passed on.
const CONDITION_BYTES_MAX: usize = 1024;

/// Answers a request for a film. Where bytes are to be sent this never returns: the connection's task
/// takes the connection away from hyper, and this future with it.
pub(crate) async fn respond(
    shared: &Shared,
    seat: &Seat,
    asked: &Asked,
    path: Option<VodPath>,
) -> Response<Body> {
    let Some((name, streams)) = path.and_then(|path| found(shared, asked, path)) else {
        return refused(StatusCode::NOT_FOUND, UNKNOWN_CHANNEL);
    };
    let client = seat.client();
    let Some(place) = shared.feeds.vod_places.take().await else {
        tracing::warn!(%client, film = %name, "refused a film: every place of the plan is taken");
        return refused(StatusCode::SERVICE_UNAVAILABLE, CONNECTION_LIMIT);
    };
    // Providers take seconds; from here on the place bounds it.
    seat.leave_pages();
    let tuners = &shared.feeds.tuners;
    let wish = Wish::of(asked);
    let opened = match open(tuners, &shared.feeds.vod, streams, &wish).await {
        Ok(opened) => opened,
        Err(why) => {
            tracing::info!(%client, film = %name, "refused a film: {why}");
            return refusal(&match why {
                Refused::NoSlot => tuner::Refusal::AllTunersInUse,
                Refused::Failed(why) => tuner::Refusal::TuneFailed(why),
            });
        }
    };
    let Opened {
        verdict,
        stream,
        connected,
    } = opened;
    let portion = match verdict {
        Verdict::Portion(portion) if !asked.is_head() => portion,
        verdict => return without_body(&verdict),
    };
    tracing::info!(%client, film = %name, first = portion.first, "a film's transfer began");
    seat.send(Transfer {
        head: head(&portion),
        origin: Origin {
            opener: Arc::clone(&shared.feeds.vod),
            slots: Arc::clone(tuners.slots()),
            stream,
        },
        portion,
        connected: Some(connected),
        place,
        client,
        name,
    });
    pending().await
}

/// What is played under a path: its name for the log, and its streams.
fn found(shared: &Shared, asked: &Asked, path: VodPath) -> Option<(String, Vec<StreamSpec>)> {
    if !matches!(path, VodPath::Film(_)) {
        let spec = path.find(&shared.feeds.lineup.borrow())?;
        return Some((spec.number.to_string(), spec.streams));
    }
    let path = query::decoded(asked.request.uri().path());
    let name = path.strip_prefix("/vod/")?;
    let (kind, id, extension) = film_of(name)?;
    let stream = shared.feeds.catalog.film(kind, &id, extension)?;
    Some((name.to_owned(), vec![stream]))
}

impl Wish {
    /// What a request asks for. HEAD asks for the first byte: many providers know no HEAD, and the
    /// answer tells how long the film is all the same. A range means nothing in it (RFC 9110, 14.2).
    fn of(asked: &Asked) -> Self {
        let text = |name: &str| {
            let value = asked.header(name)?;
            (value.len() <= CONDITION_BYTES_MAX).then(|| value.to_owned())
        };
        let conditions = CONDITIONS.iter();
        let conditions = conditions.filter_map(|name| Some((*name, text(name)?)));
        let mut wish = Self {
            conditions: conditions.collect(),
            ..Self::default()
        };
        let ranges = asked.request.headers().get_all(RANGE);
        if asked.is_head() {
            wish.range = Some(ByteRange::Between(0, 0));
        } else if ranges.iter().count() == 1 {
            wish.range = text("range").as_deref().and_then(ByteRange::parse);
            wish.if_range = wish.range.and_then(|_| text("if-range"));
        }
        wish
    }
}

/// The head of the bytes. Written here and not by hyper, which is left before they come.
fn head(portion: &Portion) -> Bytes {
    let mut headers = of_film(&portion.film);
    let length = portion.end.map(|end| end - portion.first);
    if let Some(length) = length {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    let status = if portion.is_part {
        let range = ContentRange::Part {
            first: portion.first,
            last: portion.end.unwrap_or(u64::MAX).saturating_sub(1),
            total: portion.film.total,
        };
        put(&mut headers, CONTENT_RANGE, &range.to_string());
        StatusCode::PARTIAL_CONTENT
    } else {
        StatusCode::OK
    };
    accept_ranges(&mut headers, portion);
    let reason = status.canonical_reason().unwrap_or_default();
    let mut head = format!(
        "HTTP/1.1 {} {reason}\r\nServer: {}\r\n",
        status.as_u16(),
        respond::SERVER_NAME
    );
    for (name, value) in &headers {
        // Writing into a String cannot fail; values are visible ASCII.
        let _ = write!(head, "{name}: {}\r\n", value.to_str().unwrap_or_default());
    }
    head.push_str("\r\n");
    head.into()
}

/// What is told without a byte of the film.
fn without_body(verdict: &Verdict) -> Response<Body> {
    let (status, headers) = match verdict {
        Verdict::Portion(portion) => {
            let mut headers = of_film(&portion.film);
            if let Some(total) = portion.film.total {
                headers.insert(CONTENT_LENGTH, HeaderValue::from(total));
            }
            accept_ranges(&mut headers, portion);
            (StatusCode::OK, headers)
        }
        Verdict::NotModified(film) => (StatusCode::NOT_MODIFIED, of_film(film)),
        Verdict::PreconditionFailed => (StatusCode::PRECONDITION_FAILED, of_film(&Film::default())),
        Verdict::NoSuchPart(total) => {
            let mut headers = of_film(&Film::default());
            if let Some(total) = *total {
                let range = ContentRange::None { total };
                put(&mut headers, CONTENT_RANGE, &range.to_string());
            }
            (StatusCode::RANGE_NOT_SATISFIABLE, headers)
        }
    };
    let mut response = respond::empty(status);
    *response.headers_mut() = headers;
    response
}

fn of_film(film: &Film) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    for (name, value) in [
        (CONTENT_TYPE, &film.content_type),
        (ETAG, &film.etag),
        (LAST_MODIFIED, &film.last_modified),
    ] {
        if let Some(value) = value {
            put(&mut headers, name, value);
        }
    }
    headers
}

fn accept_ranges(headers: &mut HeaderMap, portion: &Portion) {
    let said = portion
        .takes_ranges
        .map(|takes| if takes { "bytes" } else { "none" });
    if let Some(said) = said {
        headers.insert(ACCEPT_RANGES, HeaderValue::from_static(said));
    }
}

/// A value that HTTP does not allow is left out.
fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
