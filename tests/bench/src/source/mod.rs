//! The provider: N live channels on one port, paced by their clocks, from one thread.
//!
//! `/ch/N.ts` is channel N as it is on air (no burst at connect), `/list.m3u` the channel list,
//! `/stats` counts connections. What it is not: a server to be measured. It copies, and it closes
//! whoever falls behind.

mod channel;
mod connection;

use std::{
    io::{self, Write as _},
    net::{SocketAddr, TcpListener},
    os::fd::{AsFd as _, BorrowedFd},
    path::Path,
    time::{Duration, Instant},
};

use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use serde::Serialize;
use socket2::{Domain, Socket, Type};

use crate::{clock, stream::Stream};
use channel::Channel;
use connection::{Asked, Connection, State};

/// How often due packets are sent: 20 ms, the distance of the stream's PCRs.
const TICK: Duration = Duration::from_millis(20);
/// Connections at once.
const CONNECTIONS_MAX: usize = 4096;
const BACKLOG: i32 = 1024;
const EVENTS_MAX: usize = 256;
/// epoll's token of the listener; connections have their index.
const LISTENER: u64 = u64::MAX;

/// What the source sends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Config {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// How many channels it has.
    pub(crate) channels: u16,
    /// Rate of each.
    pub(crate) bits_per_second: u64,
    /// Whether answers are chunked; else they end with the connection.
    pub(crate) is_chunked: bool,
}

/// What `/stats` says.
#[derive(Debug, Default, Serialize)]
struct Stats {
    /// Streams being sent now.
    open: usize,
    /// Most at any time.
    open_max: usize,
    /// Streams asked for since start.
    opened: u64,
    /// Streams closed because their reader fell behind.
    too_slow: u64,
    /// The longest delay of a tick: how well it was paced.
    late_max_ms: u128,
}

struct Source {
    config: Config,
    epoll: Epoll,
    listener: TcpListener,
    channels: Vec<Channel>,
    connections: Vec<Option<Connection>>,
    stats: Stats,
}

/// Is a source until it is killed.
pub(crate) fn run(config: Config) -> io::Result<()> {
    let mut source = Source::new(config)?;
    let mut next = Instant::now() + TICK;
    loop {
        source.wait(next)?;
        let now = Instant::now();
        if now >= next {
            source.stats.late_max_ms = source.stats.late_max_ms.max((now - next).as_millis());
            source.tick();
            next = (next + TICK).max(now);
        }
    }
}

/// Writes `seconds` of a channel into a file, for servers of files.
pub(crate) fn write_file(
    path: &Path,
    channel: u16,
    bits_per_second: u64,
    seconds: u64,
) -> io::Result<()> {
    let mut file = io::BufWriter::with_capacity(1 << 20, std::fs::File::create(path)?);
    let mut stream = Stream::new(channel, bits_per_second, 0);
    let mut packet = Vec::new();
    while stream.due_us() < seconds * 1_000_000 {
        packet.clear();
        stream.append(&mut packet);
        file.write_all(&packet)?;
    }
    file.flush()
}

impl Source {
    fn new(config: Config) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(config.address), Type::STREAM, None)?;
        socket.set_reuse_address(true)?;
        socket.bind(&config.address.into())?;
        socket.listen(BACKLOG)?;
        socket.set_nonblocking(true)?;
        let listener = TcpListener::from(socket);
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        epoll.add(&listener, EpollEvent::new(EpollFlags::EPOLLIN, LISTENER))?;
        let began_us = clock::now_us();
        let channels = (0..config.channels)
            .map(|channel| Stream::new(channel, config.bits_per_second, began_us))
            .map(|stream| Channel::new(stream, config.is_chunked))
            .collect();
        let stats = Stats::default();
        Ok(Self {
            config,
            epoll,
            listener,
            channels,
            connections: Vec::new(),
            stats,
        })
    }

    fn wait(&mut self, until: Instant) -> io::Result<()> {
        let left = until.saturating_duration_since(Instant::now());
        let timeout = EpollTimeout::try_from(left.as_millis()).unwrap_or(EpollTimeout::ZERO);
        let mut events = [EpollEvent::empty(); EVENTS_MAX];
        let count = match self.epoll.wait(&mut events, timeout) {
            Err(nix::errno::Errno::EINTR) => 0,
            other => other?,
        };
        for event in &events[..count] {
            match usize::try_from(event.data()) {
                Ok(index) if event.data() != LISTENER => self.readable(index),
                _ => self.accept()?,
            }
        }
        Ok(())
    }

    fn accept(&mut self) -> io::Result<()> {
        loop {
            let socket = match self.listener.accept() {
                Ok((socket, _)) => socket,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            };
            socket.set_nonblocking(true)?;
            socket.set_nodelay(true)?;
            let free = self.connections.iter().position(Option::is_none);
            let index = free.unwrap_or(self.connections.len());
            if index >= CONNECTIONS_MAX {
                continue;
            }
            if index == self.connections.len() {
                self.connections.push(None);
            }
            let fd: BorrowedFd<'_> = socket.as_fd();
            self.epoll
                .add(fd, EpollEvent::new(EpollFlags::EPOLLIN, index as u64))?;
            self.connections[index] = Some(Connection::new(socket));
        }
    }

    /// A request comes in, or the reader goes.
    fn readable(&mut self, index: usize) {
        let Some(connection) = self.connections.get_mut(index).and_then(Option::as_mut) else {
            return;
        };
        let kept = match connection.read() {
            Asked::Nothing => true,
            Asked::Gone => false,
            Asked::For(path) => self.answer(index, &path),
        };
        if !kept {
            self.close(index);
        }
    }

    /// Whether the connection goes on.
    fn answer(&mut self, index: usize, path: &str) -> bool {
        let document = match path {
            "/list.m3u" => Some(self.list()),
            "/stats" => serde_json::to_string(&self.stats).ok(),
            _ => None,
        };
        let channel = path
            .strip_prefix("/ch/")
            .and_then(|rest| rest.strip_suffix(".ts"));
        let channel = channel.and_then(|number| number.parse::<usize>().ok());
        let channel = channel.filter(|channel| *channel < self.channels.len());
        let Some(connection) = self.connections.get_mut(index).and_then(Option::as_mut) else {
            return false;
        };
        match (document, channel) {
            (Some(document), _) => connection.document(&document),
            (None, Some(channel)) => {
                self.stats.opened += 1;
                self.stats.open += 1;
                self.stats.open_max = self.stats.open_max.max(self.stats.open);
                let from = self.channels[channel].end();
                return connection.stream(channel, from, self.config.is_chunked);
            }
            (None, None) => connection.refuse(),
        }
        false
    }

    fn list(&self) -> String {
        let entry = |channel| {
            format!(
                "#EXTINF:-1 tvg-id=\"bench{channel}\" tvg-chno=\"{}\",Bench {channel}\nhttp://{}/ch/{channel}.ts\n",
                channel + 1,
                self.config.address
            )
        };
        (0..self.config.channels)
            .map(entry)
            .fold("#EXTM3U\n".to_owned(), |all, one| all + &one)
    }

    fn tick(&mut self) {
        let now_us = clock::now_us();
        for channel in &mut self.channels {
            channel.append_due(now_us);
        }
        for index in 0..self.connections.len() {
            let Some(connection) = &mut self.connections[index] else {
                continue;
            };
            let State::Streaming { channel, .. } = connection.state else {
                continue;
            };
            if !connection.send(&self.channels[channel]) {
                self.stats.too_slow += 1;
                self.close(index);
            }
        }
    }

    fn close(&mut self, index: usize) {
        if let Some(connection) = self.connections[index].take()
            && matches!(connection.state, State::Streaming { .. })
        {
            self.stats.open -= 1;
        }
    }
}
