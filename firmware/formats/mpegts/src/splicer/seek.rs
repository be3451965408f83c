//! Where a new stream can begin: the search for its first random access point.
//!
//! Video begins with a key picture, sound alone with any PES packet. What belongs to other streams
//! is kept for a while, because sound that is to be heard with the key picture may come before it.
//!
//! The wait is bounded twice, because nothing says that a key picture ever comes (some encoders
//! refresh pictures bit by bit), or that a map does; many send the map with key pictures only. In time of the stream: 12 s, as encoders left at their defaults
//! send one every 250 pictures, 10 s at 25 a second. In packets: 49 MB, which is the same 12 s at
//! 32 Mbit/s, for streams whose clock stands still. Nothing is stored meanwhile but one queue. When
//! the wait is over any picture with a time will do, and after one more second anything at all.

use std::collections::VecDeque;

use crate::packet::{NULL_PID, Packet, PacketView};
use crate::pes::PesView;
use crate::psi::{Program, Stream};
use crate::random_access::{AccessUnitScan, Verdict};
use crate::ticks::{PCR_WRAP, TICKS_PER_PTS, TICKS_PER_SECOND, pcr_difference};

/// Packets kept: 0.1 s of a stream of 1.5 Mbit/s, half a second and more of its sound alone.
pub(crate) const QUEUE_PACKETS_MAX: usize = 96;
/// Packets of a picture before it must be known for a key picture, as in `joins`.
const PICTURE_PACKETS_MAX: usize = 9;
const SEEK_PACKETS_MAX: u32 = 1 << 18;
const SEEK_TICKS_MAX: u64 = 12 * TICKS_PER_SECOND;
/// The time behind these for any picture: 1.2 s at 10 Mbit/s.
const MORE_PACKETS_MAX: u32 = 8192;
const MORE_TICKS_MAX: u64 = TICKS_PER_SECOND;
/// So many PES packets of sound without one packet of the picture make a program of sound.
const SOUND_ALONE_MAX: u8 = 64;

/// How the search stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    Searching,
    /// The stream can begin.
    Found,
    /// It has to begin without.
    Over,
}

/// The search in one stream.
#[derive(Debug)]
pub(crate) struct Seek {
    /// The picture that may be, or is, the first.
    picture: heapless::Vec<Packet, PICTURE_PACKETS_MAX>,
    scan: Option<AccessUnitScan>,
    is_found: bool,
    /// Packets of other streams, oldest first; behind the picture all packets.
    queue: VecDeque<Packet>,
    packets: u32,
    time: Stopwatch,
    /// Last PCR on the PID that the map names, and on any other.
    clock: Option<u64>,
    stranger: Option<(u16, u64)>,
    /// The last one when the picture began.
    clock_at_start: Option<u64>,
    /// Starts of sound since the last packet of the picture.
    sound: u8,
}

/// Time of the stream that went by, jumps left out.
#[derive(Debug, Default)]
struct Stopwatch {
    last: Option<u64>,
    ticks: u64,
}

impl Seek {
    pub(crate) fn new() -> Self {
        Self {
            picture: heapless::Vec::new(),
            scan: None,
            is_found: false,
            queue: VecDeque::with_capacity(QUEUE_PACKETS_MAX),
            packets: 0,
            time: Stopwatch::default(),
            clock: None,
            stranger: None,
            clock_at_start: None,
            sound: 0,
        }
    }

    /// Another stream begins. Returns how many packets are given up.
    pub(crate) fn restart(&mut self) -> u64 {
        self.packets = 0;
        self.time = Stopwatch::default();
        self.sound = 0;
        self.forget()
    }

    /// The bytes of a run are over; what is kept belongs to it. Returns how many packets that is.
    pub(crate) fn forget(&mut self) -> u64 {
        let kept = self.queue.len() + self.picture.len();
        self.queue.clear();
        self.picture.clear();
        self.scan = None;
        self.is_found = false;
        self.forget_clock();
        kept as u64
    }

    fn forget_clock(&mut self) {
        self.time.last = None;
        self.clock = None;
        self.stranger = None;
        self.clock_at_start = None;
    }

    /// The PID of the source's clock: the one that its map names, unless the clock is elsewhere.
    pub(crate) fn clock_pid(&self, program: &Program) -> u16 {
        match (self.clock, self.stranger) {
            (None, Some((pid, _))) => pid,
            _ => program.pcr_pid,
        }
    }

    /// The last PCR on it.
    pub(crate) fn clock(&self) -> Option<u64> {
        self.clock.or(self.stranger.map(|(_, pcr)| pcr))
    }

    /// The last PCR on it that came with the start of the picture, or before.
    pub(crate) const fn clock_at_start(&self) -> Option<u64> {
        self.clock_at_start
    }

    /// The first packets of the picture, then the others, in order.
    pub(crate) fn take_picture(&mut self) -> heapless::Vec<Packet, PICTURE_PACKETS_MAX> {
        std::mem::take(&mut self.picture)
    }

    pub(crate) fn next_kept(&mut self) -> Option<Packet> {
        self.queue.pop_front()
    }

    /// Takes a packet; `program` is there once its map was read. Returns how the search stands and
    /// whether a packet was given up.
    pub(crate) fn take(&mut self, packet: &Packet, program: Option<&Program>) -> (Progress, u64) {
        self.packets = self.packets.saturating_add(1);
        let view = PacketView::new(packet);
        let Some(program) = program else {
            self.watch_clock(view, NULL_PID);
            let lost = self.keep(packet);
            let progress = if self.is_over(0) {
                Progress::Over
            } else {
                Progress::Searching
            };
            return (progress, lost);
        };
        self.watch_clock(view, program.pcr_pid);
        let lost = self.look(packet, program);
        (self.progress(program), lost)
    }

    /// The map has come: what was kept without it is looked at once more.
    pub(crate) fn look_again(&mut self, program: &Program) -> (Progress, u64) {
        self.forget_clock();
        let mut lost = 0;
        for _ in 0..self.queue.len() {
            if let Some(packet) = self.queue.pop_front() {
                self.watch_clock(PacketView::new(&packet), program.pcr_pid);
                lost += self.look(&packet, program);
            }
        }
        (self.progress(program), lost)
    }

    /// Whether the wait for a key picture is over, and so many times the wait for any picture.
    fn is_over(&self, more: u32) -> bool {
        self.time.ticks > SEEK_TICKS_MAX + u64::from(more) * MORE_TICKS_MAX
            || self.packets >= SEEK_PACKETS_MAX + more * MORE_PACKETS_MAX
    }

    fn progress(&self, program: &Program) -> Progress {
        let is_over = self.is_over(1);
        let has_clock = program.pcr_pid == NULL_PID || self.clock().is_some();
        if self.is_found && (has_clock || self.queue.len() >= QUEUE_PACKETS_MAX) {
            Progress::Found
        } else if is_over {
            Progress::Over
        } else {
            Progress::Searching
        }
    }

    fn look(&mut self, packet: &Packet, program: &Program) -> u64 {
        if self.is_found {
            return self.keep(packet);
        }
        let view = PacketView::new(packet);
        if view.scrambled() {
            // Nobody can read it, so nothing can begin with it.
            return 1;
        }
        let stream = program.stream(view.pid());
        if stream.is_some_and(|stream| stream.codec.is_audio()) && view.pusi() {
            self.sound = self.sound.saturating_add(1);
        }
        match self.main(program) {
            Some(main) if main.pid == view.pid() => self.look_at_main(packet, *main),
            _ if stream.is_some() => self.keep(packet),
            _ => 1,
        }
    }

    fn main<'a>(&self, program: &'a Program) -> Option<&'a Stream> {
        let sound = || {
            program
                .streams
                .iter()
                .find(|stream| stream.codec.is_audio())
        };
        let alone = (self.sound >= SOUND_ALONE_MAX).then(sound).flatten();
        alone.or_else(|| program.main())
    }

    fn look_at_main(&mut self, packet: &Packet, main: Stream) -> u64 {
        if main.codec.is_video() {
            self.sound = 0;
        }
        let view = PacketView::new(packet);
        let is_start = view.pusi() && view.has_payload();
        let verdict = if is_start {
            self.time_without_clock(view);
            self.start(view, main)
        } else if let Some(scan) = &mut self.scan {
            scan.feed(view.payload())
        } else {
            return 1;
        };
        let given_up = if is_start || verdict == Verdict::No {
            std::mem::take(&mut self.picture).len() as u64
        } else {
            0
        };
        if verdict == Verdict::No || self.picture.push(*packet).is_err() {
            let lost = self.picture.len() as u64;
            self.picture.clear();
            self.scan = None;
            return given_up + lost + 1;
        }
        self.is_found = verdict == Verdict::Yes;
        given_up
    }

    fn start(&mut self, view: PacketView<'_>, main: Stream) -> Verdict {
        let pes = PesView::parse(view.payload());
        let mut scan = AccessUnitScan::new(main.codec);
        let verdict = match pes {
            _ if view.random_access() => Verdict::Yes,
            Some(pes) if self.is_over(0) && pes.dts().is_some() => Verdict::Yes,
            Some(_) if !main.codec.is_video() => Verdict::Yes,
            Some(pes) => scan.feed(pes.data()),
            None => Verdict::No,
        };
        self.scan = Some(scan);
        self.clock_at_start = self.clock();
        verdict
    }

    /// Keeps a packet; the oldest makes room. Returns whether one did.
    fn keep(&mut self, packet: &Packet) -> u64 {
        let full = self.queue.len() >= QUEUE_PACKETS_MAX;
        if full {
            self.queue.pop_front();
        }
        self.queue.push_back(*packet);
        u64::from(full)
    }

    fn watch_clock(&mut self, view: PacketView<'_>, named: u16) {
        let Some(pcr) = view.pcr() else { return };
        if view.pid() == named {
            self.clock = Some(pcr);
            self.time.read(pcr);
        } else if self.stranger.is_none_or(|(pid, _)| pid == view.pid()) {
            self.stranger = Some((view.pid(), pcr));
            if self.clock.is_none() {
                self.time.read(pcr);
            }
        }
    }

    fn time_without_clock(&mut self, view: PacketView<'_>) {
        let dts = PesView::parse(view.payload()).and_then(PesView::dts);
        if let Some(dts) = dts.filter(|_| self.clock().is_none()) {
            self.time.read(dts * TICKS_PER_PTS % PCR_WRAP);
        }
    }
}

impl Stopwatch {
    fn read(&mut self, ticks: u64) {
        let step = self
            .last
            .replace(ticks)
            .map(|last| pcr_difference(ticks, last));
        let is_time = |step: &i64| (0..=TICKS_PER_SECOND.cast_signed()).contains(step);
        self.ticks += step.filter(is_time).unwrap_or(0).unsigned_abs();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::psi::Codec;

    fn program(codecs: &[Codec]) -> Program {
        let stream = |(pid, codec): (u16, &Codec)| Stream {
            pid,
            stream_type: 0,
            codec: *codec,
            language: None,
        };
        Program {
            number: 1,
            pmt_pid: 0x50,
            pcr_pid: 0x100,
            version: 0,
            streams: (0x100..).zip(codecs).map(stream).collect(),
        }
    }

    fn start(pid: u16, data: &[u8]) -> Packet {
        let [high, low] = pid.to_be_bytes();
        let head = [
            0x47,
            0x40 | high,
            low,
            0x10,
            0,
            0,
            1,
            0xE0,
            0,
            0,
            0x80,
            0,
            0,
        ];
        let mut packet = [0xFF; 188];
        packet[..13].copy_from_slice(&head);
        packet[13..13 + data.len()].copy_from_slice(data);
        packet
    }

    const PICTURE: &[u8] = &[0, 0, 1, 0x41];
    const KEY: &[u8] = &[0, 0, 1, 0x67];

    #[test]
    fn the_wait_ends_by_packets_and_by_time() {
        let program = program(&[Codec::H264, Codec::AacAdts]);
        let mut seek = Seek::new();
        let packet = start(0x100, PICTURE);
        let all = (0..2 * SEEK_PACKETS_MAX)
            .find(|_| seek.take(&packet, Some(&program)).0 == Progress::Over);
        assert_eq!(all, Some(SEEK_PACKETS_MAX + MORE_PACKETS_MAX - 1));
        let mut seek = Seek::new();
        let second = |n: u64| crate::packet::clock_packet(0x100, n * TICKS_PER_SECOND % PCR_WRAP);
        let from = PCR_WRAP / TICKS_PER_SECOND - 5;
        let over =
            (0..60).find(|n| seek.take(&second(from + n), Some(&program)).0 == Progress::Over);
        assert!((13..=16).contains(&over.unwrap_or(0)), "{over:?} s");
    }

    #[test]
    fn the_wait_for_a_map_ends() {
        let mut seek = Seek::new();
        let packet = start(0x100, KEY);
        let all = (0..).find(|_| seek.take(&packet, None).0 == Progress::Over);
        assert_eq!(all, Some(SEEK_PACKETS_MAX - 1));
    }

    #[test]
    fn a_key_picture_before_the_map_is_found_again() {
        let program = program(&[Codec::H264, Codec::AacAdts]);
        let mut seek = Seek::new();
        let packets = [
            start(0x101, &[1]),
            start(0x100, PICTURE),
            crate::packet::clock_packet(0x100, 5),
            start(0x100, KEY),
        ];
        for packet in &packets {
            assert_eq!(seek.take(packet, None), (Progress::Searching, 0));
        }
        assert_eq!(seek.look_again(&program), (Progress::Found, 2));
        assert_eq!(seek.clock_at_start(), Some(5));
        assert_eq!(seek.take_picture().to_vec(), packets[3..]);
        assert_eq!(seek.next_kept(), Some(packets[0]));
    }

    #[test]
    fn sound_that_stands_alone_is_enough() {
        let program = program(&[Codec::H264, Codec::AacAdts]);
        let mut seek = Seek::new();
        seek.take(&crate::packet::clock_packet(0x100, 5), Some(&program));
        let sound = start(0x101, &[1]);
        let all = (0..100).find(|_| seek.take(&sound, Some(&program)).0 == Progress::Found);
        assert_eq!(all, Some(u64::from(SOUND_ALONE_MAX) - 1));
    }
}
