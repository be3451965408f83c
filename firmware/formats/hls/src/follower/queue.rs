//! The segments that are still to be fetched, and how a new playlist is compared with the last.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};

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
    /// New segments; so many were missed before them.
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

/// Segments to fetch, oldest first, each sequence number once.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: VecDeque<Segment>,
    waiting_max: usize,
    /// The number behind the last segment taken in.
    next_sequence: u64,
    remembered: VecDeque<(u64, u64)>,
}

impl Queue {
    pub(super) fn new(waiting_max: usize) -> Self {
        Self {
            waiting: VecDeque::new(),
            waiting_max,
            next_sequence: 0,
            remembered: VecDeque::with_capacity(REMEMBERED_MAX),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn pop(&mut self) -> Option<Segment> {
        self.waiting.pop_front()
    }

    /// Forgets what is waiting; `sequence` is the next number wanted.
    pub(super) fn rewind(&mut self, sequence: u64) {
        self.waiting.clear();
        self.next_sequence = sequence;
    }

    /// The first playlist: from the live edge, or from the start.
    pub(super) fn begin(&mut self, media: &MediaPlaylist, config: &FollowerConfig) -> Intake {
        self.waiting.clear();
        self.remembered.clear();
        let first = edge::first_index(media, config.live_edge_segments);
        let segments = media.segments.get(first..).unwrap_or_default();
        let missed = self.take(segments);
        if segments.is_empty() {
            Intake::Nothing
        } else {
            Intake::New { missed }
        }
    }

    /// A later playlist: what is behind the last segment taken in.
    pub(super) fn update(&mut self, media: &MediaPlaylist, config: &FollowerConfig) -> Intake {
        let (Some(first), Some(last)) = (media.segments.first(), media.segments.last()) else {
            return Intake::Nothing;
        };
        if self.is_reset(media) {
            self.begin(media, config);
            return Intake::Reset;
        }
        if last.sequence < self.next_sequence {
            let is_stale = last.sequence.saturating_add(1) < self.next_sequence;
            return if is_stale {
                Intake::Stale
            } else {
                Intake::Nothing
            };
        }
        let before = first.sequence.saturating_sub(self.next_sequence);
        let new = media
            .segments
            .partition_point(|s| s.sequence < self.next_sequence);
        let dropped = self.take(media.segments.get(new..).unwrap_or_default());
        Intake::New {
            missed: before + dropped,
        }
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

    /// Appends segments and says how many of the oldest had to go for them.
    fn take(&mut self, segments: &[Segment]) -> u64 {
        let mut dropped = 0;
        for segment in segments {
            if self.waiting.len() >= self.waiting_max && self.waiting.pop_front().is_some() {
                dropped += 1;
            }
            if self.remembered.len() >= REMEMBERED_MAX {
                self.remembered.pop_front();
            }
            self.remembered
                .push_back((segment.sequence, fingerprint(segment)));
            self.next_sequence = segment.sequence.saturating_add(1);
            self.waiting.push_back(segment.clone());
        }
        dropped
    }
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
