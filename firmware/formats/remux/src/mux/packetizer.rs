//! PES packets cut into transport packets (ISO/IEC 13818-1 clauses 2.4.3.2 to 2.4.3.7).

use mpegts::pes::encode_stamp;
use mpegts::{PACKET_BYTES, Packet, SYNC_BYTE};

use crate::stream::{StreamInfo, UnitHead};

/// Room behind the header of a packet.
const ROOM_BYTES: usize = PACKET_BYTES - 4;
/// Flags and PCR of an adaptation field, and its length byte.
const CLOCK_FIELD_BYTES: usize = 8;
const FLAGS_FIELD_BYTES: usize = 2;

const HAS_PCR: u8 = 0x10;
const RANDOM_ACCESS: u8 = 0x40;

/// Makes the packets of one PID, one PES packet after the other.
#[derive(Debug)]
pub(super) struct Packetizer {
    pid: u16,
    /// Of the last packet with payload.
    counter: u8,
    /// Payload that waits for more or for the end.
    payload: Vec<u8>,
    /// The next packet begins the PES packet.
    is_start: bool,
    is_key: bool,
    clock: Option<u64>,
}

impl Packetizer {
    pub(super) fn new(pid: u16) -> Self {
        Self {
            pid,
            counter: 0x0F,
            payload: Vec::with_capacity(ROOM_BYTES),
            is_start: false,
            is_key: false,
            clock: None,
        }
    }

    pub(super) const fn counter(&self) -> u8 {
        self.counter
    }

    /// A PES packet begins; its first packet carries `clock` (90 kHz) if there is one.
    pub(super) fn begin(
        &mut self,
        head: &UnitHead,
        info: &StreamInfo,
        clock: Option<u64>,
        out: &mut Vec<u8>,
    ) {
        self.is_start = true;
        self.is_key = head.is_key && info.is_video;
        self.clock = clock;
        self.payload.clear();
        let (header, length) = pes_header(head, info);
        self.data(header.get(..length).unwrap_or_default(), out);
    }

    pub(super) fn data(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) {
        // A full packet waits for the byte behind it: the last one may need stuffing.
        while !bytes.is_empty() {
            let room = self.room();
            if self.payload.len() >= room {
                self.give(out);
                continue;
            }
            let count = (room - self.payload.len()).min(bytes.len());
            let (now, later) = bytes.split_at(count);
            self.payload.extend_from_slice(now);
            bytes = later;
        }
    }

    pub(super) fn end(&mut self, out: &mut Vec<u8>) {
        if !self.payload.is_empty() {
            self.give(out);
        }
    }

    fn field_bytes(&self) -> usize {
        match (self.clock, self.is_key) {
            (Some(_), _) => CLOCK_FIELD_BYTES,
            (None, true) => FLAGS_FIELD_BYTES,
            (None, false) => 0,
        }
    }

    fn room(&self) -> usize {
        ROOM_BYTES - self.field_bytes()
    }

    fn give(&mut self, out: &mut Vec<u8>) {
        self.counter = (self.counter + 1) & 0x0F;
        let field = ROOM_BYTES - self.payload.len().min(ROOM_BYTES);
        let [pid_high, pid_low] = self.pid.to_be_bytes();
        let start = if std::mem::take(&mut self.is_start) {
            0x40
        } else {
            0
        };
        let control = if field > 0 { 0x30 } else { 0x10 };
        out.extend([SYNC_BYTE, start | pid_high, pid_low, control | self.counter]);
        let flags = if std::mem::take(&mut self.is_key) {
            RANDOM_ACCESS
        } else {
            0
        };
        adaptation_field(field, flags, self.clock.take(), out);
        out.append(&mut self.payload);
    }
}

/// A packet without payload that carries the clock; `counter` is that of the last payload
/// (clause 2.4.3.3: it does not count on).
pub(super) fn pcr_packet(pid: u16, counter: u8, clock: u64, out: &mut Vec<u8>) {
    let [pid_high, pid_low] = pid.to_be_bytes();
    out.extend([SYNC_BYTE, pid_high, pid_low, 0x20 | counter]);
    adaptation_field(ROOM_BYTES, 0, Some(clock), out);
}

/// A table's packet, with its counter.
pub(super) fn numbered(mut packet: Packet, counter: &mut u8, out: &mut Vec<u8>) {
    *counter = (*counter + 1) & 0x0F;
    mpegts::packet::set_cc(&mut packet, *counter);
    out.extend_from_slice(&packet);
}

/// An adaptation field of exactly `bytes` bytes, its length byte included.
fn adaptation_field(bytes: usize, flags: u8, clock: Option<u64>, out: &mut Vec<u8>) {
    let Some(behind) = bytes.checked_sub(1) else {
        return;
    };
    let end = out.len() + bytes;
    out.push(u8::try_from(behind).unwrap_or(0));
    if behind > 0 {
        out.push(flags | if clock.is_some() { HAS_PCR } else { 0 });
    }
    if let Some(clock) = clock {
        // 33 bit base of 90 kHz, 6 reserved bits as ones, 9 bit extension of 27 MHz (zero).
        let [_, _, field @ ..] = (clock << 15 | 0x7E00).to_be_bytes();
        out.extend(field);
    }
    out.resize(end, 0xFF);
}

/// The header of a PES packet with one or two timestamps, and its length.
fn pes_header(head: &UnitHead, info: &StreamInfo) -> ([u8; 19], usize) {
    let has_dts = head.dts != head.pts;
    let (flags, stamps) = if has_dts { (0xC0, 10) } else { (0x80, 5) };
    // From behind the length field on; 0 is "not said", which is allowed for pictures only, and
    // sound is never so long.
    let length = head.bytes.filter(|_| !info.is_video).map_or(0, |bytes| {
        u16::try_from(3 + usize::from(stamps) + bytes).unwrap_or(0)
    });
    let [high, low] = length.to_be_bytes();
    let [p0, p1, p2, p3, p4] = encode_stamp(if has_dts { 0x30 } else { 0x20 }, head.pts);
    let [d0, d1, d2, d3, d4] = encode_stamp(0x10, head.dts);
    let header = [
        0,
        0,
        1,
        info.stream_id,
        high,
        low,
        0x80,
        flags,
        stamps,
        p0,
        p1,
        p2,
        p3,
        p4,
        d0,
        d1,
        d2,
        d3,
        d4,
    ];
    (header, 9 + usize::from(stamps))
}
