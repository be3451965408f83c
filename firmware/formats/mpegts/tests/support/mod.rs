//! A small multiplexer for tests: streams whose every property is known.
#![allow(
    clippy::unwrap_used,
    dead_code,
    unreachable_pub,
    reason = "each test file uses its own part of what is made for tests"
)]

use mpegts::check::Checker;
use mpegts::packet::{PacketView, set_cc, set_pcr};
use mpegts::pes::encode_stamp;
use mpegts::psi::{Pat, PatEntry, Stream, build_pmt, packetize, section_view};
use mpegts::ticks::{PCR_WRAP, PTS_WRAP};
use mpegts::{Codec, Conditioner, PACKET_BYTES, Packet, Program, Seam, Sink};

pub mod source;

pub const VIDEO: u16 = 0x100;
pub const AUDIO: u16 = 0x101;
pub const PMT: u16 = 0x1000;
pub const FRAME: u64 = 3600;

/// What came out, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    Join(Vec<(u16, u8)>),
    Clock(u64),
    Packet(Box<Packet>),
}

#[derive(Debug, Default)]
pub struct Recorder(pub Vec<Event>);

impl Sink for Recorder {
    fn random_access(&mut self, counters: &[(u16, u8)]) {
        self.0.push(Event::Join(counters.to_vec()));
    }
    fn clock(&mut self, ticks: u64) {
        self.0.push(Event::Clock(ticks));
    }
    fn packet(&mut self, packet: &Packet) {
        self.0.push(Event::Packet(Box::new(*packet)));
    }
}

impl Recorder {
    pub fn packets(&self) -> Vec<Packet> {
        let packet = |event: &Event| match event {
            Event::Packet(packet) => Some(**packet),
            _ => None,
        };
        self.0.iter().filter_map(packet).collect()
    }
    pub fn clocks(&self) -> Vec<u64> {
        let clock = |event: &Event| match event {
            Event::Clock(ticks) => Some(*ticks),
            _ => None,
        };
        self.0.iter().filter_map(clock).collect()
    }
    pub fn joins(&self) -> usize {
        self.0
            .iter()
            .filter(|event| matches!(event, Event::Join(_)))
            .count()
    }
    pub fn pids(&self) -> Vec<u16> {
        self.packets()
            .iter()
            .map(|packet| PacketView::new(packet).pid())
            .collect()
    }
    /// PIDs of the packets behind each join point, `count` each.
    pub fn behind_joins(&self, count: usize) -> Vec<Vec<u16>> {
        let joins = self
            .0
            .iter()
            .enumerate()
            .filter(|(_, e)| matches!(e, Event::Join(_)));
        joins
            .map(|(at, _)| {
                Self(self.0[at..].to_vec())
                    .pids()
                    .into_iter()
                    .take(count)
                    .collect()
            })
            .collect()
    }
    pub fn check(&self) -> Checker {
        let mut checker = Checker::new();
        self.packets()
            .iter()
            .for_each(|packet| checker.packet(packet));
        checker
    }
    pub fn assert_clean(&self) {
        let report = self.check().report();
        assert!(report.is_clean(), "{report:?}");
        assert!(self.clocks().is_sorted());
    }
}

/// Times of a PES packet: 90 kHz, and 27 MHz where a PCR comes with it.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    pub pts: u64,
    pub dts: u64,
    pub pcr: Option<u64>,
}

/// Counters and time of a source.
#[derive(Clone, Debug)]
pub struct Mux {
    pub bytes: Vec<u8>,
    counters: Vec<u8>,
    /// DTS of the next picture, 90 kHz, not wrapped.
    pub dts: u64,
    pub program: Program,
    pub tables: bool,
    pub clock: bool,
}

pub fn stream(pid: u16, stream_type: u8, codec: Codec) -> Stream {
    Stream {
        pid,
        stream_type,
        codec,
        language: None,
    }
}

pub fn program(number: u16, pmt_pid: u16, streams: &[Stream]) -> Program {
    Program {
        number,
        pmt_pid,
        pcr_pid: streams[0].pid,
        version: 0,
        streams: streams.iter().copied().collect(),
    }
}

impl Mux {
    pub fn new(start_dts: u64) -> Self {
        let streams = [
            stream(VIDEO, 0x1B, Codec::H264),
            stream(AUDIO, 0x0F, Codec::AacAdts),
        ];
        Self {
            bytes: Vec::new(),
            counters: vec![0; 8192],
            dts: start_dts,
            program: program(1, PMT, &streams),
            tables: true,
            clock: true,
        }
    }

    pub fn raw(&mut self, mut packet: Packet) -> &mut Self {
        let view = PacketView::new(&packet);
        let counter = &mut self.counters[usize::from(view.pid())];
        let cc = if view.has_payload() {
            *counter
        } else {
            counter.wrapping_sub(1)
        };
        *counter = counter.wrapping_add(u8::from(view.has_payload()));
        set_cc(&mut packet, cc);
        self.bytes.extend(packet);
        self
    }

    pub fn lose(&mut self, pid: u16, count: u8) -> &mut Self {
        let counter = &mut self.counters[usize::from(pid)];
        *counter = counter.wrapping_add(count);
        self
    }

    pub fn pat(&mut self, programs: &[(u16, u16)]) -> &mut Self {
        packetize(0, &pat_section(programs), |packet| {
            self.raw(packet);
        });
        self
    }

    pub fn pmt(&mut self) -> &mut Self {
        let program = self.program.clone();
        packetize(program.pmt_pid, &build_pmt(&program), |packet| {
            self.raw(packet);
        });
        self
    }

    pub fn tables(&mut self) -> &mut Self {
        let program = (self.program.number, self.program.pmt_pid);
        self.pat(&[program]).pmt()
    }

    /// A payload packet without start of anything.
    pub fn fill(&mut self, pid: u16, byte: u8) -> &mut Self {
        let mut packet = [byte; PACKET_BYTES];
        packet[..4].copy_from_slice(&header(pid, false, 0x10));
        self.raw(packet)
    }

    /// The first packet of a PES packet: PTS = DTS + 2 frames, PCR = DTS − 5 frames if asked.
    pub fn pes(&mut self, pid: u16, stream_id: u8, dts: u64, pcr: bool, data: &[u8]) -> &mut Self {
        let times = Times {
            pts: dts + 2 * FRAME,
            dts,
            pcr: pcr.then_some((dts + PTS_WRAP - 5 * FRAME) * 300),
        };
        self.pes_at(pid, stream_id, times, data)
    }

    /// The first packet of a PES packet; times are wrapped here.
    pub fn pes_at(&mut self, pid: u16, stream_id: u8, times: Times, data: &[u8]) -> &mut Self {
        let mut packet = [0xFF; PACKET_BYTES];
        packet[..4].copy_from_slice(&header(pid, true, 0x30));
        packet[4] = 7;
        packet[5] = if times.pcr.is_some() { 0x10 } else { 0 };
        if let Some(pcr) = times.pcr {
            set_pcr(&mut packet, pcr % PCR_WRAP);
        }
        let mut pes = vec![0, 0, 1, stream_id, 0, 0, 0x80, 0xC0, 10];
        pes.extend(encode_stamp(0x30, times.pts % PTS_WRAP));
        pes.extend(encode_stamp(0x10, times.dts % PTS_WRAP));
        pes.extend(data);
        packet[12..12 + pes.len()].copy_from_slice(&pes);
        self.raw(packet)
    }

    pub fn picture(&mut self, key: bool) -> &mut Self {
        let data = [
            0,
            0,
            0,
            1,
            9,
            0xF0,
            0,
            0,
            1,
            if key { 0x67 } else { 0x41 },
            1,
        ];
        let dts = self.dts;
        self.pes(VIDEO, 0xE0, dts, self.clock, &data);
        self.fill(VIDEO, 0xAA).fill(VIDEO, 0xAB);
        self.dts += FRAME;
        self
    }

    pub fn sound(&mut self) -> &mut Self {
        let dts = self.dts;
        self.pes(AUDIO, 0xC0, dts, false, &[0xFF, 0xF1])
    }

    /// Groups of 10 pictures, tables before each.
    pub fn groups(&mut self, count: usize) -> &mut Self {
        for number in 0..count * 10 {
            if number % 10 == 0 && self.tables {
                self.tables();
            }
            self.picture(number % 10 == 0).sound();
        }
        self
    }
}

pub fn header(pid: u16, start: bool, control: u8) -> [u8; 4] {
    let [high, low] = pid.to_be_bytes();
    [0x47, high | if start { 0x40 } else { 0 }, low, control]
}

pub fn pat_section(programs: &[(u16, u16)]) -> mpegts::psi::Section {
    let head = [0, 0, 0, 0, 1, 0xC1, 0, 0];
    let entries = programs.iter().flat_map(|(number, pid)| {
        let ([a, b], [c, d]) = (number.to_be_bytes(), pid.to_be_bytes());
        [a, b, 0xE0 | c, d]
    });
    mpegts::psi::seal(head.into_iter().chain(entries).collect()).unwrap()
}

/// The programs of the last PAT that came out.
pub fn listed(packets: &[Packet]) -> Vec<PatEntry> {
    let mut assembler = mpegts::psi::SectionAssembler::<1024>::new();
    let mut listed = Vec::new();
    for packet in packets
        .iter()
        .filter(|packet| PacketView::new(packet).pid() == 0)
    {
        assembler.push(PacketView::new(packet), |section| {
            listed = Pat::parse(&section_view(section).unwrap())
                .unwrap()
                .programs
                .to_vec();
        });
    }
    listed
}

/// Versions of the maps on a PID, in order.
pub fn map_versions(packets: &[Packet], pid: u16) -> Vec<u8> {
    let mut assembler = mpegts::psi::SectionAssembler::<1024>::new();
    let mut versions = Vec::new();
    for packet in packets
        .iter()
        .filter(|packet| PacketView::new(packet).pid() == pid)
    {
        assembler.push(PacketView::new(packet), |section| {
            versions.push(section_view(section).unwrap().version);
        });
    }
    versions
}

/// All runs through one conditioner, with the seam between them.
pub fn condition(runs: &[&[u8]], seam: Seam, cut: usize) -> (Recorder, Conditioner) {
    let mut conditioner = Conditioner::new();
    let mut recorder = Recorder::default();
    for (number, run) in runs.iter().enumerate() {
        if number > 0 {
            conditioner.seam(seam, &mut recorder);
        }
        for part in run.chunks(cut.max(1)) {
            conditioner.push(part, &mut recorder);
        }
    }
    conditioner.flush(&mut recorder);
    (recorder, conditioner)
}
