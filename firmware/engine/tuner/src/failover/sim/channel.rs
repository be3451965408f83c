//! One channel in a world: does what a driver does, and asserts what must always hold.

use std::time::Duration;

use super::{
    EVENING,
    world::{Mood, World},
};
use crate::failover::{
    Candidate, Cooldowns, Course, Ending, FailoverConfig, Failure, FailureKind, Moment, Step,
    StreamKey, Verdict, Vitals,
};

const LOOK: Duration = Duration::from_millis(300);
const FIRST_PICTURE_MAX: Duration = Duration::from_secs(5);
/// A picture is believed after that: see `course::STEADY`.
const STEADY: Duration = Duration::from_secs(10);

/// A connection.
#[derive(Clone, Debug)]
struct Open {
    stream: usize,
    /// When its first picture comes.
    plays_at: Option<Moment>,
    /// From when on nothing comes any more.
    falls_silent_at: Option<Moment>,
    /// When it closes by itself, and how.
    ends: Option<(Moment, FailureKind)>,
    begin: Vitals,
    pictured_at: Option<Moment>,
}

/// One channel.
pub(super) struct Channel {
    pub(super) wake: Moment,
    seed: u64,
    tells: bool,
    course: Course,
    keys: Vec<StreamKey>,
    open: Option<Open>,
    slot: Option<u16>,
    total: Vitals,
    ended: Option<(Moment, Ending)>,
    is_awaiting: bool,
    tried: Vec<usize>,
    round_since: Moment,
    /// Since when there has been no picture.
    dark_since: Moment,
    dark_max: Duration,
}

impl Channel {
    pub(super) fn new(seed: u64, tells: bool, config: &FailoverConfig, world: &World) -> Self {
        let candidates: Vec<_> = (0_u64..)
            .zip(&world.streams)
            .map(|(number, stream)| Candidate {
                key: StreamKey::made_up(number),
                source: stream.source,
                is_vod: false,
                may_loop: false,
            })
            .collect();
        let keys = candidates.iter().map(|candidate| candidate.key).collect();
        // Twice over all streams, each as slow as may be, with the pauses between: the first time
        // may have begun just before the healthy one was.
        let each = config.connect.max(Duration::from_secs(5)) + LOOK;
        let streams = u32::try_from(candidates.len()).unwrap();
        let round = each * streams + config.pause * 6 + Duration::from_millis(1500);
        let dark_max = config.stall + config.grace + config.retry + LOOK * 2 + round * 2;
        Self {
            wake: Moment::ZERO,
            seed,
            tells,
            course: Course::new(config.clone(), candidates.into_iter(), FIRST_PICTURE_MAX),
            keys,
            open: None,
            slot: None,
            total: Vitals::default(),
            ended: None,
            is_awaiting: false,
            tried: Vec::new(),
            round_since: Moment::ZERO,
            dark_since: Moment::ZERO,
            dark_max,
        }
    }

    pub(super) fn wake_if_awaiting(&mut self, now: Moment) {
        if self.is_awaiting {
            self.wake = now;
        }
    }

    /// Somebody presses the button.
    pub(super) fn switch(&mut self, world: &mut World) {
        self.tell("switch");
        self.close(world);
        self.course.switch();
        self.begin_round();
    }

    pub(super) fn advance(&mut self, now: Moment, world: &mut World, cooldowns: &mut Cooldowns) {
        self.is_awaiting = false;
        self.check_dark(now, world);
        match self.open.clone() {
            Some(open) => self.observe(now, &open, world, cooldowns),
            None => self.go_on(now, world, cooldowns),
        }
    }

    fn tell(&self, what: impl std::fmt::Debug) {
        if self.tells {
            println!(
                "{:>9.3} s  {:?}  {what:?}",
                self.wake.as_secs_f64(),
                self.course.standing()
            );
        }
    }

    fn begin_round(&mut self) {
        self.tried.clear();
        self.round_since = self.wake;
    }

    fn go_on(&mut self, now: Moment, world: &mut World, cooldowns: &mut Cooldowns) {
        let held = self.slot;
        let room = |source| held == Some(source) || world.has_room(source);
        let step = self.course.next(now, cooldowns, room);
        self.tell(&step);
        match step {
            Step::Open(stream) => self.open(now, stream, world),
            Step::AwaitSlot { until, sources } => {
                assert!(
                    !sources.iter().any(|&source| world.has_room(source)),
                    "{}",
                    self.seed
                );
                self.release(world);
                self.is_awaiting = true;
                self.wake = until;
            }
            Step::Rest { until, keeps_slot } => {
                assert!(until > now, "seed {}: a rest of nothing", self.seed);
                if !keeps_slot {
                    self.release(world);
                }
                self.wake = until;
                if !keeps_slot {
                    self.begin_round();
                }
            }
            Step::End(ending) => {
                self.release(world);
                self.check_ending(now, &ending, world);
                self.ended = Some((now, ending));
                self.wake = Moment::MAX;
            }
        }
    }

    fn open(&mut self, now: Moment, stream: usize, world: &mut World) {
        let seed = self.seed;
        assert!(
            !self.tried.contains(&stream),
            "seed {seed}: {stream} twice in a round"
        );
        self.tried.push(stream);
        let source = world.streams[stream].source;
        if self.slot != Some(source) {
            self.release(world);
            assert!(
                world.has_room(source),
                "seed {seed}: more connections than allowed"
            );
            world.take(source);
            self.slot = Some(source);
        }
        let (_, mood) = world.streams[stream].mood(now);
        let turns = world.streams[stream].turns(now);
        let open = Open {
            stream,
            begin: self.total,
            pictured_at: None,
            plays_at: None,
            falls_silent_at: None,
            ends: None,
        };
        let open = match mood {
            Mood::Hangs => open,
            Mood::Fails(kind, after) => Open {
                ends: Some((now + after, kind)),
                ..open
            },
            Mood::Plays(length, kind) => {
                let plays_at = now + Duration::from_millis(200);
                let stops = plays_at + length;
                Open {
                    plays_at: Some(plays_at),
                    falls_silent_at: Some(stops),
                    ends: (kind != FailureKind::Stalled).then_some((stops, kind)),
                    ..open
                }
            }
            Mood::Healthy(after) => {
                // It ends with the mood: for good, or silently where the next one hangs.
                let is_silent = matches!(turns, Some((_, Mood::Hangs)));
                Open {
                    plays_at: Some(now + after),
                    falls_silent_at: turns.map(|(at, _)| at),
                    ends: turns
                        .filter(|_| !is_silent)
                        .map(|(at, _)| (at, FailureKind::Broken)),
                    ..open
                }
            }
        };
        self.course.opened(now, self.total);
        self.schedule(now, &open);
        self.open = Some(open);
    }

    fn observe(&mut self, now: Moment, open: &Open, world: &mut World, cooldowns: &mut Cooldowns) {
        if let Some((at, kind)) = open.ends
            && now >= at
        {
            return self.fail(now, &Failure::new(kind, "it ended"), world, cooldowns);
        }
        let until = open.falls_silent_at.map_or(now, |silent| now.min(silent));
        let played = open
            .plays_at
            .map_or(Duration::ZERO, |at| until.saturating_sub(at));
        let millis = u64::try_from(played.as_millis()).unwrap();
        self.total = Vitals {
            bytes: open.begin.bytes + millis * 500,
            clock_ticks: open.begin.clock_ticks + millis * 27_000,
            pictures: open.begin.pictures + millis / 40,
            sounds: open.begin.sounds + millis / 24,
            promises_video: true,
            ..Vitals::default()
        };
        let has_picture = millis > 0;
        let verdict = self.course.look(now, self.total, has_picture, cooldowns);
        if let Some(open) = &mut self.open
            && has_picture
        {
            let pictured_at = *open.pictured_at.get_or_insert(now);
            if now >= pictured_at + STEADY {
                world.cooled.remove(&self.keys[open.stream]);
            }
            self.tried.clear();
            self.round_since = now;
        }
        match verdict {
            Verdict::GoOn => self.schedule(now, open),
            Verdict::Close(failure) => self.fail(now, &failure, world, cooldowns),
        }
    }

    /// Looks on the beat, and whenever something happens.
    fn schedule(&mut self, now: Moment, open: &Open) {
        let events = [
            Some(now + LOOK),
            self.course.deadline(),
            open.ends.map(|(at, _)| at),
            open.plays_at.map(|at| at + Duration::from_millis(1)),
        ];
        let wake = events.into_iter().flatten().filter(|at| *at > now).min();
        self.wake = wake.unwrap_or(now + LOOK);
    }

    fn fail(
        &mut self,
        now: Moment,
        failure: &Failure,
        world: &mut World,
        cooldowns: &mut Cooldowns,
    ) {
        self.tell(failure);
        let Some(open) = self.open.take() else { return };
        let key = self.keys[open.stream];
        if open.pictured_at.is_some_and(|at| now >= at + STEADY) {
            world.cooled.remove(&key);
        }
        let before = cooldowns.until(key, now);
        self.course.failed(now, failure, cooldowns);
        let after = cooldowns.until(key, now);
        if let Some(until) = after.filter(|_| after != before) {
            let length = until - now;
            let last = world.cooled.insert(key, length);
            assert!(
                last <= Some(length),
                "seed {}: a cool-down shrank",
                self.seed
            );
        }
        self.go_on(now, world, cooldowns);
    }

    fn close(&mut self, world: &mut World) {
        self.open = None;
        self.release(world);
    }

    fn release(&mut self, world: &mut World) {
        assert!(
            self.open.is_none(),
            "a connection that is open keeps its place"
        );
        if let Some(source) = self.slot.take() {
            world.release(source);
        }
    }

    /// Where a stream has been healthy for long enough, there is a picture.
    fn check_dark(&mut self, now: Moment, world: &World) {
        let has_picture = self.open.as_ref().is_some_and(|open| {
            open.plays_at.is_some_and(|at| now > at)
                && open.falls_silent_at.is_none_or(|at| now <= at)
        });
        if has_picture || self.ended.is_some() {
            self.dark_since = now;
        }
        if let Some(since) = world.free_and_healthy_since(now) {
            let dark = now.saturating_sub(since.max(self.dark_since));
            let (seed, max) = (self.seed, self.dark_max);
            assert!(
                dark <= max,
                "seed {seed}: dark for {dark:?} beside a healthy stream"
            );
        }
    }

    /// No viewer is sent away while a stream is healthy that was there for the whole last round.
    fn check_ending(&self, now: Moment, ending: &Ending, world: &World) {
        let since = world.free_and_healthy_since(now);
        let was_there = since.is_some_and(|since| since < self.round_since);
        assert!(
            !was_there,
            "seed {}: {ending:?} beside a healthy stream",
            self.seed
        );
        assert_ne!(*ending, Ending::Finished, "seed {}: no film", self.seed);
    }

    /// Nothing changes late in the evening: by its end the channel plays, or flickers,
    /// or is over.
    pub(super) fn check_end(&self, world: &World) {
        let is_dead = world.streams.iter().all(|stream| {
            let (_, mood) = stream.mood(EVENING);
            matches!(mood, Mood::Hangs | Mood::Fails(..))
        });
        let is_over = self.ended.is_some();
        assert!(
            !is_dead || is_over,
            "seed {}: a loop over dead streams",
            self.seed
        );
    }
}
