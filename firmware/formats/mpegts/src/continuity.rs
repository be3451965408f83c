//! Continuity counters of the output (ISO/IEC 13818-1 clause 2.4.3.3).
//!
//! The output counts on, whatever is lost before it, left out here, or begins anew; only a packet
//! that is repeated once stays a repeated packet. Where something is missing decoders are to know,
//! so [`Continuity::count`] tells, and a packet that says so is put before (`outlet`). A gap in the
//! counters would tell as much, but to each strict receiver it is an error; with both, one that
//! passes over packets without payload would still count one.
//!
//! Sections of PAT and PMT are checked and given out whole, so nothing is ever missing there. Other
//! sections are treated like PES packets: their receivers check CRCs.

use crate::packet::{self, NULL_PID, PID_COUNT, Packet, PacketView};
use crate::psi::Program;
use crate::sink::COUNTERS_MAX;
use crate::{PAT_PID, Stats};

/// PIDs whose counters are kept. What is beyond them passes with the counters it has.
pub(crate) const PIDS_MAX: usize = 64;
const NO_SLOT: u8 = 0xFF;
const _: () = assert!(PIDS_MAX < NO_SLOT as usize);

/// Numbers packets in the order in which they leave.
#[derive(Debug)]
pub(crate) struct Continuity {
    /// Which of `counters` belongs to a PID.
    slots: Box<[u8; PID_COUNT]>,
    counters: heapless::Vec<Counter, PIDS_MAX>,
}

#[derive(Clone, Copy, Debug)]
struct Counter {
    pid: u16,
    /// Of the last payload packet in this run.
    input: Option<u8>,
    /// Of the last payload packet given out.
    output: Option<u8>,
    /// The last packet had the counter of the one before.
    repeated: bool,
    /// Packets were left out on purpose since the last one given out.
    gap: bool,
}

impl Continuity {
    pub(crate) fn new() -> Self {
        Self {
            slots: Box::new([NO_SLOT; PID_COUNT]),
            counters: heapless::Vec::new(),
        }
    }

    /// A run ends: the counters that follow have nothing to do with those before.
    pub(crate) fn seam(&mut self) {
        for counter in &mut self.counters {
            counter.restart();
        }
    }

    /// Numbers a packet of PAT or PMT, sent by the source or made here: always one more.
    pub(crate) fn count_psi(&mut self, packet: &mut Packet, program: Option<&Program>) {
        let view = PacketView::new(packet);
        let cc = view.cc();
        let Some(counter) = self.counter(view.pid(), program) else {
            return;
        };
        let output = counter.output.map_or(cc, next);
        counter.output = Some(output);
        packet::set_cc(packet, output);
    }

    /// A packet of the source is not given out, for it is of no use to anybody.
    pub(crate) fn leave_out(&mut self, view: PacketView<'_>, program: Option<&Program>) {
        let Some(counter) = self.counter(view.pid(), program) else {
            return;
        };
        counter.gap = true;
        if view.has_payload() {
            counter.input = Some(view.cc());
        }
    }

    /// Numbers any other packet. Returns whether something is missing before it.
    #[must_use]
    pub(crate) fn count(
        &mut self,
        packet: &mut Packet,
        program: Option<&Program>,
        stats: &mut Stats,
    ) -> bool {
        let view = PacketView::new(packet);
        let (pid, cc, has_payload) = (view.pid(), view.cc(), view.has_payload());
        let restarts = view.discontinuity();
        if pid == NULL_PID {
            return false;
        }
        let Some(counter) = self.counter(pid, program) else {
            return false;
        };
        if restarts {
            counter.restart();
        }
        let (output, is_gap) = if has_payload {
            counter.advance(cc, stats)
        } else {
            (counter.output.unwrap_or(cc), false)
        };
        if output != cc {
            packet::set_cc(packet, output);
        }
        if restarts {
            packet::clear_discontinuity(packet);
        }
        is_gap
    }

    /// The last counters given out: PAT, PMT and the program's streams first.
    pub(crate) fn last(&self, program: Option<&Program>) -> heapless::Vec<(u16, u8), COUNTERS_MAX> {
        let known = |counter: &&Counter| counter.output.is_some();
        let ours = |counter: &&Counter| is_ours(counter.pid, program);
        let first = self.counters.iter().filter(known).filter(ours);
        let others = self
            .counters
            .iter()
            .filter(known)
            .filter(|counter| !ours(counter));
        let pairs = first
            .chain(others)
            .map(|counter| (counter.pid, counter.output.unwrap_or(0)));
        pairs.take(COUNTERS_MAX).collect()
    }

    fn counter(&mut self, pid: u16, program: Option<&Program>) -> Option<&mut Counter> {
        let slot = *self.slots.get(usize::from(pid))?;
        if slot != NO_SLOT {
            return self.counters.get_mut(usize::from(slot));
        }
        self.add(pid, program)
    }

    #[cold]
    fn add(&mut self, pid: u16, program: Option<&Program>) -> Option<&mut Counter> {
        let new = Counter {
            pid,
            input: None,
            output: None,
            repeated: false,
            gap: false,
        };
        let slot = match self.counters.push(new) {
            Ok(()) => self.counters.len() - 1,
            // Full: a stream of the program takes the place of a PID that is not of the program.
            Err(_) if is_ours(pid, program) => {
                let at = self
                    .counters
                    .iter()
                    .position(|old| !is_ours(old.pid, program))?;
                let old = std::mem::replace(self.counters.get_mut(at)?, new);
                *self.slots.get_mut(usize::from(old.pid))? = NO_SLOT;
                at
            }
            Err(_) => return None,
        };
        *self.slots.get_mut(usize::from(pid))? = u8::try_from(slot).ok()?;
        self.counters.get_mut(slot)
    }
}

impl Counter {
    /// What follows has nothing to do with what was before.
    const fn restart(&mut self) {
        self.input = None;
        self.repeated = false;
    }

    /// The output counter of a payload packet with the input counter `cc`, and whether something
    /// is missing before it.
    fn advance(&mut self, cc: u8, stats: &mut Stats) -> (u8, bool) {
        let step = self.input.replace(cc);
        let step = step.map(|input| cc.wrapping_sub(input) & 0x0F);
        let is_repeat = step == Some(0) && !self.gap;
        // Once is a repetition (clause 2.4.3.3); more often is a counter that stands.
        let is_duplicate = is_repeat && !self.repeated;
        let is_loss = !is_duplicate && !matches!(step, None | Some(1)) && !self.gap;
        self.repeated = is_repeat;
        stats.duplicates += u64::from(is_duplicate);
        stats.continuity_errors += u64::from(is_loss);
        let is_gap = std::mem::take(&mut self.gap) || is_loss;
        let output = match self.output {
            None => cc,
            Some(output) if is_duplicate => output,
            Some(output) => next(output),
        };
        let has_before = self.output.replace(output).is_some();
        (output, is_gap && has_before)
    }
}

fn is_ours(pid: u16, program: Option<&Program>) -> bool {
    let of = |program: &Program| {
        pid == program.pmt_pid || pid == program.pcr_pid || program.stream(pid).is_some()
    };
    pid == PAT_PID || program.is_some_and(of)
}

const fn next(cc: u8) -> u8 {
    cc.wrapping_add(1) & 0x0F
}
