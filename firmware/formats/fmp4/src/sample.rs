//! What is known of a sample before its bytes.

use crate::movie::Track;

/// A sample, before its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleHead {
    /// Index of its track in [`Movie::tracks`](crate::Movie::tracks).
    pub track: usize,
    /// Decoding time in ticks of the track.
    pub dts: u64,
    /// From the decoding time to the time of composition, in the same ticks.
    pub composition: i32,
    /// In the same ticks.
    pub duration: u32,
    /// In bytes.
    pub size: u32,
    /// Decoding can begin here.
    pub is_sync: bool,
}

impl SampleHead {
    /// Decoding and presentation time in 90 kHz ticks, by the scale and the edit of its track.
    #[must_use]
    pub fn times_90k(&self, track: &Track) -> (i64, i64) {
        let dts = i64::try_from(self.dts).unwrap_or(i64::MAX);
        let pts = dts.saturating_add(self.composition.into());
        (track.ticks_90k(dts), track.ticks_90k(pts))
    }
}
