//! Where bytes of one origin end and others begin.

/// How the bytes that follow are related to the bytes before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Seam {
    /// The same timeline is expected to go on: the next HLS segment.
    Continuous,
    /// A new timeline: EXT-X-DISCONTINUITY, the next pass of a looped file, a reconnect.
    Discontinuity,
}
