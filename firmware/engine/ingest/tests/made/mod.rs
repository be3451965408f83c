//! A stream in the making, and a look at what became of it.

#![allow(dead_code, unreachable_pub, reason = "each test takes what it needs")]

use mpegts::check::Checker;
use mpegts::packet::{set_cc, set_pcr, set_pid};
use mpegts::pes::encode_stamp;
use mpegts::psi::{PatEntry, build_pat, build_pmt, packetize};
use mpegts::{Codec, NULL_PID, Packet, PacketView, Program, Stream};
use ring::{Read, Ring};

/// A picture at 25 a second, in ticks of 90 kHz and 27 MHz.
pub const FRAME: u64 = 3600;
/// The same at 27 MHz.
pub const FRAME_TICKS: u64 = FRAME * 300;

/// A stream in the making.
pub struct Source {
    bytes: Vec<u8>,
    counters: [u8; 8192],
    first_pid: u16,
    pub has_clock: bool,
    dts: u64,
}

impl Source {
    /// Its first PID and first time, 90 kHz.
    pub fn new(first_pid: u16, dts: u64) -> Self {
        Self {
            bytes: Vec::new(),
            counters: [0; 8192],
            first_pid,
            has_clock: true,
            dts,
        }
    }

    fn packet(&mut self, mut packet: Packet) {
        let counter = &mut self.counters[usize::from(PacketView::new(&packet).pid())];
        set_cc(&mut packet, *counter);
        *counter = counter.wrapping_add(1);
        self.bytes.extend_from_slice(&packet);
    }

    fn tables(&mut self) {
        let stream = |pid, stream_type, codec| Stream {
            pid,
            stream_type,
            codec,
            language: None,
        };
        let video = stream(self.first_pid, 0x1B, Codec::H264);
        let audio = stream(self.first_pid + 1, 0x0F, Codec::AacAdts);
        let program = Program {
            number: 1,
            pmt_pid: self.first_pid + 2,
            pcr_pid: if self.has_clock { video.pid } else { NULL_PID },
            version: 0,
            streams: [video, audio].into_iter().collect(),
        };
        let entry = PatEntry {
            number: 1,
            pmt_pid: program.pmt_pid,
        };
        packetize(0, &build_pat(1, 0, entry), |packet| self.packet(packet));
        packetize(program.pmt_pid, &build_pmt(&program), |packet| {
            self.packet(packet);
        });
    }

    fn start(&mut self, pid: u16, stream_id: u8, clock: bool, data: &[u8]) {
        let mut packet = [0xFF; 188];
        packet[..6].copy_from_slice(&[0x47, 0x40, 0, 0x30, 7, 0]);
        set_pid(&mut packet, pid);
        if clock {
            packet[5] = 0x10;
            set_pcr(&mut packet, (self.dts - FRAME) * 300);
        }
        let head = [0, 0, 1, stream_id, 0, 0, 0x80, 0x80, 5];
        packet[12..21].copy_from_slice(&head);
        packet[21..26].copy_from_slice(&encode_stamp(0x20, self.dts));
        packet[26..26 + data.len()].copy_from_slice(data);
        self.packet(packet);
    }

    /// A picture with its sound. `name` is what a key picture shows and how large it is.
    pub fn picture(&mut self, name: Option<u8>) {
        let (pid, clock) = (self.first_pid, self.has_clock);
        let unit = if name.is_some() { 0x65 } else { 0x41 };
        if name.is_some() {
            self.tables();
        }
        self.start(pid, 0xE0, clock, &[0, 0, 1, unit]);
        for _ in 0..1 + 3 * u32::from(name.unwrap_or(0)) {
            let mut packet = [name.unwrap_or(0xAA); 188];
            packet[..4].copy_from_slice(&[0x47, 0, 0, 0x10]);
            set_pid(&mut packet, pid);
            self.packet(packet);
        }
        self.start(pid + 1, 0xC0, false, &[0xFF, 0xF1]);
        self.dts += FRAME;
    }

    /// What was made since the last time.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    /// Groups of half a second and a picture, one for each name.
    pub fn groups(mut self, names: impl IntoIterator<Item = u8>) -> Vec<u8> {
        for name in names {
            self.picture(Some(name));
            for _ in 0..12 {
                self.picture(None);
            }
        }
        self.bytes
    }
}

/// All that readers of a ring would get, which must still be there.
pub fn published(ring: &Ring) -> Vec<Packet> {
    let mut bytes = Vec::new();
    while let Read::Chunk(chunk) = ring.read(bytes.len() as u64) {
        bytes.extend_from_slice(&chunk.to_vec().expect("a heap"));
    }
    let (packets, rest) = bytes.as_chunks();
    assert!(rest.is_empty(), "whole packets");
    packets.to_vec()
}

/// Nothing is wrong with them.
pub fn assert_clean(packets: &[Packet]) {
    let mut checker = Checker::new();
    packets.iter().for_each(|packet| checker.packet(packet));
    assert!(checker.report().is_clean(), "{:?}", checker.report());
}
