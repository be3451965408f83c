//! What has come in since a ring was opened, for whoever shows it and whoever supervises it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use mpegts::{Program, Stats};

use crate::liveness::Liveness;

/// What has come in since the ring was opened. All but [`Self::promises_video`] and [`Self::clip_ticks`] only
/// grow. They are
/// brought up to date once in 16 KiB of input, at seams and at the end, each by itself: a reader
/// may see one before the other.
#[derive(Debug, Default)]
pub struct Counters {
    /// Bytes appended to the ring, bridges included.
    pub bytes: AtomicU64,
    /// Bytes that upstreams brought, whatever became of them, null packets excepted: what shows life
    /// while a new stream is searched for its first key frame.
    pub received: AtomicU64,
    /// Continuity errors in what the upstream sent.
    pub continuity_errors: AtomicU64,
    /// Bytes thrown away in search of a sync byte.
    pub sync_bytes_lost: AtomicU64,
    /// Stream time given out, in ticks of 27 MHz: forward steps of the PCR, at most a second each.
    /// Where no PCR has come for a second of the stream, or ever, those of the DTS of its video
    /// (of its sound, without video). A stream that sends bytes and no time is stalled.
    pub stream_ticks: AtomicU64,
    /// PES packets of video that began: access units, for the encoders that send one in each.
    pub video_units: AtomicU64,
    /// PES packets of sound that began, of all sounds of the program.
    pub audio_units: AtomicU64,
    /// Whether the PMT that holds lists a video stream.
    pub promises_video: AtomicBool,
    /// Seams of all kinds, see [`mpegts::Seam`].
    pub seams: AtomicU64,
    /// Times that a clip of 0.5–30 s came round again, from its third return on, or its second where
    /// its clock came round as well: a provider's "channel offline", a server that sends the same
    /// second for ever, or a source that is meant to loop. Begins anew at a
    /// [`Seam::Switch`](mpegts::Seam::Switch), in that rounds on both sides of it do not add up.
    pub clip_repeats: AtomicU64,
    /// How long the clip that came round last is, in ticks of 27 MHz.
    pub clip_ticks: AtomicU64,
    /// Null packets given out by [`Ingest::bridge`](crate::Ingest::bridge).
    pub bridge_packets: AtomicU64,
}

impl Counters {
    pub(crate) fn store(&self, bytes: u64, stats: &Stats, liveness: &Liveness) {
        let all = [
            (&self.bytes, bytes),
            (&self.continuity_errors, stats.continuity_errors),
            (&self.sync_bytes_lost, stats.bytes_dropped),
            (&self.stream_ticks, liveness.ticks()),
            (&self.video_units, liveness.video_units()),
            (&self.audio_units, liveness.audio_units()),
            (&self.seams, stats.seams),
            (&self.clip_ticks, liveness.clip_ticks()),
            (&self.clip_repeats, liveness.clip_repeats()),
        ];
        for (counter, value) in all {
            counter.store(value, Ordering::Relaxed);
        }
    }

    pub(crate) fn set_program(&self, program: &Program) {
        let promises = program.video().is_some();
        self.promises_video.store(promises, Ordering::Relaxed);
    }

    pub(crate) fn add_received(&self, bytes: u64) {
        self.received.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn add_bridged(&self, packets: u64) {
        self.bridge_packets.fetch_add(packets, Ordering::Relaxed);
    }
}
