//! The clock at a [`Seam::Switch`](crate::Seam): where the first picture of another stream is put.
//!
//! The new PCR follows the last one by the usual interval, so the distance from PCR to DTS, which
//! says how full a decoder's buffer is to be, stays that of the new stream. Where its first picture
//! would then be decoded or shown before the last one of the old stream, everything moves to later
//! by just so much, and the clock in between is filled in. Only the stream that decides (video,
//! where there is any) moves the clock. What overlaps in the others is not given out a second time:
//! see [`Timeline::is_given`].

use super::{
    INTERVAL_TICKS_MAX, LOSS_MAX_TICKS, STAMP_DISTANCE_MAX, Stamp, Timeline, pts_difference,
};
use crate::psi::{Program, STREAMS_MAX};
use crate::ticks::{PCR_WRAP, PTS_PER_SECOND, TICKS_PER_PTS, pcr_difference};

/// Two streams overlap by no more: each DTS is at most so far from the clock. 90 kHz.
const OVERLAP_MAX: i64 = 2 * STAMP_DISTANCE_MAX;

/// The first access unit of a new stream, in the time of its source.
#[derive(Clone, Copy, Debug)]
pub(crate) struct First {
    /// PIDs of the output: of the stream, and of the clock that goes with it.
    pub(crate) pid: u16,
    pub(crate) clock_pid: u16,
    /// PID of the output of the stream before that is decoded and shown up to here. Another one
    /// where the coding differs.
    pub(crate) follows: Option<u16>,
    /// 90 kHz.
    pub(crate) dts: u64,
    /// 90 kHz.
    pub(crate) pts: u64,
    /// 27 MHz, when it comes; `None` where the stream has no clock.
    pub(crate) pcr: Option<u64>,
}

impl Timeline {
    /// Puts a new stream behind the old one. Returns whether the offset changed.
    pub(crate) fn splice(&mut self, first: &First) -> bool {
        let old = self.offset;
        let is_near =
            |pcr: &u64| pts_difference(first.dts, *pcr / TICKS_PER_PTS).abs() <= STAMP_DISTANCE_MAX;
        let clocks = first.pcr.filter(is_near).zip(self.last_output);
        let shift = if let Some((pcr, last)) = clocks {
            let wanted = (last % PCR_WRAP + self.interval + PCR_WRAP - pcr) % PCR_WRAP;
            self.offset = wanted.next_multiple_of(TICKS_PER_PTS) % PCR_WRAP;
            let before = [Some(first.pid), first.follows];
            let stamps = before
                .into_iter()
                .flatten()
                .filter_map(|pid| self.stamp(pid));
            let overlaps = stamps.map(|stamp| self.overlap(stamp, first));
            // A stamp that is farther away is of a stream that ended long ago.
            overlaps
                .filter(|overlap| (0..=OVERLAP_MAX).contains(overlap))
                .max()
                .unwrap_or(0)
        } else {
            let before = first.follows.and_then(|pid| self.stamp(pid));
            let stamp = before
                .or_else(|| self.stamp(first.pid))
                .or_else(|| self.latest_stamp());
            stamp.map_or(0, |stamp| self.overlap(stamp, first))
        };
        self.move_by(shift);
        self.forget_counters();
        self.offset != old
    }

    /// Whether the time of this DTS was already given out on this PID of the output.
    pub(crate) fn is_given(&self, pid: u16, dts: u64) -> bool {
        self.stamp(pid).is_some_and(|stamp| {
            let overlap = pts_difference(stamp.next(), self.shifted(dts));
            (1..=OVERLAP_MAX).contains(&overlap)
        })
    }

    /// The next reading to be given out on the way to `pcr`, which is more than 100 ms away.
    pub(crate) fn fill(&mut self, pcr: u64) -> Option<u64> {
        let last = self.last_output?;
        let gap = pcr_difference(pcr + self.offset, last % PCR_WRAP);
        let is_wide = gap > INTERVAL_TICKS_MAX.cast_signed() && gap <= LOSS_MAX_TICKS;
        let next = is_wide.then_some(last + INTERVAL_TICKS_MAX)?;
        self.last_output = Some(next);
        Some(next)
    }

    /// Streams that the program does not have any more may come back with another one, and then
    /// must not go back; until then they have no pace.
    pub(super) fn leave_streams(&mut self, program: &Program) {
        let stays = |stamp: &Stamp| program.stream(stamp.pid).is_some();
        if self.stamps.len() + program.streams.len() > STREAMS_MAX {
            self.stamps.retain(stays);
        }
        for stamp in self.stamps.iter_mut().filter(|stamp| !stays(stamp)) {
            stamp.step = 1;
        }
    }

    /// How far `first` stands before the end of what was given out, 90 kHz; negative: behind it.
    fn overlap(&self, stamp: &Stamp, first: &First) -> i64 {
        let decoded = pts_difference(stamp.next(), self.shifted(first.dts));
        let shown = pts_difference(stamp.pts + stamp.step, self.shifted(first.pts));
        decoded.max(shown)
    }

    fn stamp(&self, pid: u16) -> Option<&Stamp> {
        self.stamps.iter().find(|stamp| stamp.pid == pid)
    }

    fn latest_stamp(&self) -> Option<&Stamp> {
        let later = |one: &Stamp, other: &Stamp| pts_difference(other.next(), one.next()) > 0;
        self.stamps
            .iter()
            .reduce(|one, other| if later(one, other) { other } else { one })
    }

    fn move_by(&mut self, shift: i64) {
        let ticks = shift.unsigned_abs() * TICKS_PER_PTS % PCR_WRAP;
        let forward = if shift < 0 { PCR_WRAP - ticks } else { ticks };
        self.offset = (self.offset + forward) % PCR_WRAP;
    }
}

impl Stamp {
    /// The earliest DTS that may follow.
    const fn next(&self) -> u64 {
        self.dts + self.step
    }

    /// Takes note of a PTS, unless it lies where no reordering puts it (H.264: 16 frames).
    pub(super) fn show_until(&mut self, pts: u64) {
        let ahead = pts_difference(pts, self.dts);
        let is_sound = (0..=PTS_PER_SECOND.cast_signed()).contains(&ahead);
        let later = pts_difference(pts, self.pts);
        // A far step is a new timeline: what was shown before it does not count any more.
        let is_near = later.abs() <= PTS_PER_SECOND.cast_signed();
        if is_sound && (later > 0 || !is_near) {
            self.pts = pts;
        }
    }
}
