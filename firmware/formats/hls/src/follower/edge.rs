//! Where in a playlist to begin (RFC 8216 6.3.3, EXT-X-START 4.3.5.2).

use std::time::Duration;

use crate::media::{MediaPlaylist, Segment};

/// Index of the segment to begin with.
///
/// A playlist that has ended begins at its start, or where EXT-X-START says. A live one begins
/// `live_edge_segments` target durations before its end; a negative EXT-X-START may only move that
/// further back, and a positive one is passed over: a tuner shows what is on now.
pub(super) fn first_index(media: &MediaPlaylist, live_edge_segments: u32) -> usize {
    let offset = media
        .start_offset_seconds
        .filter(|offset| offset.is_finite())
        .unwrap_or(0.0);
    let distance = Duration::try_from_secs_f64(offset.abs()).unwrap_or_default();
    match (media.ended, offset < 0.0) {
        (true, true) => index_before_end(&media.segments, distance),
        (true, false) => index_at(&media.segments, distance),
        (false, backwards) => {
            let edge = media.target_duration * live_edge_segments.max(1);
            let distance = if backwards { edge.max(distance) } else { edge };
            index_before_end(&media.segments, distance)
        }
    }
}

/// The last segment that begins at least `distance` before the end, else the first.
fn index_before_end(segments: &[Segment], distance: Duration) -> usize {
    let mut left = Duration::ZERO;
    let before = segments.iter().rposition(|segment| {
        left = left.saturating_add(segment.duration);
        left >= distance
    });
    before.unwrap_or(0)
}

/// The segment that is playing `distance` after the start, else the first.
fn index_at(segments: &[Segment], distance: Duration) -> usize {
    let mut end = Duration::ZERO;
    let at = segments.iter().position(|segment| {
        end = end.saturating_add(segment.duration);
        end > distance
    });
    at.unwrap_or(0)
}
