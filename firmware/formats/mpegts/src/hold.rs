//! Packets held back until it is known what they are part of.
//!
//! A hold is open before the first PMT (which program?) and after a seam or a suspected jump of the
//! clock (which offset?). It is bounded: what happens when it is full is decided by the conditioner.

use std::collections::VecDeque;

use crate::packet::{Packet, PacketView};
use crate::pes::PesView;
use crate::seam::Seam;
use crate::timeline::FirstStamps;

/// Packets held at most.
pub(crate) const HOLD_PACKETS_MAX: usize = 512;

/// What a hold waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The first PMT.
    Start,
    /// The first PCR, and the first DTS where the clock jumped; after a discontinuity the PMT too.
    Seam(Seam),
    /// The same within a run, because a packet looked as if it were of another timeline.
    Suspicion,
}

/// The packets and what was seen among them.
#[derive(Debug)]
pub(crate) struct Hold {
    reason: Option<Reason>,
    pub(crate) packets: VecDeque<Packet>,
    pub(crate) marks: Marks,
    /// A PMT ended among the packets.
    pub(crate) map: bool,
    /// Other tables than before are to be given out first.
    pub(crate) tables_changed: bool,
}

/// The times that decide on an offset.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    /// First PCR on the PID of the clock.
    pub(crate) pcr: Option<u64>,
    /// First counter on that PID, unless the sender says that it starts anew.
    pub(crate) clock_cc: Option<u8>,
    /// First PCR on any PID, for sources whose PMT names the wrong one.
    pub(crate) any_pcr: Option<u64>,
    /// First DTS of each stream.
    pub(crate) stamps: FirstStamps,
}

impl Hold {
    /// Open for the start of a stream.
    pub(crate) fn new() -> Self {
        Self {
            reason: Some(Reason::Start),
            packets: VecDeque::with_capacity(HOLD_PACKETS_MAX),
            marks: Marks::default(),
            map: false,
            tables_changed: false,
        }
    }

    pub(crate) const fn reason(&self) -> Option<Reason> {
        self.reason
    }

    pub(crate) fn is_full(&self) -> bool {
        self.packets.len() >= HOLD_PACKETS_MAX
    }

    pub(crate) fn open(&mut self, reason: Reason) {
        self.reason = Some(reason);
        self.marks = Marks::default();
        self.map = false;
        self.tables_changed = false;
    }

    /// Nothing is held from here on; what is held is still to be taken out.
    pub(crate) const fn close(&mut self) {
        self.reason = None;
    }

    /// Keeps a packet. When full, the oldest one makes room; returns whether it did.
    pub(crate) fn push(&mut self, packet: &Packet) -> bool {
        let full = self.is_full();
        if full {
            self.packets.pop_front();
        }
        self.packets.push_back(*packet);
        full
    }
}

impl Marks {
    /// Takes note of the times in a packet.
    pub(crate) fn note(&mut self, packet: &Packet, clock_pid: Option<u16>, is_pes: bool) {
        let view = PacketView::new(packet);
        let counts = view.has_payload() && !view.discontinuity();
        if counts && clock_pid == Some(view.pid()) {
            self.clock_cc = self.clock_cc.or(Some(view.cc()));
        }
        if let Some(pcr) = view.pcr() {
            self.any_pcr = self.any_pcr.or(Some(pcr));
            if clock_pid.is_none_or(|pid| pid == view.pid()) {
                self.pcr = self.pcr.or(Some(pcr));
            }
        }
        if !is_pes || !view.pusi() || view.scrambled() || self.dts(view.pid()).is_some() {
            return;
        }
        if let Some(dts) = PesView::parse(view.payload()).and_then(PesView::dts) {
            // As many places as a program has streams.
            let _full = self.stamps.push((view.pid(), dts));
        }
    }

    pub(crate) fn dts(&self, pid: u16) -> Option<u64> {
        self.stamps
            .iter()
            .find(|(of, _)| *of == pid)
            .map(|(_, dts)| *dts)
    }
}
