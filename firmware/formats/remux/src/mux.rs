//! Units to transport packets: PES, clock, tables, continuity.
//!
//! The clock (PCR) is made from the decoding times: [`DELAY_TICKS`] before the unit that goes out,
//! so that a unit of another stream may come that much later than its place and still be decoded
//! in time. Pacing by it is done by whoever reads the stream.

mod packetizer;
mod tables;

use mpegts::ticks::{PTS_PER_SECOND, PTS_WRAP, pts_difference};

use crate::stream::{StreamInfo, UnitHead};
use packetizer::{Packetizer, pcr_packet};
use tables::Tables;

/// PIDs of the program. The streams follow each other from the second on.
const PMT_PID: u16 = 0x1000;
const STREAM_PID: u16 = 0x100;
/// Streams of one program at most; units of further ones are dropped.
const STREAMS_MAX: usize = 16;

/// 400 ms from the clock to the decoding of what goes out.
const DELAY_TICKS: u64 = PTS_PER_SECOND * 2 / 5;
/// Added to all times: a stream that begins at zero, with pictures decoded a little before it,
/// then neither begins below zero nor has a clock that does.
const LEAD_TICKS: u64 = 2 * PTS_PER_SECOND;
/// A PCR is due every 40 ms; ISO/IEC 13818-1 clause 2.7.2 allows 100.
const PCR_TICKS: i64 = PTS_PER_SECOND.cast_signed() / 25;
/// PAT and PMT are due every 100 ms (ETSI TR 101 154, ATSC A/78), and before each key frame.
const TABLES_TICKS: i64 = PTS_PER_SECOND.cast_signed() / 10;
/// A longer step of the clock is a gap: it is not filled with PCRs.
const GAP_TICKS: i64 = PTS_PER_SECOND.cast_signed();
/// A unit that is late by more than this is of another timeline.
const LATE_TICKS_MAX: i64 = 10 * PTS_PER_SECOND.cast_signed();

/// What was not given out; all only ever grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Units that came too late to be decoded.
    pub late: u64,
    /// Units before the unit of their stream that went before them.
    pub backwards: u64,
    /// Times that the clock began anew because the pictures' times went back.
    pub restarts: u64,
}

/// Makes one program of the units of its streams, which are to come in order of decoding.
#[derive(Debug)]
pub struct Mux {
    streams: Vec<Stream>,
    tables: Tables,
    /// The clock given out last, in 90 kHz ticks with the lead.
    clock: Option<u64>,
    tables_at: Option<u64>,
    /// The stream whose unit is open; `None` while a unit is dropped.
    open: Option<usize>,
    stats: Stats,
}

#[derive(Debug)]
struct Stream {
    info: StreamInfo,
    packets: Packetizer,
    last_dts: Option<u64>,
}

impl Default for Mux {
    fn default() -> Self {
        Self::new()
    }
}

impl Mux {
    /// Without streams.
    #[must_use]
    pub fn new() -> Self {
        Self {
            streams: Vec::new(),
            tables: Tables::new(PMT_PID),
            clock: None,
            tables_at: None,
            open: None,
            stats: Stats::default(),
        }
    }

    /// The streams of the program from here on. Where they are others than before, the PMT gets
    /// another version; counters go on.
    pub fn set_streams<'a, I>(&mut self, infos: I)
    where
        I: IntoIterator<Item = &'a StreamInfo, IntoIter: Clone>,
    {
        let infos = infos.into_iter();
        if infos
            .clone()
            .eq(self.streams.iter().map(|stream| &stream.info))
        {
            return;
        }
        let mut count = 0;
        for (index, info) in infos.take(STREAMS_MAX).enumerate() {
            count = index + 1;
            match self.streams.get_mut(index) {
                Some(stream) => stream.info = info.clone(),
                None => self.streams.push(Stream {
                    info: info.clone(),
                    packets: Packetizer::new(stream_pid(index)),
                    last_dts: None,
                }),
            }
        }
        self.streams.truncate(count);
        let clock = self.clock_stream();
        let infos = self.streams.iter().map(|stream| &stream.info);
        if self
            .tables
            .describe(stream_pid(clock), infos.zip((0..).map(stream_pid)))
        {
            self.tables_at = None;
        }
    }

    /// The times that follow have nothing to do with those before.
    pub fn restart_clock(&mut self) {
        self.clock = None;
        self.tables_at = None;
        for stream in &mut self.streams {
            stream.last_dts = None;
        }
    }

    /// What was not given out so far.
    #[must_use]
    pub const fn stats(&self) -> Stats {
        self.stats
    }

    /// A unit begins; packets are appended to `out`. A unit that comes too late is passed over.
    pub fn begin(&mut self, head: &UnitHead, out: &mut Vec<u8>) {
        self.end(out);
        let head = UnitHead {
            pts: led(head.pts),
            dts: led(head.dts),
            ..*head
        };
        if !self.admits(&head) {
            return;
        }
        let clock = self.tick(&head, out);
        let is_video = self
            .streams
            .get(head.stream)
            .is_some_and(|s| s.info.is_video);
        self.tables_if_due(head.is_key && is_video, out);
        if let Some(stream) = self.streams.get_mut(head.stream) {
            stream.last_dts = Some(head.dts);
            stream.packets.begin(&head, &stream.info, clock, out);
            self.open = Some(head.stream);
        }
    }

    /// Its next bytes.
    pub fn data(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        if let Some(stream) = self.open.and_then(|index| self.streams.get_mut(index)) {
            stream.packets.data(bytes, out);
        }
    }

    /// It is whole, or will not be.
    pub fn end(&mut self, out: &mut Vec<u8>) {
        let open = self.open.take();
        if let Some(stream) = open.and_then(|index| self.streams.get_mut(index)) {
            stream.packets.end(out);
        }
    }

    /// The stream that carries the clock: the first picture, else the first of all.
    fn clock_stream(&self) -> usize {
        let video = self.streams.iter().position(|stream| stream.info.is_video);
        video.unwrap_or(0)
    }

    fn admits(&mut self, head: &UnitHead) -> bool {
        let is_clock = head.stream == self.clock_stream();
        let Some(stream) = self.streams.get(head.stream) else {
            return false;
        };
        let since = |earlier: Option<u64>| earlier.map_or(0, |at| pts_difference(head.dts, at));
        let (since_clock, since_own) = (since(self.clock), since(stream.last_dts));
        if is_clock && since_clock.min(since_own) < -LATE_TICKS_MAX {
            self.stats.restarts += 1;
            self.restart_clock();
            return true;
        }
        self.stats.late += u64::from(since_clock < 0);
        self.stats.backwards += u64::from(since_clock >= 0 && since_own < 0);
        since_clock >= 0 && since_own >= 0
    }

    /// Moves the clock on to the unit. Gives the clock that the unit is to carry, and packets with
    /// nothing else wherever the unit cannot carry it or the step is too long.
    fn tick(&mut self, head: &UnitHead, out: &mut Vec<u8>) -> Option<u64> {
        let target = (head.dts + PTS_WRAP - DELAY_TICKS) % PTS_WRAP;
        let carries = head.stream == self.clock_stream();
        let due = if carries { 2 * PCR_TICKS } else { PCR_TICKS };
        while let Some(clock) = self.clock
            && (due..=GAP_TICKS).contains(&pts_difference(target, clock))
        {
            let next = (clock + PCR_TICKS.unsigned_abs()) % PTS_WRAP;
            self.clock = Some(next);
            self.give_clock(next, out);
        }
        let step = self.clock.map(|clock| pts_difference(target, clock));
        let is_far = step.is_none_or(|step| step > GAP_TICKS);
        if carries && step.is_none_or(|step| step > 0) {
            self.clock = Some(target);
            return self.clock;
        }
        if is_far {
            self.clock = Some(target);
            self.give_clock(target, out);
        }
        None
    }

    fn give_clock(&mut self, clock: u64, out: &mut Vec<u8>) {
        let index = self.clock_stream();
        if let Some(stream) = self.streams.get(index) {
            pcr_packet(stream_pid(index), stream.packets.counter(), clock, out);
        }
    }

    fn tables_if_due(&mut self, is_key: bool, out: &mut Vec<u8>) {
        let now = self.clock.unwrap_or(0);
        let is_due = |at: u64| !(0..TABLES_TICKS).contains(&pts_difference(now, at));
        if is_key || self.tables_at.is_none_or(is_due) {
            self.tables.give(out);
            self.tables_at = Some(now);
        }
    }
}

const fn led(ticks: u64) -> u64 {
    (ticks % PTS_WRAP + LEAD_TICKS) % PTS_WRAP
}

/// The PID of the stream with this index, of at most [`STREAMS_MAX`].
fn stream_pid(index: usize) -> u16 {
    STREAM_PID + u16::try_from(index.min(STREAMS_MAX)).unwrap_or(0)
}
