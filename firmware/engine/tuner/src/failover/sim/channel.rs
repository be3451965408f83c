//! One channel in a world: does what a driver does, and asserts what must always hold.

use std::time::Duration;

use super::{
    EVENING,
    connection::Connection,
    world::{Mood, World},
};
use crate::failover::{
    Candidate, Cooldowns, Course, Ending, FailoverConfig, Failure, Moment, Step, StreamKey,
    Verdict, Vitals,
};

const LOOK: Duration = Duration::from_millis(300);
const LOOK_CLOSELY: Duration = Duration::from_millis(150);
const FIRST_PICTURE_MAX: Duration = Duration::from_secs(5);
/// A picture is believed after that: see `course::STEADY`.
pub(super) const STEADY: Duration = Duration::from_secs(10);

/// One channel.
pub(super) struct Channel {
    pub(super) wake: Moment,
    pub(super) number: usize,
    pub(super) seed: u64,
    tells: bool,
    pub(super) course: Course,
    pub(super) keys: Vec<StreamKey>,
    pub(super) open: Option<Connection>,
    pub(super) standby: Option<Connection>,
    pub(super) standby_opened_at: Option<Moment>,
    pub(super) promoted: u64,
    pub(super) slot: Option<u16>,
    pub(super) total: Vitals,
    ended: Option<(Moment, Ending)>,
    is_awaiting: bool,
    pub(super) tried: Vec<usize>,
    round_since: Moment,
    /// Since when there has been no picture.
    dark_since: Moment,
    dark_max: Duration,
}

impl Channel {
    pub(super) fn new(
        number: usize,
        seed: u64,
        tells: bool,
        config: &FailoverConfig,
        world: &World,
    ) -> Self {
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
            number,
            seed,
            tells,
            course: Course::new(config.clone(), candidates.into_iter(), FIRST_PICTURE_MAX),
            keys,
            open: None,
            standby: None,
            standby_opened_at: None,
            promoted: 0,
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

    pub(super) fn tell(&self, what: impl std::fmt::Debug) {
        if self.tells {
            println!(
                "{:>9.3} s  {:?}  {what:?}",
                self.wake.as_secs_f64(),
                self.course.standing()
            );
        }
    }

    pub(super) fn begin_round(&mut self) {
        self.tried.clear();
        self.round_since = self.wake;
    }

    fn go_on(&mut self, now: Moment, world: &mut World, cooldowns: &mut Cooldowns) {
        let held = self.slot;
        let room = |source| held == Some(source) || world.has_room_for_viewer(source);
        let step = self.course.next(now, cooldowns, room);
        self.tell(&step);
        if !matches!(step, Step::Promote(_)) {
            self.dismiss(now, world);
        }
        match step {
            Step::Open(stream) => self.open(now, stream, world),
            Step::Promote(stream) => self.promote(now, stream, world),
            Step::AwaitSlot { until, sources } => {
                let seed = self.seed;
                let is_free = |&source| world.has_room_for_viewer(source);
                assert!(
                    !sources.iter().any(is_free),
                    "seed {seed}: it waits beside what is free or stands by"
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
            world.take_for_viewer(source);
            self.slot = Some(source);
        }
        let open = Connection::open(now, stream, world, self.total);
        self.course.opened(now, self.total);
        self.schedule(now, &open);
        self.open = Some(open);
    }

    fn observe(
        &mut self,
        now: Moment,
        open: &Connection,
        world: &mut World,
        cooldowns: &mut Cooldowns,
    ) {
        self.observe_standby(now, world, cooldowns);
        if let Some((at, kind)) = open.ends
            && now >= at
        {
            return self.fail(now, &Failure::new(kind, "it ended"), world, cooldowns);
        }
        self.total = open.vitals(now);
        let has_picture = open.has_played(now);
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
            Verdict::GoOn => {
                self.open_standby(now, world, cooldowns);
                self.schedule(now, open);
            }
            Verdict::Close(failure) => self.fail(now, &failure, world, cooldowns),
        }
    }

    /// Looks on the beat, and whenever something happens.
    pub(super) fn schedule(&mut self, now: Moment, open: &Connection) {
        let every = if self.course.may_stand_by() {
            LOOK_CLOSELY
        } else {
            LOOK
        };
        let standby_ends = self.standby.as_ref().and_then(|standby| standby.ends);
        let events = [
            Some(now + every),
            standby_ends.map(|(at, _)| at),
            self.course.deadline(),
            open.ends.map(|(at, _)| at),
            open.plays_at.map(|at| at + Duration::from_millis(1)),
        ];
        let wake = events.into_iter().flatten().filter(|at| *at > now).min();
        self.wake = wake.unwrap_or(now + every);
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
        let standing_by = self.course.standing_by();
        self.course.failed(now, failure, cooldowns);
        self.check_cooldown(now, key, before, world, cooldowns);
        self.go_on(now, world, cooldowns);
        if let Some(stream) = standing_by {
            let plays = self.open.as_ref().map(|open| open.stream);
            let seed = self.seed;
            assert_eq!(plays, Some(stream), "seed {seed}: not at once");
        }
    }

    /// The next one is never shorter, unless the stream has played well.
    pub(super) fn check_cooldown(
        &self,
        now: Moment,
        key: StreamKey,
        before: Option<Moment>,
        world: &mut World,
        cooldowns: &Cooldowns,
    ) {
        let after = cooldowns.until(key, now);
        let Some(until) = after.filter(|_| after != before) else {
            return;
        };
        let length = until - now;
        let last = world.cooled.insert(key, length);
        let seed = self.seed;
        assert!(last <= Some(length), "seed {seed}: a cool-down shrank");
    }

    /// The viewer hangs up.
    pub(super) fn hang_up(&mut self, world: &mut World) {
        self.dismiss(EVENING, world);
        self.close(world);
    }

    fn close(&mut self, world: &mut World) {
        self.open = None;
        self.release(world);
    }

    pub(super) fn release(&mut self, world: &mut World) {
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
