//! Where a conditioner puts its output.

use crate::Packet;

/// Receives the output of a [`Conditioner`](crate::Conditioner), called in order.
pub trait Sink {
    /// The next packet begins a join point: PAT, PMT and then a random access point follow.
    ///
    /// `counters` holds, for at most [`COUNTERS_MAX`] PIDs, the continuity counter that the next
    /// payload packet on this PID will carry, minus one. PIDs that were never given out are absent.
    fn random_access(&mut self, counters: &[(u16, u8)]);

    /// The next packet carries this clock: output PCR in 27 MHz ticks, unwrapped. It never goes
    /// back and never wraps. A stream without any PCR never calls it.
    fn clock(&mut self, ticks: u64);

    /// The clock of the source went back, which was evened out: what follows may be something else,
    /// or what was there before once more. Told in front of the first packet of it.
    fn source_went_back(&mut self) {}

    /// One whole packet, sync byte first.
    fn packet(&mut self, packet: &Packet);
}

/// PIDs told of in one [`Sink::random_access`].
pub const COUNTERS_MAX: usize = 16;
