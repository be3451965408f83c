//! A list that comes from a server, taken up again where it broke off.
//!
//! Where the server named the list by a strong `ETag` and takes ranges, only what is missing is asked
//! for (`If-Range`: RFC 9110, 13.1.5). Elsewhere the list is asked for from its start; what was
//! there already is read away if it is the same, byte by byte, and ends the attempt if it is not.

use std::time::Duration;

use bytes::{Buf as _, Bytes};
use tokio::time::sleep;
use upstream::http;

use crate::Error;

/// Times that one list is taken up again.
const TRIES_MAX: u32 = 4;

/// The body of a list, over as many connections as it takes.
pub(crate) struct Download {
    client: http::Client,
    /// What was asked for, without conditions.
    request: http::Request,
    /// Before it is taken up for the first time; twice as long before each further one.
    pause: Duration,
    /// The list's strong validator, where parts of it may be asked for.
    validator: Option<String>,
    body: http::Body,
    /// Bytes handed on, and their sum.
    taken: u64,
    sum: Sum,
    /// What of them comes once more and is read away.
    again: Option<Again>,
    tries: u32,
}

struct Again {
    left: u64,
    sum: Sum,
    /// Why the transfer had broken off.
    why: String,
}

impl Download {
    /// Goes on with an answer that has begun.
    pub(crate) fn new(
        client: http::Client,
        request: http::Request,
        pause: Duration,
        answer: http::Response,
    ) -> Self {
        Self {
            client,
            request,
            pause,
            validator: validator(&answer),
            body: answer.body,
            taken: 0,
            sum: Sum::default(),
            again: None,
            tries: 0,
        }
    }

    /// The next piece; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            match self.body.next().await {
                Ok(Some(piece)) => {
                    let piece = self.without_what_was_there(piece)?;
                    if !piece.is_empty() {
                        self.taken += piece.len() as u64;
                        self.sum.add(&piece);
                        return Ok(Some(piece));
                    }
                }
                Ok(None) => match self.again.take() {
                    Some(Again { why, .. }) => return Err(Error::Changed { why }),
                    None => return Ok(None),
                },
                // What has not begun is the next attempt's.
                Err(error) if self.taken == 0 => return Err(error.into()),
                Err(error) => self.take_up(error).await?,
            }
        }
    }

    /// Connects anew until that succeeds or has failed too often.
    async fn take_up(&mut self, error: http::Error) -> Result<(), Error> {
        let mut error = error;
        while error.is_temporary() && self.tries < TRIES_MAX {
            sleep(self.pause * 2_u32.pow(self.tries)).await;
            self.tries += 1;
            tracing::info!(%error, bytes = self.taken, "a list is taken up again");
            match self.client.get(self.request_of_the_rest()).await {
                Ok(answer) => return self.go_on(answer, &error),
                Err(another) => error = another,
            }
        }
        Err(error.into())
    }

    fn request_of_the_rest(&self) -> http::Request {
        let mut request = self.request.clone();
        if let Some(validator) = &self.validator {
            request.range = Some(http::Range {
                offset: self.taken,
                length: None,
            });
            let condition = ("If-Range".to_owned(), validator.clone());
            request.headers.push(condition);
        }
        request
    }

    fn go_on(&mut self, answer: http::Response, error: &http::Error) -> Result<(), Error> {
        let why = error.to_string();
        self.again = match answer.status {
            206 if begins_at(&answer, self.taken) => None,
            206 => return Err(Error::Changed { why }),
            _ => Some(Again {
                left: self.taken,
                sum: Sum::default(),
                why,
            }),
        };
        self.body = answer.body;
        Ok(())
    }

    /// The part of a piece that is new.
    fn without_what_was_there(&mut self, mut piece: Bytes) -> Result<Bytes, Error> {
        let Some(again) = &mut self.again else {
            return Ok(piece);
        };
        let len = usize::try_from(again.left).map_or(piece.len(), |left| left.min(piece.len()));
        again.sum.add(&piece[..len]);
        again.left -= len as u64;
        piece.advance(len);
        if again.left == 0 {
            let is_same = again.sum == self.sum;
            let why = self.again.take().map(|again| again.why).unwrap_or_default();
            if !is_same {
                return Err(Error::Changed { why });
            }
        }
        Ok(piece)
    }
}

/// A strong `ETag`, where the server takes ranges. A date is not enough: it is as coarse as a second.
fn validator(answer: &http::Response) -> Option<String> {
    let takes_ranges = answer
        .header("accept-ranges")
        .is_some_and(|units| units.trim().eq_ignore_ascii_case("bytes"));
    let etag = answer.header("etag")?.trim();
    (takes_ranges && etag.starts_with('"')).then(|| etag.to_owned())
}

/// Whether a part begins at this byte (RFC 9110, 14.4).
fn begins_at(answer: &http::Response, offset: u64) -> bool {
    let first = answer.header("content-range").and_then(|range| {
        let (first, _) = range.trim().strip_prefix("bytes ")?.split_once('-')?;
        first.trim().parse::<u64>().ok()
    });
    first == Some(offset)
}

/// FNV-1a, 64 bits: tells a list from another one, not from a forgery; who could forge it could have
/// sent anything to begin with.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Sum(u64);

impl Default for Sum {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Sum {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
