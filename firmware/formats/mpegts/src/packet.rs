//! A transport packet seen through a borrowed view, and the few fields that are rewritten in place.
//!
//! ISO/IEC 13818-1 clause 2.4.3.2 (packet) and 2.4.3.4 (adaptation field). A packet can lie about
//! its lengths; every accessor then answers as if the field were absent. What payload means is
//! known to [`crate::psi`] and [`crate::pes`], not here.

use std::ops::RangeInclusive;

use crate::ticks::{PCR_WRAP, TICKS_PER_PTS};

/// Length of a transport packet.
pub const PACKET_BYTES: usize = 188;
/// First byte of each packet.
pub const SYNC_BYTE: u8 = 0x47;
/// The PID of the programme association table.
pub const PAT_PID: u16 = 0x0000;
/// The PID of stuffing packets; its counter means nothing.
pub const NULL_PID: u16 = 0x1FFF;
/// How many PIDs there are (13 bit).
pub const PID_COUNT: usize = 8192;

/// One transport packet.
pub type Packet = [u8; PACKET_BYTES];

/// Elementary streams and maps stand here. Below are tables (ETSI EN 300 468 table 1), above those
/// of ATSC A/65 (from 0x1FF0 on, clause 4.4) and stuffing.
pub(crate) const STREAM_PIDS: RangeInclusive<u16> = 0x20..=0x1FEF;

const HEADER_BYTES: usize = 4;
const ADAPTATION_MAX: usize = PACKET_BYTES - HEADER_BYTES - 1;
const PCR_AT: usize = 6;
const DISCONTINUITY: u8 = 0x80;
const RANDOM_ACCESS: u8 = 0x40;
const PCR_FLAG: u8 = 0x10;
const OPCR_FLAG: u8 = 0x08;
const SPLICE_FLAG: u8 = 0x04;
const PRIVATE_FLAG: u8 = 0x02;

/// A packet and what its header says.
#[derive(Clone, Copy, Debug)]
pub struct PacketView<'a> {
    bytes: &'a Packet,
}

impl<'a> PacketView<'a> {
    /// Any 188 bytes will do; [`Self::has_sync`] tells whether they begin like a packet.
    #[must_use]
    pub const fn new(bytes: &'a Packet) -> Self {
        Self { bytes }
    }

    /// Whether the first byte is the sync byte.
    #[must_use]
    pub const fn has_sync(self) -> bool {
        self.bytes[0] == SYNC_BYTE
    }

    /// The 13 bit packet identifier.
    #[must_use]
    pub fn pid(self) -> u16 {
        u16::from_be_bytes([self.bytes[1] & 0x1F, self.bytes[2]])
    }

    /// payload_unit_start_indicator: a PES packet or a section begins in this payload.
    #[must_use]
    pub const fn pusi(self) -> bool {
        self.bytes[1] & 0x40 != 0
    }

    /// transport_error_indicator: a demodulator found the packet damaged.
    #[must_use]
    pub const fn transport_error(self) -> bool {
        self.bytes[1] & 0x80 != 0
    }

    /// Payload and nothing else: in the clear, no adaptation field, not marked as damaged. So are
    /// nine packets of ten, and nothing about their fields can be wrong.
    #[must_use]
    pub const fn is_plain(self) -> bool {
        self.bytes[1] & 0x80 == 0 && self.bytes[3] & 0xF0 == 0x10
    }

    /// Whether the packet is useless: marked as damaged, or with fields that cannot be (clauses
    /// 2.4.3.3 to 2.4.3.5). What is in it then cannot be told, not even whose it is.
    #[must_use]
    pub fn is_damaged(self) -> bool {
        if self.transport_error() {
            return true;
        }
        if !self.has_adaptation() {
            // adaptation_field_control 00 is reserved; receivers discard such packets.
            return !self.has_payload();
        }
        // With payload it must leave room for some; some multiplexers fill the packet all the same.
        let length = usize::from(self.bytes[4]);
        length > ADAPTATION_MAX || length > 0 && self.fixed_fields() > length
    }

    /// Bytes of the adaptation field that its flags announce, private data not looked into.
    fn fixed_fields(self) -> usize {
        let flags = self.bytes[5];
        let field = |flag: u8, bytes: usize| if flags & flag == 0 { 0 } else { bytes };
        1 + field(PCR_FLAG, 6)
            + field(OPCR_FLAG, 6)
            + field(SPLICE_FLAG, 1)
            + field(PRIVATE_FLAG, 1)
    }

    /// The 4 bit continuity counter.
    #[must_use]
    pub const fn cc(self) -> u8 {
        self.bytes[3] & 0x0F
    }

    /// Whether the payload is scrambled, by whatever key.
    #[must_use]
    pub const fn scrambled(self) -> bool {
        self.bytes[3] & 0xC0 != 0
    }

    /// Whether the header announces payload. The counter advances with payload only.
    #[must_use]
    pub const fn has_payload(self) -> bool {
        self.bytes[3] & 0x10 != 0
    }

    /// Whether the header announces an adaptation field.
    #[must_use]
    pub const fn has_adaptation(self) -> bool {
        self.bytes[3] & 0x20 != 0
    }

    /// discontinuity_indicator: from here the counter or the clock may start anew.
    #[must_use]
    pub fn discontinuity(self) -> bool {
        self.adaptation_flags() & DISCONTINUITY != 0
    }

    /// random_access_indicator: the sender says that decoding can begin here.
    #[must_use]
    pub fn random_access(self) -> bool {
        self.adaptation_flags() & RANDOM_ACCESS != 0
    }

    /// The programme clock reference, 27 MHz ticks below [`PCR_WRAP`].
    #[must_use]
    pub fn pcr(self) -> Option<u64> {
        // Flags and PCR are 7 bytes of adaptation field; base 33 bit, 6 reserved, extension 9.
        if self.adaptation_flags() & PCR_FLAG == 0 || self.bytes[4] < 7 {
            return None;
        }
        let b = self.bytes;
        let base =
            u64::from(u32::from_be_bytes([b[6], b[7], b[8], b[9]])) << 1 | u64::from(b[10] >> 7);
        let extension = u64::from(u16::from_be_bytes([b[10] & 1, b[11]]));
        Some((base * TICKS_PER_PTS + extension) % PCR_WRAP)
    }

    /// The payload; empty where there is none or the adaptation field leaves no room.
    #[must_use]
    pub fn payload(self) -> &'a [u8] {
        self.bytes.get(self.payload_start()..).unwrap_or_default()
    }

    /// Where the payload begins; [`PACKET_BYTES`] where there is none.
    #[must_use]
    pub fn payload_start(self) -> usize {
        match (self.has_payload(), self.has_adaptation()) {
            (false, _) => PACKET_BYTES,
            (true, false) => HEADER_BYTES,
            (true, true) => (HEADER_BYTES + 1 + usize::from(self.bytes[4])).min(PACKET_BYTES),
        }
    }

    fn adaptation_flags(self) -> u8 {
        let length = usize::from(self.bytes[4]);
        let present = self.has_adaptation() && length > 0 && length <= ADAPTATION_MAX;
        if present { self.bytes[5] } else { 0 }
    }
}

/// Puts another continuity counter (its low 4 bits) into a packet.
pub const fn set_cc(packet: &mut Packet, cc: u8) {
    packet[3] = packet[3] & 0xF0 | cc & 0x0F;
}

/// Puts another PCR into a packet that has one, and does nothing to one that has none.
pub fn set_pcr(packet: &mut Packet, ticks: u64) {
    if PacketView::new(packet).pcr().is_none() {
        return;
    }
    let ticks = ticks % PCR_WRAP;
    let (base, extension) = (ticks / TICKS_PER_PTS, ticks % TICKS_PER_PTS);
    // 33 bit base, 6 reserved bits as ones, 9 bit extension: 48 bits, big endian.
    let [_, _, field @ ..] = (base << 15 | 0x7E00 | extension).to_be_bytes();
    if let Some(at) = packet.get_mut(PCR_AT..PCR_AT + field.len()) {
        at.copy_from_slice(&field);
    }
}

/// Puts another PID (its low 13 bits) into a packet.
pub const fn set_pid(packet: &mut Packet, pid: u16) {
    let [high, low] = (pid & NULL_PID).to_be_bytes();
    packet[1] = packet[1] & 0xE0 | high;
    packet[2] = low;
}

/// A stuffing packet (clause 2.4.3.3): receivers throw it away, but the connection lives.
pub const NULL_PACKET: Packet = {
    let mut packet = [0xFF; PACKET_BYTES];
    packet[0] = SYNC_BYTE;
    packet[1] = 0x1F;
    packet[3] = 0x10;
    packet
};

/// A packet without payload that carries nothing but a PCR. Its counter, zero here, does not
/// advance.
#[must_use]
pub fn clock_packet(pid: u16, ticks: u64) -> Packet {
    let mut packet = [0xFF; PACKET_BYTES];
    packet[0] = SYNC_BYTE;
    packet[1] = 0;
    packet[3] = 0x20;
    // adaptation_field_length reaches to the end; a PCR and stuffing.
    packet[4] = 183;
    packet[5] = PCR_FLAG;
    set_pid(&mut packet, pid);
    set_pcr(&mut packet, ticks);
    packet
}

/// A packet without payload that says that what comes next on its PID does not follow what came
/// before (discontinuity_indicator); `cc` is the counter of the payload packet before.
#[must_use]
pub fn discontinuity_packet(pid: u16, cc: u8) -> Packet {
    let mut packet = [0xFF; PACKET_BYTES];
    packet[0] = SYNC_BYTE;
    packet[1] = 0;
    packet[3] = 0x20;
    packet[4] = 183;
    packet[5] = DISCONTINUITY;
    set_pid(&mut packet, pid);
    set_cc(&mut packet, cc);
    packet
}

/// Takes the PCR out of a packet that carries nothing else of variable place in its adaptation
/// field (OPCR, splice countdown, private data); any other stays as it is.
pub fn clear_pcr(packet: &mut Packet) {
    if PacketView::new(packet).pcr().is_none() || packet[5] & 0x0F != 0 {
        return;
    }
    packet[5] &= !PCR_FLAG;
    // What stood there is stuffing now.
    if let Some(at) = packet.get_mut(PCR_AT..PCR_AT + 6) {
        at.fill(0xFF);
    }
}

/// Takes the discontinuity_indicator off a packet.
pub fn clear_discontinuity(packet: &mut Packet) {
    if PacketView::new(packet).discontinuity() {
        packet[5] &= !DISCONTINUITY;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_pcr(ticks: u64) -> Packet {
        let mut packet = [0xFF; PACKET_BYTES];
        packet[..6].copy_from_slice(&[SYNC_BYTE, 0x41, 0x00, 0x35, 7, 0x50]);
        set_pcr(&mut packet, ticks);
        packet
    }

    #[test]
    fn header_fields() {
        let packet = with_pcr(0);
        let view = PacketView::new(&packet);
        assert_eq!((view.pid(), view.cc(), view.pusi()), (0x100, 5, true));
        assert!(view.random_access() && !view.discontinuity() && !view.scrambled());
        assert_eq!(view.payload().len(), PACKET_BYTES - 12);
    }

    #[test]
    fn pcr_survives_a_round_trip() {
        for ticks in [0, 1, 299, 300, 18_900_000, PCR_WRAP - 1] {
            assert_eq!(PacketView::new(&with_pcr(ticks)).pcr(), Some(ticks));
        }
    }

    #[test]
    fn a_pcr_is_taken_out_where_nothing_follows_it() {
        let mut packet = with_pcr(5);
        let mut other = packet;
        clear_pcr(&mut packet);
        let view = PacketView::new(&packet);
        assert_eq!((view.pcr(), view.random_access()), (None, true));
        assert_eq!(packet[6..12], [0xFF; 6]);
        other[5] |= 0x02;
        clear_pcr(&mut other);
        assert_eq!(PacketView::new(&other).pcr(), Some(5));
    }

    #[test]
    fn packets_made_here_read_back() {
        let packet = clock_packet(0x1ABC, 987_654_321);
        let view = PacketView::new(&packet);
        assert_eq!((view.pid(), view.pcr()), (0x1ABC, Some(987_654_321)));
        assert!(!view.has_payload() && !view.pusi() && view.payload().is_empty());
        let loss = discontinuity_packet(0x1ABC, 9);
        let view = PacketView::new(&loss);
        assert_eq!((view.pid(), view.cc(), view.pcr()), (0x1ABC, 9, None));
        assert!(view.discontinuity() && !view.has_payload() && !view.is_damaged());
        let null = PacketView::new(&NULL_PACKET);
        assert!(null.has_sync() && null.has_payload() && !null.has_adaptation());
        assert_eq!(null.pid(), NULL_PID);
    }

    #[test]
    fn fields_that_cannot_be_are_damage() {
        // Header byte 3, adaptation_field_length, flags.
        let table = [
            (0x10, 255, 0xFF, false),
            (0x00, 7, 0x00, true),
            (0x20, 183, 0x00, false),
            (0x20, 184, 0x00, true),
            (0x30, 182, 0x00, false),
            (0x30, 183, 0x00, false),
            (0x30, 184, 0x00, true),
            (0x30, 0, 0xFF, false),
            (0x30, 7, 0x10, false),
            (0x30, 6, 0x10, true),
            (0x30, 13, 0x18, false),
            (0x30, 12, 0x18, true),
            (0x30, 1, 0x04, true),
            (0x30, 1, 0xE0, false),
        ];
        for (control, length, flags, damaged) in table {
            let mut packet = with_pcr(0);
            packet[3..6].copy_from_slice(&[control, length, flags]);
            let view = PacketView::new(&packet);
            assert_eq!(
                view.is_damaged(),
                damaged,
                "{control:#x} {length} {flags:#x}"
            );
            assert!(!view.is_plain() || !damaged);
            packet[1] |= 0x80;
            let view = PacketView::new(&packet);
            assert!(view.is_damaged() && !view.is_plain());
        }
    }

    #[test]
    fn a_lying_adaptation_length_is_no_adaptation_field() {
        let mut packet = with_pcr(9);
        packet[4] = 255;
        let view = PacketView::new(&packet);
        assert_eq!(
            (view.pcr(), view.random_access(), view.payload()),
            (None, false, &[][..])
        );
    }
}
