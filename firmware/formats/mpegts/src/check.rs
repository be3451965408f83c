//! Counts what is wrong with a transport stream, packet by packet.
//!
//! Written apart from the conditioner and sharing only the views with it, so that tests and benches
//! can hold the one against the other.

use crate::packet::{NULL_PID, PID_COUNT, Packet, PacketView};
use crate::pes::PesView;
use crate::ticks::{TICKS_PER_SECOND, pcr_difference, pts_difference};

/// What was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Packets looked at.
    pub packets: u64,
    /// Packets that do not begin with the sync byte; nothing else of them is looked at.
    pub sync_losses: u64,
    /// Counters that are neither the next nor a permitted repetition (clause 2.4.3.3).
    pub continuity_errors: u64,
    /// Packets repeated once, which is permitted.
    pub duplicates: u64,
    /// PCRs earlier than the one before on the PID.
    pub pcr_backwards: u64,
    /// PCRs more than a second after the one before on the PID.
    pub pcr_jumps: u64,
    /// DTS earlier than the one before on the PID.
    pub dts_backwards: u64,
}

impl Report {
    /// Whether nothing is wrong.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.sync_losses == 0
            && self.continuity_errors == 0
            && self.pcr_backwards == 0
            && self.pcr_jumps == 0
            && self.dts_backwards == 0
    }
}

/// Watches all PIDs of a stream. About 460 KiB: for tests and benches, not for the data path.
#[derive(Debug)]
pub struct Checker {
    report: Report,
    pids: Vec<Watch>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Watch {
    packets: u64,
    cc: Option<u8>,
    repeated: bool,
    pcr: Option<u64>,
    dts: Option<u64>,
}

impl Default for Checker {
    fn default() -> Self {
        Self::new()
    }
}

impl Checker {
    /// Nothing seen yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            report: Report::default(),
            pids: vec![Watch::default(); PID_COUNT],
        }
    }

    /// Looks at the next packet.
    pub fn packet(&mut self, packet: &Packet) {
        let view = PacketView::new(packet);
        self.report.packets += 1;
        if !view.has_sync() {
            self.report.sync_losses += 1;
            return;
        }
        let Some(watch) = self.pids.get_mut(usize::from(view.pid())) else {
            return;
        };
        watch.packets += 1;
        if view.pid() != NULL_PID {
            watch.continuity(view, &mut self.report);
            watch.clock(view, &mut self.report);
            watch.timestamps(view, &mut self.report);
        }
    }

    /// Looks at whole packets in a row; a rest of less than 188 bytes counts as a loss of sync.
    pub fn bytes(&mut self, bytes: &[u8]) {
        let (packets, rest) = bytes.as_chunks();
        packets.iter().for_each(|packet| self.packet(packet));
        self.report.sync_losses += u64::from(!rest.is_empty());
    }

    /// What was found up to now.
    #[must_use]
    pub const fn report(&self) -> Report {
        self.report
    }

    /// PIDs seen and their packets, in order of PID.
    pub fn pids(&self) -> impl Iterator<Item = (u16, u64)> {
        let all = (0..)
            .zip(&self.pids)
            .map(|(pid, watch)| (pid, watch.packets));
        all.filter(|(_, packets)| *packets > 0)
    }
}

impl Watch {
    fn continuity(&mut self, view: PacketView<'_>, report: &mut Report) {
        if view.discontinuity() {
            self.cc = None;
        }
        if !view.has_payload() {
            // Does not count; but it has to carry the counter of the last payload packet.
            report.continuity_errors += u64::from(self.cc.is_some_and(|cc| cc != view.cc()));
            return;
        }
        let step = self
            .cc
            .replace(view.cc())
            .map(|cc| view.cc().wrapping_sub(cc) & 0x0F);
        match step {
            None | Some(1) => self.repeated = false,
            Some(0) if !self.repeated => {
                report.duplicates += 1;
                self.repeated = true;
            }
            Some(_) => {
                report.continuity_errors += 1;
                self.repeated = false;
            }
        }
    }

    fn clock(&mut self, view: PacketView<'_>, report: &mut Report) {
        let Some(pcr) = view.pcr() else { return };
        if let Some(last) = self.pcr.replace(pcr).filter(|_| !view.discontinuity()) {
            let step = pcr_difference(pcr, last);
            report.pcr_backwards += u64::from(step < 0);
            report.pcr_jumps += u64::from(step > TICKS_PER_SECOND.cast_signed());
        }
    }

    fn timestamps(&mut self, view: PacketView<'_>, report: &mut Report) {
        if !view.pusi() || view.scrambled() {
            return;
        }
        let Some(dts) = PesView::parse(view.payload()).and_then(PesView::dts) else {
            return;
        };
        let back = self
            .dts
            .replace(dts)
            .is_some_and(|last| pts_difference(dts, last) < 0);
        report.dts_backwards += u64::from(back);
    }
}
