//! Where a redirect leads, and what must not go there.

use url::Url;

use super::origin::Origin;
use super::{Error, Request, Trust, redact};

/// Headers that show who asks: for one server only.
const ACCOUNT_HEADERS: [&str; 2] = ["authorization", "cookie"];
/// Headers that show where one comes from: for one host only.
const ORIGIN_HEADERS: [&str; 2] = ["referer", "origin"];

/// The addresses of one request up to now.
pub(super) struct Trail {
    max: usize,
    /// Each with the number of the jar's changes when it was asked for.
    seen: Vec<(Url, u64)>,
}

impl Trail {
    pub(super) fn new(max: usize) -> Self {
        Self {
            max,
            seen: Vec::new(),
        }
    }

    /// Makes `request` one for the address that an answer names. `cookie_changes` is the jar's
    /// number: a server that sets a cookie and sends its visitor back to the same address is no
    /// circle.
    pub(super) fn follow(
        &mut self,
        request: &mut Request,
        asked_at: u64,
        cookie_changes: u64,
        location: Option<&[u8]>,
    ) -> Result<(), Error> {
        let to = destination(&request.url, location)?;
        self.seen.push((request.url.clone(), asked_at));
        if self.seen.len() > self.max {
            return Err(Error::TooManyRedirects {
                max: self.max,
                url: redact(&to),
            });
        }
        let next = (to, cookie_changes);
        if self.seen.contains(&next) {
            return Err(Error::RedirectLoop {
                url: redact(&next.0),
            });
        }
        tracing::debug!(
            from = redact(&request.url),
            to = redact(&next.0),
            "redirect"
        );
        drop_private(request, &next.0);
        request.url = next.0;
        Ok(())
    }
}

/// The address of a Location header (RFC 9110, 10.2.2), relative to `from`.
fn destination(from: &Url, location: Option<&[u8]>) -> Result<Url, Error> {
    let bad = |reason| match Origin::of(from, Trust::default()) {
        Ok(origin) => Error::BadRedirect {
            host: origin.to_string(),
            reason,
        },
        Err(error) => error,
    };
    let location = location.ok_or_else(|| bad("does not say where to"))?;
    let mut to = from
        .join(String::from_utf8_lossy(location).trim())
        .map_err(|_| bad("the address it names cannot be read"))?;
    if !matches!(to.scheme(), "http" | "https") || to.host().is_none() {
        return Err(bad("to an address that is not http or https"));
    }
    to.set_fragment(None);
    if is_downgrade(from, &to) {
        tracing::debug!(to = redact(&to), "redirected from https to http");
    }
    keep_account(from, &mut to);
    Ok(to)
}

/// Takes out of `request` what `to` must not see.
fn drop_private(request: &mut Request, to: &Url) {
    let is_same_host = request.url.host() == to.host() && !is_downgrade(&request.url, to);
    let is_same_server = is_same_server(&request.url, to);
    request.headers.retain(|(name, _)| {
        let is = |own: &&str| name.trim().eq_ignore_ascii_case(own);
        (is_same_host || !ORIGIN_HEADERS.iter().any(&is))
            && (is_same_server || !ACCOUNT_HEADERS.iter().any(&is))
    });
}

/// The same server goes on knowing who asks.
fn keep_account(from: &Url, to: &mut Url) {
    let named = !to.username().is_empty() || to.password().is_some();
    if !named && is_same_server(from, to) {
        // Neither can fail: `to` is http(s) and has a host.
        let _ = to.set_username(from.username());
        let _ = to.set_password(from.password());
    }
}

/// Host and port, or from http to https on their own ports. Another port may be another man's
/// server.
fn is_same_server(from: &Url, to: &Url) -> bool {
    let is_same_port = from.port_or_known_default() == to.port_or_known_default();
    let is_upgrade = from.port().is_none() && to.port().is_none();
    from.host() == to.host() && (is_same_port || is_upgrade) && !is_downgrade(from, to)
}

/// In the clear from now on.
fn is_downgrade(from: &Url, to: &Url) -> bool {
    from.scheme() == "https" && to.scheme() == "http"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(address: &str) -> Url {
        Url::parse(address).unwrap()
    }

    fn to(from: &str, location: &str) -> Result<String, Error> {
        destination(&url(from), Some(location.as_bytes())).map(String::from)
    }

    #[test]
    fn destinations() {
        for (from, location, expected) in [
            ("http://a/x/y", "z", "http://a/x/z"),
            ("http://a/x/y", "/z?q=1#f", "http://a/z?q=1"),
            ("http://a/x/y", "//b/z", "http://b/z"),
            ("http://a/", " https://b:81/z ", "https://b:81/z"),
            ("http://u:p@a/", "/z", "http://u:p@a/z"),
            ("http://u:p@a/", "http://a:8080/z", "http://a:8080/z"),
            ("http://u:p@a/", "https://a/z", "https://u:p@a/z"),
            ("http://u:p@a/", "http://b/z", "http://b/z"),
            ("https://u:p@a/", "http://a/z", "http://a/z"),
            ("http://u:p@a/", "http://v:q@a/z", "http://v:q@a/z"),
        ] {
            assert_eq!(to(from, location).unwrap(), expected);
        }
        for location in [
            "rtmp://a/b",
            "javascript:1",
            "http://",
            "file:///etc/passwd",
        ] {
            let error = to("http://a/", location).unwrap_err();
            assert!(matches!(error, Error::BadRedirect { .. }), "{location}");
        }
        assert!(destination(&url("http://a/"), None).is_err());
    }

    #[test]
    fn private_headers_stay_with_their_host() {
        let mut request = Request::new(url("http://a/"));
        for name in ["Authorization", "Referer", "Cookie", "X-Device"] {
            request.headers.push((name.into(), "v".into()));
        }
        let mut trail = Trail::new(10);
        trail.follow(&mut request, 0, 0, Some(b"/b")).unwrap();
        assert_eq!(request.headers.len(), 4);
        trail
            .follow(&mut request, 0, 0, Some(b"http://a:81/"))
            .unwrap();
        assert_eq!(request.headers.len(), 2, "X-Device and Referer");
        trail
            .follow(&mut request, 0, 0, Some(b"http://b/"))
            .unwrap();
        assert_eq!(request.headers, [("X-Device".to_owned(), "v".to_owned())]);
    }

    #[test]
    fn circles_and_long_ways_end() {
        let mut request = Request::new(url("http://a/1"));
        let mut trail = Trail::new(3);
        trail.follow(&mut request, 0, 0, Some(b"/2")).unwrap();
        let circle = trail.follow(&mut request, 0, 0, Some(b"/1"));
        assert!(matches!(circle, Err(Error::RedirectLoop { .. })));

        let mut request = Request::new(url("http://a/1"));
        let mut trail = Trail::new(3);
        trail.follow(&mut request, 0, 1, Some(b"/1")).unwrap();
        trail.follow(&mut request, 1, 1, Some(b"/2")).unwrap();
        trail.follow(&mut request, 1, 1, Some(b"/3")).unwrap();
        let long = trail.follow(&mut request, 1, 1, Some(b"/4"));
        assert!(matches!(long, Err(Error::TooManyRedirects { max: 3, .. })));
    }
}
