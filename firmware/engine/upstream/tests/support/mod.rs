//! A provider of our own: answers bytes that a test wrote, and tells what it was asked.
//!
//! By hand and not with an HTTP library, because most of what has to be shown is what no library
//! would send.
#![allow(dead_code, reason = "each test file uses its own part of it")]

pub(crate) mod plays;

use std::net::SocketAddr;
use std::sync::Arc;

use base::Lock;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use upstream::http::{Client, ClientConfig, Request};
use url::Url;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Path and query.
    pub(crate) target: String,
    /// Names in small letters.
    pub(crate) headers: Vec<(String, String)>,
    /// Number of the connection, from 0.
    pub(crate) connection: usize,
}

impl Seen {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }
}

/// What happens after the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    /// The next request is read.
    Keep,
    /// The connection is closed.
    Close,
    /// Nothing, until the client closes.
    Hang,
}

/// Bytes to answer.
pub(crate) struct Reply(pub(crate) Vec<u8>, pub(crate) After);

impl Reply {
    /// An answer with Content-Length.
    pub(crate) fn new(status: &str, headers: &str, body: &[u8]) -> Self {
        let mut bytes = format!(
            "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n",
            body.len()
        )
        .into_bytes();
        bytes.extend_from_slice(body);
        Self(bytes, After::Keep)
    }

    /// A plain 200.
    pub(crate) fn ok(body: &[u8]) -> Self {
        Self::new("200 OK", "", body)
    }

    /// A redirect with a short body.
    pub(crate) fn redirect(location: &str) -> Self {
        Self::new("302 Found", &format!("Location: {location}\r\n"), b"moved")
    }

    /// Bytes as they are.
    pub(crate) fn raw(bytes: impl AsRef<[u8]>, after: After) -> Self {
        Self(bytes.as_ref().to_vec(), after)
    }
}

/// A running server; it ends with the test's runtime.
pub(crate) struct Server {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    seen: Arc<Lock<Vec<Seen>>>,
    /// Connections opened in all, and open now.
    connections: watch::Receiver<(usize, usize)>,
    scheme: &'static str,
}

type Handler = Arc<dyn Fn(&Seen) -> Reply + Send + Sync>;

impl Server {
    /// Serves http.
    pub(crate) async fn start(handler: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::listen("127.0.0.1:0", None, Arc::new(handler)).await
    }

    /// Serves https for the name `localhost`.
    pub(crate) async fn start_tls(
        acceptor: TlsAcceptor,
        handler: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::listen("127.0.0.1:0", Some(acceptor), Arc::new(handler)).await
    }

    /// Serves http on an address of the test's choice.
    pub(crate) async fn listen(on: &str, tls: Option<TlsAcceptor>, handler: Handler) -> Self {
        let listener = TcpListener::bind(on).await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let seen = Arc::new(Lock::new(Vec::new()));
        let (count, connections) = watch::channel((0, 0));
        let scheme = if tls.is_some() { "https" } else { "http" };
        let log = Arc::clone(&seen);
        tokio::spawn(async move {
            let count = Arc::new(count);
            while let Ok((socket, _)) = listener.accept().await {
                let number = count.borrow().0;
                count.send_modify(|(all, open)| (*all, *open) = (*all + 1, *open + 1));
                let (handler, log) = (Arc::clone(&handler), Arc::clone(&log));
                let (count, tls) = (Arc::clone(&count), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(socket, number, &handler, &log).await,
                        Some(tls) => {
                            if let Ok(socket) = tls.accept(socket).await {
                                serve(socket, number, &handler, &log).await;
                            }
                        }
                    }
                    count.send_modify(|(_, open)| *open -= 1);
                });
            }
        });
        Self {
            address,
            seen,
            connections,
            scheme,
        }
    }

    /// An address on this server.
    pub(crate) fn url(&self, target: &str) -> Url {
        let host = match (self.scheme, self.address) {
            ("https", address) => format!("localhost:{}", address.port()),
            (_, address) => address.to_string(),
        };
        Url::parse(&format!("{}://{host}{target}", self.scheme)).expect("an address")
    }

    /// A request for an address on this server.
    pub(crate) fn request(&self, target: &str) -> Request {
        Request::new(self.url(target))
    }

    /// All requests up to now.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().clone()
    }

    /// Connections accepted up to now.
    pub(crate) fn connections(&self) -> usize {
        self.connections.borrow().0
    }

    /// Waits until no connection is open.
    pub(crate) async fn all_closed(&self) {
        let mut connections = self.connections.clone();
        let closed = connections.wait_for(|(_, open)| *open == 0);
        tokio::time::timeout(std::time::Duration::from_secs(5), closed)
            .await
            .expect("the client closes")
            .expect("the server runs");
    }
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut socket: S,
    connection: usize,
    handler: &Handler,
    log: &Lock<Vec<Seen>>,
) {
    while let Some(seen) = read_request(&mut socket, connection).await {
        log.lock().push(seen.clone());
        let Reply(bytes, after) = handler(&seen);
        if socket.write_all(&bytes).await.is_err() {
            return;
        }
        let _ = socket.flush().await;
        match after {
            After::Keep => {}
            After::Close => {
                let _ = socket.shutdown().await;
                return;
            }
            After::Hang => {
                while !matches!(socket.read(&mut [0; 64]).await, Ok(0) | Err(_)) {}
                return;
            }
        }
    }
}

async fn read_request<S: AsyncRead + Unpin>(socket: &mut S, connection: usize) -> Option<Seen> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).expect("the client sends ASCII");
    let mut lines = head.lines();
    let target = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    Some(Seen {
        target,
        headers,
        connection,
    })
}

/// A client with the usual limits.
pub(crate) fn client() -> Client {
    Client::new(ClientConfig::default())
}
