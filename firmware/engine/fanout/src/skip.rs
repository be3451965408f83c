//! How a decoder is told that its client was moved ahead.
//!
//! The counters of the packets behind a jump do not follow those before it. A packet without
//! payload that carries `discontinuity_indicator` and the counter before the next one makes the
//! jump a lawful one (ISO/IEC 13818-1, 2.4.3.5): a strict receiver counts no error.

use mpegts::packet::discontinuity_packet;

/// Appends such a packet for each PID.
pub(crate) fn announce(counters: &[(u16, u8)], owed: &mut Vec<u8>) {
    for &(pid, counter) in counters {
        owed.extend_from_slice(&discontinuity_packet(pid, counter));
    }
}
