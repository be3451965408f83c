//! One clean single-program transport stream from whatever bytes an upstream sends.

use crate::psi::Program;
use crate::sync::PacketSync;
use crate::{Sink, Stats};

/// Upper bound of the memory that one [`Conditioner`] holds.
pub const MEMORY_BYTES_MAX: usize = 200 * 1024;

/// How the bytes that follow are related to the bytes before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Seam {
    /// The same timeline is expected to go on: the next HLS segment.
    Continuous,
    /// A new timeline: EXT-X-DISCONTINUITY, the next pass of a looped file, a reconnect.
    Discontinuity,
}

/// Turns whatever bytes an upstream sends into one clean single-program transport stream.
#[derive(Debug, Default)]
pub struct Conditioner {
    sync: PacketSync,
    stats: Stats,
}

impl Conditioner {
    /// Nothing known yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes, cut anywhere.
    pub fn push(&mut self, bytes: &[u8], sink: &mut impl Sink) {
        self.sync.push(bytes, |packet| sink.packet(packet));
    }

    /// Tells that the next bytes come from another connection, segment or pass.
    pub fn seam(&mut self, _seam: Seam, sink: &mut impl Sink) {
        self.stats.seams += 1;
        self.flush(sink);
    }

    /// End of input: gives out what is held back.
    pub fn flush(&mut self, sink: &mut impl Sink) {
        self.sync.finish(|packet| sink.packet(packet));
    }

    /// What was counted since [`Self::new`].
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.stats
    }

    /// The program being given out, once its PMT is known.
    #[must_use]
    pub fn program(&self) -> Option<&Program> {
        None
    }
}
