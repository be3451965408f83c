//! The page: plain files, embedded, each also as `build.rs` gzipped it.

use std::hash::{DefaultHasher, Hash, Hasher};

use bytes::Bytes;
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
    gzipped: &'static [u8],
}

macro_rules! file {
    ($name:literal, $content_type:expr) => {
        file!(concat!("/", $name), $name, $content_type)
    };
    ($path:expr, $name:literal, $content_type:expr) => {
        File {
            path: $path,
            content_type: $content_type,
            bytes: include_bytes!(concat!("../../../../web-static/", $name)),
            gzipped: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".gz")),
        }
    };
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

const FILES: [File; 30] = [
    file!("/", "index.html", HTML),
    file!("style.css", CSS),
    file!("views.css", CSS),
    file!("icon.svg", "image/svg+xml"),
    file!("app.js", JS),
    file!("texts.js", JS),
    file!("dom.js", JS),
    file!("api.js", JS),
    file!("tell.js", JS),
    file!("dialog.js", JS),
    file!("list.js", JS),
    file!("reorder.js", JS),
    file!("view/alike.js", JS),
    file!("view/backup.js", JS),
    file!("view/bulk.js", JS),
    file!("view/changes.js", JS),
    file!("view/channel.js", JS),
    file!("view/channels.js", JS),
    file!("view/dryrun.js", JS),
    file!("view/guide.js", JS),
    file!("view/guideform.js", JS),
    file!("view/home.js", JS),
    file!("view/parts.js", JS),
    file!("view/programme.js", JS),
    file!("view/rule.js", JS),
    file!("view/rules.js", JS),
    file!("view/settings.js", JS),
    file!("view/source.js", JS),
    file!("view/sources.js", JS),
    file!("view/streams.js", JS),
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
            gzipped: Variant::new(file.gzipped),
            plain: Variant::new(file.bytes),
        }))
    }
}

impl Variant {
    fn new(bytes: &'static [u8]) -> Self {
        // Fixed keys: the same file has the same tag after a restart.
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        let etag = format!("\"{:016x}\"", hasher.finish());
        let etag = HeaderValue::try_from(etag).expect("hex digits in quotes are a header value");
        Self {
            bytes: Bytes::from_static(bytes),
            etag,
        }
    }
}

/// Answers with a file, or with 304 where the client has it.
pub(crate) fn respond(assets: &Assets, asked: &Asked, name: AssetName) -> Response<Body> {
    let asset = &assets.0[name.0];
    let takes_gzip = accepts_gzip(asked);
    let variant = if takes_gzip {
        &asset.gzipped
    } else {
        &asset.plain
    };
    let body = Body::Bytes(variant.bytes.clone());
    let mut response = respond::document(asset.content_type, body);
    if is_known(asked, variant.etag.to_str().unwrap_or("")) {
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

/// Whether the client has what has this tag (RFC 9110, 13.1.2).
pub(crate) fn is_known(asked: &Asked, etag: &str) -> bool {
    asked.header(IF_NONE_MATCH.as_str()).is_some_and(|tags| {
        tags.split(',')
            .any(|tag| tag.trim().trim_start_matches("W/") == etag)
    })
}

/// Whether the client takes a body that is gzipped.
pub(crate) fn accepts_gzip(asked: &Asked) -> bool {
    asked
        .header(ACCEPT_ENCODING.as_str())
        .is_some_and(takes_gzip)
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
    use std::io::Read as _;

    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn the_page_is_small() {
        let bytes: usize = FILES.iter().map(|file| file.gzipped.len()).sum();
        assert!(bytes <= 100 * 1024, "{bytes} bytes");
    }

    #[test]
    fn both_forms_of_a_file_say_the_same() {
        for file in FILES {
            let mut bytes = vec![0; file.bytes.len()];
            let mut plain = GzDecoder::new(file.gzipped);
            plain.read_exact(&mut bytes).unwrap();
            assert!(bytes == file.bytes, "{}", file.path);
            assert_eq!(plain.read(&mut [0]).unwrap(), 0, "{}", file.path);
            assert!(file.gzipped.len() < file.bytes.len(), "{}", file.path);
        }
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
