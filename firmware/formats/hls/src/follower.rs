//! What to fetch next of a media playlist, and when: a state machine without clock or socket.
//!
//! It holds the numbers and addresses of the segments that are still to be fetched and nothing of
//! the playlist itself. The driver asks [`Follower::next`] and does what it says; time is handed in
//! as the time since a point of the driver's choice.

mod config;
mod edge;
mod queue;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_parts;

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::delivery::Blocking;
use crate::error::Unsupported;
use crate::media::{ByteRange, Key, Map, MediaPlaylist, PartControl};
use crate::timing::Timing;
pub use config::FollowerConfig;
use queue::{Intake, Piece, Queue};

/// What to do next.
#[expect(
    clippy::large_enum_variant,
    reason = "one value at a time, on its way to be matched"
)]
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Fetch this segment.
    Segment(SegmentRequest),
    /// Load the playlist at this time (at once if it has passed) and hand it to
    /// [`Follower::on_playlist`], or tell [`Follower::on_reload_failed`].
    Reload {
        /// On the clock that `now` is read from.
        at: Duration,
    },
    /// The playlist has ended and every segment was handed out.
    Ended,
    /// A live playlist has added nothing for three target durations, at least 10 s and at most
    /// 60 s, although it was asked: try another address or give up.
    Stalled,
    /// The next segment is of a kind that is not played; so are those behind it.
    Unsupported(Unsupported),
}

/// A segment to fetch.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentRequest {
    /// Where it is.
    pub uri: Url,
    /// The part of the resource; `None` is all of it.
    pub byte_range: Option<ByteRange>,
    /// How to decrypt it, if it is encrypted.
    pub key: Option<SegmentKey>,
    /// How it joins what was fetched before.
    pub seam: Seam,
    /// The header that it needs, if it is fragmented MP4.
    pub map: Option<MapRequest>,
    /// Its media sequence number.
    pub sequence: u64,
    /// Discontinuities since the stream began: equal numbers share a time line.
    pub discontinuity_sequence: u64,
    /// How long it plays, as the playlist says.
    pub duration: Duration,
    /// It is only this part of the segment, counted from 0.
    pub part: Option<usize>,
}

/// A header to fetch (EXT-X-MAP), unless it is there already.
#[derive(Clone, Debug, PartialEq)]
pub struct MapRequest {
    /// Where it is, and how it is told from others ([`Map::is_same`]).
    pub map: Arc<Map>,
    /// How to decrypt it, if it is encrypted.
    pub key: Option<SegmentKey>,
}

/// AES-128-CBC with PKCS#7 padding over the whole segment (RFC 8216 4.3.2.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentKey {
    /// The key file, of exactly 16 bytes.
    pub uri: Url,
    /// The initialisation vector, from the playlist or from the sequence number.
    pub iv: [u8; 16],
}

/// How a segment joins the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seam {
    /// Time stamps and counters run on. Also the very first segment, which has nothing before it.
    Continuous,
    /// Time stamps, counters or programme may be different: announced by the server, or segments
    /// in between are missing.
    Discontinuity,
}

/// What happened on the way; all only ever grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Segments handed out.
    pub segments: u64,
    /// Parts of segments handed out.
    pub parts: u64,
    /// Segments that left the playlist before they were seen or fetched, or could not be fetched.
    pub missed: u64,
    /// Segments that the server itself marked as missing (EXT-X-GAP).
    pub gaps: u64,
    /// Times the server began to count anew.
    pub resets: u64,
    /// Playlists older than one seen before, as caches serve them.
    pub stale: u64,
}

/// A piece that was handed out.
#[derive(Clone, Copy, Debug)]
struct Last {
    sequence: u64,
    discontinuity_sequence: u64,
    part: Option<usize>,
}

/// Requests that block and fail until no further one is made: what a cache in between makes of them
/// does not get better.
const BLOCKING_FAILURES_MAX: u32 = 2;

/// Parts in a row that could not be had until whole segments are fetched again.
const PART_FAILURES_MAX: u32 = 2;

/// Follows one media playlist.
#[derive(Debug)]
pub struct Follower {
    config: FollowerConfig,
    timing: Timing,
    queue: Queue,
    ended: bool,
    loaded: bool,
    /// Where parts are offered and may be fetched: their longest, and whether a reload may wait.
    parts: Option<PartControl>,
    part_failures: u32,
    blocking_failures: u32,
    last: Option<Last>,
    /// The next segment does not join the last one, whatever the numbers say.
    broken: bool,
    /// `last` and `broken` as they were before the last segment was handed out.
    before: (Option<Last>, bool),
    counters: Counters,
}

impl Follower {
    /// A follower that has seen nothing: its first step is to load the playlist.
    pub fn new(config: FollowerConfig) -> Self {
        Self {
            config,
            timing: Timing::new(config.reload_max),
            queue: Queue::new(config.waiting_max.max(1)),
            ended: false,
            loaded: false,
            parts: None,
            part_failures: 0,
            blocking_failures: 0,
            last: None,
            broken: false,
            before: (None, false),
            counters: Counters::default(),
        }
    }

    /// Takes in a playlist; `now` is when the request for it was sent (RFC 8216 6.3.4 counts the
    /// reload from there).
    pub fn on_playlist(&mut self, media: &MediaPlaylist, now: Duration) {
        self.parts = self.usable_parts(media);
        let config = FollowerConfig {
            parts: self.parts.is_some(),
            ..self.config
        };
        let intake = if self.loaded {
            self.queue.update(media, &config)
        } else {
            self.queue.begin(media, &config)
        };
        self.count(intake);
        self.loaded |= !media.segments.is_empty() || self.queue.len() > 0;
        self.ended = media.ended;
        let (target, is_change) = (media.target_duration, intake.is_change());
        match self.parts.and_then(|parts| parts.target) {
            Some(part) => {
                let blocks = self.blocking().is_some();
                self.timing
                    .loaded_part(now, (target, part), is_change, blocks);
            }
            None => self.timing.loaded(now, target, is_change),
        }
    }

    /// Parts of encrypted segments are left alone, as is all that goes with them.
    fn usable_parts(&self, media: &MediaPlaylist) -> Option<PartControl> {
        let newest = media.newest();
        let is_clear = newest.is_none_or(|segment| segment.key.is_none());
        let wanted = self.config.parts && !self.have_parts_failed() && !media.ended && is_clear;
        Some(media.part_control).filter(|parts| wanted && parts.target.is_some())
    }

    /// Whether parts are to be fetched, from the next playlist on.
    pub fn use_parts(&mut self, wanted: bool) {
        self.config.parts = wanted;
    }

    /// What the reload that [`Step::Reload`] asks for may wait for, if the server lets it wait
    /// ([`Blocking::ask`]). Where that fails the playlist is to be asked for without it, and
    /// [`Follower::on_blocking_failed`] told.
    pub fn blocking(&self) -> Option<Blocking> {
        let has_parts = !self.have_parts_failed() && self.loaded && !self.ended;
        let can_block = self.parts?.can_block_reload && has_parts;
        let (sequence, part) = self.queue.next();
        let may = can_block && self.blocking_failures < BLOCKING_FAILURES_MAX;
        may.then_some(Blocking { sequence, part })
    }

    /// A reload that was to wait has failed.
    pub fn on_blocking_failed(&mut self) {
        self.blocking_failures += 1;
    }

    fn count(&mut self, intake: Intake) {
        match intake {
            Intake::Nothing => {}
            Intake::New { missed } => self.counters.missed += missed,
            Intake::Stale => self.counters.stale += 1,
            Intake::Reset => {
                self.counters.resets += 1;
                self.broken = true;
            }
        }
    }

    /// The playlist asked for at `now` could not be loaded; it is tried again in half a target
    /// duration, until [`Step::Stalled`].
    pub fn on_reload_failed(&mut self, now: Duration) {
        self.timing.failed(now);
    }

    /// The segment handed out last could not be fetched, or not to its end: the next one does not
    /// join it.
    pub fn on_segment_lost(&mut self) {
        self.counters.missed += 1;
        self.broken = true;
        if let Some(last) = self.last.filter(|last| last.part.is_some()) {
            self.part_failures += 1;
            self.queue.give_up_rest_of(last.sequence);
        }
    }

    /// The piece handed out last was given out whole.
    pub fn on_given(&mut self) {
        if self.last.is_some_and(|last| last.part.is_some()) {
            self.part_failures = 0;
        }
    }

    /// Not a byte came of the piece handed out last. Whether it comes again: a part, from the next
    /// playlist; where parts are not to be had at all, with its segment as a whole. If it does not, it
    /// is lost, which [`Follower::on_segment_lost`] is to be told.
    pub fn on_refused(&mut self) -> bool {
        let Some((sequence, part)) = self.last.and_then(|last| Some((last.sequence, last.part?)))
        else {
            return false;
        };
        let is_last_try = self.part_failures + 1 >= PART_FAILURES_MAX;
        if is_last_try && part > 0 {
            return false;
        }
        self.part_failures += 1;
        self.take_back(sequence, Some(part));
        // Nothing was begun: whole segments are there at once, some way back.
        self.loaded = !is_last_try || self.counters.parts + self.counters.segments > 0;
        true
    }

    /// As if the piece had not been handed out.
    fn take_back(&mut self, sequence: u64, part: Option<usize>) {
        self.queue.rewind(sequence, part.unwrap_or(0));
        (self.last, self.broken) = self.before;
        let counted = self.counted(part);
        *counted = counted.saturating_sub(1);
    }

    fn have_parts_failed(&self) -> bool {
        self.part_failures >= PART_FAILURES_MAX
    }

    /// The address of the segment handed out last is no longer valid before a byte of it came, and
    /// so are those of the waiting ones (a token ran out): they are taken again, the segment
    /// included, from the playlist that comes next.
    pub fn on_addresses_expired(&mut self) {
        let Some(last) = self.last else {
            return;
        };
        self.take_back(last.sequence, last.part);
        self.ended = false;
    }

    /// The same programme comes from another playlist now (another variant, a fresh address):
    /// begin anew at its live edge, with a discontinuity.
    pub fn restart(&mut self) {
        self.queue = Queue::new(self.config.waiting_max.max(1));
        self.timing = Timing::new(self.config.reload_max);
        self.loaded = false;
        self.ended = false;
        self.parts = None;
        self.part_failures = 0;
        self.blocking_failures = 0;
        self.broken = self.last.is_some();
    }

    /// What happened so far.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Segments waiting to be fetched.
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Says what to do at `now`. Segments come before reloads: a reload is only of use when there
    /// is nothing left to fetch, and the fetching is paced by the viewers.
    pub fn next(&mut self, now: Duration) -> Step {
        while let Some(piece) = self.queue.pop() {
            if piece.segment.gap {
                self.counters.gaps += 1;
                self.broken = true;
                if piece.part.is_some() {
                    self.queue.give_up_rest_of(piece.segment.sequence);
                }
                continue;
            }
            return match self.request(piece) {
                Ok(request) => Step::Segment(request),
                Err(refusal) => Step::Unsupported(refusal),
            };
        }
        if self.ended {
            return Step::Ended;
        }
        match self.timing.hungry(now) {
            Some(at) => Step::Reload { at },
            None => Step::Stalled,
        }
    }

    fn request(&mut self, piece: Piece) -> Result<SegmentRequest, Unsupported> {
        piece.segment.check()?;
        let seam = self.seam(&piece);
        let Piece { segment, part, .. } = piece;
        let key = segment_key(segment.key.as_deref(), segment.sequence);
        let map = segment.map.as_ref().map(|map| MapRequest {
            map: Arc::clone(map),
            key: segment_key(map.key.as_deref(), map.sequence),
        });
        self.before = (self.last, self.broken);
        self.last = Some(Last {
            sequence: segment.sequence,
            discontinuity_sequence: segment.discontinuity_sequence,
            part,
        });
        self.broken = false;
        *self.counted(part) += 1;
        Ok(SegmentRequest {
            uri: segment.uri,
            byte_range: segment.byte_range,
            key,
            seam,
            map,
            sequence: segment.sequence,
            discontinuity_sequence: segment.discontinuity_sequence,
            duration: segment.duration,
            part,
        })
    }

    fn counted(&mut self, part: Option<usize>) -> &mut u64 {
        match part {
            Some(_) => &mut self.counters.parts,
            None => &mut self.counters.segments,
        }
    }

    fn seam(&self, piece: &Piece) -> Seam {
        let Some(last) = self.last else {
            return Seam::Continuous;
        };
        let segment = &piece.segment;
        let follows = match piece.part {
            Some(part @ 1..) => last.sequence == segment.sequence && last.part == Some(part - 1),
            Some(0) | None => {
                segment.sequence == last.sequence.saturating_add(1)
                    && segment.discontinuity_sequence == last.discontinuity_sequence
            }
        };
        if follows && !segment.discontinuity && !self.broken && !piece.breaks {
            Seam::Continuous
        } else {
            Seam::Discontinuity
        }
    }
}

fn segment_key(key: Option<&Key>, sequence: u64) -> Option<SegmentKey> {
    let key = key?;
    Some(SegmentKey {
        uri: key.uri.clone()?,
        iv: key.iv_of(sequence),
    })
}
