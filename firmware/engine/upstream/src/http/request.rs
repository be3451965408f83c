//! What is asked for.

use std::fmt;

use url::Url;

use super::redact;

/// Whose certificate is accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// One that an authority which we know vouches for, made out to that host.
    #[default]
    Authorities,
    /// Anybody's: who answers may read and change everything. Only for whom the owner of the box
    /// has said so: providers with certificates of their own making.
    Anybody,
}

/// One GET.
#[derive(Clone)]
pub struct Request {
    /// `http` or `https`. `user:password@` is sent as basic authentication (RFC 7617).
    pub url: Url,
    /// Further headers, in order. Those that would change how the answer is framed
    /// (`Connection`, `Accept-Encoding`, `Content-Length`, …) are left out.
    pub headers: Vec<(String, String)>,
    /// Goes before a `User-Agent` among `headers`, which goes before that of the client.
    pub user_agent: Option<String>,
    /// A part of the body. A server may ignore it and answer 200 instead of 206.
    pub range: Option<Range>,
    /// Whether cookies of the session are kept and sent.
    pub cookies: bool,
    /// Whether a gzipped body is welcome. It is handed on as it comes.
    pub accept_gzip: bool,
    /// Whose certificate is accepted over https, after redirects too.
    pub trust: Trust,
}

impl Request {
    /// A plain GET with cookies.
    #[must_use]
    pub fn new(url: Url) -> Self {
        Self {
            url,
            headers: Vec::new(),
            user_agent: None,
            range: None,
            cookies: true,
            accept_gzip: false,
            trust: Trust::Authorities,
        }
    }
}

impl fmt::Debug for Request {
    /// Without values of headers and without secrets of the address.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("url", &redact(&self.url))
            .field("range", &self.range)
            .finish_non_exhaustive()
    }
}

/// A part of a body (RFC 9110, 14.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// First byte, from 0.
    pub offset: u64,
    /// Number of bytes, at least one; `None` is all the rest.
    pub length: Option<u64>,
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bytes={}-", self.offset)?;
        match self.length {
            Some(length) => write!(f, "{}", self.offset.saturating_add(length.max(1) - 1)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_inclusive() {
        let range = |offset, length| Range { offset, length }.to_string();
        assert_eq!(range(0, Some(100)), "bytes=0-99");
        assert_eq!(range(100, Some(1)), "bytes=100-100");
        assert_eq!(range(100, None), "bytes=100-");
        assert_eq!(range(u64::MAX, Some(9)), format!("bytes={0}-{0}", u64::MAX));
    }

    #[test]
    fn debug_tells_no_secret() {
        let mut request = Request::new(Url::parse("http://u:p4ss@h/live/u/p4ss/1.ts").unwrap());
        request.headers.push(("X-Token".into(), "p4ss".into()));
        assert!(!format!("{request:?}").contains("p4ss"));
    }
}
