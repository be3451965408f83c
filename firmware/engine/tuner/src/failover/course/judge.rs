//! Judging the stream that is open: whether it goes on, and if not, why.

use super::{Course, STEADY, bit};
use crate::failover::{
    Cooldowns, Failure, FailureKind, Moment, Verdict, Vitals, health::Condition, state::State,
};

impl Course {
    /// Judges the open stream. `has_picture`: a viewer could begin with what it has brought.
    pub(crate) fn look(
        &mut self,
        now: Moment,
        vitals: Vitals,
        has_picture: bool,
        cooldowns: &mut Cooldowns,
    ) -> Verdict {
        let condition = match &mut self.watch {
            Some(watch) => watch.look(now, vitals),
            None => Condition::Silent,
        };
        if has_picture {
            self.pictured(now);
        }
        match self.state {
            State::Connecting { since, until, .. } => {
                self.judge_connecting(now, since, until, condition)
            }
            State::Playing { stream, since } => {
                if now >= since + STEADY {
                    self.steady(stream, cooldowns);
                }
                self.judge_playing(now, stream, since, condition, cooldowns)
            }
            State::Stalled {
                stream,
                since,
                until,
            } => match condition {
                Condition::Stalled | Condition::Silent if now >= until || self.has_standby() => {
                    self.close_stalled()
                }
                Condition::Stalled | Condition::Silent => Verdict::GoOn,
                Condition::Well | Condition::Failed(_) => {
                    self.state = State::Playing { stream, since };
                    Verdict::GoOn
                }
            },
            _ => Verdict::GoOn,
        }
    }

    fn judge_connecting(
        &mut self,
        now: Moment,
        since: Moment,
        until: Moment,
        condition: Condition,
    ) -> Verdict {
        let until = match condition {
            Condition::Silent => until,
            // It had begun, and has brought nothing since for as long as any stream may.
            Condition::Stalled => now,
            _ => until.max(self.picture_by(since)),
        };
        if let State::Connecting {
            until: deadline, ..
        } = &mut self.state
        {
            *deadline = until;
        }
        if now < until {
            return Verdict::GoOn;
        }
        let what = match condition {
            Condition::Silent => "nothing came in time",
            Condition::Stalled => "it stopped before its first picture",
            _ => "no picture came in time",
        };
        Verdict::Close(Failure::new(FailureKind::Stalled, what))
    }

    fn judge_playing(
        &mut self,
        now: Moment,
        stream: usize,
        since: Moment,
        condition: Condition,
        cooldowns: &Cooldowns,
    ) -> Verdict {
        match condition {
            Condition::Silent | Condition::Well if self.is_outrun(now) => self.close_outrun(now),
            Condition::Stalled if self.has_standby() => self.close_stalled(),
            Condition::Stalled if self.grants_grace(stream, self.strikes + 1) => {
                let until = now + self.config.grace;
                self.state = State::Stalled {
                    stream,
                    since,
                    until,
                };
                Verdict::GoOn
            }
            Condition::Stalled => self.close_stalled(),
            Condition::Failed(kind)
                if kind.is_bearable() && !self.has_better(now, stream, kind, cooldowns) =>
            {
                Verdict::GoOn
            }
            Condition::Failed(kind) => {
                if kind.is_bearable() {
                    self.poor |= bit(stream);
                }
                let what = match kind {
                    FailureKind::NoPicture => "there is sound and no picture",
                    _ => "the same clip comes again and again",
                };
                Verdict::Close(Failure::new(kind, what))
            }
            Condition::Silent | Condition::Well => Verdict::GoOn,
        }
    }

    fn close_stalled(&self) -> Verdict {
        let what = format!("nothing has come for {} s", self.config.stall.as_secs_f32());
        Verdict::Close(Failure::new(FailureKind::Stalled, &what))
    }

    /// Whether something better than a poor picture can be hoped for: another stream, or, once, the
    /// same one opened again. A clip would come again.
    fn has_better(
        &self,
        now: Moment,
        stream: usize,
        kind: FailureKind,
        cooldowns: &Cooldowns,
    ) -> bool {
        let is_poor = |stream| self.poor & bit(stream) != 0;
        let mut others = (0_usize..)
            .zip(&self.streams)
            .filter(|&(other, candidate)| {
                other != stream && !is_poor(other) && cooldowns.until(candidate.key, now).is_none()
            });
        let may_mend = self.streams.len() == 1 && kind == FailureKind::NoPicture;
        others.next().is_some() || (may_mend && !is_poor(stream))
    }
}
