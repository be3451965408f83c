//! The rules of standing by, one by one.

use super::*;

const LOOK: u64 = 150;

/// A course, and beside it what comes of the stream that stands by.
struct House {
    table: Table,
    standby: Vitals,
}

impl House {
    /// Has played the first of streams of these sources for two seconds.
    fn playing(sources: &[u16]) -> Self {
        let config = FailoverConfig {
            standby: Some(StandbyConfig {
                streams_max: 1,
                ring_segments_max: 4,
            }),
            ..FailoverConfig::default()
        };
        let mut table = Table::with(sources, config);
        table.plays(ms(0), 0);
        let mut house = Self {
            table,
            standby: Vitals::default(),
        };
        assert_eq!(house.goes_on(LOOK, 2100, true, false), None);
        house
    }

    fn wanted(&mut self, now: u64) -> Option<usize> {
        let Table {
            course,
            cooldowns,
            full,
            ..
        } = &mut self.table;
        course.standby_wanted(ms(now), cooldowns, |source| !full.contains(&source))
    }

    fn opens(&mut self, now: u64, stream: usize) {
        assert_eq!(self.wanted(now), Some(stream), "at {now} ms");
        self.standby = Vitals::default();
        let course = &mut self.table.course;
        course.standby_opened(ms(now), stream, self.standby);
    }

    /// From then until then both bring what they should, as long as each is not silent.
    fn goes_on(&mut self, from: u64, until: u64, plays: bool, stands_by: bool) -> Option<u64> {
        let more = |vitals: &mut Vitals, comes: bool| {
            let millis = if comes { LOOK } else { 0 };
            vitals.bytes += millis * 500;
            vitals.given += millis * 500;
            vitals.clock_ticks += millis * 27_000;
        };
        for now in (from..until).step_by(usize::try_from(LOOK).unwrap()) {
            more(&mut self.standby, stands_by);
            more(&mut self.table.vitals, plays);
            let Table {
                course,
                cooldowns,
                vitals,
                ..
            } = &mut self.table;
            let verdict = course.look_at_standby(ms(now), self.standby, true, cooldowns);
            if verdict != Verdict::GoOn {
                continue;
            }
            if course.look(ms(now), *vitals, true, cooldowns) != Verdict::GoOn {
                return Some(now);
            }
        }
        None
    }

    fn standby_fails(&mut self, now: u64) {
        let Table {
            course, cooldowns, ..
        } = &mut self.table;
        let failure = Failure::new(FailureKind::Refused, "made up");
        course.standby_failed(ms(now), &failure, cooldowns);
    }
}

#[test]
fn whatever_fails_what_stands_by_goes_on_at_once() {
    for kind in [
        FailureKind::Broken,
        FailureKind::Ended,
        FailureKind::Refused,
        FailureKind::Preempted,
    ] {
        let mut house = House::playing(&[0, 1, 2]);
        assert_eq!(house.wanted(1900), None, "nobody knows who stays");
        house.opens(2100, 1);
        assert_eq!(house.wanted(2200), None, "one at a time");
        assert_eq!(house.goes_on(2100, 5000, true, true), None);
        house.table.fails(ms(5000), kind);
        assert_eq!(house.table.next(ms(5000)), Step::Promote(1), "{kind:?}");
        house.table.course.promoted(ms(5000));
        let course = &house.table.course;
        assert_eq!((course.current(), course.failovers()), (1, 1));
        assert_eq!(course.standing(), Standing::Playing);
        // The next one in order that does not cool down.
        let next = if kind == FailureKind::Preempted { 0 } else { 2 };
        assert_eq!(house.wanted(7100), Some(next), "{kind:?}");
    }
}

#[test]
fn one_that_is_not_ready_is_not_waited_for() {
    let mut house = House::playing(&[0, 1]);
    house.opens(2100, 1);
    house.table.fails(ms(2200), FailureKind::Broken);
    house.table.rests(ms(2200), ms(2500), true);
    house.table.course.standby_closed(ms(2200));
    house.table.opens(ms(2500), 0);
}

#[test]
fn a_silence_counts_by_what_the_stream_is_like() {
    // In its first seconds nobody knows; then a steady one is left after half a second.
    for (silent_from, left_at) in [(5100, 6000), (20_100, 20_550)] {
        let mut house = House::playing(&[0, 1]);
        house.opens(2100, 1);
        assert_eq!(house.goes_on(2100, silent_from, true, true), None);
        let left = house.goes_on(silent_from, 40_000, false, true);
        assert_eq!(left, Some(left_at), "silent from {silent_from} ms on");
    }
    // One that has paused for 600 ms before may do so again.
    let mut house = House::playing(&[0, 1]);
    house.opens(2100, 1);
    assert_eq!(house.goes_on(2100, 8100, true, true), None);
    for round in 0..10 {
        let from = 8100 + round * 3000;
        assert_eq!(house.goes_on(from, from + 600, false, true), None);
        assert_eq!(house.goes_on(from + 600, from + 3000, true, true), None);
    }
}

#[test]
fn a_silence_of_both_is_the_lines() {
    let mut house = House::playing(&[0, 1]);
    house.opens(2100, 1);
    assert_eq!(house.goes_on(2100, 20_100, true, true), None);
    assert_eq!(house.goes_on(20_100, 22_500, false, false), None);
    assert_eq!(house.table.course.standing(), Standing::Playing);
}

#[test]
fn who_is_thrown_out_for_it_has_none_for_long() {
    let mut house = House::playing(&[0, 0]);
    let mut now = 2100;
    for pause in [120_000, 240_000, 480_000] {
        house.opens(now, 1);
        now += 1000;
        house.table.fails(ms(now), FailureKind::Ended);
        house.table.course.standby_closed(ms(now));
        house.table.opens(ms(now + 300), 0);
        house.table.brings(ms(now + 340), ms(40));
        assert_eq!(house.wanted(now + pause - 1), None);
        now += pause;
    }
}

#[test]
fn a_failure_at_the_same_source_is_not_held_against_the_stream() {
    for (sources, cools) in [([0, 0], false), ([0, 1], true)] {
        let mut house = House::playing(&sources);
        let mut pauses = Vec::new();
        let mut now = 2100;
        for _ in 0..4 {
            house.opens(now, 1);
            house.standby_fails(now);
            let key = StreamKey::made_up(1);
            let cooling = house.table.cooldowns.until(key, ms(now));
            assert_eq!(cooling.is_some(), cools);
            let failed = now;
            while house.wanted(now).is_none() {
                now += 100;
            }
            pauses.push((now - failed) / 1000);
        }
        let wanted = if cools {
            [10, 20, 40, 80]
        } else {
            [5, 10, 20, 40]
        };
        assert_eq!(pauses, wanted);
    }
}

#[test]
fn none_where_it_would_hurt_or_make_no_sense() {
    let mut house = House::playing(&[0, 1]);
    house.table.full = vec![1];
    assert_eq!(house.wanted(5000), None, "no connection to spare");
    house.table.full.clear();
    house.table.brings(ms(5200), ms(0));
    assert_eq!(house.table.course.standing(), Standing::Stalled);
    assert_eq!(house.wanted(5200), None, "the channel has other worries");
    assert_eq!(House::playing(&[0]).wanted(5000), None);
    let mut off = Table::new(&[0, 1]);
    off.plays(ms(0), 0);
    let wanted = off
        .course
        .standby_wanted(ms(5000), &off.cooldowns, |_| true);
    assert_eq!(wanted, None);
}
