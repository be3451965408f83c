//! When pictures are decoded, for containers that say only when they are shown.
//!
//! Pictures come in the order in which they are decoded. With at most `depth` pictures that are
//! decoded before one and shown behind it (num_reorder_frames), the n-th picture can be decoded when
//! the (n − depth)-th in the order of showing is shown: no earlier time fits every stream.

/// Pictures that may be shown behind a later one (ISO/IEC 14496-10 annex A: MaxDpbFrames).
const DEPTH_MAX: usize = 16;
/// From picture to picture where nobody says it: 25 in a second.
const FRAME_TICKS: i64 = 3600;

/// Makes decoding times, in the ticks of the times given.
#[derive(Clone, Debug)]
pub(crate) struct Reorder {
    depth: usize,
    frame_ticks: i64,
    /// The latest times, in the order of showing.
    shown: Vec<i64>,
    last: Option<i64>,
}

impl Reorder {
    pub(crate) fn new(depth: usize, frame_ticks: Option<i64>) -> Self {
        Self {
            depth: depth.min(DEPTH_MAX),
            frame_ticks: frame_ticks
                .filter(|ticks| *ticks > 0)
                .unwrap_or(FRAME_TICKS),
            shown: Vec::with_capacity(DEPTH_MAX + 1),
            last: None,
        }
    }

    /// The next picture is shown at `pts`: when it is decoded.
    pub(crate) fn decoded_at(&mut self, pts: i64) -> i64 {
        // Another timeline: what went before says nothing about it.
        if self
            .last
            .is_some_and(|last| pts < last.saturating_sub(DEPTH_MAX as i64 * FRAME_TICKS))
        {
            self.shown.clear();
            self.last = None;
        }
        let place = self.shown.partition_point(|shown| *shown <= pts);
        self.shown.insert(place, pts);
        let dts = if self.shown.len() > self.depth {
            self.shown.remove(0)
        } else {
            // Before the first picture is shown: as if others had been before it.
            let first = self.shown.first().copied().unwrap_or(pts);
            let before = i64::try_from(self.depth + 1 - self.shown.len()).unwrap_or(0);
            first.saturating_sub(before.saturating_mul(self.frame_ticks))
        };
        // A stream that reorders more than it says: its times still go on, and never beyond showing.
        let dts = self.last.map_or(dts, |last| dts.max(last + 1)).min(pts);
        self.last = Some(dts);
        dts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decoded(depth: usize, shown: &[i64]) -> Vec<i64> {
        let mut reorder = Reorder::new(depth, Some(10));
        shown.iter().map(|pts| reorder.decoded_at(*pts)).collect()
    }

    #[test]
    fn pictures_that_wait_for_later_ones() {
        assert_eq!(decoded(0, &[0, 10, 20]), [0, 10, 20]);
        // I P B P B.
        assert_eq!(decoded(1, &[0, 20, 10, 40, 30]), [-10, 0, 10, 20, 30]);
        // A pyramid: I P B b b.
        assert_eq!(
            decoded(2, &[0, 40, 20, 10, 30, 80]),
            [-20, -10, 0, 10, 20, 30]
        );
        // More than was said.
        assert_eq!(decoded(0, &[0, 40, 20]), [0, 40, 20]);
    }

    proptest! {
        /// Whatever order of groups that is allowed: decoding goes on, and comes before showing.
        #[test]
        fn decoding_goes_on_and_comes_first(
            depth in 1_usize..8,
            swaps in prop::collection::vec(any::<u8>(), 1..200),
        ) {
            // Each group of depth + 1 pictures: the last one is decoded first.
            let mut shown = vec![-10];
            for (group, _) in swaps.iter().enumerate() {
                let base = i64::try_from(group * (depth + 1)).unwrap() * 10;
                let last = i64::try_from(depth).unwrap();
                shown.push(base + last * 10);
                shown.extend((0..last).map(|n| base + n * 10));
            }
            let times = decoded(depth, &shown);
            prop_assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
            prop_assert!(times.iter().zip(&shown).all(|(dts, pts)| dts <= pts));
        }
    }
}
