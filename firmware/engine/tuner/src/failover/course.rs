//! The state machine of one channel that is being played: which stream comes next, and when.
//!
//! Whether the open one goes on is judged in [`judge`], the one that stands by is looked after in
//! [`beside`].

mod beside;
mod judge;
mod standby;

use std::time::Duration;

use base::ChannelSpec;

use super::{
    AppliesTo, Candidate, Cooldowns, Ending, FailoverConfig, Failure, FailureKind, Moment,
    Standing, Step, Vitals,
    backoff::Backoff,
    health::Watch,
    state::{Round, State},
};
use standby::Standby;

/// How long a stream must play to be believed: then what went before is forgotten.
const STEADY: Duration = Duration::from_secs(10);
/// Failures within [`STEADY`] after which a stream gets no further try at once: it comes and goes.
const STRIKES_MAX: u32 = 3;
/// From the opening of a stream that has shown life to its first picture: key frames may be ten
/// seconds apart, and `mpegts` searches twelve seconds of a stream for one.
const PICTURE_MAX: Duration = Duration::from_secs(13);
/// The least that a stream gets while a viewer waits for the first picture.
const FIRST_SHARE_MIN: Duration = Duration::from_secs(1);
/// What each further stream gets of that wait where one shows life and no picture.
const FIRST_SHARE_KEPT: Duration = Duration::from_millis(1500);
/// Further rounds while a viewer waits for the first picture.
const FIRST_ROUNDS_MAX: u32 = 2;
/// How long is waited for a provider's connection: a player that zaps opens the new channel before
/// it closes the old one.
const SLOT_WAIT: Duration = Duration::from_millis(1500);

/// A channel being played.
#[derive(Debug)]
pub(crate) struct Course {
    config: FailoverConfig,
    streams: Vec<Candidate>,
    /// When whoever waits for the first picture is sent away.
    first_picture_by: Moment,
    state: State,
    round: Round,
    backoff: Backoff,
    early_rounds: u32,
    /// A bit for each stream that said no: where all have, a viewer who waits for the first picture
    /// is not kept waiting for another no.
    said_no: u32,
    watch: Option<Watch>,
    standby: Standby,
    /// Whether the stream being opened had failed a moment ago and gets its one more try.
    is_retry: bool,
    /// A bit for each stream that was left for its poor picture: it is no better than another.
    poor: u32,
    /// Failures in a row of streams that had hardly played.
    strikes: u32,
    last_played: Option<usize>,
    current: usize,
    failovers: u32,
}

const _: () = assert!(
    ChannelSpec::STREAMS_MAX <= 32,
    "a round has a bit for each stream"
);

impl Course {
    pub(crate) fn new(
        config: FailoverConfig,
        streams: impl Iterator<Item = Candidate>,
        first_picture_by: Moment,
    ) -> Self {
        let backoff = Backoff::new(config.pause);
        Self {
            config,
            streams: streams.take(ChannelSpec::STREAMS_MAX).collect(),
            first_picture_by,
            state: State::Choosing,
            round: Round::default(),
            backoff,
            early_rounds: 0,
            said_no: 0,
            watch: None,
            standby: Standby::default(),
            is_retry: false,
            poor: 0,
            strikes: 0,
            last_played: None,
            current: 0,
            failovers: 0,
        }
    }

    /// The stream that is played, or was last.
    pub(crate) const fn current(&self) -> usize {
        self.current
    }

    /// How often another stream took over.
    pub(crate) const fn failovers(&self) -> u32 {
        self.failovers
    }

    /// Whether a stream plays, were it a stalled one.
    pub(crate) const fn is_playing(&self) -> bool {
        matches!(self.state, State::Playing { .. } | State::Stalled { .. })
    }

    pub(crate) const fn standing(&self) -> Standing {
        match self.state {
            State::Choosing | State::Promoting | State::Connecting { .. } => Standing::Connecting,
            State::AwaitingSlot { .. } => Standing::AwaitingSlot,
            State::Playing { .. } => Standing::Playing,
            State::Stalled { .. } => Standing::Stalled,
            State::Grace { .. } => Standing::Grace,
            State::BackingOff { .. } => Standing::BackingOff,
            State::Over(_) => Standing::Over,
        }
    }

    /// When [`Course::look`] is due at the latest.
    pub(crate) const fn deadline(&self) -> Option<Moment> {
        match self.state {
            State::Connecting { until, .. } | State::Stalled { until, .. } => Some(until),
            _ => None,
        }
    }

    /// What to do now. To be asked while no stream is open. `room`: whether a source has a
    /// connection to give.
    pub(crate) fn next(
        &mut self,
        now: Moment,
        cooldowns: &Cooldowns,
        room: impl Fn(u16) -> bool,
    ) -> Step {
        // Each pass either ends or moves on to another state, of which there are few.
        loop {
            match self.state.clone() {
                State::Choosing => {
                    if let Some(step) = self.choose(now, cooldowns, &room) {
                        return step;
                    }
                }
                State::Promoting => match self.standing_by() {
                    Some(stream) => return Step::Promote(stream),
                    None => self.state = State::Choosing,
                },
                State::AwaitingSlot { until } => {
                    let wanted = self.wanted(now, cooldowns);
                    if now < until && !wanted.iter().any(|&stream| room(self.source(stream))) {
                        let sources = self.sources(&wanted);
                        return Step::AwaitSlot { sources, until };
                    }
                    self.state = State::Choosing;
                }
                State::Grace { stream, until } => {
                    if now < until {
                        return Step::Rest {
                            until,
                            keeps_slot: true,
                        };
                    }
                    if room(self.source(stream)) {
                        self.is_retry = true;
                        return self.open(stream);
                    }
                    self.put_aside(stream);
                }
                State::BackingOff { until } => {
                    if now < until {
                        return Step::Rest {
                            until,
                            keeps_slot: false,
                        };
                    }
                    self.round = Round {
                        takes_cooling: true,
                        ..Round::default()
                    };
                    self.state = State::Choosing;
                }
                State::Over(ending) => return Step::End(ending),
                State::Connecting { stream, .. }
                | State::Playing { stream, .. }
                | State::Stalled { stream, .. } => return Step::Open(stream),
            }
        }
    }

    /// The stream of [`Step::Open`] is being opened. `vitals` is what had come before.
    pub(crate) fn opened(&mut self, now: Moment, vitals: Vitals) {
        let stream = self.current;
        let until = now + self.patience(now, stream);
        let may_loop = self
            .streams
            .get(stream)
            .is_some_and(|stream| stream.may_loop);
        self.watch = Some(Watch::new(now, vitals, may_loop, &self.config));
        self.state = State::Connecting {
            stream,
            since: now,
            until,
        };
    }

    /// The open stream is closed, for this reason.
    pub(crate) fn failed(&mut self, now: Moment, failure: &Failure, cooldowns: &mut Cooldowns) {
        self.watch = None;
        let (stream, since, has_waited) = match self.state {
            State::Connecting { stream, .. } => {
                return self.give_up(now, stream, failure, cooldowns);
            }
            State::Playing { stream, since } => (stream, since, false),
            State::Stalled { stream, since, .. } => (stream, since, true),
            _ => return,
        };
        let is_steady = now >= since + STEADY;
        if is_steady {
            self.steady(stream, cooldowns);
        }
        self.strikes += 1;
        self.round = Round::default();
        let is_vod = self.streams.get(stream).is_some_and(|stream| stream.is_vod);
        self.note_kick(now, stream, failure.kind);
        if is_vod && failure.kind == FailureKind::Ended {
            self.state = State::Over(Ending::Finished);
        } else if self.has_standby() {
            self.give_up(now, stream, failure, cooldowns);
            self.state = State::Promoting;
        } else if failure.kind.may_pass() && self.grants_grace(stream, self.strikes) {
            let wait = if has_waited {
                Duration::ZERO
            } else {
                self.config.grace
            };
            self.state = State::Grace {
                stream,
                until: now + wait,
            };
        } else {
            self.give_up(now, stream, failure, cooldowns);
        }
    }

    /// Somebody asks for the next stream, whatever the present one does. One that is open is to be
    /// closed before.
    pub(crate) fn switch(&mut self) {
        if matches!(self.state, State::Over(_)) {
            return;
        }
        self.watch = None;
        // Somebody is there and cares: as many rounds as for a channel that has just failed.
        self.backoff.steady();
        let count = self.streams.len().max(1);
        let is_open = self.is_playing() || matches!(self.state, State::Connecting { .. });
        self.round = Round {
            from: (self.current + 1) % count,
            takes_cooling: true,
            tried: if is_open && count > 1 {
                bit(self.current)
            } else {
                0
            },
            ..Round::default()
        };
        self.state = if self.has_standby() {
            State::Promoting
        } else {
            State::Choosing
        };
    }

    fn source(&self, stream: usize) -> u16 {
        self.streams.get(stream).map_or(0, |stream| stream.source)
    }

    fn sources(&self, streams: &[usize]) -> Vec<u16> {
        let mut sources: Vec<u16> = streams.iter().map(|&stream| self.source(stream)).collect();
        sources.sort_unstable();
        sources.dedup();
        sources
    }

    /// Streams not tried in this round, in its order: those that cool down behind the others, the
    /// one that has cooled down first in front.
    fn untried(&self, now: Moment, cooldowns: &Cooldowns) -> Vec<(Option<Moment>, usize)> {
        let passed_over = self.round.tried;
        let count = self.streams.len();
        let mut untried: Vec<_> = (0..count)
            .map(|place| (place + self.round.from) % count)
            .filter(|&stream| passed_over & bit(stream) == 0)
            .filter_map(|stream| {
                Some((cooldowns.until(self.streams.get(stream)?.key, now), stream))
            })
            .collect();
        untried.sort_by_key(|&(cooling, _)| cooling);
        untried
    }

    /// Those of them that come next: any that does not cool down; where there is none, and a
    /// viewer waits for a picture or a pause has passed, those that do.
    fn wanted(&self, now: Moment, cooldowns: &Cooldowns) -> Vec<usize> {
        let untried = self.untried(now, cooldowns);
        let takes_cooling = self.round.takes_cooling || !self.has_played();
        let is_any_fresh = untried.iter().any(|(cooling, _)| cooling.is_none());
        let wanted = untried
            .into_iter()
            .filter(|(cooling, _)| cooling.is_none() || (takes_cooling && !is_any_fresh));
        wanted.map(|(_, stream)| stream).collect()
    }

    fn choose(
        &mut self,
        now: Moment,
        cooldowns: &Cooldowns,
        room: &impl Fn(u16) -> bool,
    ) -> Option<Step> {
        let wanted = self.wanted(now, cooldowns);
        if let Some(&stream) = wanted.iter().find(|&&stream| room(self.source(stream))) {
            self.is_retry = false;
            return Some(self.open(stream));
        }
        if wanted.is_empty() {
            self.end_round(now);
        } else if self.round.has_awaited_slot {
            wanted.into_iter().for_each(|stream| self.put_aside(stream));
        } else {
            self.round.has_awaited_slot = true;
            self.state = State::AwaitingSlot {
                until: now + SLOT_WAIT,
            };
        }
        None
    }

    fn open(&mut self, stream: usize) -> Step {
        self.current = stream;
        Step::Open(stream)
    }

    /// How long a stream that is opened now has to show life.
    fn patience(&self, now: Moment, stream: usize) -> Duration {
        if self.is_retry {
            return self.config.retry;
        }
        if self.has_played() {
            return self.config.connect;
        }
        let left = self.first_picture_by.saturating_sub(now);
        match self.others_untried(stream) {
            0 => left.max(self.config.connect),
            others => (left / (others + 1)).max(FIRST_SHARE_MIN),
        }
    }

    /// Until when a stream that shows life may bring a picture: while somebody waits for the first
    /// one, only as long as the others still have time.
    fn picture_by(&self, since: Moment) -> Moment {
        let by = since + PICTURE_MAX;
        if self.has_played() {
            return by;
        }
        let kept = FIRST_SHARE_KEPT * self.others_untried(self.current);
        if kept.is_zero() {
            return by;
        }
        by.min(self.first_picture_by.saturating_sub(kept))
    }

    /// Streams that may still be tried while somebody waits for the first picture.
    fn others_untried(&self, stream: usize) -> u32 {
        let passed_over = self.round.tried | bit(stream);
        let others = (0..self.streams.len()).filter(|&other| passed_over & bit(other) == 0);
        u32::try_from(others.count()).unwrap_or(u32::MAX)
    }

    const fn has_played(&self) -> bool {
        self.last_played.is_some()
    }

    fn pictured(&mut self, now: Moment) {
        let State::Connecting { stream, .. } = self.state else {
            return;
        };
        self.plays(now, stream);
    }

    fn plays(&mut self, now: Moment, stream: usize) {
        self.state = State::Playing { stream, since: now };
        self.backoff.pictured();
        if self.last_played.is_some_and(|last| last != stream) {
            self.failovers = self.failovers.saturating_add(1);
        }
        self.last_played = Some(stream);
    }

    fn steady(&mut self, stream: usize, cooldowns: &mut Cooldowns) {
        self.strikes = 0;
        self.backoff.steady();
        if let Some(stream) = self.streams.get(stream) {
            cooldowns.healed(stream.key);
        }
    }

    /// `strikes`: failures in a row of streams that had hardly played, this one included.
    fn grants_grace(&self, stream: usize, strikes: u32) -> bool {
        let is_vod = self.streams.get(stream).is_some_and(|stream| stream.is_vod);
        let applies = match self.config.applies_to {
            AppliesTo::All => true,
            AppliesTo::Live => !is_vod,
            AppliesTo::Vod => is_vod,
            AppliesTo::Off => false,
        };
        applies && strikes < STRIKES_MAX
    }

    /// Not again in this round, and last for a while.
    fn give_up(
        &mut self,
        now: Moment,
        stream: usize,
        failure: &Failure,
        cooldowns: &mut Cooldowns,
    ) {
        if failure.kind.is_fault() {
            if let Some(stream) = self.streams.get(stream) {
                cooldowns.failed(stream.key, now);
            }
            self.round.blame.get_or_insert_with(|| failure.clone());
        }
        if matches!(failure.kind, FailureKind::Refused | FailureKind::Hopeless) {
            self.said_no |= bit(stream);
        }
        self.put_aside(stream);
    }

    fn put_aside(&mut self, stream: usize) {
        self.round.tried |= bit(stream);
        self.state = State::Choosing;
    }

    /// All were tried.
    fn end_round(&mut self, now: Moment) {
        let pause = if self.has_played() {
            self.backoff.after_round(self.config.attempts)
        } else {
            self.early_pause()
        };
        self.state = match (pause, self.round.blame.take()) {
            (Some(pause), _) => State::BackingOff { until: now + pause },
            (None, _) if self.has_played() => State::Over(Ending::Lost),
            (None, Some(blame)) => State::Over(Ending::Failed(blame.message)),
            (None, None) => State::Over(Ending::Full),
        };
    }

    /// The pause while a viewer waits for the first picture; `None` where another round is in vain.
    fn early_pause(&mut self) -> Option<Duration> {
        let all = (0..self.streams.len()).fold(0, |all, stream| all | bit(stream));
        if self.round.blame.is_none() || self.said_no == all {
            return None;
        }
        self.early_rounds += 1;
        match self.early_rounds {
            1 => Some(self.config.grace),
            2..=FIRST_ROUNDS_MAX => Some(self.config.pause),
            _ => None,
        }
    }
}

const fn bit(stream: usize) -> u32 {
    1 << (stream % 32)
}
