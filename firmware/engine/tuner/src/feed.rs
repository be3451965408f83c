//! One open stream: its connection, the slot of that connection, and what can be seen of it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use base::StreamSpec;
use ingest::{Counters, Handover, Ingest, Lent};
use mpegts::PACKET_BYTES;
use ring::{Position, Ring};
use tokio::sync::{Notify, OwnedSemaphorePermit};

use crate::{
    failover::Vitals,
    opener::{Opener, PlayError, Playing},
    slots::Slot,
};

/// A stream being played. Dropping it closes the connection and gives the slot back, in this order.
pub(crate) struct Feed<'a> {
    pub(crate) playing: Playing<'a>,
    pub(crate) slot: Slot,
    pub(crate) watched: Watched,
}

impl<'a> Feed<'a> {
    /// Opens a stream for the channel whose intake this is.
    pub(crate) fn open(
        opener: &'a dyn Opener,
        spec: &'a StreamSpec,
        slot: Slot,
        mut channel: Lent,
        ring: &Arc<Ring>,
    ) -> Self {
        let watched = Watched::new(&mut channel, ring);
        let playing = Box::pin(async move { opener.play(spec, &mut channel).await });
        Self {
            playing,
            slot,
            watched,
        }
    }

    /// Closes the connection; its slot is kept.
    pub(crate) fn close(self) -> Slot {
        let Self { playing, slot, .. } = self;
        drop(playing);
        slot
    }
}

/// A stream that stands by, in a ring of its own.
pub(crate) struct StandingBy<'a> {
    pub(crate) feed: Feed<'a>,
    handover: Arc<Handover>,
    /// Of the plan: its ring and what else it holds.
    permit: OwnedSemaphorePermit,
}

impl<'a> StandingBy<'a> {
    /// Opens a stream that is to stand by, with `ring` for what it holds.
    pub(crate) fn open(
        opener: &'a dyn Opener,
        spec: &'a StreamSpec,
        slot: Slot,
        (writer, ring): (ring::Writer, Arc<Ring>),
        permit: OwnedSemaphorePermit,
    ) -> Self {
        let (mut ingest, handover) = Ingest::standby(writer);
        let watched = Watched::new(&mut ingest, &ring);
        let mut ingest = Box::new(ingest);
        let playing = Box::pin(async move { opener.play(spec, &mut ingest).await });
        Self {
            feed: Feed {
                playing,
                slot,
                watched,
            },
            handover,
            permit,
        }
    }

    /// Its end, or that its connection is needed by somebody else.
    pub(crate) async fn left(&mut self) -> Gone {
        let Feed { playing, slot, .. } = &mut self.feed;
        tokio::select! {
            ended = playing => Gone::Ended(ended),
            () = slot.preempted() => Gone::Preempted,
        }
    }

    /// It goes on for the channel: what it holds passes to that at its next await.
    pub(crate) fn take_over(self, channel: Lent, ring: &Arc<Ring>) -> Feed<'a> {
        let Self {
            mut feed,
            handover,
            permit,
        } = self;
        feed.watched.now_in(ring, channel.counters());
        handover.give(channel);
        drop(permit);
        feed
    }
}

/// Why a stream stands by no more.
pub(crate) enum Gone {
    /// It ended.
    Ended(Result<(), PlayError>),
    /// Its connection goes to somebody who needs it more.
    Preempted,
}

/// What can be seen of a stream while the opener has the intake.
pub(crate) struct Watched {
    /// What has come of it.
    counters: Arc<Counters>,
    /// Where it goes, and who counts the bridges there.
    ring: Arc<Ring>,
    of_ring: Arc<Counters>,
    /// Where the stream begins in the ring.
    begin: Position,
    pub(crate) joinable: Arc<Notify>,
    /// Set when the ring could be joined for the first time: no stream before this one has brought a
    /// picture, and the ring may have forgotten where it stood by the time somebody looks.
    is_first: Option<Arc<AtomicBool>>,
}

impl Watched {
    fn new(ingest: &mut Ingest, ring: &Arc<Ring>) -> Self {
        let joinable = Arc::new(Notify::new());
        let is_first = Arc::new(AtomicBool::new(false));
        let (told, first) = (Arc::clone(&joinable), Arc::clone(&is_first));
        ingest.on_joinable(move || {
            first.store(true, Ordering::Relaxed);
            told.notify_one();
        });
        let counters = ingest.counters();
        Self {
            begin: counters.bytes.load(Ordering::Relaxed),
            of_ring: Arc::clone(&counters),
            counters,
            ring: Arc::clone(ring),
            joinable,
            is_first: ring.newest_join_point().is_none().then_some(is_first),
        }
    }

    /// From now on the stream goes into this ring.
    fn now_in(&mut self, ring: &Arc<Ring>, of_ring: Arc<Counters>) {
        self.begin = of_ring.bytes.load(Ordering::Relaxed);
        (self.ring, self.of_ring) = (Arc::clone(ring), of_ring);
    }

    /// Whether a viewer could begin with what this stream has brought, and not only with what the
    /// one before it left.
    pub(crate) fn has_picture(&self) -> bool {
        let newest = self.ring.newest_join_point();
        let first = self.is_first.as_ref();
        newest.is_some_and(|point| point.position >= self.begin)
            || first.is_some_and(|first| first.load(Ordering::Relaxed))
    }

    /// Whether the ring of a stream that stands by has a place to begin.
    pub(crate) fn holds_picture(&self) -> bool {
        self.ring.takeover_point().is_some()
    }

    pub(crate) fn vitals(&self) -> Vitals {
        let Counters {
            received,
            stream_ticks,
            video_units,
            audio_units,
            promises_video,
            clip_repeats,
            clip_ticks,
            ..
        } = &*self.counters;
        let bridged = self.of_ring.bridge_packets.load(Ordering::Relaxed) * PACKET_BYTES as u64;
        Vitals {
            bytes: received.load(Ordering::Relaxed),
            given: self.ring.published().saturating_sub(bridged),
            clock_ticks: stream_ticks.load(Ordering::Relaxed),
            pictures: video_units.load(Ordering::Relaxed),
            sounds: audio_units.load(Ordering::Relaxed),
            promises_video: promises_video.load(Ordering::Relaxed),
            repeats: clip_repeats.load(Ordering::Relaxed),
            clip_ticks: clip_ticks.load(Ordering::Relaxed),
        }
    }
}
