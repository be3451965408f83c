//! A stream that stands by: what it holds, and how that passes into the channel's ring.
//!
//! It is an ingest like any other, on a ring that nobody reads. So its bytes are bounded by that
//! ring, its read-ahead by its pacer, and what stands behind its newest join point is what a viewer
//! would be given who came now. When the channel's intake is handed over, just that passes through
//! the channel's conditioner, and all that comes behind it: two conditioners in a row from then on,
//! as the first one knows the stream's own clock and counters, and the second one the channel's.

use std::sync::Arc;

use ring::{Position, Read};

use crate::{
    Ingest, STEP_BYTES,
    handover::{Handover, Lent},
    intake::Outlet,
    paced::Paced,
};

/// The state of an ingest that stands by.
#[derive(Debug)]
pub(crate) struct Standby {
    pub(crate) handover: Arc<Handover>,
    /// It takes over: what it holds is on its way.
    moving: Option<Moving>,
}

#[derive(Debug)]
struct Moving {
    channel: Lent,
    /// What stands before has passed.
    from: Position,
}

impl Standby {
    pub(crate) fn new(handover: Arc<Handover>) -> Self {
        Self {
            handover,
            moving: None,
        }
    }

    fn moving(&mut self) -> Option<&mut Moving> {
        self.moving.as_mut()
    }
}

impl Ingest {
    /// Passes what is held to the channel once that is wanted, no faster than the channel's ring
    /// has room; nothing else is to be awaited meanwhile. Dropping it in between loses nothing.
    pub(crate) async fn take_over(&mut self) {
        while self.pass_on() {
            let moving = self.standby.as_mut().and_then(Standby::moving);
            if let Some(Moving { channel, .. }) = moving {
                channel.intake.outlet.ring_mut().room().await;
            }
        }
    }

    /// Passes a handful on; whether there is more.
    fn pass_on(&mut self) -> bool {
        let (Some(standby), Outlet::Ring(own)) = (&mut self.standby, &mut self.intake.outlet)
        else {
            return false;
        };
        let begins = || {
            let channel = standby.handover.take()?;
            let from = held_from(own);
            Some(Moving { channel, from })
        };
        let Some(mut moving) = standby.moving.take().or_else(begins) else {
            return false;
        };
        own.writer.publish();
        let ring = own.writer.ring();
        match ring.read(moving.from) {
            Read::Chunk(chunk) => {
                let mut step = vec![0; STEP_BYTES.min(chunk.len())];
                // What the kernel does not give back is lost like packets on a line.
                let count = chunk.copy_to(0, &mut step).unwrap_or(0);
                // That the ring got no memory is told by the next push or seam.
                let _ = moving.channel.take(step.get(..count).unwrap_or(&step));
                moving.from += step.len() as u64;
            }
            Read::Lagged => moving.from = held_from(own),
            Read::CaughtUp => {
                self.standby = None;
                self.intake.outlet = Outlet::Channel(moving.channel);
                return false;
            }
        }
        standby.moving = Some(moving);
        true
    }
}

/// Where that begins which is held for a viewer.
fn held_from(own: &Paced) -> Position {
    let begin = own.writer.ring().takeover_point();
    begin.map_or_else(|| own.writer.head(), |point| point.position)
}
