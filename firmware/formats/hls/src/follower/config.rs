//! What can be chosen about following a stream.

use std::time::Duration;

use crate::limits::Limits;

/// How a stream is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FollowerConfig {
    /// Target durations between the end of a live playlist and the segment to begin with. RFC 8216
    /// 6.3.3 says not fewer than 3.
    pub live_edge_segments: u32,
    /// Longest wait until a live playlist is loaded again: a wrong target duration of an hour must
    /// not stop the channel for an hour.
    pub reload_max: Duration,
    /// Most segments waiting to be fetched; the oldest go first.
    pub waiting_max: usize,
    /// Whether parts of segments are fetched where a server offers them (low-latency HLS).
    pub parts: bool,
}

impl Default for FollowerConfig {
    fn default() -> Self {
        Self {
            live_edge_segments: 3,
            reload_max: Duration::from_secs(15),
            waiting_max: Limits::default().segments_max,
            parts: true,
        }
    }
}
