//! What a conditioner writes to.

use mpegts::{Packet, Sink};
use ring::{Position, Starved};
use tokio::time::Instant;

use crate::{handover::Lent, liveness::Liveness, paced::Paced};

/// What the conditioner writes to.
#[derive(Debug)]
pub(crate) struct Intake {
    pub(crate) outlet: Outlet,
    pub(crate) liveness: Liveness,
}

/// Where its packets go.
#[derive(Debug)]
pub(crate) enum Outlet {
    /// Into a ring.
    Ring(Paced),
    /// Into that of a channel, through the channel's own intake: a stream that stood by plays.
    Channel(Lent),
}

impl Outlet {
    /// More comes, at this time.
    pub(crate) fn touch(&mut self, now: Instant) {
        match self {
            Self::Ring(ring) => ring.now = now,
            Self::Channel(channel) => channel.intake.outlet.touch(now),
        }
    }

    pub(crate) fn settle(&mut self) -> Result<(), Starved> {
        match self {
            Self::Ring(ring) => ring.settle(),
            Self::Channel(channel) => channel.settle_all(),
        }
    }

    pub(crate) fn head(&self) -> Position {
        self.ring().writer.head()
    }

    /// The ring that is written in the end.
    pub(crate) fn ring(&self) -> &Paced {
        match self {
            Self::Ring(ring) => ring,
            Self::Channel(channel) => channel.intake.outlet.ring(),
        }
    }

    /// The ring that is written in the end.
    pub(crate) fn ring_mut(&mut self) -> &mut Paced {
        match self {
            Self::Ring(ring) => ring,
            Self::Channel(channel) => channel.intake.outlet.ring_mut(),
        }
    }
}

impl Sink for Intake {
    fn random_access(&mut self, counters: &[(u16, u8)]) {
        if let Outlet::Ring(ring) = &mut self.outlet {
            ring.writer.mark_join_point(counters);
        }
        self.liveness.join();
    }

    fn clock(&mut self, ticks: u64) {
        if let Outlet::Ring(ring) = &mut self.outlet {
            ring.pacer.clock(ring.writer.head(), ticks, ring.now);
        }
        self.liveness.clock(ticks);
    }

    fn source_went_back(&mut self) {
        self.liveness.went_back();
    }

    fn packet(&mut self, packet: &Packet) {
        match &mut self.outlet {
            Outlet::Ring(ring) => {
                ring.is_gap = false;
                ring.append(packet);
            }
            Outlet::Channel(channel) => channel.pass(packet),
        }
        self.liveness.packet(packet);
    }
}
