//! The segments and parts that are still to be fetched, and how a new playlist is compared with the
//! last.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use super::config::FollowerConfig;
use super::edge;
use crate::media::{MediaPlaylist, Segment};

/// Segments remembered by number and address, to tell an old copy of the playlist from a server
/// that counts anew.
const REMEMBERED_MAX: usize = 32;

/// What a playlist brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Intake {
    /// Nothing new.
    Nothing,
    /// New segments or parts; so many segments were missed before them.
    New { missed: u64 },
    /// An older copy of what was seen before.
    Stale,
    /// The server counts anew; begun again at the live edge.
    Reset,
}

impl Intake {
    pub(super) fn is_change(self) -> bool {
        matches!(self, Self::New { .. } | Self::Reset)
    }
}

/// What is fetched in one go.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// The segment; of a part, its address, range and duration in the place of the segment's.
    pub(super) segment: Segment,
    /// Which part of the segment it is; `None` is all of it.
    pub(super) part: Option<usize>,
    /// Parts of the segment before it are missing.
    pub(super) breaks: bool,
}

/// Pieces to fetch, oldest first, each once: a segment of which parts were taken comes to its end by
/// its parts.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: VecDeque<Piece>,
    waiting_max: usize,
    /// The number of the next segment, or of the one of which parts have been taken.
    next_sequence: u64,
    /// Parts of that one that have been taken.
    parts_taken: usize,
    /// The rest of that one is given up.
    is_rest_lost: bool,
    /// The next piece does not join what was taken.
    breaks: bool,
    remembered: VecDeque<(u64, u64)>,
}

impl Queue {
    pub(super) fn new(waiting_max: usize) -> Self {
        Self {
            waiting: VecDeque::new(),
            waiting_max,
            next_sequence: 0,
            parts_taken: 0,
            is_rest_lost: false,
            breaks: false,
            remembered: VecDeque::with_capacity(REMEMBERED_MAX),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn pop(&mut self) -> Option<Piece> {
        self.waiting.pop_front()
    }

    /// The first of what has not been taken in: a segment and a part of it.
    pub(super) fn next(&self) -> (u64, usize) {
        (self.next_sequence, self.parts_taken)
    }

    /// Forgets what is waiting; `sequence` is the next number wanted, behind so many of its parts.
    pub(super) fn rewind(&mut self, sequence: u64, parts: usize) {
        self.waiting.clear();
        self.breaks = false;
        self.go_to(sequence, parts);
    }

    /// What is left of this segment is not wanted any more.
    pub(super) fn give_up_rest_of(&mut self, sequence: u64) {
        let is_of_it = |piece: &Piece| piece.segment.sequence == sequence && piece.part.is_some();
        self.waiting.retain(|piece| !is_of_it(piece));
        self.is_rest_lost |= self.next_sequence == sequence;
    }

    /// The first playlist: from the live edge, or from the start.
    pub(super) fn begin(&mut self, media: &MediaPlaylist, config: &FollowerConfig) -> Intake {
        self.waiting.clear();
        self.remembered.clear();
        self.breaks = false;
        let by_parts = config.parts.then(|| edge::first_part(media)).flatten();
        let first = match by_parts {
            Some(first) => first.index,
            None => edge::first_index(media, config.live_edge_segments),
        };
        let segments = media.segments.get(first..).unwrap_or_default();
        // The segment is as good as begun: it is taken from its part on.
        let entry = by_parts.filter(|first| first.part > 0).and_then(|first| {
            let segment = segments.first().or(media.open.as_deref())?;
            Some((segment.sequence, first.part))
        });
        let sequence = segments.first().or(media.open.as_deref());
        let (sequence, parts) = entry.unwrap_or((sequence.map_or(0, |it| it.sequence), 0));
        self.go_to(sequence, parts);
        let mut missed = self.take(segments);
        if by_parts.is_some() {
            missed += self.take_open(media);
        }
        if self.waiting.is_empty() {
            Intake::Nothing
        } else {
            Intake::New { missed }
        }
    }

    /// A later playlist: what is behind the last piece taken in.
    pub(super) fn update(&mut self, media: &MediaPlaylist, config: &FollowerConfig) -> Intake {
        let newest = media.segments.last().or(media.open.as_deref());
        let Some(newest) = newest.map(|segment| segment.sequence) else {
            return Intake::Nothing;
        };
        if self.is_reset(media) {
            self.begin(media, config);
            return Intake::Reset;
        }
        if newest.saturating_add(1) < self.next_sequence {
            return Intake::Stale;
        }
        let before = (self.next(), self.waiting.len());
        let new = media
            .segments
            .partition_point(|s| s.sequence < self.next_sequence);
        let segments = media.segments.get(new..).unwrap_or_default();
        let first = segments.first().or(media.open.as_deref());
        let skipped = first.map_or(0, |first| first.sequence.saturating_sub(self.next_sequence));
        let mut missed = self.take(segments);
        if config.parts {
            missed += self.take_open(media);
        }
        if before == (self.next(), self.waiting.len()) {
            return Intake::Nothing;
        }
        missed += skipped;
        Intake::New { missed }
    }

    /// Whether the server counts anew: a number that we know has another address, or the playlist
    /// lies so far back that no cache can have kept it.
    fn is_reset(&self, media: &MediaPlaylist) -> bool {
        let Some(last) = media.segments.last() else {
            return false;
        };
        if last.sequence.saturating_add(1) >= self.next_sequence {
            return false;
        }
        let known = |segment: &Segment| {
            let same = |known: &&(u64, u64)| known.0 == segment.sequence;
            self.remembered.iter().find(same).map(|known| known.1)
        };
        let mut seen = media
            .segments
            .iter()
            .filter_map(|s| Some((known(s)?, fingerprint(s))));
        match seen.next() {
            Some((known, now)) => known != now,
            None => {
                let window = media.segments.len().max(REMEMBERED_MAX) as u64;
                last.sequence.saturating_add(window) < self.next_sequence
            }
        }
    }

    /// Takes whole segments in, the first one from where its parts have come to. Says how many
    /// segments were missed: of the oldest that had to go, and of those that had been begun and
    /// cannot be brought to their end.
    fn take(&mut self, segments: &[Segment]) -> u64 {
        let mut missed = 0;
        for segment in segments {
            let has_begun = self.parts_taken > 0 || self.is_rest_lost;
            if has_begun && segment.sequence == self.next_sequence && self.can_go_on(segment) {
                missed += self.take_parts(segment);
                if !is_covered(segment) {
                    missed += 1;
                    self.breaks = true;
                }
            } else if has_begun {
                // Its loss was counted where it was given up.
                missed += u64::from(!self.is_rest_lost);
                self.breaks = true;
                if segment.sequence != self.next_sequence {
                    missed += self.push(segment.clone(), None);
                }
            } else {
                missed += self.push(segment.clone(), None);
            }
            self.remember(segment);
            self.go_to(segment.sequence.saturating_add(1), 0);
        }
        missed
    }

    /// Takes in the parts of the segment that is still made.
    fn take_open(&mut self, media: &MediaPlaylist) -> u64 {
        let Some(open) = &media.open else {
            return 0;
        };
        if open.sequence > self.next_sequence {
            self.breaks |= self.parts_taken > 0;
            self.go_to(open.sequence, 0);
        }
        if open.sequence == self.next_sequence && self.can_go_on(open) {
            return self.take_parts(open);
        }
        0
    }

    /// Whether the parts that were taken, and those behind them, are still in the playlist.
    fn can_go_on(&self, segment: &Segment) -> bool {
        !self.is_rest_lost && segment.parts.len() >= self.parts_taken
    }

    fn take_parts(&mut self, segment: &Segment) -> u64 {
        let mut missed = 0;
        for (place, part) in segment.parts.iter().enumerate().skip(self.parts_taken) {
            let piece = Segment {
                uri: part.uri.clone(),
                duration: part.duration,
                byte_range: part.byte_range,
                gap: part.gap,
                parts: Vec::new(),
                discontinuity: segment.discontinuity && place == 0,
                ..segment.clone()
            };
            missed += self.push(piece, Some(place));
        }
        self.parts_taken = segment.parts.len();
        missed
    }

    /// How many had to go for it.
    fn push(&mut self, segment: Segment, part: Option<usize>) -> u64 {
        let is_full = self.waiting.len() >= self.waiting_max;
        let dropped = is_full && self.waiting.pop_front().is_some();
        let segment = Segment {
            parts: Vec::new(),
            ..segment
        };
        self.waiting.push_back(Piece {
            segment,
            part,
            breaks: std::mem::take(&mut self.breaks),
        });
        u64::from(dropped)
    }

    fn go_to(&mut self, sequence: u64, parts: usize) {
        self.next_sequence = sequence;
        self.parts_taken = parts;
        self.is_rest_lost = false;
    }

    fn remember(&mut self, segment: &Segment) {
        if self.remembered.len() >= REMEMBERED_MAX {
            self.remembered.pop_front();
        }
        self.remembered
            .push_back((segment.sequence, fingerprint(segment)));
    }
}

/// Whether the parts are all of the segment, as far as their durations tell: one that cannot be read
/// ends the list of them.
fn is_covered(segment: &Segment) -> bool {
    let parts: Duration = segment.parts.iter().map(|part| part.duration).sum();
    parts.saturating_mul(10) >= segment.duration.saturating_mul(9)
}

/// The path and range of a segment. Its query is left out: tokens in it change with every load.
fn fingerprint(segment: &Segment) -> u64 {
    let mut hasher = DefaultHasher::new();
    segment.uri.path().hash(&mut hasher);
    segment
        .byte_range
        .map(|range| range.offset)
        .hash(&mut hasher);
    hasher.finish()
}
