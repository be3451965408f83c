//! Plays an http(s) address: looks at what comes, and either takes the transport stream in or
//! hands a playlist over to HLS, a film to its reader, with the bytes already read.

use ::hls::ByteRange;
use bytes::Bytes;
use ingest::Ingest;
use url::Url;

use crate::error::Error;
use crate::film::{self, Medium, Web};
use crate::hls::{self, Fetch, HlsConfig, SessionFetch};
use crate::http::{self, redact};
use crate::kind::Kind;

/// Bytes looked at to tell what a stream is.
const PEEK_BYTES_MAX: usize = 64 * 1024;

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
        Kind::Mp4 | Kind::Matroska => {
            let _slot = hls.remux_slots.take()?;
            let medium = Web::new(fetch, response, head.len() as u64);
            let medium = Medium::Web(Box::new(medium));
            Ok(Box::pin(film::play(kind, medium, head.into(), ingest)).await?)
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

async fn take_in(head: &[u8], body: http::Body, ingest: &mut Ingest) -> Result<(), Error> {
    let mut live = body.live();
    ingest.push(head).await?;
    while ingest.during(live.ready()).await? {
        if let Some(taken) = live.take(|bytes| ingest.take(bytes))? {
            taken?;
            ingest.room().await;
        }
    }
    Ok(())
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
