//! One client: a socket, a place in a ring, and what is still owed from a cut packet.

use std::{
    net::TcpStream,
    os::fd::{AsFd, BorrowedFd},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use nix::errno::Errno;
use ring::{Chunk, PACKET_BYTES, Position, Read, Ring};

use crate::{
    datagrams::Datagrams,
    skip,
    tcp::{self, SEND_BYTES_MAX},
};

/// Calls per client and tick, so that a client that catches up does not hold up the others.
const SENDS_PER_TICK_MAX: usize = 4;
/// A client that takes nothing is asked again after 1, 2, 4, … ticks, up to this many.
const BACKOFF_TICKS_MAX: u32 = 16;

/// Names a client while it is served; never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(pub u64);

/// Where a client's bytes go.
#[derive(Debug)]
pub enum Outlet {
    /// An HTTP response without a length: the response head, then transport packets.
    Tcp(TcpStream),
    /// RTP or plain UDP (HDHomeRun `target`).
    Datagrams(Box<Datagrams>),
}

impl AsFd for Outlet {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Tcp(socket) => socket.as_fd(),
            Self::Datagrams(datagrams) => datagrams.as_fd(),
        }
    }
}

/// Why a client's stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The client closed its connection, or the network did.
    HungUp,
    /// The client took no byte for [`crate::Config::stall_max`].
    Stalled,
    /// The client was moved ahead more often than [`crate::Config::skips_max`] allows.
    TooSlow,
    /// All send buffers together would pass the plan and this client's was the fullest.
    OverBudget,
    /// The channel's stream ended.
    StreamEnded,
    /// The asked duration is over.
    DurationOver,
    /// Taken away by [`crate::Handle::detach`].
    Detached,
    /// The socket failed in another way.
    Failed(Errno),
}

/// Who wants to know that a client is gone. Dropping the session gives its tuner back.
pub trait Session: Send {
    /// The client is gone and its socket closed. Called on the data plane's thread: be quick.
    fn ended(self: Box<Self>, end: End);
}

/// What a client has been sent; read by whoever shows it.
#[derive(Debug, Default)]
pub struct Counters {
    /// Bytes of the stream taken by the kernel.
    pub bytes: AtomicU64,
    /// Times the client was moved ahead because it lagged.
    pub skips: AtomicU64,
    /// Calls of send.
    pub sends: AtomicU64,
}

/// A client to be served.
pub struct Client {
    /// Where its bytes go; set to non-blocking.
    pub outlet: Outlet,
    /// Sent first: the response head.
    pub head: Vec<u8>,
    /// What it watches.
    pub ring: Arc<Ring>,
    /// Where it begins.
    pub start: Position,
    /// When to end by itself.
    pub duration: Option<Duration>,
    /// What it has been sent.
    pub counters: Arc<Counters>,
    /// Told when it is gone.
    pub session: Box<dyn Session>,
}

/// What a flush came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Flush {
    /// The client has everything, or will be asked again on a later tick.
    Served,
    /// The client is to be ended.
    Over(End),
}

/// When to move a client ahead and when to give it up; see [`crate::Config`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    pub(crate) stall_max: Duration,
    pub(crate) skips_max: u32,
    pub(crate) skips_window: Duration,
}

/// A client in service.
pub(crate) struct Served {
    pub(crate) outlet: Outlet,
    pub(crate) session: Box<dyn Session>,
    counters: Arc<Counters>,
    /// Owed before anything else: the response head, the rest of a cut packet, skip marks.
    owed: Vec<u8>,
    /// How many of the last owed bytes are skip marks.
    owed_marks: usize,
    position: Position,
    ends_at: Option<Instant>,
    progress_at: Instant,
    is_late: bool,
    wait_ticks: u32,
    backoff_ticks: u32,
    skips: u32,
    skips_since: Instant,
}

impl Served {
    /// Takes a client into service; the ring it watches is kept by its group.
    pub(crate) fn new(client: Client, now: Instant) -> (Self, Arc<Ring>) {
        let served = Self {
            outlet: client.outlet,
            session: client.session,
            counters: client.counters,
            owed: client.head,
            owed_marks: 0,
            position: client.start,
            ends_at: client
                .duration
                .and_then(|duration| now.checked_add(duration)),
            progress_at: now,
            is_late: false,
            wait_ticks: 0,
            backoff_ticks: 0,
            skips: 0,
            skips_since: now,
        };
        (served, client.ring)
    }

    /// Whether the asked duration is over.
    pub(crate) fn duration_over(&self, now: Instant) -> bool {
        self.ends_at.is_some_and(|at| now >= at)
    }

    /// Whether the client still lacks bytes that others were sent already.
    pub(crate) fn is_behind(&self, flushed: Position) -> bool {
        self.position < flushed || !self.owed.is_empty()
    }

    /// Whether the client did not take all that it was last offered.
    pub(crate) fn is_late(&self) -> bool {
        self.is_late
    }

    /// Sends what the ring has for this client.
    pub(crate) fn flush(&mut self, ring: &Ring, now: Instant, patience: &Patience) -> Flush {
        if self.wait_ticks > 0 {
            self.wait_ticks -= 1;
            return self.unless_stalled(now, patience);
        }
        for _ in 0..SENDS_PER_TICK_MAX {
            let first = match ring.read(self.position) {
                Read::Chunk(chunk) => Some(chunk),
                Read::CaughtUp if self.owed.is_empty() => {
                    self.progress_at = now;
                    return if ring.is_closed() && ring.published() <= self.position {
                        Flush::Over(End::StreamEnded)
                    } else {
                        Flush::Served
                    };
                }
                Read::CaughtUp => None,
                Read::Lagged => match self.skip(ring, now, patience) {
                    Some(end) => return Flush::Over(end),
                    None => continue,
                },
            };
            match self.send(ring, first.as_ref()) {
                Ok(true) => self.progress_at = now,
                Ok(false) => return self.unless_stalled(now, patience),
                Err(Errno::EPIPE | Errno::ECONNRESET | Errno::ECONNREFUSED) => {
                    return Flush::Over(End::HungUp);
                }
                Err(errno) => return Flush::Over(End::Failed(errno)),
            }
        }
        Flush::Served
    }

    fn unless_stalled(&self, now: Instant, patience: &Patience) -> Flush {
        if now.duration_since(self.progress_at) > patience.stall_max {
            Flush::Over(End::Stalled)
        } else {
            Flush::Served
        }
    }

    /// Moves a client that lags to the newest join point, by whole packets, and tells its decoder.
    fn skip(&mut self, ring: &Ring, now: Instant, patience: &Patience) -> Option<End> {
        if now.duration_since(self.skips_since) > patience.skips_window {
            self.skips_since = now;
            self.skips = 0;
        }
        self.skips += 1;
        self.counters.skips.fetch_add(1, Ordering::Relaxed);
        if self.skips > patience.skips_max {
            return Some(End::TooSlow);
        }
        match ring.newest_join_point() {
            Some(point) => {
                self.position = point.position;
                if matches!(self.outlet, Outlet::Tcp(_)) {
                    self.owe_marks(&point.counters);
                }
            }
            None => self.position = ring.published(),
        }
        None
    }

    /// Owes the marks of a jump instead of those of an earlier jump that were not sent yet: what
    /// is owed to a stuck client does not grow.
    fn owe_marks(&mut self, counters: &[(u16, u8)]) {
        let unsent = self.owed_marks / PACKET_BYTES * PACKET_BYTES;
        self.owed.truncate(self.owed.len() - unsent);
        let before = self.owed.len();
        skip::announce(counters, &mut self.owed);
        self.owed_marks = self.owed.len() - before;
    }

    /// Sends once. `Ok(true)`: all that was offered went; `Ok(false)`: the client is behind.
    fn send(&mut self, ring: &Ring, first: Option<&Chunk>) -> Result<bool, Errno> {
        self.counters.sends.fetch_add(1, Ordering::Relaxed);
        let second =
            first
                .filter(|chunk| chunk.len() < SEND_BYTES_MAX)
                .and_then(
                    |chunk| match ring.read(self.position + chunk.len() as u64) {
                        Read::Chunk(chunk) => Some(chunk),
                        Read::CaughtUp | Read::Lagged => None,
                    },
                );
        let chunks = [first, second.as_ref()];
        let (sent, offered) = match &mut self.outlet {
            Outlet::Tcp(socket) => tcp::send(socket, &self.owed, chunks)?,
            Outlet::Datagrams(datagrams) => datagrams.send(chunks)?,
        };
        self.account(sent, chunks)?;
        self.is_late = sent < offered;
        if sent == 0 {
            self.backoff_ticks = (self.backoff_ticks * 2).clamp(1, BACKOFF_TICKS_MAX);
            self.wait_ticks = self.backoff_ticks;
        } else {
            self.backoff_ticks = 0;
        }
        Ok(sent == offered)
    }

    /// Moves on by `sent` bytes. Where they end inside a packet, its rest is owed, so that the
    /// position is always a packet's and a later skip cannot cut one.
    fn account(&mut self, sent: usize, chunks: [Option<&Chunk>; 2]) -> Result<(), Errno> {
        let of_owed = sent.min(self.owed.len());
        self.owed.drain(..of_owed);
        self.owed_marks = self.owed_marks.min(self.owed.len());
        if self.owed.is_empty() {
            self.owed = Vec::new();
        }
        let of_stream = sent - of_owed;
        let rest = of_stream.next_multiple_of(PACKET_BYTES) - of_stream;
        if rest > 0 {
            let first_bytes = chunks[0].map_or(0, Chunk::len);
            let (chunk, at) = match of_stream.checked_sub(first_bytes) {
                Some(at) => (chunks[1], at),
                None => (chunks[0], of_stream),
            };
            let mut cut = [0; PACKET_BYTES];
            if let Some(chunk) = chunk {
                chunk.copy_to(at, &mut cut[..rest])?;
            }
            self.owed.extend_from_slice(&cut[..rest]);
        }
        self.position += (of_stream + rest) as u64;
        self.counters
            .bytes
            .fetch_add(of_stream as u64, Ordering::Relaxed);
        Ok(())
    }
}
