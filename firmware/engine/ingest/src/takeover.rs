//! A stream that stands by: what it holds, and how that passes into the channel's ring.
//!
//! It is an ingest like any other, on a ring that nobody reads. So its bytes are bounded by that
//! ring, its read-ahead by its pacer, and what stands behind its newest join point is what a viewer
//! would be given who came now. When the channel's intake is handed over, just that passes through
//! the channel's conditioner, and all that comes behind it: two conditioners in a row from then on,
//! as the first one knows the stream's own clock and counters, and the second one the channel's.
//!
//! Read-ahead that the stream before has left plays first. What is held stays up to date meanwhile, so
//! that viewers see nothing twice but a part of one group of pictures.

use std::time::Duration;

use ring::{Position, Read};
use tokio::time::Instant;

use crate::{
    ingest::{Ingest, Outlet, STEP_BYTES},
    paced::Paced,
};

/// Read-ahead of the stream before that is left when what is held follows it.
const AHEAD_KEPT: Duration = Duration::from_millis(250);

impl Ingest {
    /// Passes what is held to the channel once that is wanted, no faster than the channel's ring
    /// has room; nothing else is to be awaited meanwhile. Dropping it in between loses nothing.
    pub(crate) async fn take_over(&mut self) {
        while self.pass_on() {
            let standby = self.standby.as_mut();
            if let Some(channel) = standby.and_then(|standby| standby.channel.as_mut()) {
                channel.intake.outlet.ring_mut().room().await;
            }
        }
    }

    /// Passes a handful on; whether there is more, now.
    fn pass_on(&mut self) -> bool {
        let (Some(standby), Outlet::Ring(own)) = (&mut self.standby, &mut self.intake.outlet)
        else {
            return false;
        };
        if standby.channel.is_none() {
            standby.channel = standby.handover.take();
        }
        let Some(channel) = &mut standby.channel else {
            return false;
        };
        if standby.from.is_none() && channel.ahead() > AHEAD_KEPT {
            return false;
        }
        let from = standby.from.unwrap_or_else(|| held_from(own));
        own.writer.publish();
        match own.writer.ring().read(from) {
            Read::Chunk(chunk) => {
                let mut step = vec![0; STEP_BYTES.min(chunk.len())];
                // What the kernel does not give back is lost like packets on a line.
                let count = chunk.copy_to(0, &mut step).unwrap_or(0);
                // That the ring got no memory is told by the next push or seam.
                let _ = channel.take(step.get(..count).unwrap_or(&step));
                standby.from = Some(from + step.len() as u64);
            }
            Read::Lagged => standby.from = Some(held_from(own)),
            Read::CaughtUp => {
                let channel = standby.channel.take();
                self.standby = None;
                if let Some(channel) = channel {
                    self.intake.outlet = Outlet::Channel(channel);
                }
                return false;
            }
        }
        true
    }

    /// When something of what came in, or of what the stream before has left, is due.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        let own = self.intake.outlet.ring().pacer.next_due();
        let left = self.left().and_then(|ring| ring.pacer.next_due());
        own.into_iter().chain(left).min()
    }

    pub(crate) fn publish_due(&mut self) {
        self.intake.outlet.ring_mut().publish_due();
        let standby = self.standby.as_mut();
        if let Some(channel) = standby.and_then(|standby| standby.channel.as_mut()) {
            channel.publish_due();
        }
    }

    /// The channel's ring, while what the stream before has left in it plays.
    fn left(&self) -> Option<&Paced> {
        let channel = self.standby.as_ref()?.channel.as_ref()?;
        Some(channel.intake.outlet.ring())
    }
}

/// Where that begins which is held for a viewer.
fn held_from(own: &Paced) -> Position {
    let begin = own.writer.ring().takeover_point();
    begin.map_or_else(|| own.writer.head(), |point| point.position)
}
