//! The stream that stands by: which one, when it is opened, whether it is fit to take over.
//!
//! It is a second connection of a channel that plays, and nobody sees it. So it is never a reason to
//! hurt anybody: it is opened when the channel plays well, only where a source has a connection
//! to spare, and one that fails is left alone for longer each time.

use std::time::Duration;

use super::{
    Course, PICTURE_MAX, STEADY, bit,
    standby::{KICK, KICKED_PAUSE_MAX, Open, PAUSE_MIN, SETTLED},
};
use crate::failover::{
    Cooldowns, Failure, FailureKind, Moment, Verdict, Vitals,
    health::{Condition, Watch},
    state::State,
};

impl Course {
    /// The stream that is ready to take over.
    pub(crate) fn standing_by(&self) -> Option<usize> {
        let open = self.standby.open.as_ref()?;
        open.is_ready.then_some(open.stream)
    }

    pub(super) fn has_standby(&self) -> bool {
        self.standing_by().is_some()
    }

    /// Whether streams of this channel may ever stand by.
    pub(crate) fn may_stand_by(&self) -> bool {
        self.config.standby.is_some() && self.streams.len() > 1
    }

    /// The stream that is to be opened now, to stand by. `room`: whether a source has a connection
    /// that nobody uses.
    pub(crate) fn standby_wanted(
        &mut self,
        now: Moment,
        cooldowns: &Cooldowns,
        room: impl Fn(u16) -> bool,
    ) -> Option<usize> {
        let State::Playing { stream, since } = self.state else {
            return None;
        };
        let is_time = now >= self.standby.again_at && now >= since + SETTLED;
        if !self.may_stand_by() || self.standby.open.is_some() || !is_time || self.is_vod(stream) {
            return None;
        }
        let fit = self
            .in_order()
            .find(|&other| self.is_fit(other, now, cooldowns, &room));
        if fit.is_none() {
            self.standby.shunned = 0;
        }
        fit
    }

    /// It is being opened.
    pub(crate) fn standby_opened(&mut self, now: Moment, stream: usize, vitals: Vitals) {
        let may_loop = self
            .streams
            .get(stream)
            .is_some_and(|stream| stream.may_loop);
        self.standby.open = Some(Open {
            stream,
            since: now,
            until: now + self.config.connect,
            watch: Watch::new(now, vitals, may_loop, &self.config),
            is_ready: false,
            ready_since: None,
        });
    }

    /// Judges it as one that plays is judged. `has_picture`: what it holds begins with one.
    pub(crate) fn look_at_standby(
        &mut self,
        now: Moment,
        vitals: Vitals,
        has_picture: bool,
        cooldowns: &mut Cooldowns,
    ) -> Verdict {
        let Some(open) = &mut self.standby.open else {
            return Verdict::GoOn;
        };
        let condition = open.watch.look(now, vitals);
        if has_picture {
            open.ready_since.get_or_insert(now);
        }
        // A group of pictures that outgrows its ring is no reason to open a connection anew: then
        // the next group is the first.
        open.is_ready = condition == Condition::Well && open.ready_since.is_some();
        if open.is_ready && open.ready_since.is_some_and(|since| now >= since + STEADY) {
            self.standby.pause = PAUSE_MIN;
            self.standby.shunned = 0;
            if let Some(candidate) = self.streams.get(open.stream) {
                cooldowns.healed(candidate.key);
            }
        }
        let has_begun = open.ready_since.is_some();
        let (kind, what) = match condition {
            Condition::Silent if now >= open.until => {
                (FailureKind::Stalled, "nothing came in time")
            }
            Condition::Stalled => (FailureKind::Stalled, "nothing comes any more"),
            Condition::Failed(kind) => (kind, "what comes is not the channel"),
            Condition::Well if !has_begun && now >= open.since + PICTURE_MAX => {
                (FailureKind::Stalled, "no picture came in time")
            }
            Condition::Silent | Condition::Well => return Verdict::GoOn,
        };
        if kind.is_bearable() {
            self.poor |= bit(open.stream);
        }
        Verdict::Close(Failure::new(kind, what))
    }

    /// It is closed, for this reason. It cools down, unless that may be because the source has had
    /// enough of us: then it is no fault of the stream, and the channel may need it yet.
    pub(crate) fn standby_failed(
        &mut self,
        now: Moment,
        failure: &Failure,
        cooldowns: &mut Cooldowns,
    ) {
        let Some(open) = self.standby.open.take() else {
            return;
        };
        self.standby.rest(now);
        let is_elsewhere = self.source(open.stream) != self.source(self.current);
        match self.streams.get(open.stream) {
            Some(candidate) if is_elsewhere && failure.kind.is_fault() => {
                cooldowns.failed(candidate.key, now);
            }
            _ => self.standby.shunned |= bit(open.stream),
        }
    }

    /// It is closed, and has done nothing wrong: somebody needs its connection, or nobody watches.
    pub(crate) fn standby_closed(&mut self, now: Moment) {
        if self.standby.open.take().is_some() {
            self.standby.again_at = self.standby.again_at.max(now + PAUSE_MIN);
        }
    }

    /// It goes on in place of the one that played: see `Step::Promote`.
    pub(crate) fn promoted(&mut self, now: Moment) {
        let Some(open) = self.standby.open.take() else {
            self.state = State::Choosing;
            return;
        };
        self.current = open.stream;
        self.watch = Some(open.watch);
        self.is_retry = false;
        self.standby.shunned = 0;
        self.plays(now, open.stream);
    }

    /// A stream fails while another one of its source has just been opened to stand by.
    pub(super) fn note_kick(&mut self, now: Moment, stream: usize, kind: FailureKind) {
        let Some(open) = &self.standby.open else {
            return;
        };
        let is_same_account = self.source(open.stream) == self.source(stream);
        if is_same_account && now < open.since + KICK && kind != FailureKind::Preempted {
            let standby = &mut self.standby;
            standby.again_at = now + standby.kicked_pause;
            standby.kicked_pause = (standby.kicked_pause * 2).min(KICKED_PAUSE_MAX);
        }
    }

    /// Whether viewers wait for the open stream longer than its ways explain, while the one that
    /// stands by goes on. Where both are late it is the line, and to switch would help nobody.
    pub(super) fn is_outrun(&self, now: Moment) -> bool {
        let (Some(open), Some(watch)) = (&self.standby.open, &self.watch) else {
            return false;
        };
        let lag = watch.lag(now);
        open.is_ready && lag >= watch.lag_max(now) && open.watch.lag(now) * 2 <= lag
    }

    pub(super) fn close_outrun(&self, now: Moment) -> Verdict {
        let lag = self
            .watch
            .as_ref()
            .map_or(Duration::ZERO, |watch| watch.lag(now));
        let what = format!(
            "nothing came for {} ms while another stream stood by",
            lag.as_millis()
        );
        Verdict::Close(Failure::new(FailureKind::Stalled, &what))
    }

    fn is_fit(
        &self,
        stream: usize,
        now: Moment,
        cooldowns: &Cooldowns,
        room: &impl Fn(u16) -> bool,
    ) -> bool {
        let Some(candidate) = self.streams.get(stream) else {
            return false;
        };
        let is_left_out = bit(stream) & (self.standby.shunned | self.poor) != 0;
        // A film's second connection would stand at its beginning.
        stream != self.current
            && !candidate.is_vod
            && !is_left_out
            && cooldowns.until(candidate.key, now).is_none()
            && room(candidate.source)
    }

    /// Streams as a round goes through them.
    fn in_order(&self) -> impl Iterator<Item = usize> {
        let (count, from) = (self.streams.len(), self.round.from);
        (0..count).map(move |place| (place + from) % count)
    }

    fn is_vod(&self, stream: usize) -> bool {
        self.streams.get(stream).is_some_and(|stream| stream.is_vod)
    }
}
