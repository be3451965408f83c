//! The last step: numbers a packet, counts it and gives it to the sink.

use crate::continuity::Continuity;
use crate::packet::{Packet, PacketView, discontinuity_packet};
use crate::psi::Program;
use crate::selector::{Selector, Tables};
use crate::{Sink, Stats};

/// What a packet is to the search for join points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A PAT stands here.
    Pat,
    /// A packet of the PMT.
    Pmt,
    /// Anything else.
    Other,
}

/// A packet on its way out, its times already moved.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) packet: Packet,
    /// Unwrapped output PCR, where the packet carries it.
    pub(crate) clock: Option<u64>,
    pub(crate) kind: Kind,
}

/// Everything that giving out needs, borrowed for one packet.
pub(crate) struct Outlet<'a, S> {
    pub(crate) continuity: &'a mut Continuity,
    pub(crate) stats: &'a mut Stats,
    pub(crate) selector: &'a Selector,
    pub(crate) sink: &'a mut S,
}

impl<S: Sink> Outlet<'_, S> {
    pub(crate) const fn program(&self) -> Option<&Program> {
        self.selector.program()
    }

    pub(crate) fn give(&mut self, entry: &mut Entry) {
        let program = self.selector.program();
        let is_gap = match entry.kind {
            Kind::Pat | Kind::Pmt => {
                self.continuity.count_psi(&mut entry.packet, program);
                false
            }
            Kind::Other => self
                .continuity
                .count(&mut entry.packet, program, self.stats),
        };
        if is_gap {
            self.tell_of_gap(PacketView::new(&entry.packet));
        }
        if let Some(ticks) = entry.clock {
            self.sink.clock(ticks);
        }
        self.stats.packets_out += 1;
        self.sink.packet(&entry.packet);
    }

    /// Something is missing before this packet: one packet without payload says so (clause
    /// 2.4.3.5).
    ///
    /// On the PID of the clock it also allows the next PCR to begin a new time base. That one goes
    /// on with the old one, which a receiver that looks finds out, and one that does not look loses
    /// nothing.
    #[cold]
    fn tell_of_gap(&mut self, view: PacketView<'_>) {
        let before = view.cc().wrapping_sub(1);
        self.stats.packets_inserted += 1;
        self.stats.packets_out += 1;
        self.sink.packet(&discontinuity_packet(view.pid(), before));
    }

    /// A join point begins with the next packet.
    pub(crate) fn announce(&mut self) {
        self.stats.random_access_points += 1;
        self.sink
            .random_access(&self.continuity.last(self.selector.program()));
    }

    /// Puts PAT and PMT where the source has none.
    pub(crate) fn insert_tables(&mut self) {
        let selector = self.selector;
        each_table_packet(selector.tables(), |mut entry| {
            self.stats.packets_inserted += 1;
            self.give(&mut entry);
        });
    }
}

/// PAT and PMT as entries, counters zero.
pub(crate) fn each_table_packet(tables: &Tables, mut each: impl FnMut(Entry)) {
    tables.pat_packets(|packet| {
        each(Entry {
            packet,
            clock: None,
            kind: Kind::Pat,
        })
    });
    tables.pmt_packets(|packet| {
        each(Entry {
            packet,
            clock: None,
            kind: Kind::Pmt,
        })
    });
}
