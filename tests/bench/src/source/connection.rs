//! One connection to the source: a request is read, an answer or a stream is sent.

use std::{
    io::{self, Read as _, Write as _},
    net::TcpStream,
};

use super::channel::Channel;

/// A request's head, at most.
const HEAD_BYTES_MAX: usize = 8 * 1024;
/// Sent in one tick, so that one who catches up does not hold up the others.
const TICK_BYTES_MAX: usize = 256 * 1024;

/// How far a connection is.
pub(crate) enum State {
    /// The request is not complete.
    Asking(Vec<u8>),
    /// It gets a channel, from a position on.
    Streaming { channel: usize, position: u64 },
}

/// What a readable connection brought.
pub(crate) enum Asked {
    Nothing,
    /// The reader hung up or is no client of ours.
    Gone,
    /// The path of a complete request.
    For(String),
}

/// A connection.
pub(crate) struct Connection {
    socket: TcpStream,
    pub(crate) state: State,
}

impl Connection {
    /// A connection from which nothing was read yet.
    pub(crate) fn new(socket: TcpStream) -> Self {
        Self {
            socket,
            state: State::Asking(Vec::new()),
        }
    }

    /// Reads what there is.
    pub(crate) fn read(&mut self) -> Asked {
        let mut part = [0; 2048];
        match self.socket.read(&mut part) {
            Ok(0) => Asked::Gone,
            Ok(count) => self.take(&part[..count]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Asked::Nothing,
            Err(_) => Asked::Gone,
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Asked {
        let State::Asking(head) = &mut self.state else {
            return Asked::Nothing;
        };
        head.extend_from_slice(bytes);
        if !head.ends_with(b"\r\n\r\n") {
            return if head.len() > HEAD_BYTES_MAX {
                Asked::Gone
            } else {
                Asked::Nothing
            };
        }
        let head = String::from_utf8_lossy(head);
        let path = head
            .strip_prefix("GET ")
            .and_then(|rest| rest.split_whitespace().next());
        path.map_or(Asked::Gone, |path| Asked::For(path.to_owned()))
    }

    /// Answers with a small document.
    pub(crate) fn document(&mut self, text: &str) {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n";
        self.say(&format!(
            "{head}Content-Length: {}\r\n\r\n{text}",
            text.len()
        ));
    }

    /// Answers that there is no such thing.
    pub(crate) fn refuse(&mut self) {
        self.say("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    }

    /// Begins a stream; whether the head was taken.
    pub(crate) fn stream(&mut self, channel: usize, position: u64, is_chunked: bool) -> bool {
        self.state = State::Streaming { channel, position };
        let coding = if is_chunked {
            "Transfer-Encoding: chunked\r\n"
        } else {
            ""
        };
        self.say(&format!(
            "HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\nConnection: close\r\n{coding}\r\n"
        ))
    }

    /// Answers fit the empty send buffer of a new connection.
    fn say(&mut self, text: &str) -> bool {
        self.socket.write_all(text.as_bytes()).is_ok()
    }

    /// Sends what the channel has; `false` where the reader is gone or too far behind.
    pub(crate) fn send(&mut self, from: &Channel) -> bool {
        let State::Streaming { position, .. } = &mut self.state else {
            return true;
        };
        let Some(bytes) = from.from(*position) else {
            return false;
        };
        // What does not fit waits for the next tick; who hung up is seen by the next read.
        if let Ok(count) = self.socket.write(&bytes[..bytes.len().min(TICK_BYTES_MAX)]) {
            *position += count as u64;
        }
        true
    }
}
