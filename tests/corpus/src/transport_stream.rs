//! The conditioner: whatever comes in, whole packets come out and clocks do not run back.

use mpegts::{COUNTERS_MAX, Conditioner, Packet, SYNC_BYTE, Seam, Sink};

use crate::pieces::pieces;

pub(crate) fn feed(bytes: &[u8]) {
    let mut conditioner = Conditioner::new();
    let mut judge = Judge::default();
    for (index, piece) in pieces(bytes).enumerate() {
        conditioner.push(piece, &mut judge);
        // The bytes themselves say where a segment ends, or a stream.
        match piece.first() {
            Some(0) => conditioner.seam(Seam::Discontinuity, &mut judge),
            Some(1) if index % 2 == 0 => conditioner.seam(Seam::Continuous, &mut judge),
            Some(2) => conditioner.seam(Seam::Switch, &mut judge),
            _ => {}
        }
    }
    conditioner.flush(&mut judge);
}

/// Holds the output to what a [`Sink`] is promised.
#[derive(Default)]
struct Judge {
    ticks: u64,
}

impl Sink for Judge {
    fn random_access(&mut self, counters: &[(u16, u8)]) {
        assert!(
            counters.len() <= COUNTERS_MAX,
            "more counters than promised"
        );
        assert!(
            counters.iter().all(|(_, counter)| *counter < 16),
            "no 4-bit counter"
        );
    }

    fn clock(&mut self, ticks: u64) {
        assert!(ticks >= self.ticks, "the clock ran back");
        self.ticks = ticks;
    }

    fn packet(&mut self, packet: &Packet) {
        assert_eq!(packet.first(), Some(&SYNC_BYTE), "no packet");
    }
}
