//! When bytes are published: a leaky bucket (GCRA, ITU-T I.371) over the stream's clock.
//!
//! The clock reading `n` is due at `d[n] = max(d[n-1], now - lead) + (clock[n] - clock[n-1]) / R`.
//! A live stream that comes in at its own rate is always due at once. One that comes in faster is
//! held to R times its rate; one that was late may run ahead by `lead` again. R is a little over
//! 1, so that a provider whose clock is faster than ours never fills the ring for good.

use std::{collections::VecDeque, time::Duration};

use ring::Position;
use tokio::time::Instant;

/// Ticks of the system clock in a second (ISO/IEC 13818-1, 2.4.2.1).
const TICKS_PER_SECOND: u64 = 27_000_000;
/// R, in percent.
const RATE_PERCENT: u64 = 102;
/// A step of the clock that is larger than this is no playing time (a gap that the conditioner
/// let pass).
const STEP_MAX: Duration = Duration::from_secs(1);
/// Clock readings held at once: 1.5 MiB at 2 Mbit/s with a PCR every 20 ms. A stream with more
/// is paced by a coarser grain.
const MARKS_MAX: usize = 320;
/// Readings held at which the upstream is made to wait, so that a 16 KiB step still has room.
const MARKS_FULL: usize = 256;

/// Holds the readings that are not due yet.
#[derive(Debug)]
pub(crate) struct Pacer {
    lead: Duration,
    /// The last reading and when it is due.
    last: Option<(u64, Instant)>,
    /// Position and due time of readings not due yet, in order.
    held: VecDeque<(Position, Instant)>,
}

impl Pacer {
    pub(crate) fn new(lead: Duration) -> Self {
        Self {
            lead,
            last: None,
            held: VecDeque::with_capacity(MARKS_MAX),
        }
    }

    /// The packet at `position` carries this clock.
    pub(crate) fn clock(&mut self, position: Position, ticks: u64, now: Instant) {
        let earliest = now.checked_sub(self.lead).unwrap_or(now);
        let due = match self.last {
            Some((before, due)) => {
                let step = ticks.saturating_sub(before);
                let nanos = u128::from(step) * 1_000_000_000 * 100
                    / u128::from(TICKS_PER_SECOND * RATE_PERCENT);
                let step = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
                due.max(earliest) + step.min(STEP_MAX)
            }
            None => earliest,
        };
        self.last = Some((ticks, due));
        if due > now && self.held.len() < MARKS_MAX {
            self.held.push_back((position, due));
        }
    }

    /// Lets go of what is due; where the rest begins, if there is a rest.
    pub(crate) fn due(&mut self, now: Instant) -> Option<Position> {
        while self.held.front().is_some_and(|(_, due)| *due <= now) {
            self.held.pop_front();
        }
        self.held.front().map(|(position, _)| *position)
    }

    /// Whether the upstream has to wait, however few bytes are held: a radio channel would
    /// otherwise be read ahead by minutes.
    pub(crate) fn is_full(&self) -> bool {
        self.held.len() >= MARKS_FULL
    }

    /// How long what came in will still play.
    pub(crate) fn ahead(&self, now: Instant) -> Duration {
        let last = self.last.map(|(_, due)| due.saturating_duration_since(now));
        last.unwrap_or_default()
    }

    /// When more will be due.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.held.front().map(|(_, due)| *due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAD: Duration = Duration::from_millis(500);
    const STEP_MS: u64 = 40;

    /// Feeds `count` readings, 40 ms of stream apart, arriving `arrival` apart; the latest due
    /// time relative to its arrival.
    fn feed(
        pacer: &mut Pacer,
        count: u64,
        from: u64,
        start: Instant,
        arrival: Duration,
    ) -> Duration {
        let mut held_max = Duration::ZERO;
        for n in 0..count {
            let now = start + arrival * u32::try_from(n).unwrap();
            pacer.clock((from + n) * 188, (from + n) * STEP_MS * 27_000, now);
            pacer.due(now);
            if let Some(due) = pacer.held.back().map(|(_, due)| *due) {
                held_max = held_max.max(due.saturating_duration_since(now));
            }
        }
        held_max
    }

    #[test]
    fn a_live_stream_is_never_held() {
        let mut pacer = Pacer::new(LEAD);
        let held = feed(
            &mut pacer,
            10_000,
            0,
            Instant::now() + LEAD,
            Duration::from_millis(STEP_MS),
        );
        assert_eq!(held, Duration::ZERO);
    }

    #[test]
    fn a_provider_with_a_fast_clock_is_never_held() {
        let mut pacer = Pacer::new(LEAD);
        let one_percent_fast = Duration::from_micros(STEP_MS * 1000 * 100 / 101);
        let held = feed(
            &mut pacer,
            100_000,
            0,
            Instant::now() + LEAD,
            one_percent_fast,
        );
        assert_eq!(held, Duration::ZERO);
    }

    #[test]
    fn a_burst_is_held_to_its_pace_after_the_lead() {
        let mut pacer = Pacer::new(LEAD);
        let start = Instant::now() + LEAD;
        // Six seconds of stream at once.
        feed(&mut pacer, 150, 0, start, Duration::ZERO);
        assert!(
            pacer.due(start).unwrap() >= 12 * 188,
            "the lead of 500 ms is there at once"
        );
        let at = |seconds: f64| start + Duration::from_secs_f64(seconds);
        let held_from = pacer.due(at(2.0)).unwrap() / 188 * STEP_MS;
        assert!(
            (2500..2700).contains(&held_from),
            "after 2 s: 2.5 s and 2 %, not {held_from} ms"
        );
        let ahead = |seconds| pacer.ahead(at(seconds)).as_millis();
        assert!((3300..3500).contains(&ahead(2.0)), "{} ms", ahead(2.0));
        assert_eq!(ahead(6.0), 0);
        assert_eq!(pacer.due(at(6.0)), None);
    }

    #[test]
    fn a_late_stream_may_catch_up_by_the_lead() {
        let mut pacer = Pacer::new(LEAD);
        let start = Instant::now() + LEAD;
        feed(&mut pacer, 25, 0, start, Duration::from_millis(STEP_MS));
        let late = start + Duration::from_secs(5);
        feed(&mut pacer, 12, 25, late, Duration::ZERO);
        assert_eq!(pacer.due(late), None, "480 ms at once after a gap");
    }

    #[test]
    fn what_is_held_is_bounded() {
        let mut pacer = Pacer::new(LEAD);
        feed(
            &mut pacer,
            100_000,
            0,
            Instant::now() + LEAD,
            Duration::ZERO,
        );
        assert_eq!(pacer.held.len(), MARKS_MAX);
    }
}
