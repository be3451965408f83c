//! Decoding times from presentation times.
//!
//! RTP (RFC 6184 clause 5.1) and Matroska (RFC 9559 clause 10) bring pictures in the order of their
//! decoding and say when each is shown; a transport stream says when each is decoded as well. With at most `depth` pictures shown later
//! than pictures behind them, the decoding times are the presentation times in order, `depth` of them
//! late.

use mpegts::ticks::PTS_PER_SECOND;

/// Most that either codec allows (14496-10 clause A.3.1 h, 23008-2 clause A.4.2).
const DEPTH_MAX: usize = 16;

/// From one picture to the next, while that is not known: 25 a second.
const PICTURE_TICKS: i64 = PTS_PER_SECOND.cast_signed() / 25;
/// A longer step is a jump: what was before it says nothing of what follows.
const JUMP_TICKS: i64 = 2 * PTS_PER_SECOND.cast_signed();

/// Makes decoding times.
#[derive(Debug, Default)]
pub(crate) struct Reorder {
    depth: usize,
    /// The presentation times that were not given yet as decoding times, `depth` of them, ascending.
    waiting: Vec<i64>,
    newest: Option<i64>,
    last: i64,
}

impl Reorder {
    /// Of a stream that is known to reorder so far.
    pub(crate) fn of_depth(depth: usize) -> Self {
        let mut reorder = Self::default();
        reorder.set_depth(depth);
        reorder
    }

    /// So many pictures may be shown later than pictures that are decoded behind them.
    pub(crate) fn set_depth(&mut self, depth: usize) {
        let depth = depth.min(DEPTH_MAX);
        if depth != self.depth {
            self.depth = depth;
            self.newest = None;
        }
    }

    /// The presentation and decoding times of the next picture. Only of a stream that reorders more
    /// than it says the presentation time is not the one given: it must not lie before decoding.
    pub(crate) fn times(&mut self, shown: i64) -> (i64, i64) {
        let is_jump = |newest: i64| (shown - newest).abs() > JUMP_TICKS;
        if self.newest.is_none_or(is_jump) {
            self.begin(shown);
        }
        self.newest = Some(self.newest.map_or(shown, |newest| newest.max(shown)));
        let place = self.waiting.partition_point(|time| *time <= shown);
        self.waiting.insert(place, shown);
        let is_deeper = shown < self.last;
        if is_deeper && self.depth < DEPTH_MAX {
            self.depth += 1;
            return (self.last, self.last);
        }
        let decoded = self.waiting.remove(0).max(self.last);
        self.last = decoded;
        (shown.max(decoded), decoded)
    }

    fn begin(&mut self, shown: i64) {
        let before = |count: usize| {
            let count = i64::try_from(count).unwrap_or(0);
            shown.saturating_sub(count.saturating_mul(PICTURE_TICKS))
        };
        self.waiting.clear();
        self.waiting.extend((1..=self.depth).rev().map(before));
        self.newest = None;
        self.last = i64::MIN;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn run(depth: usize, shown: &[i64]) -> Vec<(i64, i64)> {
        let mut reorder = Reorder::of_depth(depth);
        shown.iter().map(|time| reorder.times(*time)).collect()
    }

    #[test]
    fn without_reordering_both_are_the_same() {
        assert_eq!(
            run(0, &[0, 3600, 7200]),
            [(0, 0), (3600, 3600), (7200, 7200)]
        );
    }

    #[test]
    fn a_pyramid_of_b_pictures() {
        // I4 P... in order of decoding: 0 4 2 1 3 8 6 5 7, in pictures.
        let shown: Vec<i64> = [0, 4, 2, 1, 3, 8, 6, 5, 7].map(|n| n * 3600).to_vec();
        let decoded: Vec<i64> = run(2, &shown).iter().map(|times| times.1).collect();
        let expected = [-2, -1, 0, 1, 2, 3, 4, 5, 6].map(|n| n * 3600).to_vec();
        assert_eq!(decoded, expected);
    }

    #[test]
    fn a_jump_begins_anew() {
        let times = run(1, &[0, 3600, 1_000_000, 1_003_600]);
        assert_eq!(times[2], (1_000_000, 1_000_000 - 3600));
        assert_eq!(times[3], (1_003_600, 1_000_000));
    }

    #[test]
    fn a_stream_that_reorders_more_than_it_says_stays_in_order() {
        let times = run(0, &[0, 10_800, 3600, 7200, 21_600, 14_400, 18_000]);
        assert!(times.is_sorted_by_key(|times| times.1), "{times:?}");
        assert!(times.iter().all(|(shown, decoded)| shown >= decoded));
        // Soon it is known how deep.
        assert_eq!(times.last().map(|times| times.0), Some(18_000));
    }

    proptest! {
        #[test]
        fn decoding_never_goes_back_nor_behind_showing(
            depth in 0usize..20,
            shown in proptest::collection::vec(0i64..150_000, 1..200),
        ) {
            let times = run(depth, &shown);
            prop_assert!(times.is_sorted_by_key(|times| times.1), "{times:?}");
            prop_assert!(times.iter().all(|(shown, decoded)| shown >= decoded));
        }
    }
}
