//! The rules of failing over, one by one, with times by hand.

mod standby;

use std::time::Duration;

use super::*;

const fn ms(millis: u64) -> Moment {
    Duration::from_millis(millis)
}

fn candidate(number: u64, source: u16) -> Candidate {
    Candidate {
        key: StreamKey::made_up(number),
        source,
        is_vod: false,
        may_loop: false,
    }
}

/// A course with its memory, and a stream of vitals that goes on as long as the test says.
struct Table {
    course: Course,
    cooldowns: Cooldowns,
    vitals: Vitals,
    full: Vec<u16>,
}

impl Table {
    fn new(sources: &[u16]) -> Self {
        Self::with(sources, FailoverConfig::default())
    }

    fn with(sources: &[u16], config: FailoverConfig) -> Self {
        let candidates = (0..).zip(sources).map(|(n, &source)| candidate(n, source));
        Self {
            cooldowns: Cooldowns::new(config.cooldown),
            course: Course::new(config, candidates, ms(5000)),
            vitals: Vitals::default(),
            full: Vec::new(),
        }
    }

    fn next(&mut self, now: Moment) -> Step {
        let full = self.full.clone();
        self.course
            .next(now, &self.cooldowns, |source| !full.contains(&source))
    }

    /// Opens what comes next, which must be `stream`.
    fn opens(&mut self, now: Moment, stream: usize) {
        assert_eq!(self.next(now), Step::Open(stream), "at {now:?}");
        self.course.opened(now, self.vitals);
    }

    fn plays(&mut self, now: Moment, stream: usize) {
        self.opens(now, stream);
        self.brings(now, ms(40));
        assert_eq!(self.course.standing(), Standing::Playing);
    }

    /// `length` more of the stream has come by `now`.
    fn brings(&mut self, now: Moment, length: Duration) -> Verdict {
        let millis = u64::try_from(length.as_millis()).unwrap();
        self.vitals.bytes += millis * 500;
        self.vitals.clock_ticks += millis * 27_000;
        self.course
            .look(now, self.vitals, millis > 0, &mut self.cooldowns)
    }

    fn fails(&mut self, now: Moment, kind: FailureKind) {
        let failure = Failure::new(kind, "made up");
        self.course.failed(now, &failure, &mut self.cooldowns);
    }

    fn rests(&mut self, now: Moment, until: Moment, keeps_slot: bool) {
        assert_eq!(self.next(now), Step::Rest { until, keeps_slot });
    }
}

#[test]
fn one_more_try_of_the_same_stream_then_the_next() {
    let mut table = Table::new(&[0, 0]);
    table.plays(ms(0), 0);
    table.fails(ms(60_000), FailureKind::Ended);
    table.rests(ms(60_000), ms(60_300), true);
    table.opens(ms(60_300), 0);
    assert_eq!(
        table.course.deadline(),
        Some(ms(62_300)),
        "two seconds for it"
    );
    table.fails(ms(60_310), FailureKind::Broken);
    table.plays(ms(60_310), 1);
    assert_eq!((table.course.current(), table.course.failovers()), (1, 1));
    // It stays there, whatever the primary does meanwhile.
    assert_eq!(table.brings(ms(200_000), ms(140_000)), Verdict::GoOn);
}

#[test]
fn what_says_no_is_left_at_once() {
    for kind in [FailureKind::Refused, FailureKind::Hopeless] {
        let mut table = Table::new(&[0, 0]);
        table.plays(ms(0), 0);
        table.fails(ms(60_000), kind);
        table.opens(ms(60_000), 1);
    }
}

#[test]
fn life_without_a_picture_leaves_the_others_time_of_the_first_wait() {
    let mut table = Table::new(&[0, 0]);
    table.opens(ms(0), 0);
    for at in (250..3500).step_by(250) {
        table.vitals.bytes += 30_000;
        let verdict = table
            .course
            .look(ms(at), table.vitals, false, &mut table.cooldowns);
        assert_eq!(verdict, Verdict::GoOn, "at {at} ms");
    }
    table.vitals.bytes += 30_000;
    let verdict = table
        .course
        .look(ms(3500), table.vitals, false, &mut table.cooldowns);
    assert!(matches!(verdict, Verdict::Close(_)), "{verdict:?}");
    table.fails(ms(3500), FailureKind::Stalled);
    table.plays(ms(3500), 1);
}

#[test]
fn a_retry_that_brings_no_time_is_over_when_it_stops() {
    let mut table = Table::new(&[0, 0]);
    table.plays(ms(0), 0);
    table.fails(ms(60_000), FailureKind::Ended);
    table.opens(ms(60_300), 0);
    table.vitals.bytes += 30_000;
    let look = |table: &mut Table, at| {
        table
            .course
            .look(ms(at), table.vitals, false, &mut table.cooldowns)
    };
    assert_eq!(look(&mut table, 60_500), Verdict::GoOn);
    assert_eq!(look(&mut table, 63_000), Verdict::GoOn, "it is searched");
    let verdict = look(&mut table, 63_500);
    assert!(
        matches!(verdict, Verdict::Close(_)),
        "silent for 3 s: {verdict:?}"
    );
}

#[test]
fn grace_is_for_whom_it_is_meant() {
    for (applies_to, is_vod, is_granted) in [
        (AppliesTo::All, false, true),
        (AppliesTo::All, true, true),
        (AppliesTo::Live, false, true),
        (AppliesTo::Live, true, false),
        (AppliesTo::Vod, false, false),
        (AppliesTo::Vod, true, true),
        (AppliesTo::Off, false, false),
    ] {
        let config = FailoverConfig {
            applies_to,
            ..FailoverConfig::default()
        };
        let mut table = Table::with(&[], config.clone());
        let candidates = [0, 1].map(|number| Candidate {
            is_vod,
            ..candidate(number, 0)
        });
        table.course = Course::new(config, candidates.into_iter(), ms(5000));
        table.plays(ms(0), 0);
        table.fails(ms(60_000), FailureKind::Broken);
        let step = table.next(ms(60_000));
        assert_eq!(step != Step::Open(1), is_granted, "{applies_to:?} {is_vod}");
    }
}

#[test]
fn a_stall_is_waited_out_then_retried_and_burns_one_stream_only() {
    let mut table = Table::new(&[0, 0, 0]);
    table.plays(ms(0), 0);
    table.brings(ms(300), ms(300));
    assert_eq!(table.brings(ms(3600), ms(0)), Verdict::GoOn);
    assert_eq!(table.course.standing(), Standing::Stalled);
    assert_eq!(table.course.deadline(), Some(ms(3900)));
    // It comes back within the grace: nothing has happened.
    table.brings(ms(3800), ms(200));
    assert_eq!(table.course.standing(), Standing::Playing);
    // It stops for good.
    table.brings(ms(60_000), ms(60_000));
    table.brings(ms(100_000), ms(0));
    let Verdict::Close(failure) = table.brings(ms(100_300), ms(0)) else {
        panic!("a dead stream is closed");
    };
    table.fails(ms(100_300), failure.kind);
    table.opens(ms(100_300), 0);
    let Verdict::Close(failure) = table.brings(ms(102_300), ms(0)) else {
        panic!("a retry of two seconds");
    };
    table.fails(ms(102_300), failure.kind);
    table.plays(ms(102_300), 1);
    // The new stream begins with a clean slate.
    assert_eq!(table.brings(ms(103_000), ms(600)), Verdict::GoOn);
    assert_eq!(table.course.standing(), Standing::Playing);
}

#[test]
fn rounds_grow_apart_and_end() {
    let mut table = Table::new(&[0, 0]);
    table.plays(ms(0), 0);
    table.fails(ms(60_000), FailureKind::Refused);
    let mut now = ms(60_000);
    let mut pauses = Vec::new();
    let mut opened = Vec::new();
    loop {
        match table.next(now) {
            Step::Open(stream) => {
                opened.push(stream);
                table.course.opened(now, table.vitals);
                table.fails(now, FailureKind::Refused);
            }
            Step::Rest { until, .. } => {
                pauses.push((until - now).as_millis());
                now = until;
            }
            Step::End(ending) => {
                assert_eq!(ending, Ending::Lost);
                break;
            }
            Step::AwaitSlot { .. } => panic!("there is room"),
            Step::Promote(_) => panic!("nothing stands by"),
        }
    }
    assert_eq!(pauses, [1000, 1500, 2250, 3375, 5062]);
    // The backup of the first round; then both, the one that has cooled down longest in front.
    assert_eq!(opened.len(), 1 + 5 * 2);
    assert!(opened[1..].chunks(2).all(|round| round[0] != round[1]));
}

#[test]
fn a_viewer_who_waits_for_the_first_picture_is_served_in_time() {
    let mut table = Table::new(&[0, 0, 0]);
    let mut now = ms(0);
    for stream in 0..3 {
        assert!(now < ms(3500), "there is time for the last one");
        table.opens(now, stream);
        now = table.course.deadline().unwrap();
        table.brings(now, ms(0));
        table.fails(now, FailureKind::Stalled);
    }
    // One that says no is not asked again.
    let mut table = Table::new(&[0]);
    table.opens(ms(0), 0);
    table.fails(ms(50), FailureKind::Refused);
    assert_eq!(
        table.next(ms(50)),
        Step::End(Ending::Failed("made up".to_owned()))
    );
    // Others are, twice, soon.
    let mut table = Table::new(&[0]);
    table.opens(ms(0), 0);
    table.fails(ms(50), FailureKind::Broken);
    table.rests(ms(50), ms(350), false);
    table.opens(ms(350), 0);
    table.fails(ms(400), FailureKind::Broken);
    table.rests(ms(400), ms(1400), false);
    table.opens(ms(1400), 0);
    table.fails(ms(1450), FailureKind::Broken);
    assert_eq!(
        table.next(ms(1450)),
        Step::End(Ending::Failed("made up".to_owned()))
    );
}

#[test]
fn the_next_opening_begins_with_the_primary_unless_it_cools_down() {
    let mut table = Table::new(&[0, 0]);
    table.opens(ms(0), 0);
    table.fails(ms(100), FailureKind::Refused);
    table.plays(ms(100), 1);
    let again = || {
        let candidates = (0..2).map(|n| candidate(n, 0));
        Course::new(FailoverConfig::default(), candidates, ms(60_000))
    };
    table.course = again();
    assert_eq!(table.next(ms(5000)), Step::Open(1));
    table.course = again();
    assert_eq!(table.next(ms(10_100)), Step::Open(0));
}

#[test]
fn a_stream_that_comes_and_goes_loses_its_grace() {
    let mut table = Table::new(&[0, 0]);
    table.plays(ms(0), 0);
    let mut now = ms(0);
    for _ in 0..2 {
        now += ms(2000);
        table.fails(now, FailureKind::Ended);
        now += ms(300);
        table.plays(now, 0);
    }
    now += ms(2000);
    table.fails(now, FailureKind::Ended);
    table.plays(now, 1);
}

#[test]
fn a_full_source_is_passed_over_then_awaited() {
    let mut table = Table::new(&[0, 1]);
    table.full = vec![0];
    table.plays(ms(0), 1);
    let mut table = Table::new(&[0, 1]);
    table.full = vec![0, 1];
    let sources = vec![0, 1];
    assert_eq!(
        table.next(ms(0)),
        Step::AwaitSlot {
            sources,
            until: ms(1500)
        }
    );
    table.full = vec![0];
    table.opens(ms(900), 1);
    let mut table = Table::new(&[0]);
    table.full = vec![0];
    let sources = vec![0];
    assert_eq!(
        table.next(ms(0)),
        Step::AwaitSlot {
            sources,
            until: ms(1500)
        }
    );
    assert_eq!(table.next(ms(1500)), Step::End(Ending::Full));
}

#[test]
fn a_film_that_ends_is_over() {
    let mut table = Table::new(&[]);
    let film = Candidate {
        is_vod: true,
        ..candidate(0, 0)
    };
    table.course = Course::new(FailoverConfig::default(), std::iter::once(film), ms(5000));
    table.plays(ms(0), 0);
    table.fails(ms(60_000), FailureKind::Ended);
    assert_eq!(table.next(ms(60_000)), Step::End(Ending::Finished));
}

#[test]
fn somebody_switches() {
    let mut table = Table::new(&[0, 0, 0]);
    table.plays(ms(0), 0);
    for stream in [1, 2, 0, 1] {
        table.course.switch();
        table.plays(ms(1000), stream);
    }
    assert_eq!(table.course.failovers(), 4);
    assert_eq!(
        table.cooldowns.until(StreamKey::made_up(0), ms(1000)),
        None,
        "no fault of theirs"
    );
    // The only stream is opened anew.
    let mut table = Table::new(&[0]);
    table.plays(ms(0), 0);
    table.course.switch();
    table.plays(ms(1000), 0);
}

#[test]
fn a_poor_picture_is_better_than_none() {
    let blind = |table: &mut Table, now| {
        let mut verdict = Verdict::GoOn;
        for look in 1..30_u64 {
            table.vitals.promises_video = true;
            table.vitals.sounds += 10;
            verdict = table.brings(now + ms(300 * look), ms(300));
            if verdict != Verdict::GoOn {
                break;
            }
        }
        verdict
    };
    let mut table = Table::new(&[0, 0]);
    table.plays(ms(0), 0);
    assert!(matches!(blind(&mut table, ms(0)), Verdict::Close(_)));
    table.fails(ms(6000), FailureKind::NoPicture);
    table.plays(ms(6000), 1);
    assert_eq!(
        blind(&mut table, ms(6000)),
        Verdict::GoOn,
        "the other is no better"
    );
}
