//! One HTTP/1 connection, driven by whoever waits for its answer.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, Builder, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout};
use tokio_rustls::client::TlsStream;

use super::origin::Origin;
use super::wire::{OnBeat, Wire};
use super::{ClientConfig, Error, Phase};

/// The request as hyper takes it.
pub(super) type Outgoing = hyper::Request<Empty<Bytes>>;

/// Connections wait no longer than this for their next request: most servers close after 5 s to
/// 60 s, and one that is closed while a request is under way costs a retry.
pub(super) const IDLE_MAX: Duration = Duration::from_secs(30);

/// hyper panics when it is told to use a smaller buffer.
const HYPER_BUFFER_BYTES_MIN: usize = 8192;

/// A connection. Dropping it closes the socket.
pub(super) struct Link {
    pub(super) origin: Origin,
    /// Since when it waits for its next request.
    pub(super) idle_since: Instant,
    /// Whether it is read on the common beat.
    pub(super) on_beat: OnBeat,
    sender: SendRequest<Empty<Bytes>>,
    driver: Driver,
}

impl Link {
    pub(super) async fn open<T>(
        origin: &Origin,
        io: T,
        on_beat: OnBeat,
        config: &ClientConfig,
    ) -> Result<Self, Error>
    where
        T: Layer + 'static,
    {
        let (sender, connection) = Builder::new()
            .max_buf_size(config.head_bytes_max.max(HYPER_BUFFER_BYTES_MIN))
            .max_header_size(config.head_bytes_max)
            .max_headers(config.headers_max)
            // What streaming servers send that RFC 9112 does not allow.
            .allow_spaces_after_header_name_in_responses(true)
            .allow_obsolete_multiline_headers_in_responses(true)
            .ignore_invalid_headers_in_responses(true)
            .handshake(TokioIo::new(io))
            .await
            .map_err(|cause| no_answer(origin, config, cause))?;
        Ok(Self {
            origin: origin.clone(),
            idle_since: Instant::now(),
            on_beat,
            sender,
            driver: Driver(Some(Box::new(connection))),
        })
    }

    /// Sends a request and waits for the header of its answer.
    pub(super) async fn ask(
        &mut self,
        request: Outgoing,
        config: &ClientConfig,
    ) -> Result<hyper::Response<Incoming>, Error> {
        let answer = self.driver.during(self.sender.send_request(request));
        match timeout(config.header_timeout, answer).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(cause)) => Err(no_answer(&self.origin, config, cause)),
            Err(_) => Err(Error::TimedOut {
                host: self.origin.to_string(),
                phase: Phase::Header,
                after: config.header_timeout,
            }),
        }
    }

    /// Awaits something that this connection has to bring forth.
    pub(super) async fn during<F: Future>(&mut self, future: F) -> F::Output {
        self.driver.during(future).await
    }

    /// The connection without HTTP, and what was read of it too far; `None` where it is over or
    /// encrypted.
    pub(super) fn into_wire(self) -> Option<(Wire, Bytes)> {
        self.driver.0?.into_wire()
    }

    /// Whether its bytes are those of the socket.
    pub(super) fn is_plain(&self) -> bool {
        !self.origin.secure && self.driver.0.is_some()
    }

    /// Whether the server has left it open for another request.
    pub(super) async fn is_reusable(&mut self) -> bool {
        self.driver.turn().await;
        self.driver.0.is_some() && !self.sender.is_closed()
    }

    /// Waits until it takes a request; `false` when it has been closed meanwhile.
    pub(super) async fn is_ready(&mut self) -> bool {
        if self.idle_since.elapsed() > IDLE_MAX {
            return false;
        }
        // First what arrived while nobody looked: the server's FIN above all.
        self.driver.turn().await;
        let ready = self.driver.during(self.sender.ready());
        timeout(Duration::from_secs(1), ready)
            .await
            .is_ok_and(|ready| ready.is_ok())
    }
}

/// What HTTP is spoken over.
pub(super) trait Layer: AsyncRead + AsyncWrite + Unpin + Send {
    /// The connection itself, where nothing lies between.
    fn into_wire(self) -> Option<Wire>;
}

impl Layer for Wire {
    fn into_wire(self) -> Option<Wire> {
        Some(self)
    }
}

impl Layer for TlsStream<Wire> {
    fn into_wire(self) -> Option<Wire> {
        None
    }
}

/// hyper's half that reads and writes, over any layer.
trait Connection: Future<Output = hyper::Result<()>> + Send + Unpin {
    fn into_wire(self: Box<Self>) -> Option<(Wire, Bytes)>;
}

impl<T: Layer + 'static> Connection for http1::Connection<TokioIo<T>, Empty<Bytes>> {
    fn into_wire(self: Box<Self>) -> Option<(Wire, Bytes)> {
        let parts = self.into_parts();
        Some((parts.io.into_inner().into_wire()?, parts.read_buf))
    }
}

/// `None` when it is done.
struct Driver(Option<Box<dyn Connection>>);

impl Driver {
    /// Awaits `future` and keeps the connection going meanwhile. An error of the connection reaches
    /// `future` through hyper's channel.
    async fn during<F: Future>(&mut self, future: F) -> F::Output {
        let mut future = pin!(future);
        poll_fn(|context| {
            self.poll(context);
            future.as_mut().poll(context)
        })
        .await
    }

    /// Lets it do what it can without waiting.
    async fn turn(&mut self) {
        self.during(std::future::ready(())).await;
    }

    fn poll(&mut self, context: &mut std::task::Context<'_>) {
        let Some(connection) = &mut self.0 else {
            return;
        };
        if let Poll::Ready(result) = Pin::new(connection).poll(context) {
            if let Err(error) = result {
                tracing::trace!(%error, "connection ended");
            }
            self.0 = None;
        }
    }
}

fn no_answer(origin: &Origin, config: &ClientConfig, cause: hyper::Error) -> Error {
    let host = origin.to_string();
    if cause.is_parse_too_large() {
        Error::HeadTooLarge {
            host,
            head_bytes_max: config.head_bytes_max,
            headers_max: config.headers_max,
        }
    } else if cause.is_parse() {
        Error::NotHttp { host }
    } else {
        Error::NoAnswer { host, cause }
    }
}
