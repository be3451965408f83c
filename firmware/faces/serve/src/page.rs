//! The page: plain files, embedded, each also gzipped once at start.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    io::Write,
};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use hyper::{
    Response, StatusCode,
    header::{
        ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, ETAG, HeaderValue,
        IF_NONE_MATCH, VARY,
    },
};

use crate::{asked::Asked, body::Body, respond};

/// The page loads nothing from elsewhere, is framed by nobody, and runs no inline script.
const POLICY: &str = "default-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'; object-src 'none'";

/// A file of the page, by its index in [`FILES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AssetName(usize);

struct File {
    path: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
}

macro_rules! file {
    ($path:literal, $name:literal, $content_type:literal) => {
        File {
            path: $path,
            content_type: $content_type,
            bytes: include_bytes!(concat!("../../../../web-static/", $name)),
        }
    };
}

const FILES: [File; 5] = [
    file!("/", "index.html", "text/html; charset=utf-8"),
    file!("/app.js", "app.js", "text/javascript; charset=utf-8"),
    file!("/texts.js", "texts.js", "text/javascript; charset=utf-8"),
    file!("/style.css", "style.css", "text/css; charset=utf-8"),
    file!("/icon.svg", "icon.svg", "image/svg+xml"),
];

impl AssetName {
    pub(crate) fn of(path: &str) -> Option<Self> {
        FILES.iter().position(|file| file.path == path).map(Self)
    }
}

/// The files as they are sent.
#[derive(Debug)]
pub(crate) struct Assets([Asset; FILES.len()]);

#[derive(Debug)]
struct Asset {
    content_type: &'static str,
    plain: Variant,
    gzipped: Variant,
}

#[derive(Clone, Debug)]
struct Variant {
    bytes: Bytes,
    etag: HeaderValue,
}

impl Assets {
    pub(crate) fn new() -> Self {
        Self(FILES.map(|file| Asset {
            content_type: file.content_type,
            gzipped: Variant::new(gzipped(file.bytes).into()),
            plain: Variant::new(Bytes::from_static(file.bytes)),
        }))
    }
}

impl Variant {
    fn new(bytes: Bytes) -> Self {
        // Fixed keys: the same file has the same tag after a restart.
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        let etag = format!("\"{:016x}\"", hasher.finish());
        let etag = HeaderValue::try_from(etag).expect("hex digits in quotes are a header value");
        Self { bytes, etag }
    }
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .expect("writing into a Vec cannot fail")
}

/// Answers with a file, or with 304 where the client has it.
pub(crate) fn respond(assets: &Assets, asked: &Asked, name: AssetName) -> Response<Body> {
    let asset = &assets.0[name.0];
    let takes_gzip = asked
        .header(ACCEPT_ENCODING.as_str())
        .is_some_and(takes_gzip);
    let variant = if takes_gzip {
        &asset.gzipped
    } else {
        &asset.plain
    };
    let body = Body::Bytes(variant.bytes.clone());
    let mut response = respond::document(asset.content_type, body);
    let known = asked.header(IF_NONE_MATCH.as_str()).is_some_and(|tags| {
        let etag = variant.etag.to_str().unwrap_or("");
        tags.split(',')
            .any(|tag| tag.trim().trim_start_matches("W/") == etag)
    });
    if known {
        response = respond::empty(StatusCode::NOT_MODIFIED);
    } else if takes_gzip {
        let gzip = HeaderValue::from_static("gzip");
        response.headers_mut().insert(CONTENT_ENCODING, gzip);
    }
    let headers = response.headers_mut();
    headers.insert(ETAG, variant.etag.clone());
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

/// Whether `Accept-Encoding` names gzip and does not rule it out (RFC 9110, 12.5.3).
fn takes_gzip(accepted: &str) -> bool {
    accepted.split(',').any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_gzip = parts
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let weight = parts.find_map(|part| part.strip_prefix("q="));
        is_gzip && weight.is_none_or(|weight| weight.parse().is_ok_and(|q: f32| q > 0.0))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_small() {
        let bytes: usize = FILES.iter().map(|file| file.bytes.len()).sum();
        assert!(bytes <= 60 * 1024, "{bytes} bytes");
    }

    #[test]
    fn reads_accept_encoding() {
        for (accepted, gzip) in [
            ("gzip, deflate, br", true),
            ("br;q=1.0, GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("identity", false),
            ("", false),
        ] {
            assert_eq!(takes_gzip(accepted), gzip, "{accepted}");
        }
    }
}
