//! Pauses between rounds over the streams of a channel.

use std::time::Duration;

/// Steps after which a pause grows no more: 1 s has become 5 s by then.
const LEVEL_MAX: u32 = 4;

/// The pauses: each is longer than the one before by half.
///
/// How long a pause is and how many rounds there may be are two counts. A stream that plays for two
/// seconds again and again ends no channel, as a picture is a picture, but it is not asked for
/// faster and faster either.
#[derive(Debug)]
pub(super) struct Backoff {
    first: Duration,
    level: u32,
    /// Rounds in a row that brought no picture.
    barren: u32,
}

impl Backoff {
    pub(super) const fn new(first: Duration) -> Self {
        Self {
            first,
            level: 0,
            barren: 0,
        }
    }

    /// A round brought nothing. The pause before the next one; `None` beyond `rounds_max`.
    pub(super) fn after_round(&mut self, rounds_max: u32) -> Option<Duration> {
        self.barren += 1;
        if self.barren > rounds_max {
            return None;
        }
        let pause = self.first * 3_u32.pow(self.level) / 2_u32.pow(self.level);
        self.level = (self.level + 1).min(LEVEL_MAX);
        Some(pause)
    }

    /// There is a picture.
    pub(super) fn pictured(&mut self) {
        self.barren = 0;
    }

    /// A stream has played for long enough to be believed.
    pub(super) fn steady(&mut self) {
        self.barren = 0;
        self.level = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(backoff: &mut Backoff) -> Vec<u128> {
        std::iter::from_fn(|| backoff.after_round(5))
            .map(|pause| pause.as_millis())
            .collect()
    }

    #[test]
    fn five_growing_pauses() {
        let mut backoff = Backoff::new(Duration::from_secs(1));
        assert_eq!(millis(&mut backoff), [1000, 1500, 2250, 3375, 5062]);
        backoff.pictured();
        assert_eq!(
            millis(&mut backoff),
            [5062; 5],
            "a picture buys time, not haste"
        );
        backoff.steady();
        assert_eq!(millis(&mut backoff)[0], 1000);
    }
}
