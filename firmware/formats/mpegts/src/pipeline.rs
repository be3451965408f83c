//! From packets of a source to packets of the output: joins the steps and decides on holds.
//!
//! Each step has its module; nothing about a field of a packet is known here.

mod splice;

use crate::continuity::Continuity;
use crate::hold::{Hold, Marks, Reason};
use crate::joins::Joins;
use crate::outlet::{Entry, Kind, Outlet, each_table_packet};
use crate::packet::{PacketView, clock_packet};
use crate::psi::Program;
use crate::seam::Seam;
use crate::selector::{Fate, Selector};
use crate::ticks::{TICKS_PER_SECOND, pcr_difference};
use crate::timeline::Timeline;
use crate::{PAT_PID, Packet, Sink, Stats};

/// A stream that showed no PMT in so many packets passes as it is (1.5 MB, 1.2 s at 10 Mbit/s).
const SEARCH_PACKETS_MAX: u32 = 8192;
/// The same in time of the stream, for slow ones: PAT and PMT are due every 100 ms (ETSI TR 101 154
/// and ATSC A/78) and every 500 ms at the very least.
const SEARCH_TICKS_MAX: i64 = TICKS_PER_SECOND.cast_signed();

/// Everything behind the sync.
#[derive(Debug)]
pub(crate) struct Pipeline {
    selector: Selector,
    hold: Hold,
    timeline: Timeline,
    joins: Joins,
    continuity: Continuity,
    stats: Stats,
    searched_packets: u32,
    /// First PCR while searching: PID and ticks.
    searched_from: Option<(u16, u64)>,
}

impl Pipeline {
    /// At the start of a stream.
    pub(crate) fn new() -> Self {
        Self {
            selector: Selector::new(),
            hold: Hold::new(),
            timeline: Timeline::new(),
            joins: Joins::new(),
            continuity: Continuity::new(),
            stats: Stats::default(),
            searched_packets: 0,
            searched_from: None,
        }
    }

    pub(crate) const fn stats(&self) -> Stats {
        self.stats
    }

    pub(crate) const fn program(&self) -> Option<&Program> {
        self.selector.program()
    }

    /// A packet of the source.
    pub(crate) fn take(&mut self, packet: &Packet, sink: &mut impl Sink) {
        self.stats.packets_in += 1;
        let view = PacketView::new(packet);
        if view.is_plain() {
            self.take_good(packet, sink);
        } else if view.is_damaged() {
            // Any field may be wrong. Its absence shows as a loss, which it is.
            self.stats.transport_errors += 1;
        } else if !self.is_locked(view) {
            self.take_good(packet, sink);
        } else if let Some(clock) = self.leave_out(view) {
            self.take_good(&clock, sink);
        }
    }

    #[inline]
    fn take_good(&mut self, packet: &Packet, sink: &mut impl Sink) {
        let view = PacketView::new(packet);
        if self.hold.reason().is_none() {
            if !self
                .timeline
                .is_suspect(view, self.selector.is_pes(view.pid()))
            {
                return self.pass(packet, sink);
            }
            self.hold.open(Reason::Suspicion);
        }
        self.keep(packet, sink);
    }

    /// Whether this is a picture or sound that nobody can read: no client has the keys.
    fn is_locked(&self, view: PacketView<'_>) -> bool {
        view.scrambled() && self.selector.is_stream(view.pid())
    }

    /// What remains of such a packet: its clock, which is never scrambled (clause 2.4.3.3), and by
    /// which what is in the clear goes on.
    fn leave_out(&mut self, view: PacketView<'_>) -> Option<Packet> {
        self.stats.packets_dropped += 1;
        self.continuity.leave_out(view, self.selector.program());
        let clock = clock_packet(view.pid(), view.pcr()?);
        self.stats.packets_inserted += 1;
        Some(clock)
    }

    /// A packet that cannot go on before more is known.
    fn keep(&mut self, packet: &Packet, sink: &mut impl Sink) {
        let view = PacketView::new(packet);
        let seen = self.selector.read(view);
        if self.hold.push(packet) {
            self.stats.packets_dropped += 1;
        }
        self.hold.map |= seen.map;
        if seen.map {
            self.adopt_program();
            self.note_all();
        } else {
            self.note(packet);
        }
        if seen.changed {
            self.hold.tables_changed = true;
            self.stats.program_changes += 1;
        }
        if self.is_ready(view) {
            self.release(sink);
        }
    }

    fn is_ready(&mut self, view: PacketView<'_>) -> bool {
        match self.hold.reason() {
            None => false,
            Some(Reason::Start) => self.hold.map || self.is_search_over(view),
            Some(_) if self.hold.is_full() => true,
            // Nothing can jump where there is no clock.
            Some(Reason::Seam(Seam::Continuous)) if !self.timeline.has_clock() => true,
            Some(Reason::Seam(Seam::Discontinuity | Seam::Switch)) => {
                let map = self.hold.map || self.selector.program().is_none();
                let pcr = self.hold.marks.pcr.is_some() || !self.timeline.has_clock();
                map && pcr && self.has_main_stamp()
            }
            Some(Reason::Seam(Seam::Continuous) | Reason::Suspicion) => {
                let marks = &self.hold.marks;
                let loss = self.timeline.is_loss(marks.clock_cc);
                let jump = marks.pcr.map(|pcr| self.timeline.is_jump(pcr, loss));
                jump.is_some_and(|jump| !jump || self.has_main_stamp())
            }
        }
    }

    fn has_main_stamp(&self) -> bool {
        let marks = &self.hold.marks;
        match self.selector.program().and_then(Program::main) {
            Some(main) => marks.dts(main.pid).is_some(),
            None => !marks.stamps.is_empty(),
        }
    }

    /// Whether so much came without PAT and PMT that none can be expected.
    fn is_search_over(&mut self, view: PacketView<'_>) -> bool {
        self.searched_packets = self.searched_packets.saturating_add(1);
        let waited = match (view.pcr(), self.searched_from) {
            (Some(pcr), Some((pid, first))) if pid == view.pid() => {
                !(0..=SEARCH_TICKS_MAX).contains(&pcr_difference(pcr, first))
            }
            (Some(pcr), None) => {
                self.searched_from = Some((view.pid(), pcr));
                false
            }
            _ => false,
        };
        let over = waited || self.searched_packets >= SEARCH_PACKETS_MAX;
        // Of several programs none may pass before one is chosen.
        over && !self.selector.is_multiple()
    }

    /// Gives out what is held, on the timeline that it was found to be on.
    fn release(&mut self, sink: &mut impl Sink) {
        let Some(reason) = self.hold.reason() else {
            return;
        };
        self.hold.close();
        self.settle_timeline(reason, sink);
        self.selector.reset_assembly();
        if self.hold.tables_changed {
            self.lead_with_tables(sink);
        }
        while let Some(packet) = self.hold.packets.pop_front() {
            self.pass(&packet, sink);
        }
    }

    fn settle_timeline(&mut self, reason: Reason, sink: &mut impl Sink) {
        let marks = &self.hold.marks;
        let pcr = marks.pcr.or(marks.any_pcr);
        let loss = self.timeline.is_loss(marks.clock_cc);
        let jump = match reason {
            Reason::Start => return,
            Reason::Seam(Seam::Discontinuity | Seam::Switch) => true,
            Reason::Seam(Seam::Continuous) | Reason::Suspicion => {
                pcr.is_some_and(|pcr| self.timeline.is_jump(pcr, loss))
            }
        };
        if jump && pcr.is_some_and(|pcr| self.timeline.goes_back(pcr)) {
            sink.source_went_back();
        }
        if jump && self.timeline.rebase(pcr, &marks.stamps) {
            self.stats.clock_jumps += 1;
        } else if reason == Reason::Suspicion {
            self.timeline.distrust_stamps();
        }
    }

    /// The first packets of a new program are its tables: the source's own where they come before
    /// anything of the program, else inserted ones.
    fn lead_with_tables(&mut self, sink: &mut impl Sink) {
        let Some(program) = self.selector.program() else {
            return;
        };
        let packets = self.hold.packets.make_contiguous();
        let is_start = |packet: &Packet, pid: u16| {
            let view = PacketView::new(packet);
            view.pid() == pid && view.pusi()
        };
        let pat = packets.iter().position(|packet| is_start(packet, PAT_PID));
        let pmt = packets
            .iter()
            .position(|packet| is_start(packet, program.pmt_pid));
        let own = pat
            .zip(pmt)
            .filter(|(pat, pmt)| pat < pmt)
            .and_then(|(pat, pmt)| {
                let lead = packets.get_mut(..=pmt)?;
                let is_stream =
                    |packet: &Packet| program.stream(PacketView::new(packet).pid()).is_some();
                (!lead.iter().any(is_stream)).then(|| lead.rotate_left(pat))
            });
        if own.is_none() {
            self.stats.packets_inserted += self.give_tables(&[Kind::Pat, Kind::Pmt], sink);
        }
    }

    /// A packet that needs no waiting any more.
    fn pass(&mut self, packet: &Packet, sink: &mut impl Sink) {
        let seen = self.selector.read(PacketView::new(packet));
        if seen.changed {
            // In the middle of a run: a receiver learns of the new program by both tables.
            self.adopt_program();
            self.stats.program_changes += 1;
            let given = self.give_tables(&[Kind::Pat, Kind::Pmt], sink);
            self.stats.packets_inserted += given.saturating_sub(1);
            return;
        }
        match seen.fate {
            Fate::Drop => self.stats.packets_dropped += 1,
            Fate::Swallow => {}
            // It was held before the map was known.
            Fate::Pass if self.is_locked(PacketView::new(packet)) => {
                if let Some(clock) = self.leave_out(PacketView::new(packet)) {
                    self.give(&clock, Kind::Other, sink);
                }
            }
            Fate::Pass => self.give(packet, Kind::Other, sink),
            Fate::Pat if seen.as_sent => self.give(packet, Kind::Pat, sink),
            Fate::Pmt if seen.as_sent => self.give(packet, Kind::Pmt, sink),
            Fate::Pat => {
                self.give_tables(&[Kind::Pat], sink);
            }
            Fate::Pmt => {
                self.give_tables(&[Kind::Pmt], sink);
            }
        }
    }

    /// Tables of our own; at the place of the source's, or in addition. Returns the packets.
    #[cold]
    fn give_tables(&mut self, kinds: &[Kind], sink: &mut impl Sink) -> u64 {
        let mut given = 0;
        let Self {
            selector,
            joins,
            continuity,
            stats,
            ..
        } = self;
        let mut outlet = Outlet {
            continuity,
            stats,
            selector,
            sink,
        };
        each_table_packet(selector.tables(), |entry| {
            if kinds.contains(&entry.kind) {
                joins.take(entry, &mut outlet);
                given += 1;
            }
        });
        given
    }

    fn give(&mut self, packet: &Packet, kind: Kind, sink: &mut impl Sink) {
        let mut entry = Entry {
            packet: *packet,
            clock: None,
            kind,
        };
        let Self {
            selector,
            timeline,
            joins,
            continuity,
            stats,
            ..
        } = self;
        let is_pes = selector.is_pes(PacketView::new(packet).pid());
        entry.clock = timeline.map(&mut entry.packet, is_pes, &mut stats.timestamps_split);
        joins.take(
            entry,
            &mut Outlet {
                continuity,
                stats,
                selector,
                sink,
            },
        );
    }

    /// The bytes of a run are over: what waits for more of them waits no longer.
    pub(crate) fn end_run(&mut self, sink: &mut impl Sink) {
        if self.hold.reason() == Some(Reason::Start) {
            if self.selector.is_multiple() {
                self.stats.packets_dropped += self.hold.packets.len() as u64;
                self.hold.packets.clear();
            } else if !self.hold.packets.is_empty() {
                self.release(sink);
            }
        } else {
            self.release(sink);
        }
        let Self {
            selector,
            joins,
            continuity,
            stats,
            ..
        } = self;
        joins.flush(&mut Outlet {
            continuity,
            stats,
            selector,
            sink,
        });
    }

    pub(crate) fn seam(&mut self, seam: Seam) {
        self.stats.seams += 1;
        self.continuity.seam();
        self.timeline.forget_counters();
        self.selector.reset_assembly();
        if self.hold.reason().is_none() {
            self.hold.open(Reason::Seam(seam));
        }
    }

    fn adopt_program(&mut self) {
        if let Some(program) = self.selector.program() {
            self.timeline.set_program(program);
        }
    }

    fn note(&mut self, packet: &Packet) {
        let is_pes = self.selector.is_pes(PacketView::new(packet).pid());
        self.hold
            .marks
            .note(packet, self.timeline.clock_pid(), is_pes);
    }

    /// Which PIDs count was not known before: looks at everything held once more.
    fn note_all(&mut self) {
        self.hold.marks = Marks::default();
        for packet in &self.hold.packets {
            let is_pes = self.selector.is_pes(PacketView::new(packet).pid());
            self.hold
                .marks
                .note(packet, self.timeline.clock_pid(), is_pes);
        }
    }
}
