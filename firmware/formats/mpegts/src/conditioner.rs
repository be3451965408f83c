//! One clean single-program transport stream from whatever bytes an upstream sends.
//!
//! This is the outside: bytes, seams, what is told. Behind the sync the pipeline takes over.

use crate::joins::WAITING_PACKETS_MAX;
use crate::outlet::Entry;
use crate::packet::{NULL_PID, PID_COUNT, PacketView};
use crate::pipeline::Pipeline;
use crate::psi::{PSI_SECTION_BYTES_MAX, Program};
use crate::seam::Seam;
use crate::splicer::{QUEUE_PACKETS_MAX, Splicer};
use crate::sync::{CARRY_BYTES_MAX, PacketSync};
use crate::{PACKET_BYTES, Sink, Stats};

/// Upper bound of the memory that one [`Conditioner`] holds, in bytes, all of it taken
/// by [`Conditioner::new`].
pub const MEMORY_BYTES_MAX: usize = 200 * 1024;

const HELD_BYTES: usize = crate::hold::HOLD_PACKETS_MAX * PACKET_BYTES;
/// Two queues, and as much again for the allocator's rounding.
const WAITING_BYTES: usize = 3 * WAITING_PACKETS_MAX.next_power_of_two() * size_of::<Entry>();
/// What the splicer keeps of a stream that has not begun.
const KEPT_BYTES: usize = QUEUE_PACKETS_MAX * PACKET_BYTES;
/// Twice (the pipeline and the splicer each read tables) five sections behind a pointer: four
/// assemblers and the best candidate, each in a little state.
const SECTIONS_BYTES: usize = 2 * 6 * PSI_SECTION_BYTES_MAX;
const REST_BYTES: usize = CARRY_BYTES_MAX + PID_COUNT + size_of::<Conditioner>();
const _: () = assert!(
    HELD_BYTES + WAITING_BYTES + KEPT_BYTES + SECTIONS_BYTES + REST_BYTES <= MEMORY_BYTES_MAX
);

/// Turns whatever bytes an upstream sends into one clean single-program transport stream.
///
/// The output is whole packets, begins with PAT and PMT, has both before each random access point,
/// counts continuously over seams and runs on one clock that never goes back.
#[derive(Debug)]
pub struct Conditioner {
    sync: PacketSync,
    splicer: Splicer,
    pipeline: Pipeline,
    null_packets: u64,
}

impl Default for Conditioner {
    fn default() -> Self {
        Self::new()
    }
}

impl Conditioner {
    /// Nothing known yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            sync: PacketSync::new(),
            splicer: Splicer::new(),
            pipeline: Pipeline::new(),
            null_packets: 0,
        }
    }

    /// Takes the next bytes, cut anywhere, in packets of 188, 192 or 204 bytes.
    ///
    /// The newest packet waits for the first byte behind it; [`Self::seam`] and [`Self::flush`]
    /// give it out.
    pub fn push(&mut self, bytes: &[u8], sink: &mut impl Sink) {
        let Self {
            sync,
            splicer,
            pipeline,
            null_packets,
        } = self;
        sync.push(bytes, |packet| {
            *null_packets += u64::from(PacketView::new(packet).pid() == NULL_PID);
            splicer.take(packet, pipeline, sink);
        });
    }

    /// Tells that the next bytes come from another connection, HLS segment or loop pass,
    /// or from another stream.
    pub fn seam(&mut self, seam: Seam, sink: &mut impl Sink) {
        self.finish_packets(sink);
        self.splicer.seam(seam, &mut self.pipeline, sink);
    }

    /// End of input: gives out what is held back.
    pub fn flush(&mut self, sink: &mut impl Sink) {
        self.finish_packets(sink);
        self.pipeline.end_run(sink);
    }

    /// What was counted since [`Self::new`].
    #[must_use]
    pub fn stats(&self) -> Stats {
        let sync = self.sync.counts();
        Stats {
            bytes_dropped: sync.bytes_dropped,
            sync_losses: sync.sync_losses,
            null_packets_in: self.null_packets,
            ..self.splicer.correct(self.pipeline.stats())
        }
    }

    /// The program being given out, once its PMT is known.
    #[must_use]
    pub fn program(&self) -> Option<&Program> {
        self.pipeline.program()
    }

    fn finish_packets(&mut self, sink: &mut impl Sink) {
        let Self {
            sync,
            splicer,
            pipeline,
            null_packets,
        } = self;
        sync.finish(|packet| {
            *null_packets += u64::from(PacketView::new(packet).pid() == NULL_PID);
            splicer.take(packet, pipeline, sink);
        });
    }
}
