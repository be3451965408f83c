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
//! Where a rate is set ([`throttle`]), what comes in is paid for before more is taken.
//!
//! Beside that it counts what tells whether the stream is alive ([`Counters`]), and bridges gaps
//! with null packets ([`Ingest::bridge`]) so that no client's connection falls silent.
//!
//! What does not belong here: connections, retries, the choice of a stream.

mod counters;
mod liveness;
mod pacer;
mod repeats;
#[cfg(any(test, feature = "synthetic"))]
pub mod synthetic;
pub mod throttle;

use std::{future::Future, pin::pin, sync::Arc, time::Duration};

pub use counters::Counters;
use liveness::Liveness;
use mpegts::{Conditioner, PACKET_BYTES, Packet, Seam, Sink, packet::NULL_PACKET};
use pacer::Pacer;
use ring::{Starved, Writer};
use throttle::Toll;
use tokio::time::{Instant, sleep_until};

/// Bytes conditioned before the pace is looked at again.
const STEP_BYTES: usize = 16 * 1024;

/// How far published bytes may run ahead of the stream's clock: what a first viewer gets at once
/// to fill a player's buffer, and what is made up for after a gap. A player that reads at exactly
/// the stream's rate stays this far behind, so the ring must hold more than this.
const LEAD: Duration = Duration::from_millis(500);

/// Between two bridges while one stream is gone and the next has brought nothing.
const BRIDGE_EVERY: Duration = Duration::from_millis(150);

/// Silence of an open stream that is bridged as well. Shorter than any client's patience, and long
/// enough that a stream which stutters passes unchanged.
const SILENCE_MAX: Duration = Duration::from_secs(1);

/// Null packets of one [`Ingest::bridge`]: one Ethernet frame, 75 kbit/s at 7 calls a second.
const BRIDGE_PACKETS: usize = 7;

/// A stream cannot be taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The ring got no memory.
    #[error(transparent)]
    Starved(#[from] Starved),
}

/// Takes an upstream's bytes in.
#[derive(Debug)]
pub struct Ingest {
    /// Some kilobytes that a future need not carry about.
    conditioner: Box<Conditioner>,
    intake: Intake,
    counters: Arc<Counters>,
    /// Of the program that liveness knows.
    program_changes: u64,
    /// What the stream pays for its bytes, where its rate is limited.
    toll: Option<Arc<Toll>>,
    /// Bytes that came in and are not paid for.
    unpaid_bytes: u64,
}

/// What the conditioner writes to.
#[derive(Debug)]
struct Intake {
    writer: Writer,
    pacer: Pacer,
    liveness: Liveness,
    now: Instant,
    starved: bool,
    /// When something was published last, a bridge included.
    published_at: Instant,
    /// One stream is gone and the next has brought nothing yet.
    is_gap: bool,
}

impl Ingest {
    /// Takes bytes in for the ring of `writer`.
    #[must_use]
    pub fn new(writer: Writer) -> Self {
        Self {
            conditioner: Box::new(Conditioner::new()),
            intake: Intake {
                writer,
                pacer: Pacer::new(LEAD),
                liveness: Liveness::new(),
                now: Instant::now(),
                starved: false,
                published_at: Instant::now(),
                is_gap: false,
            },
            counters: Arc::new(Counters::default()),
            program_changes: 0,
            toll: None,
            unpaid_bytes: 0,
        }
    }

    /// From here on the bytes are paid for with this toll, or not at all: they are another stream's.
    pub fn throttle(&mut self, toll: Option<Toll>) {
        self.toll = toll.map(Arc::new);
        self.unpaid_bytes = 0;
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
        self.unpaid_bytes += bytes.len() as u64;
        let nulls_before = self.conditioner.stats().null_packets_in;
        self.conditioner.push(bytes, &mut self.intake);
        let nulls = self.conditioner.stats().null_packets_in - nulls_before;
        let of_nulls = nulls * PACKET_BYTES as u64;
        self.counters
            .add_received((bytes.len() as u64).saturating_sub(of_nulls));
        self.settle()
    }

    /// Waits while what came in is too far ahead of the stream's clock, and until it is paid for.
    pub async fn room(&mut self) {
        while self.intake.is_too_far_ahead()
            && let Some(due) = self.intake.pacer.next_due()
        {
            sleep_until(due).await;
            self.intake.publish_due();
        }
        let unpaid_bytes = std::mem::take(&mut self.unpaid_bytes);
        if let Some(toll) = self.toll.clone() {
            self.during(toll.pay(unpaid_bytes)).await;
        }
    }

    /// How long what came in will still play, by the stream's clock: the read-ahead. Nothing for a
    /// live stream, and for one without a clock.
    #[must_use]
    pub fn ahead(&self) -> Duration {
        self.intake.pacer.ahead(Instant::now())
    }

    /// The next bytes come from another connection, segment or loop pass.
    ///
    /// # Errors
    /// [`Error::Starved`] where the ring gets no segment.
    pub fn seam(&mut self, seam: Seam) -> Result<(), Error> {
        self.intake.now = Instant::now();
        self.conditioner.seam(seam, &mut self.intake);
        if seam == Seam::Switch {
            self.intake.liveness.switched();
            self.intake.is_gap = true;
        }
        self.settle()
    }

    /// Keeps clients' connections alive while no upstream delivers: publishes a few null packets.
    /// [`Ingest::during`] calls it by itself, seven times a second behind a
    /// [`Seam::Switch`](mpegts::Seam::Switch) until the next stream brings something; while
    /// read-ahead still plays it adds nothing.
    ///
    /// Clock, counters and join points know nothing of it (ISO/IEC 13818-1 clause 2.4.3.3: the
    /// counter of PID 0x1FFF is undefined), so what follows goes on as if there were no bridge.
    ///
    /// # Errors
    /// [`Error::Starved`] where the ring gets no segment.
    pub fn bridge(&mut self) -> Result<(), Error> {
        self.intake.publish_due();
        self.intake.published_at = Instant::now();
        if self.intake.writer.ahead() > 0 || self.intake.writer.head() == 0 {
            return Ok(());
        }
        for _ in 0..BRIDGE_PACKETS {
            self.intake.append(&NULL_PACKET);
        }
        self.counters.add_bridged(BRIDGE_PACKETS as u64);
        self.settle()
    }

    /// Awaits `work` (a read, a fetch, a pause), goes on publishing what becomes due meanwhile, and
    /// bridges what becomes too long a silence. Every await of a driver between two pushes stands inside this.
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
                () = sleep_until(self.intake.bridge_at()) => {
                    // That the ring got no memory is told by the next push or seam.
                    let _ = self.bridge();
                }
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
        if stats.program_changes != self.program_changes
            && let Some(program) = self.conditioner.program()
        {
            self.program_changes = stats.program_changes;
            self.intake.liveness.set_program(program);
            self.counters.set_program(program);
        }
        self.counters
            .store(self.intake.writer.head(), &stats, &self.intake.liveness);
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

    fn append(&mut self, packet: &Packet) {
        if self.writer.append(packet).is_err() {
            self.starved = true;
        }
    }

    fn publish_due(&mut self) {
        let (now, ahead) = (Instant::now(), self.writer.ahead());
        match self.pacer.due(now) {
            Some(held_from) => self.writer.publish_to(held_from),
            None => self.writer.publish(),
        }
        if self.writer.ahead() < ahead {
            self.published_at = now;
        }
    }

    /// When silence has become too long.
    fn bridge_at(&self) -> Instant {
        let patience = if self.is_gap {
            BRIDGE_EVERY
        } else {
            SILENCE_MAX
        };
        self.published_at + patience
    }
}

impl Sink for Intake {
    fn random_access(&mut self, counters: &[(u16, u8)]) {
        self.writer.mark_join_point(counters);
        self.liveness.join();
    }

    fn clock(&mut self, ticks: u64) {
        self.pacer.clock(self.writer.head(), ticks, self.now);
        self.liveness.clock(ticks);
    }

    fn source_went_back(&mut self) {
        self.liveness.went_back();
    }

    fn packet(&mut self, packet: &Packet) {
        self.is_gap = false;
        self.append(packet);
        self.liveness.packet(packet);
    }
}

#[cfg(test)]
mod tests;
