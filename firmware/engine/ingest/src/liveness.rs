//! What tells a supervisor that a stream is alive: its time, its pictures, its sound.
//!
//! Looks at what leaves the conditioner. For nearly all packets that is one branch: only those at
//! which a PES packet begins are looked into, and the packets of a key picture while its
//! fingerprint is taken.
//!
//! What does not belong here: any judgement. Whether a stream without video for so long is dead is
//! decided by who reads the counters.

use mpegts::pes::PesView;
use mpegts::psi::STREAMS_MAX;
use mpegts::ticks::{PTS_PER_SECOND, TICKS_PER_PTS, TICKS_PER_SECOND, pts_difference};
use mpegts::{Packet, PacketView, Program};

use crate::repeats::{Key, Repeats};

/// A step of the stream's time beyond this is no playing time.
const STEP_TICKS_MAX: u64 = TICKS_PER_SECOND;
/// So long a clock may be silent before DTS are time: clause 2.7.2 allows it 100 ms.
const CLOCK_SILENT_TICKS_MAX: u64 = TICKS_PER_SECOND;
/// Packets of a key picture that make its fingerprint, 2.9 KB: parameter sets and the settings
/// that x264 writes into its first pictures take up to 1 KB, and only behind them the pictures
/// differ.
const FINGERPRINT_PACKETS_MAX: u32 = 16;

/// Counts what a stream consists of.
#[derive(Debug)]
pub(crate) struct Liveness {
    /// PIDs of the program and whether they carry pictures or sound.
    streams: heapless::Vec<(u16, Kind), STREAMS_MAX>,
    time: Time,
    video_units: u64,
    audio_units: u64,
    /// The source's clock went back since the last key picture.
    went_back: bool,
    /// A join point was announced and its picture has not come yet.
    key_expected: bool,
    key: Option<Fingerprint>,
    repeats: Repeats,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Video,
    Audio,
    Other,
}

/// A key picture being read.
#[derive(Clone, Copy, Debug)]
struct Fingerprint {
    pid: u16,
    key: Key,
}

/// Forward progress by PCR, and by DTS where no PCR comes.
#[derive(Debug, Default)]
struct Time {
    ticks: u64,
    clock: Option<u64>,
    dts: Option<(u16, u64)>,
    /// DTS went on by so much since the last PCR.
    silent: u64,
}

impl Liveness {
    pub(crate) const fn new() -> Self {
        Self {
            streams: heapless::Vec::new(),
            time: Time {
                ticks: 0,
                clock: None,
                dts: None,
                silent: 0,
            },
            video_units: 0,
            audio_units: 0,
            went_back: false,
            key_expected: false,
            key: None,
            repeats: Repeats::new(),
        }
    }

    /// Stream time taken in, 27 MHz ticks.
    pub(crate) const fn ticks(&self) -> u64 {
        self.time.ticks
    }

    /// PES packets of video that began.
    pub(crate) const fn video_units(&self) -> u64 {
        self.video_units
    }

    /// PES packets of sound that began.
    pub(crate) const fn audio_units(&self) -> u64 {
        self.audio_units
    }

    /// How often a short clip has come round.
    pub(crate) const fn clip_repeats(&self) -> u64 {
        self.repeats.count()
    }

    /// How long the clip that came round last is, 27 MHz ticks.
    pub(crate) const fn clip_ticks(&self) -> u64 {
        self.repeats.clip_ticks()
    }

    /// Another program is given out.
    pub(crate) fn set_program(&mut self, program: &Program) {
        let kind = |codec: mpegts::Codec| match codec {
            codec if codec.is_video() => Kind::Video,
            codec if codec.is_audio() => Kind::Audio,
            _ => Kind::Other,
        };
        let streams = program.streams.iter();
        self.streams = streams.map(|of| (of.pid, kind(of.codec))).collect();
    }

    /// Another stream follows.
    pub(crate) const fn switched(&mut self) {
        self.repeats.restart();
        self.key = None;
        self.key_expected = false;
        self.went_back = false;
    }

    /// The clock of the source went back.
    pub(crate) const fn went_back(&mut self) {
        self.went_back = true;
    }

    /// A join point follows.
    pub(crate) const fn join(&mut self) {
        self.key_expected = true;
    }

    /// The clock reads `ticks`; it never goes back.
    pub(crate) fn clock(&mut self, ticks: u64) {
        self.time.clock(ticks);
    }

    /// A packet that is given out.
    #[inline]
    pub(crate) fn packet(&mut self, packet: &Packet) {
        let is_start = packet[1] & 0x40 != 0;
        if is_start || self.key.is_some() {
            self.look(packet, is_start);
        }
    }

    fn look(&mut self, packet: &Packet, is_start: bool) {
        let view = PacketView::new(packet);
        if !is_start {
            if let Some(key) = self.key.as_mut().filter(|key| key.pid == view.pid()) {
                key.read(view.payload());
            }
            return;
        }
        // What is scrambled is neither picture nor sound to anybody.
        let pes = PesView::parse(view.payload()).filter(|_| !view.scrambled());
        let Some(pes) = pes else {
            return;
        };
        match self.kind(view.pid(), pes) {
            Kind::Video => {
                self.video_units += 1;
                self.end_key(view.pid());
                if std::mem::take(&mut self.key_expected) {
                    let went_back = std::mem::take(&mut self.went_back);
                    self.key = Some(Fingerprint::new(view.pid(), self.time.ticks, went_back));
                    self.key.iter_mut().for_each(|key| key.read(pes.data()));
                }
                self.time.dts(view.pid(), pes.dts());
            }
            Kind::Audio => {
                self.audio_units += 1;
                if !self.has_video() {
                    self.time.dts(view.pid(), pes.dts());
                }
            }
            Kind::Other => {}
        }
    }

    /// By the map; before it is known, by what was seen.
    fn has_video(&self) -> bool {
        let listed = self.streams.iter().any(|(_, kind)| *kind == Kind::Video);
        listed || self.streams.is_empty() && self.video_units > 0
    }

    /// By the map; before it is known, and for the rest of the step in which it changes, by
    /// stream_id (ISO/IEC 13818-1 table 2-22).
    fn kind(&self, pid: u16, pes: PesView<'_>) -> Kind {
        let listed = self.streams.iter().find(|(of, _)| *of == pid);
        listed.map_or(
            match pes.stream_id() {
                0xE0..=0xEF => Kind::Video,
                0xC0..=0xDF => Kind::Audio,
                _ => Kind::Other,
            },
            |(_, kind)| *kind,
        )
    }

    fn end_key(&mut self, pid: u16) {
        if let Some(key) = self.key.take_if(|key| key.pid == pid) {
            self.repeats.push(key.key);
        }
    }
}

impl Fingerprint {
    /// FNV-1a's start.
    const fn new(pid: u16, ticks: u64, went_back: bool) -> Self {
        let key = Key {
            fingerprint: 0xCBF2_9CE4_8422_2325,
            packets: 0,
            ticks,
            went_back,
        };
        Self { pid, key }
    }

    fn read(&mut self, bytes: &[u8]) {
        if self.key.packets < FINGERPRINT_PACKETS_MAX {
            for byte in bytes {
                let mixed = self.key.fingerprint ^ u64::from(*byte);
                self.key.fingerprint = mixed.wrapping_mul(0x0100_0000_01B3);
            }
        }
        self.key.packets = self.key.packets.saturating_add(1);
    }
}

impl Time {
    fn clock(&mut self, ticks: u64) {
        let step = self.clock.map_or(0, |last| ticks.saturating_sub(last));
        self.clock = Some(ticks);
        self.ticks += step.min(STEP_TICKS_MAX);
        self.silent = 0;
    }

    fn dts(&mut self, pid: u16, dts: Option<u64>) {
        let Some(dts) = dts else { return };
        let last = self.dts.replace((pid, dts));
        let step = last
            .filter(|(of, _)| *of == pid)
            .map_or(0, |(_, last)| pts_difference(dts, last));
        if !(1..=PTS_PER_SECOND.cast_signed()).contains(&step) {
            return;
        }
        let step = step.unsigned_abs() * TICKS_PER_PTS;
        self.silent = self.silent.saturating_add(step);
        if self.clock.is_none() || self.silent > CLOCK_SILENT_TICKS_MAX {
            self.ticks += step;
        }
    }
}
