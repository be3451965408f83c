//! A film on a server, read by ranges (RFC 9110 clause 14) over one connection at a time.
//!
//! Whether it is still the same file is seen by `If-Range`, by its length and by what the server
//! says of the range it sends.

use std::time::Duration;

use bytes::{Buf as _, Bytes};
use ingest::Ingest;
use remux::Ask;
use tokio::time::sleep;
use tracing::debug;

use super::error::Error;
use crate::hls::SessionFetch;
use crate::http::{self, Range};

/// A place that lies so little ahead is read up to: that costs less than a new request.
const NEAR_BYTES: u64 = 256 * 1024;
/// What is left of a body that is read to its end so that its connection can be used again.
const REST_BYTES_MAX: u64 = 32 * 1024;
/// Pauses before each further try to go on where a connection was lost: together less than what was
/// read ahead and the tuner's patience last.
const PAUSES: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_millis(300),
    Duration::from_millis(700),
    Duration::from_millis(1500),
];

/// A file on a server.
pub(crate) struct Web {
    fetch: SessionFetch,
    /// What the server gave to recognise the file by.
    validator: Option<String>,
    /// Bytes of the file, once the server has said so.
    length: Option<u64>,
    /// The server is known to send whole files only.
    is_whole_only: bool,
    open: Option<Open>,
    /// Tries in a row that brought nothing.
    tries: usize,
}

/// A body that is read.
struct Open {
    body: http::Body,
    /// Its next byte in the file.
    at: u64,
    /// Where the file or the range ends, if the server has said so.
    end: Option<u64>,
}

impl Web {
    /// The answer to a request for the whole file has begun, and `read` bytes of it were read.
    pub(crate) fn new(fetch: SessionFetch, response: http::Response, read: u64) -> Self {
        let length = response.content_length();
        let refuses = response
            .header("accept-ranges")
            .is_some_and(|units| units.trim().eq_ignore_ascii_case("none"));
        Self {
            validator: validator(&response),
            fetch,
            length,
            is_whole_only: refuses,
            open: Some(Open {
                body: response.body,
                at: read,
                end: length,
            }),
            tries: 0,
        }
    }

    /// The next bytes from `ask.at` on; `None` at the end of the file.
    pub(super) async fn read(
        &mut self,
        ask: Ask,
        ingest: &mut Ingest,
    ) -> Result<Option<Bytes>, Error> {
        loop {
            if !self.is_near(ask.at) {
                self.leave(ingest).await;
            }
            if self.open.is_none() {
                if self.length.is_some_and(|length| ask.at >= length) {
                    return Ok(None);
                }
                if !self.open_at(ask, ingest).await? {
                    return Ok(None);
                }
                continue;
            }
            match self.next(ask.at, ingest).await? {
                Next::Bytes(bytes) => return Ok(Some(bytes)),
                Next::Nothing => {}
                Next::FileEnd => return Ok(None),
            }
        }
    }

    /// Whether the open body leads there.
    fn is_near(&self, at: u64) -> bool {
        let Some(open) = &self.open else {
            return false;
        };
        let near = if self.is_whole_only {
            u64::MAX
        } else {
            NEAR_BYTES
        };
        let is_inside = open.end.is_none_or(|end| at < end);
        open.at <= at && at - open.at <= near && is_inside
    }

    /// Lets go of the open body; reads what little is left of it.
    async fn leave(&mut self, ingest: &mut Ingest) {
        let Some(mut open) = self.open.take() else {
            return;
        };
        let left = open.end.map(|end| end.saturating_sub(open.at));
        if left.is_some_and(|left| left <= REST_BYTES_MAX) {
            // However that ends, the connection is then either kept or closed.
            while let Ok(Some(_)) = ingest.during(open.body.next()).await {}
        }
    }

    /// Reads on in the open body.
    async fn next(&mut self, at: u64, ingest: &mut Ingest) -> Result<Next, Error> {
        let Some(open) = &mut self.open else {
            return Ok(Next::Nothing);
        };
        match ingest.during(open.body.next()).await {
            Ok(Some(mut bytes)) => {
                self.tries = 0;
                // A server may send more than the range that it announced.
                let left = open.end.map_or(u64::MAX, |end| end.saturating_sub(open.at));
                bytes.truncate(usize::try_from(left).unwrap_or(usize::MAX));
                let skipped = at.saturating_sub(open.at).min(bytes.len() as u64);
                open.at = open.at.saturating_add(bytes.len() as u64);
                bytes.advance(usize::try_from(skipped).unwrap_or(0));
                Ok(match bytes.is_empty() {
                    true => Next::Nothing,
                    false => Next::Bytes(bytes),
                })
            }
            Ok(None) => {
                let (read, end) = (open.at, open.end);
                self.open = None;
                match end {
                    // How long the file is was never said: this is how it is told.
                    None => {
                        self.length = Some(read);
                        Ok(Next::FileEnd)
                    }
                    Some(end) if read >= end => Ok(Next::Nothing),
                    Some(_) => self.lost("the body ended early", ingest).await,
                }
            }
            Err(error) if error.is_temporary() && self.tries < PAUSES.len() => {
                self.open = None;
                self.lost(&error.to_string(), ingest).await
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A connection was lost in the middle: whether and when to go on.
    async fn lost(&mut self, why: &str, ingest: &mut Ingest) -> Result<Next, Error> {
        let Some(pause) = PAUSES.get(self.tries).filter(|_| !self.is_whole_only) else {
            return Err(Error::NotResumable);
        };
        debug!(
            why,
            tries = self.tries,
            "film: the connection is taken up again"
        );
        self.tries += 1;
        ingest.during(sleep(*pause)).await;
        Ok(Next::Nothing)
    }

    /// Asks for the file from there on. Returns `false` where it has no such byte.
    async fn open_at(&mut self, ask: Ask, ingest: &mut Ingest) -> Result<bool, Error> {
        if self.is_whole_only && ask.at > 0 {
            return Err(Error::NoRanges);
        }
        let length = ask.until.saturating_sub(ask.at).max(1);
        let mut request = http::Request {
            range: Some(Range {
                offset: ask.at,
                length: Some(length).filter(|_| ask.until < u64::MAX),
            }),
            ..self.fetch.template.clone()
        };
        if let Some(validator) = &self.validator {
            request
                .headers
                .push(("If-Range".to_owned(), validator.clone()));
        }
        match ingest.during(self.fetch.session.get(request)).await {
            Ok(response) => self.take(ask.at, response).map(|()| true),
            // RFC 9110 clause 15.5.17.
            Err(http::Error::Status { code: 416, .. }) => match self.length {
                None => Ok(false),
                Some(_) => Err(Error::Changed),
            },
            Err(error) if error.is_temporary() && self.tries < PAUSES.len() => {
                self.lost(&error.to_string(), ingest).await.map(|_| true)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Looks at an answer: what part of which file it brings.
    fn take(&mut self, at: u64, response: http::Response) -> Result<(), Error> {
        let new = validator(&response);
        let is_other = matches!((&self.validator, &new), (Some(old), Some(new)) if old != new);
        if response.status != 206 {
            if is_other {
                return Err(Error::Changed);
            }
            if at > 0 {
                self.is_whole_only = true;
                return Err(Error::NoRanges);
            }
            self.open = Some(Open {
                at,
                end: response.content_length(),
                body: response.body,
            });
            return Ok(());
        }
        let part = response
            .header("content-range")
            .and_then(ContentRange::read);
        let part = part
            .filter(|part| part.first == at)
            .ok_or(Error::WrongRange)?;
        let is_other_length = matches!((self.length, part.length), (Some(a), Some(b)) if a != b);
        if is_other || is_other_length {
            return Err(Error::Changed);
        }
        self.length = self.length.or(part.length);
        self.open = Some(Open {
            at,
            end: Some(part.last.saturating_add(1)),
            body: response.body,
        });
        Ok(())
    }
}

enum Next {
    Bytes(Bytes),
    /// Look again.
    Nothing,
    FileEnd,
}

/// What `If-Range` may carry: a strong entity tag, else a date (RFC 9110 clause 13.1.5).
fn validator(response: &http::Response) -> Option<String> {
    let etag = response.header("etag").map(str::trim);
    let strong = etag.filter(|tag| tag.starts_with('"'));
    let validator = strong.or_else(|| response.header("last-modified").map(str::trim));
    validator.map(str::to_owned)
}

/// `Content-Range` (RFC 9110 clause 14.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ContentRange {
    first: u64,
    last: u64,
    /// Of the whole file.
    length: Option<u64>,
}

impl ContentRange {
    fn read(value: &str) -> Option<Self> {
        let (unit, rest) = value.trim().split_once(' ')?;
        let (range, length) = rest.trim().split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let first: u64 = first.trim().parse().ok()?;
        let last: u64 = last.trim().parse().ok()?;
        let is_range = unit.eq_ignore_ascii_case("bytes") && first <= last;
        is_range.then_some(Self {
            first,
            last,
            length: length.trim().parse().ok(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_ranges() {
        let range = |first, last, length| {
            Some(ContentRange {
                first,
                last,
                length,
            })
        };
        for (value, expected) in [
            ("bytes 0-99/200", range(0, 99, Some(200))),
            ("Bytes 5-5/*", range(5, 5, None)),
            ("bytes 9-5/10", None),
            ("bytes */10", None),
            ("items 0-1/2", None),
            ("bytes 0-18446744073709551616/9", None),
            ("", None),
        ] {
            assert_eq!(ContentRange::read(value), expected, "{value}");
        }
    }
}
