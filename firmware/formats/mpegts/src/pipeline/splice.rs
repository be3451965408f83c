//! What the pipeline does at a [`Seam::Switch`]: ends the old stream, lets the new one begin.
//!
//! Which packets the new stream begins with, and under which PIDs, is the matter of
//! [`splicer`](crate::splicer).

use super::{Pipeline, Reason};
use crate::outlet::{Entry, Kind, Outlet};
use crate::packet::{PacketView, clock_packet};
use crate::psi::Program;
use crate::seam::Seam;
use crate::selector::{Selector, Tables};
use crate::ticks::PCR_WRAP;
use crate::timeline::First;
use crate::{Packet, Sink};

impl Pipeline {
    /// Nothing more of the old stream comes. What waits is given out; where nothing ever was,
    /// packets that still wait for their map are of no use to anybody.
    pub(crate) fn leave(&mut self, sink: &mut impl Sink) {
        if self.hold.reason() == Some(Reason::Start) {
            self.stats.packets_dropped += self.hold.packets.len() as u64;
            self.hold.packets.clear();
            self.hold.open(Reason::Start);
            self.selector = Selector::new();
            self.searched_packets = 0;
            self.searched_from = None;
        }
        self.end_run(sink);
    }

    /// Gives out a packet made here, the last one of the old stream.
    pub(crate) fn end_with(&mut self, packet: &Packet, sink: &mut impl Sink) {
        self.continuity.seam();
        self.take(packet, sink);
        // It may look like the start of a picture, which would wait to be known.
        self.end_run(sink);
    }

    /// A seam behind which the next packet is one that the splicer let pass.
    pub(crate) fn cut(&mut self) {
        self.stats.seams += 1;
        self.continuity.seam();
        self.timeline.forget_counters();
        self.selector.reset_assembly();
    }

    /// The new stream begins here: moves the clock and fills in what is between.
    pub(crate) fn begin(&mut self, first: &First, sink: &mut impl Sink) {
        if self.timeline.splice(first) {
            self.stats.clock_jumps += 1;
        }
        let Some(pcr) = first.pcr else { return };
        while let Some(ticks) = self.timeline.fill(pcr) {
            self.stats.packets_inserted += 1;
            let packet = clock_packet(first.clock_pid, ticks % PCR_WRAP);
            self.give_made(packet, ticks, sink);
        }
    }

    /// The new stream begins here, its times unknown: waits for them as after a discontinuity.
    pub(crate) fn begin_anyhow(&mut self) {
        if self.hold.reason().is_none() {
            self.hold.open(Reason::Seam(Seam::Switch));
        }
    }

    /// What receivers hold: the program, its tables, and the PID that the clock really is on.
    pub(crate) fn announced(&self) -> Option<(&Program, &Tables, u16)> {
        let program = self.selector.program()?;
        let clock_pid = self.timeline.clock_pid().unwrap_or(program.pcr_pid);
        Some((program, self.selector.tables(), clock_pid))
    }

    /// Whether a packet is on the PID of the map that receivers hold.
    #[inline]
    pub(crate) fn is_on_map(&self, view: PacketView<'_>) -> bool {
        let program = self.selector.program();
        program.is_some_and(|program| program.pmt_pid == view.pid())
    }

    /// What reads the source's tables, as far as it has read.
    pub(crate) fn selector(&self) -> &Selector {
        &self.selector
    }

    /// Whether the time of this DTS of the source was already given out on this PID.
    pub(crate) fn is_given(&self, pid: u16, dts: u64) -> bool {
        self.hold.reason().is_none() && self.timeline.is_given(pid, dts)
    }

    fn give_made(&mut self, packet: Packet, ticks: u64, sink: &mut impl Sink) {
        let Self {
            selector,
            continuity,
            stats,
            ..
        } = self;
        let mut entry = Entry {
            packet,
            clock: Some(ticks),
            kind: Kind::Other,
        };
        Outlet {
            continuity,
            stats,
            selector,
            sink,
        }
        .give(&mut entry);
    }
}
