//! The answer: its header at once, its body piece by piece.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::{HeaderMap, header};
use tokio::time::timeout;
use url::Url;

use super::idle::Home;
use super::link::Link;

use super::{Error, Phase, redact};

/// A longer body of a redirect costs more than a new connection.
const DISCARD_BYTES_MAX: u64 = 16 * 1024;
const DISCARD_TIME_MAX: Duration = Duration::from_secs(1);

/// An answer. Dropping it closes the connection, unless the body was read to its end
/// and the session keeps it.
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Where it came from in the end, after redirects: the base of relative addresses.
    pub url: Url,
    /// What follows.
    pub body: Body,
    headers: HeaderMap,
}

impl Response {
    pub(super) fn new(status: u16, url: Url, headers: HeaderMap, body: Body) -> Self {
        Self {
            status,
            url,
            body,
            headers,
        }
    }

    /// The first header of this name, where it is ASCII text. For ETag and Last-Modified.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Media type with parameters, as sent.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.header("content-type")
    }

    /// Bytes of the body where the server says so. Not to be used to allocate.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        self.header("content-length")?.trim().parse().ok()
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Reads a short body away so that its connection can be used again.
    pub(super) async fn discard(mut self) {
        if self
            .content_length()
            .is_some_and(|bytes| bytes <= DISCARD_BYTES_MAX)
        {
            let rest = async { while let Ok(Some(_)) = self.body.next().await {} };
            // Late or not, the connection is then either kept or dropped.
            let _ = timeout(DISCARD_TIME_MAX, rest).await;
        }
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("url", &redact(&self.url))
            .field("content_type", &self.content_type())
            .finish_non_exhaustive()
    }
}

/// The body of an answer, as long as the server makes it; whoever reads it counts.
pub struct Body {
    pub(super) frames: Incoming,
    /// `None` after the end.
    pub(super) link: Option<Link>,
    home: Home,
    pub(super) idle_timeout: Duration,
    /// The body is all that comes until the server closes (RFC 9112, 6.3, rule 8).
    pub(super) ends_with_connection: bool,
}

impl Body {
    pub(super) fn new(
        answer: hyper::Response<Incoming>,
        link: Link,
        home: Home,
        idle_timeout: Duration,
    ) -> Self {
        let framed = [header::CONTENT_LENGTH, header::TRANSFER_ENCODING];
        let ends_with_connection = !framed
            .iter()
            .any(|name| answer.headers().contains_key(name));
        Self {
            frames: answer.into_body(),
            link: Some(link),
            home,
            idle_timeout,
            ends_with_connection,
        }
    }

    /// The next piece, at most [`head_bytes_max`](super::ClientConfig::head_bytes_max) long; `None`
    /// at the end. Safe to drop while waiting: nothing is lost, the next call goes on.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            let Some(link) = &mut self.link else {
                return Ok(None);
            };
            let frame = timeout(self.idle_timeout, link.during(self.frames.frame())).await;
            match frame {
                Ok(Some(Ok(frame))) => {
                    // Trailers say nothing about a stream.
                    if let Ok(bytes) = frame.into_data()
                        && !bytes.is_empty()
                    {
                        return Ok(Some(bytes));
                    }
                }
                Ok(None) => self.end().await,
                Ok(Some(Err(cause))) => {
                    let host = link.origin.to_string();
                    self.link = None;
                    return Err(Error::Body { host, cause });
                }
                Err(_) => {
                    let host = link.origin.to_string();
                    self.link = None;
                    return Err(Error::TimedOut {
                        host,
                        phase: Phase::Body,
                        after: self.idle_timeout,
                    });
                }
            }
        }
    }

    /// The whole body, refused beyond `bytes_max`: playlists, keys, documents.
    pub async fn read_whole(&mut self, bytes_max: usize) -> Result<Vec<u8>, Error> {
        let host = self.link.as_ref().map(|link| link.origin.to_string());
        let mut whole = Vec::new();
        while let Some(bytes) = self.next().await? {
            if bytes.len() > bytes_max - whole.len() {
                self.link = None;
                return Err(Error::BodyTooLarge {
                    host: host.unwrap_or_default(),
                    bytes_max,
                });
            }
            whole.extend_from_slice(&bytes);
        }
        Ok(whole)
    }

    async fn end(&mut self) {
        let Some(mut link) = self.link.take() else {
            return;
        };
        link.on_beat.set(false);
        if link.is_reusable().await {
            self.home.keep(link);
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body")
            .field("ended", &self.link.is_none())
            .finish_non_exhaustive()
    }
}
