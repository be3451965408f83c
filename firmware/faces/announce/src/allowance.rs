//! How many answers may be sent: a flood of questions costs a flood of drops, not of datagrams.

use std::time::{Duration, Instant};

/// A token bucket.
#[derive(Debug)]
pub(crate) struct Allowance {
    burst: u32,
    per_answer: Duration,
    left: u32,
    refilled_at: Instant,
}

impl Allowance {
    /// `burst` answers at once, and `per_s` (at least 1) each second.
    pub(crate) fn new(burst: u32, per_s: u32, now: Instant) -> Self {
        let per_answer = Duration::from_secs(1) / per_s.max(1);
        Self {
            burst,
            per_answer,
            left: burst,
            refilled_at: now,
        }
    }

    /// Takes one answer's worth; false where nothing is left.
    pub(crate) fn take(&mut self, now: Instant) -> bool {
        let earned = now.saturating_duration_since(self.refilled_at).as_nanos()
            / self.per_answer.as_nanos().max(1);
        let earned = u32::try_from(earned).unwrap_or(u32::MAX);
        if earned >= self.burst {
            self.left = self.burst;
            self.refilled_at = now;
        } else if earned > 0 {
            self.left = self.left.saturating_add(earned).min(self.burst);
            self.refilled_at += self.per_answer * earned;
        }
        self.left
            .checked_sub(1)
            .map(|left| self.left = left)
            .is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allows_a_burst_and_then_a_rate() {
        let start = Instant::now();
        let mut allowance = Allowance::new(3, 10, start);
        let at = |ms| start + Duration::from_millis(ms);
        let taken: Vec<bool> = [0, 0, 0, 0, 99, 100, 100, 350, 350, 350]
            .map(|ms| allowance.take(at(ms)))
            .to_vec();
        assert_eq!(
            taken,
            [
                true, true, true, false, false, true, false, true, true, false
            ]
        );
        let after_an_hour = (0..10).filter(|_| allowance.take(at(3_600_000))).count();
        assert_eq!(after_an_hour, 3);
    }
}
