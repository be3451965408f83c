//! The request as it goes out.

use bytes::Bytes;
use http_body_util::Empty;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::link::Outgoing;
use super::origin::Origin;
use super::{Error, Request, auth, redact};

/// Headers that are the client's own business: they decide how an answer is framed.
const RESERVED_HEADERS: [HeaderName; 8] = [
    header::ACCEPT_ENCODING,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// What the session adds to a request.
pub(super) struct Additions<'a> {
    /// The client's own name.
    pub(super) user_agent: &'a str,
    /// From the jar.
    pub(super) cookies: Option<String>,
    /// Whether the connection is to be used again.
    pub(super) keep_alive: bool,
}

/// Puts a request together.
pub(super) fn outgoing(
    origin: &Origin,
    request: &Request,
    additions: &Additions<'_>,
) -> Result<Outgoing, Error> {
    let mut outgoing = hyper::Request::new(Empty::<Bytes>::new());
    *outgoing.uri_mut() = target(&request.url)?;
    *outgoing.headers_mut() = headers(origin, request, additions)?;
    Ok(outgoing)
}

/// In the order in which well-known players send them: some servers look.
fn headers(
    origin: &Origin,
    request: &Request,
    additions: &Additions<'_>,
) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    set(&mut headers, header::HOST, &origin.authority())?;
    set(&mut headers, header::USER_AGENT, additions.user_agent)?;
    set(&mut headers, header::ACCEPT, "*/*")?;
    if let Some(basic) = auth::basic(&request.url) {
        set(&mut headers, header::AUTHORIZATION, &basic)?;
    }
    if let Some(cookies) = &additions.cookies {
        set(&mut headers, header::COOKIE, cookies)?;
    }
    for (name, value) in &request.headers {
        let name = name.trim().parse().map_err(|_| Error::BadHeader {
            name: name.chars().take(80).collect(),
        })?;
        if !RESERVED_HEADERS.contains(&name) {
            set(&mut headers, name, value.trim())?;
        }
    }
    if let Some(user_agent) = &request.user_agent {
        set(&mut headers, header::USER_AGENT, user_agent)?;
    }
    if let Some(range) = request.range {
        set(&mut headers, header::RANGE, &range.to_string())?;
    }
    let coding = if request.accept_gzip {
        "gzip"
    } else {
        "identity"
    };
    set(&mut headers, header::ACCEPT_ENCODING, coding)?;
    let connection = if additions.keep_alive {
        "keep-alive"
    } else {
        "close"
    };
    set(&mut headers, header::CONNECTION, connection)?;
    Ok(headers)
}

/// The request target in origin form (RFC 9112, 3.2.1).
fn target(url: &Url) -> Result<hyper::Uri, Error> {
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    target.parse().map_err(|_| Error::BadUrl {
        url: redact(url),
        reason: "its path or query holds characters that HTTP does not allow",
    })
}

/// Values may hold UTF-8, as some user agents do.
fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) -> Result<(), Error> {
    let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| Error::BadHeader {
        name: name.as_str().to_owned(),
    })?;
    headers.insert(name, value);
    Ok(())
}
