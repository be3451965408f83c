//! Plays an http(s) address: looks at what comes, and either takes the transport stream in or
//! hands the playlist over to HLS with the bytes already read.

use std::time::Duration;

use ::hls::ByteRange;
use base::next_beat;
use bytes::Bytes;
use ingest::Ingest;
use tokio::time::{Instant, sleep_until, timeout};
use url::Url;

use crate::error::Error;
use crate::hls::{self, Fetch, HlsConfig, SessionFetch};
use crate::http::{self, redact};
use crate::kind::Kind;

/// Bytes looked at to tell what a stream is.
const PEEK_BYTES_MAX: usize = 64 * 1024;

/// How long a slow stream's bytes are left to gather: what a viewer waits for anyway, since the
/// data plane sends as often.
const GATHER: Duration = Duration::from_millis(50);
/// A stream that brings more than this in that time is looked at more often.
const HANDFUL_BYTES: u32 = 64 * 1024;

/// Plays until the server ends the stream.
pub(crate) async fn play(
    fetch: SessionFetch,
    hls: &HlsConfig,
    ingest: &mut Ingest,
) -> Result<(), Error> {
    let address = fetch.template.url.clone();
    let request = fetch.template.clone();
    let mut response = ingest.during(fetch.session.get(request)).await?;
    let head = peek(&mut response.body, ingest).await?;
    let kind = Kind::of(&head, response.content_type(), &response.url);
    tracing::debug!(%kind, from = redact(&response.url), "stream opened");
    match kind {
        Kind::MpegTs if head.is_empty() => Err(Error::Empty),
        Kind::MpegTs => take_in(&head, response.body, ingest).await,
        Kind::HlsPlaylist => {
            let opened = Some((response, Bytes::from(head)));
            let mut fetch = Opened { fetch, opened };
            Ok(Box::pin(hls::play(&mut fetch, ingest, &address, hls)).await?)
        }
        Kind::Unknown if head.is_empty() => Err(Error::Empty),
        other => Err(Error::of_kind(other)),
    }
}

/// Reads until the bytes tell what they are.
async fn peek(body: &mut http::Body, ingest: &mut Ingest) -> Result<Vec<u8>, Error> {
    let mut head = Vec::new();
    while head.len() < PEEK_BYTES_MAX && Kind::by_bytes(&head).is_none() {
        match ingest.during(body.next()).await? {
            Some(bytes) => head.extend_from_slice(&bytes),
            None => break,
        }
    }
    Ok(head)
}

/// Takes the stream in, by the handful: a live stream comes in pieces of a network packet, and
/// a wake-up for each would cost more than all that is done with it.
async fn take_in(head: &[u8], mut body: http::Body, ingest: &mut Ingest) -> Result<(), Error> {
    ingest.push(head).await?;
    let mut round = Instant::now();
    while let Some(bytes) = ingest.during(body.next()).await? {
        let mut gathered = bytes.len();
        ingest.push(&bytes).await?;
        // What is there already, without waiting.
        while let Ok(more) = timeout(Duration::ZERO, body.next()).await {
            let Some(bytes) = more? else { return Ok(()) };
            gathered += bytes.len();
            ingest.push(&bytes).await?;
        }
        let pause = pause(gathered, round.elapsed());
        round = Instant::now();
        ingest.during(sleep_until(round_end(round, pause))).await;
    }
    Ok(())
}

/// When to look again: on the common beat, unless the stream is too fast for that.
fn round_end(now: Instant, pause: Duration) -> Instant {
    if pause < GATHER {
        return now + pause;
    }
    // Not a moment after the last look.
    next_beat((now + GATHER / 5).into_std(), GATHER, Duration::ZERO).into()
}

/// How long to let bytes gather, by what the last round brought and took.
fn pause(gathered: usize, took: Duration) -> Duration {
    let gathered = u32::try_from(gathered.max(1)).unwrap_or(u32::MAX);
    (took.saturating_mul(HANDFUL_BYTES) / gathered).min(GATHER)
}

/// The first answer has come already; providers with one connection per account do not like to be
/// asked twice.
struct Opened {
    fetch: SessionFetch,
    opened: Option<(http::Response, Bytes)>,
}

impl Fetch for Opened {
    type Body = Resumed;

    async fn fetch(
        &mut self,
        address: &Url,
        range: Option<ByteRange>,
    ) -> Result<hls::Response<Resumed>, http::Error> {
        if let Some((response, head)) = self.opened.take()
            && range.is_none()
            && *address == self.fetch.template.url
        {
            return Ok(hls::Response {
                status: response.status,
                address: response.url,
                body: Resumed {
                    head,
                    rest: response.body,
                },
            });
        }
        let response = self.fetch.fetch(address, range).await?;
        Ok(hls::Response {
            status: response.status,
            address: response.address,
            body: Resumed {
                head: Bytes::new(),
                rest: response.body,
            },
        })
    }
}

/// A body whose front has been read.
struct Resumed {
    head: Bytes,
    rest: http::Body,
}

impl hls::Body for Resumed {
    async fn chunk(&mut self) -> Result<Option<Bytes>, http::Error> {
        if self.head.is_empty() {
            return self.rest.next().await;
        }
        Ok(Some(std::mem::take(&mut self.head)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rounds of a steady stream: what gathers in the pause of the round before.
    #[test]
    fn no_rate_fills_the_receive_buffer() {
        for mbit in [1, 8, 25, 50, 100, 200] {
            let bytes_per_ms = mbit * 1_000_000 / 8 / 1000;
            let (mut gathered, mut took) = (2000, Duration::from_millis(1));
            for round in 0..100 {
                took = pause(gathered, took).max(Duration::from_millis(1));
                gathered = bytes_per_ms * usize::try_from(took.as_millis()).unwrap();
                if round > 2 {
                    assert!(gathered < 100 * 1024, "{mbit} Mbit/s: {gathered}");
                }
            }
            assert_eq!(mbit <= 8, took == GATHER, "{mbit} Mbit/s: {took:?}");
        }
        assert_eq!(pause(0, GATHER), GATHER);
    }
}
