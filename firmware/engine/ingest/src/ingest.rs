//! Takes bytes in: what the conditioner makes of them, and where that goes.
//!
//! The types lie in one file because each holds the next: an intake may write through that of a
//! channel, which is an [`Ingest`] again.

use std::{
    future::{Future, pending},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use mpegts::{Conditioner, PACKET_BYTES, Packet, Seam, Sink, packet::NULL_PACKET};
use ring::{Position, Starved, Writer};
use tokio::time::{Instant, sleep_until};

use crate::{
    counters::Counters,
    handover::{Handover, Lent},
    liveness::Liveness,
    paced::Paced,
    standby::Standby,
    throttle::Toll,
};

/// Bytes conditioned before the pace is looked at again.
pub(crate) const STEP_BYTES: usize = 16 * 1024;

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
    pub(crate) intake: Intake,
    counters: Arc<Counters>,
    /// Of the program that liveness knows.
    program_changes: u64,
    /// While it stands by.
    pub(crate) standby: Option<Standby<Ingest>>,
    /// What the stream pays for its bytes, where its rate is limited.
    toll: Option<Arc<Toll>>,
    /// Bytes that came in and are not paid for.
    unpaid_bytes: u64,
}

impl Ingest {
    /// Takes bytes in for the ring of `writer`.
    #[must_use]
    pub fn new(writer: Writer) -> Self {
        Self {
            conditioner: Box::new(Conditioner::new()),
            intake: Intake {
                outlet: Outlet::Ring(Paced::new(writer)),
                liveness: Liveness::new(),
            },
            counters: Arc::new(Counters::default()),
            program_changes: 0,
            standby: None,
            toll: None,
            unpaid_bytes: 0,
        }
    }

    /// Takes the bytes of a stream that stands by in, for the ring of `writer`, which nobody reads.
    /// Once the channel's intake is handed over, what stands behind the newest join point of that
    /// ring goes to the channel, and all that comes after it; the ring is then given up. The channel
    /// must have been told of a [`Seam::Switch`](mpegts::Seam::Switch) before.
    #[must_use]
    pub fn standby(writer: Writer) -> (Self, Arc<Handover<Ingest>>) {
        let handover = Arc::new(Handover::default());
        let mut ingest = Self::new(writer);
        ingest.standby = Some(Standby::new(Arc::clone(&handover)));
        (ingest, handover)
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
        self.intake.outlet.ring_mut().writer.on_joinable(tell);
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
        self.intake.outlet.touch(Instant::now());
        self.unpaid_bytes += bytes.len() as u64;
        let nulls_before = self.conditioner.stats().null_packets_in;
        self.conditioner.push(bytes, &mut self.intake);
        let nulls = self.conditioner.stats().null_packets_in - nulls_before;
        let of_nulls = nulls * PACKET_BYTES as u64;
        self.counters
            .add_received((bytes.len() as u64).saturating_sub(of_nulls));
        Ok(self.settle_all()?)
    }

    /// Waits while what came in is too far ahead of the stream's clock, and until it is paid for.
    pub async fn room(&mut self) {
        self.room_in_ring().await;
        let unpaid_bytes = std::mem::take(&mut self.unpaid_bytes);
        if let Some(toll) = self.toll.clone() {
            self.during(toll.pay(unpaid_bytes)).await;
        }
    }

    async fn room_in_ring(&mut self) {
        loop {
            self.take_over().await;
            let Some(due) = self.intake.outlet.ring().full_until() else {
                return;
            };
            let due = self.next_due().map_or(due, |next| next.min(due));
            self.until_due(due).await;
        }
    }

    /// How long what came in will still play, by the stream's clock: the read-ahead. Nothing for a
    /// live stream, and for one without a clock.
    #[must_use]
    pub fn ahead(&self) -> Duration {
        self.intake.outlet.ring().pacer.ahead(Instant::now())
    }

    /// The next bytes come from another connection, segment or loop pass.
    ///
    /// # Errors
    /// [`Error::Starved`] where the ring gets no segment.
    pub fn seam(&mut self, seam: Seam) -> Result<(), Error> {
        self.intake.outlet.touch(Instant::now());
        self.conditioner.seam(seam, &mut self.intake);
        if seam == Seam::Switch {
            self.intake.liveness.switched();
            self.intake.outlet.ring_mut().is_gap = true;
        }
        Ok(self.settle_all()?)
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
        let ring = match &mut self.intake.outlet {
            Outlet::Ring(ring) => ring,
            Outlet::Channel(channel) => return channel.bridge(),
        };
        ring.publish_due();
        ring.published_at = Instant::now();
        if ring.writer.ahead() > 0 || ring.writer.head() == 0 {
            return Ok(());
        }
        for _ in 0..BRIDGE_PACKETS {
            ring.append(&NULL_PACKET);
        }
        self.counters.add_bridged(BRIDGE_PACKETS as u64);
        Ok(self.settle_all()?)
    }

    /// Awaits `work` (a read, a fetch, a pause), goes on publishing what becomes due meanwhile, and
    /// bridges what becomes too long a silence. Every await of a driver between two pushes stands inside this.
    pub async fn during<F: Future>(&mut self, work: F) -> F::Output {
        let mut work = pin!(work);
        loop {
            self.take_over().await;
            let due = self.next_due();
            let bridge_at = self.bridge_at();
            tokio::select! {
                output = &mut work => return output,
                () = at(due) => self.publish_due(),
                () = at(bridge_at) => {
                    // That the ring got no memory is told by the next push or seam.
                    let _ = self.bridge();
                }
                () = handed_over(self.handover()) => {}
            }
        }
    }

    /// Publishes what is left, at its pace: the stream has ended.
    ///
    /// # Errors
    /// [`Error::Starved`] where the ring gets no segment.
    pub async fn drain(&mut self) -> Result<(), Error> {
        self.flush();
        self.settle_all()?;
        loop {
            self.take_over().await;
            let Some(due) = self.next_due() else {
                return Ok(());
            };
            self.until_due(due).await;
        }
    }

    /// Publishes when something is due, unless there is something else to do before.
    async fn until_due(&mut self, due: Instant) {
        tokio::select! {
            () = sleep_until(due) => self.publish_due(),
            () = handed_over(self.handover()) => {}
        }
    }

    fn flush(&mut self) {
        self.intake.outlet.touch(Instant::now());
        self.conditioner.flush(&mut self.intake);
        if let Outlet::Channel(channel) = &mut self.intake.outlet {
            channel.flush();
        }
    }

    /// A packet of a stream that stood by.
    fn pass(&mut self, packet: &Packet) {
        self.conditioner.push(packet, &mut self.intake);
    }

    fn handover(&self) -> Option<&Handover<Ingest>> {
        let standby = self.standby.as_ref()?;
        Some(&standby.handover)
    }

    /// Nobody reads the ring of a stream that stands by, so nobody's connection falls silent.
    fn bridge_at(&self) -> Option<Instant> {
        let is_read = self.standby.is_none();
        is_read.then(|| self.intake.outlet.ring().bridge_at())
    }

    fn settle_all(&mut self) -> Result<(), Starved> {
        let stats = self.conditioner.stats();
        if stats.program_changes != self.program_changes
            && let Some(program) = self.conditioner.program()
        {
            self.program_changes = stats.program_changes;
            self.intake.liveness.set_program(program);
            self.counters.set_program(program);
        }
        self.counters
            .store(self.intake.outlet.head(), &stats, &self.intake.liveness);
        self.intake.outlet.settle()
    }
}

/// Comes back then, if ever.
async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => pending().await,
    }
}

/// Comes back when a stream that stands by is to take over.
async fn handed_over(handover: Option<&Handover<Ingest>>) {
    match handover {
        Some(handover) => handover.given().await,
        None => pending().await,
    }
}

/// What the conditioner writes to.
#[derive(Debug)]
pub(crate) struct Intake {
    pub(crate) outlet: Outlet,
    pub(crate) liveness: Liveness,
}

/// Where its packets go.
#[derive(Debug)]
pub(crate) enum Outlet {
    /// Into a ring.
    Ring(Paced),
    /// Into that of a channel, through the channel's own intake: a stream that stood by plays.
    Channel(Lent<Ingest>),
}

impl Outlet {
    /// More comes, at this time.
    pub(crate) fn touch(&mut self, now: Instant) {
        match self {
            Self::Ring(ring) => ring.now = now,
            Self::Channel(channel) => channel.intake.outlet.touch(now),
        }
    }

    pub(crate) fn settle(&mut self) -> Result<(), Starved> {
        match self {
            Self::Ring(ring) => ring.settle(),
            Self::Channel(channel) => channel.settle_all(),
        }
    }

    pub(crate) fn head(&self) -> Position {
        self.ring().writer.head()
    }

    /// The ring that is written in the end.
    pub(crate) fn ring(&self) -> &Paced {
        match self {
            Self::Ring(ring) => ring,
            Self::Channel(channel) => channel.intake.outlet.ring(),
        }
    }

    /// The ring that is written in the end.
    pub(crate) fn ring_mut(&mut self) -> &mut Paced {
        match self {
            Self::Ring(ring) => ring,
            Self::Channel(channel) => channel.intake.outlet.ring_mut(),
        }
    }
}

impl Sink for Intake {
    fn random_access(&mut self, counters: &[(u16, u8)]) {
        if let Outlet::Ring(ring) = &mut self.outlet {
            ring.writer.mark_join_point(counters);
        }
        self.liveness.join();
    }

    fn clock(&mut self, ticks: u64) {
        if let Outlet::Ring(ring) = &mut self.outlet {
            ring.pacer.clock(ring.writer.head(), ticks, ring.now);
        }
        self.liveness.clock(ticks);
    }

    fn source_went_back(&mut self) {
        self.liveness.went_back();
    }

    fn packet(&mut self, packet: &Packet) {
        match &mut self.outlet {
            Outlet::Ring(ring) => {
                ring.is_gap = false;
                ring.append(packet);
            }
            Outlet::Channel(channel) => channel.pass(packet),
        }
        self.liveness.packet(packet);
    }
}
