//! One running clock for all that is given out.
//!
//! A single offset maps the source's PCR, PTS and DTS to the output's, the same for all PIDs, so
//! that sound and picture stay together. It begins at zero and is a multiple of 300, so that both
//! clocks move by whole ticks.
//!
//! The rule for a jump: a PCR is expected at most one second after the one before it, in output
//! time. After a loss on the PCR's own PID ten seconds are allowed, because then the time has
//! really gone by. Anything else, and every [`Seam::Discontinuity`](crate::Seam), begins a new
//! timeline: its first PCR follows the last one by the usual interval, and later where that would
//! let the DTS of a stream go back.

mod splice;

pub(crate) use splice::First;

use crate::packet::{self, NULL_PID, Packet, PacketView};
use crate::pes::{self, PesView};
use crate::psi::{Program, STREAMS_MAX};
use crate::ticks::{
    PCR_WRAP, PTS_PER_SECOND, PTS_WRAP, TICKS_PER_PTS, TICKS_PER_SECOND, pcr_difference,
    pts_difference,
};

/// First DTS of each stream after a seam.
pub(crate) type FirstStamps = heapless::Vec<(u16, u64), STREAMS_MAX>;

const STEP_MAX_TICKS: i64 = TICKS_PER_SECOND.cast_signed();
const LOSS_MAX_TICKS: i64 = 10 * STEP_MAX_TICKS;
/// Timestamps farther from the clock than this belong to another timeline, or mean nothing.
const STAMP_DISTANCE_MAX: i64 = 10 * PTS_PER_SECOND.cast_signed();
/// Used until an interval was measured; clause 2.7.2 allows 100 ms.
const INTERVAL_TICKS: u64 = TICKS_PER_SECOND / 25;
const INTERVAL_TICKS_MAX: u64 = TICKS_PER_SECOND / 10;
/// PCRs on another PID before the one that the PMT names is held for a mistake.
const STRANGERS_MAX: u8 = 8;
/// Far timestamps of a stream in a row that are taken for damage. Whoever goes on with them means them.
const DAMAGED_MAX: u8 = 3;

/// Maps the source's time to the output's.
#[derive(Debug)]
pub(crate) struct Timeline {
    /// 27 MHz ticks below [`PCR_WRAP`], a multiple of [`TICKS_PER_PTS`].
    offset: u64,
    /// Last PCR given out, unwrapped.
    last_output: Option<u64>,
    interval: u64,
    /// As the PMT has it.
    named_pid: Option<u16>,
    clock_pid: Option<u16>,
    clock_pid_confirmed: bool,
    strangers: u8,
    /// Counter of the last payload packet on the PCR's PID, and whether it jumped since the last PCR.
    clock_cc: Option<u8>,
    loss: bool,
    /// Whether odd timestamps are a reason to wait for the next PCR: until that once misled.
    stamps_trusted: bool,
    stamps: heapless::Vec<Stamp, STREAMS_MAX>,
}

/// The last DTS given out on a PID.
#[derive(Clone, Copy, Debug)]
struct Stamp {
    pid: u16,
    dts: u64,
    /// From one to the next, at most a second.
    step: u64,
    /// The latest PTS: pictures may leave in another order than they are shown in.
    pts: u64,
    /// Timestamps taken for damage since.
    damaged: u8,
}

impl Timeline {
    pub(crate) const fn new() -> Self {
        Self {
            offset: 0,
            last_output: None,
            interval: INTERVAL_TICKS,
            named_pid: None,
            clock_pid: None,
            clock_pid_confirmed: false,
            strangers: 0,
            clock_cc: None,
            loss: false,
            stamps_trusted: true,
            stamps: heapless::Vec::new(),
        }
    }

    /// The PID that carries the clock, as far as known.
    pub(crate) const fn clock_pid(&self) -> Option<u16> {
        self.clock_pid
    }

    /// Whether a PCR was ever given out.
    pub(crate) const fn has_clock(&self) -> bool {
        self.last_output.is_some()
    }

    /// A PMT names the PID of the clock.
    pub(crate) fn set_program(&mut self, program: &Program) {
        let named = Some(program.pcr_pid).filter(|pid| *pid != NULL_PID);
        if named != self.named_pid {
            self.named_pid = named;
            self.clock_pid = named;
            self.clock_pid_confirmed = false;
            self.strangers = 0;
            self.clock_cc = None;
        }
        self.leave_streams(program);
    }

    /// The counters that follow have nothing to do with those before.
    pub(crate) const fn forget_counters(&mut self) {
        self.clock_cc = None;
        self.loss = false;
        self.stamps_trusted = true;
    }

    /// Whether this packet looks as if another timeline began.
    pub(crate) fn is_suspect(&self, view: PacketView<'_>, is_pes: bool) -> bool {
        let Some(last) = self.last_output else {
            return false;
        };
        if let Some(pcr) = view.pcr().filter(|_| self.clock_pid == Some(view.pid())) {
            return self.is_jump(pcr, self.loss || self.loses(view));
        }
        if !self.stamps_trusted || !is_pes || !view.pusi() || view.scrambled() {
            return false;
        }
        let dts = PesView::parse(view.payload()).and_then(PesView::dts);
        let clock = last % PCR_WRAP / TICKS_PER_PTS;
        dts.is_some_and(|dts| {
            let far = pts_difference(self.shifted(dts), clock).abs() > STAMP_DISTANCE_MAX;
            far || self.is_odd_step(view.pid(), dts)
        })
    }

    /// Whether a stream that came at an even pace goes back, or on by more than a second.
    fn is_odd_step(&self, pid: u16, dts: u64) -> bool {
        let even = |stamp: &&Stamp| stamp.pid == pid && stamp.step > 1;
        self.stamps.iter().find(even).is_some_and(|stamp| {
            let step = pts_difference(self.shifted(dts), stamp.dts);
            !(0..=PTS_PER_SECOND.cast_signed()).contains(&step)
        })
    }

    /// Whether packets with the clock were lost, when the next one has the counter `cc`.
    pub(crate) fn is_loss(&self, cc: Option<u8>) -> bool {
        let last_and_next = self.clock_cc.zip(cc);
        let step = last_and_next.map(|(last, next)| next.wrapping_sub(last) & 0x0F);
        self.loss || step.is_some_and(|step| step > 1)
    }

    /// Whether a PCR of the source does not follow the last one.
    pub(crate) fn is_jump(&self, pcr: u64, loss: bool) -> bool {
        let Some(last) = self.last_output else {
            return false;
        };
        let step = pcr_difference(pcr + self.offset, last % PCR_WRAP);
        let max = if loss { LOSS_MAX_TICKS } else { STEP_MAX_TICKS };
        !(0..=max).contains(&step)
    }

    /// Whether a PCR of the source is before the last one.
    pub(crate) fn goes_back(&self, pcr: u64) -> bool {
        let last = self.last_output;
        last.is_some_and(|last| pcr_difference(pcr + self.offset, last % PCR_WRAP) < 0)
    }

    /// Whether a PCR of the source is far from a DTS that comes with it, and that is where the
    /// clock of before has it.
    pub(crate) fn is_damaged(&self, pcr: u64, dts: u64) -> bool {
        let is_near = |dts: u64, pcr: u64| {
            let distance = pts_difference(dts, pcr % PCR_WRAP / TICKS_PER_PTS);
            distance.abs() <= STAMP_DISTANCE_MAX
        };
        self.last_output
            .is_some_and(|last| is_near(self.shifted(dts), last) && !is_near(dts, pcr))
    }

    /// Odd timestamps turned out to be nothing: they are no sign in this source.
    pub(crate) const fn distrust_stamps(&mut self) {
        self.stamps_trusted = false;
    }

    /// Puts what follows on a new offset. Returns whether the offset changed.
    pub(crate) fn rebase(&mut self, pcr: Option<u64>, first: &FirstStamps) -> bool {
        let old = self.offset;
        match (pcr, self.last_output) {
            (Some(pcr), Some(last)) => {
                // Rounded up, so that the new PCR never comes before its time.
                let wanted = (last % PCR_WRAP + self.interval + PCR_WRAP - pcr) % PCR_WRAP;
                self.offset = wanted.next_multiple_of(TICKS_PER_PTS) % PCR_WRAP;
            }
            _ => self.follow_first(first),
        }
        self.forget_counters();
        let late = first
            .iter()
            .filter_map(|(pid, dts)| self.lateness(*pid, *dts))
            .max();
        let late = late
            .filter(|late| (1..=STAMP_DISTANCE_MAX).contains(late))
            .unwrap_or(0);
        self.offset = (self.offset + late.unsigned_abs() * TICKS_PER_PTS) % PCR_WRAP;
        self.offset != old
    }

    /// Maps a packet in place; returns its clock where it carries the output's clock.
    pub(crate) fn map(
        &mut self,
        packet: &mut Packet,
        is_pes: bool,
        split: &mut u64,
    ) -> Option<u64> {
        let view = PacketView::new(packet);
        let is_clock = self.is_clock(view);
        if is_clock && self.loses(view) {
            self.loss = true;
        }
        if is_clock && view.has_payload() {
            self.clock_cc = Some(view.cc());
        }
        let pes_start = is_pes && view.pusi() && !view.scrambled();
        let pcr = view.pcr();
        if pes_start {
            self.map_stamps(packet, split);
        }
        let pcr = pcr?;
        let output = is_clock.then(|| self.tick(pcr));
        if self.offset != 0 {
            packet::set_pcr(packet, pcr + self.offset);
        }
        output
    }

    fn tick(&mut self, pcr: u64) -> u64 {
        let Some(last) = self.last_output else {
            let first = (pcr + self.offset) % PCR_WRAP;
            self.last_output = Some(first);
            return first;
        };
        if self.is_jump(pcr, self.loss) {
            self.rebase(Some(pcr), &FirstStamps::new());
        }
        self.loss = false;
        let step = pcr_difference(pcr + self.offset, last % PCR_WRAP)
            .max(0)
            .unsigned_abs();
        if (1..=INTERVAL_TICKS_MAX).contains(&step) {
            self.interval = step;
        }
        self.last_output = Some(last + step);
        last + step
    }

    fn map_stamps(&mut self, packet: &mut Packet, split: &mut u64) {
        let view = PacketView::new(packet);
        let (pid, start) = (view.pid(), view.payload_start());
        let Some(payload) = packet.get_mut(start..) else {
            return;
        };
        let Some(view) = PesView::parse(payload) else {
            return;
        };
        *split += u64::from(view.is_cut());
        let Some((dts, pts)) = view.dts().zip(view.pts()) else {
            return;
        };
        let (dts, pts) = (self.shifted(dts), self.shifted(pts));
        let is_damage = self.is_damage(pid, dts, pts);
        if is_damage {
            return pes::clear_timestamps(payload);
        }
        if self.offset != 0 {
            pes::shift_timestamps(payload, self.offset / TICKS_PER_PTS);
        }
        self.remember(pid, dts, pts);
    }

    /// Whether timestamps are far from the clock, in a stream whose last ones were near it: by now it
    /// is known that the clock did not jump. A picture without them is decoded in its turn; one with
    /// them is shown minutes late or never.
    fn is_damage(&mut self, pid: u16, dts: u64, pts: u64) -> bool {
        let Some(last) = self.last_output else {
            return false;
        };
        let clock = last % PCR_WRAP / TICKS_PER_PTS;
        let is_near = |stamp: u64| pts_difference(stamp, clock).abs() <= STAMP_DISTANCE_MAX;
        let even = |stamp: &&mut Stamp| stamp.pid == pid && stamp.step > 1;
        let Some(stamp) = self.stamps.iter_mut().find(even) else {
            return false;
        };
        let is_damage =
            is_near(stamp.dts) && !(is_near(dts) && is_near(pts)) && stamp.damaged < DAMAGED_MAX;
        stamp.damaged += u8::from(is_damage);
        is_damage
    }

    fn remember(&mut self, pid: u16, dts: u64, pts: u64) {
        if let Some(stamp) = self.stamps.iter_mut().find(|stamp| stamp.pid == pid) {
            let step = pts_difference(dts, stamp.dts);
            if (1..=PTS_PER_SECOND.cast_signed()).contains(&step) {
                stamp.step = step.unsigned_abs();
            }
            stamp.dts = dts;
            stamp.damaged = 0;
            stamp.show_until(pts);
            return;
        }
        // A stream beyond the maximum has its timestamps moved, but is not watched at a seam.
        let _full = self.stamps.push(Stamp {
            pid,
            dts,
            step: 1,
            pts,
            damaged: 0,
        });
    }

    /// Without PCRs the streams themselves go on where they stopped.
    fn follow_first(&mut self, first: &FirstStamps) {
        let known = first.iter().find_map(|(pid, dts)| {
            let stamp = self.stamps.iter().find(|stamp| stamp.pid == *pid)?;
            Some((stamp.dts + stamp.step + PTS_WRAP - dts) % PTS_WRAP)
        });
        if let Some(offset) = known {
            self.offset = offset * TICKS_PER_PTS;
        }
    }

    /// How far the first DTS of a new timeline stands before the place where it should, 90 kHz.
    fn lateness(&self, pid: u16, dts: u64) -> Option<i64> {
        let stamp = self.stamps.iter().find(|stamp| stamp.pid == pid)?;
        Some(pts_difference(stamp.dts + stamp.step, self.shifted(dts)))
    }

    const fn shifted(&self, stamp: u64) -> u64 {
        (stamp + self.offset / TICKS_PER_PTS) % PTS_WRAP
    }

    fn loses(&self, view: PacketView<'_>) -> bool {
        view.has_payload() && !view.discontinuity() && self.is_loss(Some(view.cc()))
    }

    fn is_clock(&mut self, view: PacketView<'_>) -> bool {
        let pid = view.pid();
        let ours = self.clock_pid == Some(pid);
        if self.clock_pid_confirmed || view.pcr().is_none() {
            return ours;
        }
        self.strangers += u8::from(!ours);
        if self.clock_pid.is_none() || self.strangers >= STRANGERS_MAX {
            self.clock_pid = Some(pid);
            self.clock_cc = None;
        }
        let ours = self.clock_pid == Some(pid);
        self.clock_pid_confirmed = ours;
        ours
    }
}
