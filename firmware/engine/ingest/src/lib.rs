//! Between an upstream and its ring: conditioning, pacing by the stream's own clock,
//! back-pressure.
//!
//! ```text
//! driver --push(bytes)--> Conditioner --packets--> Writer --published by the Pacer--> readers
//! ```
//!
//! HLS and files arrive in bursts far faster than they play; a ring of a second or two would
//! lose them. So bytes go into the ring as they come and are *published* at the pace of the
//! stream's PCR. The part of the ring that is not published yet is the read-ahead buffer: no
//! second copy, no second bound.
//!
//! What does not belong here: connections, retries, the choice of a stream.

mod pacer;
#[cfg(any(test, feature = "synthetic"))]
pub mod synthetic;

use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use mpegts::{Conditioner, Packet, Seam, Sink};
use pacer::Pacer;
use ring::{Starved, Writer};
use tokio::time::{Instant, sleep_until};

/// Bytes conditioned before the pace is looked at again.
const STEP_BYTES: usize = 16 * 1024;

/// How far published bytes may run ahead of the stream's clock: what a first viewer gets at once
/// to fill a player's buffer, and what is made up for after a gap. A player that reads at exactly
/// the stream's rate stays this far behind, so the ring must hold more than this.
const LEAD: Duration = Duration::from_millis(500);

/// A stream cannot be taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The ring got no memory.
    #[error(transparent)]
    Starved(#[from] Starved),
}

/// What has come in since the ring was opened; read by whoever shows it.
#[derive(Debug, Default)]
pub struct Counters {
    /// Bytes appended to the ring.
    pub bytes: AtomicU64,
    /// Continuity errors in what the upstream sent.
    pub continuity_errors: AtomicU64,
    /// Bytes thrown away in search of a sync byte.
    pub sync_bytes_lost: AtomicU64,
}

/// Takes an upstream's bytes in.
#[derive(Debug)]
pub struct Ingest {
    conditioner: Conditioner,
    intake: Intake,
    counters: Arc<Counters>,
}

/// What the conditioner writes to.
#[derive(Debug)]
struct Intake {
    writer: Writer,
    pacer: Pacer,
    now: Instant,
    starved: bool,
}

impl Ingest {
    /// Takes bytes in for the ring of `writer`.
    #[must_use]
    pub fn new(writer: Writer) -> Self {
        Self {
            conditioner: Conditioner::new(),
            intake: Intake {
                writer,
                pacer: Pacer::new(LEAD),
                now: Instant::now(),
                starved: false,
            },
            counters: Arc::new(Counters::default()),
        }
    }

    /// What has come in.
    #[must_use]
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.counters)
    }

    /// Calls `tell` once, when published bytes can be joined (again, after a retry).
    pub fn on_joinable(&mut self, tell: impl FnOnce() + Send + 'static) {
        self.intake.writer.on_joinable(tell);
    }

    /// Takes bytes in, in any cut, and waits while they are too far ahead of the stream's clock:
    /// the upstream then feels it as a closed TCP window.
    ///
    /// # Errors
    /// [`Error::Starved`] where the ring gets no segment.
    pub async fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        for step in bytes.chunks(STEP_BYTES) {
            self.take(step)?;
            self.room().await;
        }
        Ok(())
    }

    /// Takes a handful of bytes in, in any cut, at once. [`Ingest::room`] is to be awaited before
    /// the next handful.
    ///
    /// # Errors
    /// [`Error::Starved`] where the ring gets no segment.
    pub fn take(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.intake.now = Instant::now();
        self.conditioner.push(bytes, &mut self.intake);
        self.settle()
    }

    /// Waits while what came in is too far ahead of the stream's clock.
    pub async fn room(&mut self) {
        while self.intake.is_too_far_ahead()
            && let Some(due) = self.intake.pacer.next_due()
        {
            sleep_until(due).await;
            self.intake.publish_due();
        }
    }

    /// The next bytes come from another connection, segment or loop pass.
    ///
    /// # Errors
    /// [`Error::Starved`] where the ring gets no segment.
    pub fn seam(&mut self, seam: Seam) -> Result<(), Error> {
        self.intake.now = Instant::now();
        self.conditioner.seam(seam, &mut self.intake);
        self.settle()
    }

    /// Awaits `work` (a read, a fetch, a pause) and goes on publishing what becomes due
    /// meanwhile. Every await of a driver between two pushes stands inside this.
    pub async fn during<F: Future>(&mut self, work: F) -> F::Output {
        let mut work = pin!(work);
        loop {
            let due = self.intake.pacer.next_due();
            let timer = async {
                match due {
                    Some(due) => sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                output = &mut work => return output,
                () = timer => self.intake.publish_due(),
            }
        }
    }

    /// Publishes what is left, at its pace: the stream has ended.
    ///
    /// # Errors
    /// [`Error::Starved`] where the ring gets no segment.
    pub async fn drain(&mut self) -> Result<(), Error> {
        self.intake.now = Instant::now();
        self.conditioner.flush(&mut self.intake);
        self.settle()?;
        while let Some(due) = self.intake.pacer.next_due() {
            sleep_until(due).await;
            self.intake.publish_due();
        }
        Ok(())
    }

    fn settle(&mut self) -> Result<(), Error> {
        let stats = self.conditioner.stats();
        self.counters
            .bytes
            .store(self.intake.writer.head(), Ordering::Relaxed);
        self.counters
            .continuity_errors
            .store(stats.continuity_errors, Ordering::Relaxed);
        self.counters
            .sync_bytes_lost
            .store(stats.bytes_dropped, Ordering::Relaxed);
        if self.intake.starved {
            return Err(Starved.into());
        }
        self.intake.publish_due();
        Ok(())
    }
}

impl Intake {
    fn is_too_far_ahead(&self) -> bool {
        self.writer.ahead() > self.writer.ahead_max() || self.pacer.is_full()
    }

    fn publish_due(&mut self) {
        match self.pacer.due(Instant::now()) {
            Some(held_from) => self.writer.publish_to(held_from),
            None => self.writer.publish(),
        }
    }
}

impl Sink for Intake {
    fn random_access(&mut self, counters: &[(u16, u8)]) {
        self.writer.mark_join_point(counters);
    }

    fn clock(&mut self, ticks: u64) {
        self.pacer.clock(self.writer.head(), ticks, self.now);
    }

    fn packet(&mut self, packet: &Packet) {
        if self.writer.append(packet).is_err() {
            self.starved = true;
        }
    }
}

#[cfg(test)]
mod tests;
