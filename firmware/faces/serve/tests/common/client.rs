//! A client that says exactly what it is told and keeps what it hears.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

const PATIENCE: Duration = Duration::from_secs(20);

/// A response.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Status line and headers.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub(crate) fn content_length(&self) -> Option<usize> {
        self.header("content-length")?.parse().ok()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// A connection.
pub(crate) struct Client {
    socket: TcpStream,
    heard: Vec<u8>,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        Self {
            socket: TcpStream::connect(address).await.unwrap(),
            heard: Vec::new(),
        }
    }

    /// A connection that takes little before it is read from.
    pub(crate) async fn connect_narrow(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(2048).unwrap();
        Self {
            socket: socket.connect(address).await.unwrap(),
            heard: Vec::new(),
        }
    }

    pub(crate) async fn say(&mut self, bytes: &[u8]) {
        self.socket.write_all(bytes).await.unwrap();
    }

    /// Sends a request with a Host and these header lines, each ending in CR LF.
    pub(crate) async fn ask(&mut self, method: &str, target: &str, headers: &str) {
        let host = self.socket.peer_addr().unwrap();
        let request = format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n");
        self.say(request.as_bytes()).await;
    }

    /// The head of the next response, without its body.
    pub(crate) async fn head(&mut self) -> Reply {
        let end = loop {
            let found = self.heard.windows(4).position(|at| at == b"\r\n\r\n");
            match found {
                Some(at) => break at + 4,
                None => assert!(self.hear().await > 0, "closed before a response"),
            }
        };
        let head = self.heard.drain(..end).collect();
        let head = String::from_utf8(head).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Reply {
            status,
            head,
            body: Vec::new(),
        }
    }

    /// The next response with the body that its Content-Length promises.
    pub(crate) async fn reply(&mut self) -> Reply {
        let mut reply = self.head().await;
        let length = reply.content_length().unwrap_or(0);
        reply.body = self.bytes(length).await;
        reply
    }

    pub(crate) async fn bytes(&mut self, count: usize) -> Vec<u8> {
        while self.heard.len() < count {
            assert!(self.hear().await > 0, "closed after {}", self.heard.len());
        }
        self.heard.drain(..count).collect()
    }

    /// Everything until the server closes.
    pub(crate) async fn rest(&mut self) -> Vec<u8> {
        while self.hear().await > 0 {}
        std::mem::take(&mut self.heard)
    }

    /// Hears more; 0 is the end, also where it comes as a reset.
    async fn hear(&mut self) -> usize {
        self.heard.reserve(16 * 1024);
        let read = timeout(PATIENCE, self.socket.read_buf(&mut self.heard)).await;
        read.expect("the server says nothing").unwrap_or(0)
    }
}

/// One request on a connection of its own.
pub(crate) async fn ask(address: SocketAddr, method: &str, target: &str) -> Reply {
    ask_with(address, method, target, "").await
}

/// One request with header lines on a connection of its own.
pub(crate) async fn ask_with(
    address: SocketAddr,
    method: &str,
    target: &str,
    headers: &str,
) -> Reply {
    let mut client = Client::connect(address).await;
    client.ask(method, target, headers).await;
    if method == "HEAD" {
        client.head().await
    } else {
        client.reply().await
    }
}

/// A GET that names this host.
pub(crate) async fn ask_as(address: SocketAddr, target: &str, host: &str) -> Reply {
    let mut client = Client::connect(address).await;
    let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    client.say(request.as_bytes()).await;
    client.reply().await
}
