//! What the driver needs from outside: somebody who fetches and somebody who takes the bytes.
//!
//! Both are traits so that the driver's decisions can be tested on a paused clock, with answers and
//! errors that no real server gives on demand.

use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use url::Url;

use crate::http;

/// Sends GET requests, one at a time; keeps connections, cookies and headers, follows redirects, limits time.
pub trait Fetch: Send {
    /// The body of an answer.
    type Body: Body;

    /// Asks for an address, or for a part of it (RFC 9110 14.1.2). A status that is not of success
    /// is an error.
    fn fetch(
        &mut self,
        address: &Url,
        range: Option<hls::ByteRange>,
    ) -> impl Future<Output = Result<Response<Self::Body>, http::Error>> + Send;
}

/// An answer of 2xx whose head has come.
#[derive(Debug)]
pub struct Response<B> {
    /// The status code: 206 if the body is the part that was asked for.
    pub status: u16,
    /// The address that answered, after redirects.
    pub address: Url,
    /// What follows.
    pub body: B,
}

/// A body as it comes.
pub trait Body: Send {
    /// The next bytes, nothing at the proper end. A body that is shorter than announced is an
    /// error.
    fn chunk(&mut self) -> impl Future<Output = Result<Option<Bytes>, http::Error>> + Send;
}

/// Takes the stream in.
pub trait Intake: Send {
    /// Takes bytes and waits while they are ahead of the stream's clock.
    fn push(&mut self, bytes: &[u8]) -> impl Future<Output = Result<(), ingest::Error>> + Send;

    /// Says how the bytes that follow join those before.
    fn seam(&mut self, seam: mpegts::Seam) -> Result<(), ingest::Error>;

    /// How long what was taken in will still play: the read-ahead.
    fn ahead(&self) -> Duration;

    /// Awaits something else and goes on publishing meanwhile.
    fn during<F>(&mut self, work: F) -> impl Future<Output = F::Output> + Send
    where
        F: Future + Send,
        F::Output: Send;
}

/// Requests of one source over one session.
#[derive(Debug)]
pub struct SessionFetch {
    /// Cookies and connections.
    pub session: http::Session,
    /// The headers and the user agent of the source; address and range are filled in.
    pub template: http::Request,
}

impl Fetch for SessionFetch {
    type Body = http::Body;

    async fn fetch(
        &mut self,
        address: &Url,
        range: Option<hls::ByteRange>,
    ) -> Result<Response<http::Body>, http::Error> {
        let part = |range: hls::ByteRange| http::Range {
            offset: range.offset,
            length: Some(range.length),
        };
        let request = http::Request {
            url: address.clone(),
            range: range.map(part),
            ..self.template.clone()
        };
        let response = self.session.get(request).await?;
        Ok(Response {
            status: response.status,
            address: response.url,
            body: response.body,
        })
    }
}

impl Body for http::Body {
    async fn chunk(&mut self) -> Result<Option<Bytes>, http::Error> {
        self.next().await
    }
}

impl Intake for ingest::Ingest {
    async fn push(&mut self, bytes: &[u8]) -> Result<(), ingest::Error> {
        Self::push(self, bytes).await
    }

    fn seam(&mut self, seam: mpegts::Seam) -> Result<(), ingest::Error> {
        Self::seam(self, seam)
    }

    fn ahead(&self) -> Duration {
        Self::ahead(self)
    }

    async fn during<F>(&mut self, work: F) -> F::Output
    where
        F: Future + Send,
        F::Output: Send,
    {
        Self::during(self, work).await
    }
}
