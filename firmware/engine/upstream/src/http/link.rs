//! One HTTP/1 connection, driven by whoever waits for its answer.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::client::conn::http1::{Builder, SendRequest};
use tokio::time::{Instant, timeout};

use super::origin::Origin;
use super::wire::OnBeat;
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
        T: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
    {
        let (sender, connection) = Builder::new()
            .max_buf_size(config.head_bytes_max.max(HYPER_BUFFER_BYTES_MIN))
            .max_header_size(config.head_bytes_max)
            .max_headers(config.headers_max)
            // What streaming servers send that RFC 9112 does not allow.
            .allow_spaces_after_header_name_in_responses(true)
            .allow_obsolete_multiline_headers_in_responses(true)
            .ignore_invalid_headers_in_responses(true)
            .handshake(io)
            .await
            .map_err(|cause| no_answer(origin, config, cause))?;
        Ok(Self {
            origin: origin.clone(),
            idle_since: Instant::now(),
            on_beat,
            sender,
            driver: Driver(Some(Box::pin(connection))),
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

/// hyper's half that reads and writes; `None` when it is done.
struct Driver(Option<Pin<Box<dyn Future<Output = hyper::Result<()>> + Send>>>);

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
        if let Poll::Ready(result) = connection.as_mut().poll(context) {
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
