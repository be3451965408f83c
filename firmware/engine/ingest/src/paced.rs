//! A ring's writer and the pace at which readers see what it wrote.

use std::time::Duration;

use mpegts::Packet;
use ring::{Starved, Writer};
use tokio::time::{Instant, sleep_until};

use crate::pacer::Pacer;

/// How far published bytes may run ahead of the stream's clock: what a first viewer gets at once
/// to fill a player's buffer, and what is made up for after a gap. A player that reads at exactly
/// the stream's rate stays this far behind, so the ring must hold more than this.
const LEAD: Duration = Duration::from_millis(500);

/// Between two bridges while one stream is gone and the next has brought nothing.
const BRIDGE_EVERY: Duration = Duration::from_millis(150);

/// Silence of an open stream that is bridged as well. Shorter than any client's patience, and long
/// enough that a stream which stutters passes unchanged.
const SILENCE_MAX: Duration = Duration::from_secs(1);

/// Writes into a ring, and publishes by the stream's clock.
#[derive(Debug)]
pub(crate) struct Paced {
    pub(crate) writer: Writer,
    pub(crate) pacer: Pacer,
    /// When the bytes that are being taken in came.
    pub(crate) now: Instant,
    starved: bool,
    /// When something was published last, a bridge included.
    pub(crate) published_at: Instant,
    /// One stream is gone and the next has brought nothing yet.
    pub(crate) is_gap: bool,
}

impl Paced {
    pub(crate) fn new(writer: Writer) -> Self {
        let now = Instant::now();
        Self {
            writer,
            pacer: Pacer::new(LEAD),
            now,
            starved: false,
            published_at: now,
            is_gap: false,
        }
    }

    pub(crate) fn append(&mut self, packet: &Packet) {
        if self.writer.append(packet).is_err() {
            self.starved = true;
        }
    }

    /// Publishes what is due; tells of an append that failed.
    pub(crate) fn settle(&mut self) -> Result<(), Starved> {
        if self.starved {
            return Err(Starved);
        }
        self.publish_due();
        Ok(())
    }

    pub(crate) fn publish_due(&mut self) {
        let (now, ahead) = (Instant::now(), self.writer.ahead());
        match self.pacer.due(now) {
            Some(held_from) => self.writer.publish_to(held_from),
            None => self.writer.publish(),
        }
        if self.writer.ahead() < ahead {
            self.published_at = now;
        }
    }

    /// When what came in is to be looked at again before more is taken, because it is too far ahead
    /// of the stream's clock.
    pub(crate) fn full_until(&self) -> Option<Instant> {
        let is_full = self.writer.ahead() > self.writer.ahead_max() || self.pacer.is_full();
        self.pacer.next_due().filter(|_| is_full)
    }

    /// Waits while what came in is too far ahead of the stream's clock.
    pub(crate) async fn room(&mut self) {
        while let Some(due) = self.full_until() {
            sleep_until(due).await;
            self.publish_due();
        }
    }

    /// When silence has become too long.
    pub(crate) fn bridge_at(&self) -> Instant {
        let patience = if self.is_gap {
            BRIDGE_EVERY
        } else {
            SILENCE_MAX
        };
        self.published_at + patience
    }
}
