//! One client: a request, a response head, then bytes that are counted and perhaps checked.

use std::{
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    os::fd::AsRawFd as _,
    time::Duration,
};

use nix::{
    errno::Errno,
    sys::socket::{MsgFlags, recv},
};

use socket2::{Domain, Socket, Type};

use crate::{check::Checker, clock};

/// A response head, at most.
const HEAD_BYTES_MAX: usize = 8 * 1024;
/// A server that does not accept within this time has lost the client.
const CONNECT_MAX: Duration = Duration::from_secs(2);
/// Reads of one client in one sweep: a client that is 4 MiB behind waits for the next.
const READS_PER_SWEEP_MAX: usize = 16;

/// Where a channel is.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    host: SocketAddr,
    path: String,
}

impl Target {
    /// Takes `http://address:port/path` apart.
    pub(crate) fn parse(url: &str) -> Option<Self> {
        let (host, path) = url.strip_prefix("http://")?.split_once('/')?;
        let host = host.parse().ok()?;
        Some(Self {
            host,
            path: format!("/{path}"),
        })
    }

    /// Connects and asks.
    pub(crate) fn ask(&self) -> io::Result<TcpStream> {
        self.ask_with(None)
    }

    /// The same with this `SO_RCVBUF`, in bytes.
    pub(crate) fn ask_with(&self, receive_buffer: Option<usize>) -> io::Result<TcpStream> {
        let socket = Socket::new(Domain::for_address(self.host), Type::STREAM, None)?;
        if let Some(bytes) = receive_buffer {
            socket.set_recv_buffer_size(bytes)?;
        }
        socket.connect_timeout(&self.host.into(), CONNECT_MAX)?;
        let mut socket = TcpStream::from(socket);
        write!(
            socket,
            "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: dipole-bench\r\nConnection: close\r\n\r\n",
            self.path, self.host
        )?;
        Ok(socket)
    }
}

/// Where the head of a response ends, and whether it says 200.
pub(crate) fn read_head(head: &[u8]) -> Option<(usize, bool)> {
    let end = head.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let status = head.split(|byte| *byte == b' ').nth(1);
    Some((end, status == Some(b"200")))
}

/// Why a client gets nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The response was not 200.
    Refused,
    /// The server closed the connection.
    Closed,
    /// The socket failed.
    Failed(Errno),
}

/// A client.
pub(crate) struct Client {
    pub(crate) checker: Option<Box<Checker>>,
    pub(crate) bytes: u64,
    pub(crate) end: Option<End>,
    socket: TcpStream,
    /// The response head while it is incomplete.
    head: Option<Vec<u8>>,
}

impl Client {
    /// Connects to a channel.
    pub(crate) fn connect(channel: usize, target: &Target, is_checked: bool) -> io::Result<Self> {
        let socket = target.ask()?;
        socket.set_nonblocking(true)?;
        let number = u16::try_from(channel).unwrap_or(u16::MAX);
        let checker = is_checked.then(|| Box::new(Checker::new(number)));
        Ok(Self {
            checker,
            bytes: 0,
            end: None,
            socket,
            head: Some(Vec::new()),
        })
    }

    /// Empties the socket. `room` is where checked bytes are read to, and what says how many
    /// the kernel may throw away at once.
    pub(crate) fn sweep(&mut self, room: &mut [u8]) {
        for _ in 0..READS_PER_SWEEP_MAX {
            if self.end.is_some() {
                return;
            }
            let is_read = self.head.is_some() || self.checker.is_some();
            let flags = if is_read {
                MsgFlags::MSG_DONTWAIT
            } else {
                discard()
            };
            match recv(self.socket.as_raw_fd(), room, flags) {
                Ok(0) => self.end = Some(End::Closed),
                Ok(count) if is_read => self.take(&room[..count]),
                Ok(count) => self.bytes += count as u64,
                Err(Errno::EAGAIN | Errno::EINTR) => return,
                Err(errno) => self.end = Some(End::Failed(errno)),
            }
        }
    }

    fn take(&mut self, mut bytes: &[u8]) {
        if let Some(head) = &mut self.head {
            let before = head.len();
            head.extend_from_slice(bytes);
            match read_head(head) {
                Some((end, true)) => {
                    bytes = &bytes[end - before..];
                    self.head = None;
                }
                None if head.len() < HEAD_BYTES_MAX => return,
                _ => {
                    self.end = Some(End::Refused);
                    return;
                }
            }
        }
        self.bytes += bytes.len() as u64;
        if let Some(checker) = &mut self.checker {
            checker.push(bytes, clock::now_us());
        }
    }
}

/// tcp(7): with `MSG_TRUNC` received bytes are thrown away, not copied.
fn discard() -> MsgFlags {
    MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_TRUNC
}

/// Reads on a blocking socket until the head is complete; what came behind it.
pub(crate) fn skip_head(socket: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut part = [0; 16 * 1024];
    loop {
        let count = socket.read(&mut part)?;
        head.extend_from_slice(&part[..count]);
        match read_head(&head) {
            Some((end, true)) => return Ok(head.split_off(end)),
            None if count > 0 && head.len() < HEAD_BYTES_MAX => {}
            _ => return Err(io::ErrorKind::InvalidData.into()),
        }
    }
}
