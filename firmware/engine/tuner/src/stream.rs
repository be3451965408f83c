//! A channel being played once: its ring, its state, its viewers.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use base::{ChannelSpec, Lock};
use ring::Ring;
use tokio::{
    sync::{Notify, watch},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use crate::{failover::Standing, refusal::Refusal};

/// Shortest time over which a bit rate is taken.
const RATE_WINDOW: Duration = Duration::from_secs(1);

/// Whether viewers of a channel share an upstream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sharing {
    /// All of them share one, and a tuner with it.
    #[default]
    Shared,
    /// Each has one of its own, and a tuner with it; nothing that happens to one of them is seen by
    /// another. It is closed at once behind its viewer.
    Direct,
}

/// One playing of a channel. Never used again, so that whoever comes late from a stream that is gone
/// meets nobody else's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StreamId(pub(crate) u64);

/// What a stream is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Connecting; no join point yet.
    Opening,
    /// Playing.
    Playing,
    /// It had played and ended; the next try comes.
    Retrying {
        /// Why it ended.
        why: String,
    },
    /// Given up or closed.
    Over(Refusal),
}

/// How failing over goes, for whoever shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Which of the channel's streams is played or tried, from 0.
    pub stream: usize,
    /// What is being done about it.
    pub standing: Standing,
    /// How often another stream took over since the channel was opened.
    pub failovers: u32,
    /// Why a stream was left last, without secrets.
    pub last_failure: Option<String>,
    /// Which of the streams stands by, ready to take over, from 0.
    pub standby: Option<usize>,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            stream: 0,
            standing: Standing::Connecting,
            failovers: 0,
            last_failure: None,
            standby: None,
        }
    }
}

/// A channel being played and its viewers' view of it.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) id: StreamId,
    pub(crate) sharing: Sharing,
    pub(crate) spec: ChannelSpec,
    pub(crate) ring: Arc<Ring>,
    pub(crate) phase: watch::Sender<Phase>,
    pub(crate) stop: CancellationToken,
    pub(crate) opened_at: Instant,
    /// Asks for the next stream of the channel.
    pub(crate) switch: Notify,
    pub(crate) progress: Lock<Progress>,
    viewers: AtomicUsize,
    rate: Lock<Rate>,
}

#[derive(Debug)]
struct Rate {
    at: Instant,
    bytes: u64,
    bits_per_second: u64,
}

impl Stream {
    pub(crate) fn new(
        id: StreamId,
        sharing: Sharing,
        spec: ChannelSpec,
        ring: Arc<Ring>,
        stop: CancellationToken,
    ) -> Self {
        let now = Instant::now();
        Self {
            id,
            sharing,
            spec,
            ring,
            phase: watch::Sender::new(Phase::Opening),
            stop,
            opened_at: now,
            switch: Notify::new(),
            progress: Lock::new(Progress::default()),
            viewers: AtomicUsize::new(0),
            rate: Lock::new(Rate {
                at: now,
                bytes: 0,
                bits_per_second: 0,
            }),
        }
    }

    pub(crate) fn join(&self) {
        self.viewers.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether that was the last viewer.
    pub(crate) fn leave(&self) -> bool {
        self.viewers.fetch_sub(1, Ordering::Relaxed) == 1
    }

    pub(crate) fn has_viewers(&self) -> bool {
        self.viewers.load(Ordering::Relaxed) > 0
    }

    /// Bits per second over the last second or more.
    pub(crate) fn bits_per_second(&self) -> u64 {
        let mut rate = self.rate.lock();
        let elapsed = rate.at.elapsed();
        if elapsed >= RATE_WINDOW {
            let bytes = self.ring.published();
            let bits = u128::from(bytes - rate.bytes) * 8_000 / elapsed.as_millis().max(1);
            *rate = Rate {
                at: Instant::now(),
                bytes,
                bits_per_second: u64::try_from(bits).unwrap_or(u64::MAX),
            };
        }
        rate.bits_per_second
    }
}
