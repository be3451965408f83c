//! How a decoder is told that its client was moved ahead.
//!
//! The counters of the packets behind a jump do not follow those before it. A packet without
//! payload that carries `discontinuity_indicator` and the counter before the next one makes the
//! jump a lawful one (ISO/IEC 13818-1, 2.4.3.5): a strict receiver counts no error.

use ring::PACKET_BYTES;

/// Appends such a packet for each PID.
pub(crate) fn announce(counters: &[(u16, u8)], owed: &mut Vec<u8>) {
    for &(pid, counter) in counters {
        owed.extend_from_slice(&discontinuity(pid, counter));
    }
}

fn discontinuity(pid: u16, counter: u8) -> [u8; PACKET_BYTES] {
    let [high, low] = (pid & 0x1fff).to_be_bytes();
    let mut packet = [0xff; PACKET_BYTES];
    // Sync byte, PID, adaptation field only, its length, discontinuity_indicator; then stuffing.
    packet[..6].copy_from_slice(&[0x47, high, low, 0x20 | (counter & 0x0f), 183, 0x80]);
    packet
}
