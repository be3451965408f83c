//! A transport stream made on the spot, for the tests of whoever stands behind an ingest.

use mpegts::{Packet, pes::encode_stamp};
use ring::PACKET_BYTES;

const PMT_PID: u16 = 0x1000;

/// A section in a packet of its own, with its CRC.
fn section(pid: u16, counter: u8, body: &[u8]) -> Packet {
    let mut section = body.to_vec();
    let crc = crc32(&section);
    section.extend_from_slice(&crc.to_be_bytes());
    let [high, low] = pid.to_be_bytes();
    let mut packet = [0xff; PACKET_BYTES];
    packet[..5].copy_from_slice(&[0x47, 0x40 | high, low, 0x10 | (counter % 16), 0]);
    packet[5..5 + section.len()].copy_from_slice(&section);
    packet
}

/// CRC-32/MPEG-2, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ (u32::from(*byte) << 24), |crc, _| {
            if crc & 0x8000_0000 == 0 {
                crc << 1
            } else {
                (crc << 1) ^ 0x04c1_1db7
            }
        })
    })
}

fn pat(counter: u8) -> Packet {
    section(0, counter, &[0, 0xb0, 13, 0, 1, 0xc1, 0, 0, 0, 1, 0xf0, 0])
}

fn pmt(counter: u8) -> Packet {
    let body = [
        2, 0xb0, 18, 0, 1, 0xc1, 0, 0, 0xe1, 0, 0xf0, 0, 0x1b, 0xe1, 0, 0xf0, 0,
    ];
    section(PMT_PID, counter, &body)
}

/// A key frame's first packet with a PCR of `clock_ms`.
fn key_frame(clock_ms: u64, counter: u8) -> Packet {
    let base = clock_ms * 90;
    let mut packet = [0xff; PACKET_BYTES];
    packet[..4].copy_from_slice(&[0x47, 0x41, 0, 0x30 | (counter % 16)]);
    packet[4..6].copy_from_slice(&[7, 0x50]);
    packet[6..10].copy_from_slice(
        &u32::try_from(base >> 1)
            .expect("a test is shorter than a wrap")
            .to_be_bytes(),
    );
    packet[10..12].copy_from_slice(&[(u8::try_from(base & 1).expect("one bit") << 7) | 0x7e, 0]);
    // PES of video that is shown 40 ms later, then a sequence parameter set.
    packet[12..21].copy_from_slice(&[0, 0, 1, 0xe0, 0, 0, 0x80, 0x80, 5]);
    packet[21..26].copy_from_slice(&encode_stamp(0x20, base + 3600));
    packet[26..33].copy_from_slice(&[0, 0, 1, 0x67, 0x42, 0, 0x1e]);
    packet
}

/// A clean stream of `count` key frames, 40 ms and `packets` packets apart (at least 3: PAT, PMT,
/// the frame).
///
/// # Panics
/// After 2^15 hours.
#[must_use]
pub fn stream(count: u64, packets: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut counter = 0_u8;
    for frame in 0..count {
        let psi = u8::try_from(frame % 16).expect("below 16");
        bytes.extend_from_slice(&pat(psi));
        bytes.extend_from_slice(&pmt(psi));
        bytes.extend_from_slice(&key_frame(1000 + frame * 40, counter));
        counter = counter.wrapping_add(1);
        for _ in 3..packets {
            let mut packet = [0x55; PACKET_BYTES];
            packet[..4].copy_from_slice(&[0x47, 0x01, 0, 0x10 | (counter % 16)]);
            counter = counter.wrapping_add(1);
            bytes.extend_from_slice(&packet);
        }
    }
    bytes
}
