//! Responses, and the headers that all of them carry.

use hyper::{
    Response, StatusCode,
    header::{
        ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue,
        REFERRER_POLICY, SERVER, X_CONTENT_TYPE_OPTIONS,
    },
};
use serde::Serialize;

use crate::body::Body;

/// `Server`.
pub(crate) const SERVER_NAME: &str = concat!("dipole/", env!("CARGO_PKG_VERSION"));
/// Why there is no stream, in the words of a HDHomeRun.
pub(crate) const HDHOMERUN_ERROR: HeaderName = HeaderName::from_static("x-hdhomerun-error");

/// 200 with a document that is different each time.
pub(crate) fn document(content_type: &'static str, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// 200 with JSON.
pub(crate) fn json(value: &impl Serialize) -> Response<Body> {
    match serde_json::to_vec(value) {
        Ok(bytes) => document("application/json", bytes),
        Err(error) => problem(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

/// An empty response.
pub(crate) fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = status;
    response
}

/// An error with its reason (RFC 9457).
pub(crate) fn problem(status: StatusCode, detail: &str) -> Response<Body> {
    #[derive(Serialize)]
    struct Problem<'a> {
        title: &'a str,
        status: u16,
        detail: &'a str,
    }
    let body = serde_json::to_vec(&Problem {
        title: status.canonical_reason().unwrap_or("Error"),
        status: status.as_u16(),
        detail,
    });
    let mut response = document("application/problem+json", body.unwrap_or_default());
    *response.status_mut() = status;
    response
}

/// 405 with what is allowed.
pub(crate) fn method_not_allowed(allow: &'static str) -> Response<Body> {
    let detail = format!("this address takes {allow} only");
    let mut response = problem(StatusCode::METHOD_NOT_ALLOWED, &detail);
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(allow));
    response
}

/// The response to HEAD: the length of the body, and no body (RFC 9110, 9.3.2).
pub(crate) fn without_body(mut response: Response<Body>) -> Response<Body> {
    let body = std::mem::replace(response.body_mut(), Body::Empty);
    if let Some(length) = body.remaining_bytes() {
        let headers = response.headers_mut();
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    response
}

/// Adds what every response carries.
pub(crate) fn dressed(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    headers.insert(SERVER, HeaderValue::from_static(SERVER_NAME));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// The beginning of a text from a playlist, short enough to be shown a thousand times.
pub(crate) fn clipped(text: &str) -> &str {
    const SHOWN_BYTES_MAX: usize = 256;
    text.get(..text.floor_char_boundary(SHOWN_BYTES_MAX))
        .unwrap_or(text)
}
