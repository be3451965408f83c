//! A synthetic CBR transport stream: H.264 by its headers, one key frame a second, a PCR every 20 ms.
//!
//! It has no seam: counters and clocks run on for ever, as those of a well looped file do. No
//! decoder is asked to show it; it has what a server looks at (tables, clocks, access units).

use crate::packet::{PACKET_BYTES, PMT_PID, Packet, Stamp, VIDEO_PID, fill, header};

const FRAMES_PER_SECOND: u64 = 25;
/// PAT and PMT stand before every fifth frame: every 200 ms.
const TABLES_EVERY: u64 = 5;
/// One packet in 16 is a stamp.
const STAMP_EVERY: u64 = 16;
/// Ticks of the system clock in a second (ISO/IEC 13818-1, 2.4.2.1).
const TICKS_PER_SECOND: u64 = 27_000_000;
const PACKET_BITS: u64 = PACKET_BYTES as u64 * 8;
/// Access unit delimiter, SPS and PPS of 1280 × 720 High, and the first bytes of an IDR slice.
const KEY_FRAME: &[u8] = &[
    0, 0, 0, 1, 0x09, 0x10, 0, 0, 0, 1, 0x67, 0x64, 0x00, 0x1f, 0xac, 0xd9, 0x40, 0x50, 0x05, 0xbb,
    0x01, 0x10, 0, 0, 3, 0, 0x10, 0, 0, 3, 3, 0xc0, 0xf1, 0x83, 0x19, 0x60, 0, 0, 0, 1, 0x68, 0xeb,
    0xe3, 0xcb, 0x22, 0xc0, 0, 0, 0, 1, 0x65, 0x88, 0x84,
];
/// Access unit delimiter and the first bytes of a slice that refers to others.
const OTHER_FRAME: &[u8] = &[0, 0, 0, 1, 0x09, 0x30, 0, 0, 0, 1, 0x41, 0x9a, 0x22];

/// The stream of one channel.
#[derive(Debug)]
pub(crate) struct Stream {
    channel: u16,
    bits_per_second: u64,
    /// Time of packet 0, in microseconds since the Unix epoch.
    began_us: u64,
    frame_packets: u64,
    packets: u64,
    stamps: u64,
    video_counter: u8,
    stamp_counter: u8,
    table_counter: u8,
}

impl Stream {
    /// Begins a stream whose packet 0 is due at `began_us`.
    pub(crate) fn new(channel: u16, bits_per_second: u64, began_us: u64) -> Self {
        let frame_packets = (bits_per_second / PACKET_BITS / FRAMES_PER_SECOND).max(8);
        Self {
            channel,
            bits_per_second,
            began_us,
            frame_packets,
            packets: 0,
            stamps: 0,
            video_counter: 0,
            stamp_counter: 0,
            table_counter: 0,
        }
    }

    /// When the next packet is due, in microseconds since the Unix epoch.
    pub(crate) fn due_us(&self) -> u64 {
        self.began_us + self.elapsed(1_000_000)
    }

    /// Appends the next packet.
    pub(crate) fn append(&mut self, out: &mut Vec<u8>) {
        let (frame, slot) = (
            self.packets / self.frame_packets,
            self.packets % self.frame_packets,
        );
        let has_tables = frame.is_multiple_of(TABLES_EVERY);
        let packet = match slot {
            0 if has_tables => table(0, self.table_counter, &pat()),
            1 if has_tables => {
                self.table_counter = self.table_counter.wrapping_add(1);
                table(PMT_PID, self.table_counter.wrapping_sub(1), &pmt())
            }
            2 => self.frame_start(frame.is_multiple_of(FRAMES_PER_SECOND)),
            slot if slot == self.frame_packets / 2 => self.video(true, false, &[]),
            slot if slot < 2 || slot % STAMP_EVERY == STAMP_EVERY - 1 => self.stamp(),
            _ => self.video(false, false, &[]),
        };
        out.extend_from_slice(&packet);
        self.packets += 1;
    }

    fn stamp(&mut self) -> Packet {
        let stamp = Stamp {
            channel: self.channel,
            number: self.stamps,
            due_us: self.due_us(),
        };
        self.stamps += 1;
        self.stamp_counter = self.stamp_counter.wrapping_add(1);
        stamp.packet(self.stamp_counter)
    }

    fn frame_start(&mut self, is_key: bool) -> Packet {
        // Decoders get 100 ms of lead over the clock.
        let pts = (self.elapsed(TICKS_PER_SECOND) / 300 + 9000) & 0x1_ffff_ffff;
        let mut pes = vec![0, 0, 1, 0xe0, 0, 0, 0x80, 0x80, 5];
        pes.extend_from_slice(&timestamp(pts));
        pes.extend_from_slice(if is_key { KEY_FRAME } else { OTHER_FRAME });
        let mut packet = self.video(true, is_key, &pes);
        packet[1] |= 0x40;
        packet
    }

    /// A video packet that begins with `content`; the rest is fill.
    fn video(&mut self, has_clock: bool, is_random_access: bool, content: &[u8]) -> Packet {
        let mut packet = [fill(self.channel, self.stamps); PACKET_BYTES];
        packet[..4].copy_from_slice(&header(VIDEO_PID, self.video_counter));
        self.video_counter = self.video_counter.wrapping_add(1);
        let mut at = 4;
        if has_clock {
            packet[3] |= 0x20;
            let flags = 0x10 | if is_random_access { 0x40 } else { 0 };
            packet[4..6].copy_from_slice(&[7, flags]);
            packet[6..12].copy_from_slice(&clock(self.elapsed(TICKS_PER_SECOND)));
            at = 12;
        }
        packet[at..at + content.len()].copy_from_slice(content);
        packet
    }

    /// Playing time before the next packet, in `units` of a second.
    fn elapsed(&self, units: u64) -> u64 {
        let scaled = u128::from(self.packets) * u128::from(PACKET_BITS) * u128::from(units);
        u64::try_from(scaled / u128::from(self.bits_per_second)).unwrap_or(u64::MAX)
    }
}

/// A PCR (2.4.3.5): 33 bits of 90 kHz, 6 reserved, 9 of 27 MHz.
fn clock(ticks: u64) -> [u8; 6] {
    let (base, extension) = ((ticks / 300) & 0x1_ffff_ffff, ticks % 300);
    let all = base << 15 | 0x7e00 | extension;
    let [_, _, bytes @ ..] = all.to_be_bytes();
    bytes
}

/// A PTS alone (2.4.3.7).
fn timestamp(pts: u64) -> [u8; 5] {
    let all =
        0x21_0001_0001 | (pts >> 30 & 7) << 33 | (pts >> 15 & 0x7fff) << 17 | (pts & 0x7fff) << 1;
    let [_, _, _, bytes @ ..] = all.to_be_bytes();
    bytes
}

fn pat() -> Vec<u8> {
    vec![0, 0xb0, 13, 0, 1, 0xc1, 0, 0, 0, 1, 0xf0, 0]
}

/// Video as H.264 (0x1b), stamps as private sections (0x05).
fn pmt() -> Vec<u8> {
    vec![
        2, 0xb0, 23, 0, 1, 0xc1, 0, 0, 0xe1, 0, 0xf0, 0, 0x1b, 0xe1, 0, 0xf0, 0, 0x05, 0xe1, 0xf0,
        0xf0, 0,
    ]
}

/// A section in a packet of its own, with its CRC.
fn table(pid: u16, counter: u8, section: &[u8]) -> Packet {
    let mut packet = [0xff; PACKET_BYTES];
    packet[..4].copy_from_slice(&header(pid, counter));
    packet[1] |= 0x40;
    packet[4] = 0;
    let end = 5 + section.len();
    packet[5..end].copy_from_slice(section);
    packet[end..end + 4].copy_from_slice(&crc32(section).to_be_bytes());
    packet
}

/// CRC-32/MPEG-2 (ISO/IEC 13818-1, annex A).
fn crc32(bytes: &[u8]) -> u32 {
    bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte) << 24, |crc, _| {
            crc << 1
                ^ if crc & 0x8000_0000 == 0 {
                    0
                } else {
                    0x04c1_1db7
                }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Checker;

    #[test]
    fn a_minute_of_it_is_clean_and_lasts_a_minute() {
        let mut stream = Stream::new(3, 8_000_000, 1_000_000);
        let mut bytes = Vec::new();
        while stream.due_us() < 61_000_000 {
            stream.append(&mut bytes);
        }
        assert_eq!(bytes.len() / 1000, 60_000);
        let mut checker = Checker::new(3);
        checker.push(&bytes, 61_000_000);
        assert_eq!(checker.faults().total(), 0, "{:?}", checker.faults());
        assert!((59..=61).contains(&checker.key_frames()));
    }

    #[test]
    fn clocks_have_their_marker_bits() {
        assert_eq!(
            clock(300 * 0x1_ffff_ffff),
            [0xff, 0xff, 0xff, 0xff, 0xfe, 0]
        );
        assert_eq!(timestamp(0), [0x21, 0, 1, 0, 1]);
        assert_eq!(timestamp(0x1_ffff_ffff), [0x2f, 0xff, 0xff, 0xff, 0xff]);
    }
}
