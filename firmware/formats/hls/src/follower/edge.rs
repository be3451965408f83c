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

/// Where to begin with parts: the segment, whose index is that behind the last one if it is still
/// made, and the part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FirstPart {
    pub(super) index: usize,
    pub(super) part: usize,
}

/// The last place to begin that is as far from the end as the server asks (PART-HOLD-BACK, 8216bis
/// 4.4.3.8); `None` where there are no parts that can be played.
///
/// That is the begin of a segment, and in fragmented MP4 any part with a key frame: a transport
/// stream has its tables at the begin of its segments.
pub(super) fn first_part(media: &MediaPlaylist) -> Option<FirstPart> {
    let back = media.start_offset_seconds.filter(|offset| *offset < 0.0);
    let back = back.and_then(|offset| Duration::try_from_secs_f64(-offset).ok());
    let distance = media.part_control.distance()?.max(back.unwrap_or_default());
    let newest = media.newest()?;
    if media.ended || newest.parts.is_empty() {
        return None;
    }
    let mut left = Duration::ZERO;
    let open = media
        .open
        .as_deref()
        .into_iter()
        .map(|open| (media.segments.len(), open));
    for (index, segment) in open.chain(media.segments.iter().enumerate().rev()) {
        // How parts of encrypted segments are chained is for each server to know.
        if segment.key.is_some() || segment.parts.iter().any(|part| part.gap) {
            return None;
        }
        if segment.parts.is_empty() {
            left = left.saturating_add(segment.duration);
            if left >= distance {
                return Some(FirstPart { index, part: 0 });
            }
        }
        for (place, part) in segment.parts.iter().enumerate().rev() {
            left = left.saturating_add(part.duration);
            let is_entry = place == 0 || (part.independent && segment.map.is_some());
            if left >= distance && is_entry {
                return Some(FirstPart { index, part: place });
            }
        }
    }
    Some(FirstPart { index: 0, part: 0 })
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
