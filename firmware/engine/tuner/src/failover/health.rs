//! Whether a stream that is open is alive: judged by what has come of it, not by whether its
//! connection stands. A connection that stands and brings nothing is what viewers complain of most.
//!
//! A [`Watch`] belongs to one connection. The next one begins with a new watch, so that one stall
//! is never charged to two streams.

use std::time::Duration;

use super::{FailoverConfig, FailureKind, Moment};

/// Ticks of the clock that [`Vitals::clock_ticks`] counts (ISO/IEC 13818-1, 2.4.2.2: 27 MHz).
const TICKS_PER_MICROSECOND: u64 = 27;
/// How far ahead of the clock on the wall a stream's own time is believed: a film may be read as
/// fast as it comes, and must not be trusted for an hour after that.
const AHEAD_MAX: Duration = Duration::from_secs(30);
/// A stream that has fallen behind makes it up this many times as fast: one that plays at a quarter
/// of its speed or less is as good as stalled, one that stutters is not.
const FORGIVENESS: u32 = 4;
/// Bytes a second, from the opening on, below which nothing is a stream: 32 kbit/s, less than any
/// radio in a transport stream has. A trickle must not pass for a stream that is about to begin.
const LIFE_BYTES_PER_SECOND: u64 = 4096;
/// Beginnings of sound without a picture between them: fewer may be an accident of reading.
const SOUNDS_MIN: u64 = 3;
/// A stream that viewers wait for so long lags, whatever it was like before. Providers send by the
/// second or two, of which the pacer gives out 500 ms at once and the rest as it plays: viewers then
/// wait half a second each time, and a little more where a burst is late.
const LAG_MAX: Duration = Duration::from_secs(1);
/// No shorter silence is a lag: a lost packet that TCP sends once more takes 200 ms, or 400.
const LAG_MIN: Duration = Duration::from_millis(500);
/// How long a stream is watched until what it is like is known.
const LEARNT: Duration = Duration::from_secs(10);

/// The longest clip that is taken for "this channel is offline" when it comes again and again. A
/// shop window, a fireplace or a test picture may repeat as well, but not after a few seconds.
const CLIP_MAX: Duration = Duration::from_secs(8);

/// What has come of a channel's streams so far: counts that only grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Vitals {
    /// Bytes that came.
    pub(crate) bytes: u64,
    /// Bytes that viewers were given, or would be if there were any, bridges excepted.
    pub(crate) given: u64,
    /// Time of the streams' own clocks taken in, at 27 MHz.
    pub(crate) clock_ticks: u64,
    /// Pictures begun.
    pub(crate) pictures: u64,
    /// Pieces of sound begun.
    pub(crate) sounds: u64,
    /// Whether the stream announces a picture.
    pub(crate) promises_video: bool,
    /// Times that a clip came round again.
    pub(crate) repeats: u64,
    /// How long the clip is that came round last, at 27 MHz. The one figure that may shrink.
    pub(crate) clip_ticks: u64,
}

/// How a stream does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// Nothing has come yet.
    Silent,
    /// It plays.
    Well,
    /// It has brought nothing for too long, or its clock stands.
    Stalled,
    /// What comes is not what was asked for.
    Failed(FailureKind),
}

/// Watches one connection.
#[derive(Debug)]
pub(super) struct Watch {
    opened_at: Moment,
    stall: Duration,
    video_missing: Duration,
    may_loop: bool,
    begin: Vitals,
    last: Vitals,
    is_alive: bool,
    /// Until when what has come suffices.
    cover: Moment,
    picture_at: Moment,
    /// Sounds at the time of the last picture.
    sounds_then: u64,
    has_short_clip: bool,
    /// When it showed life.
    alive_at: Moment,
    /// When viewers were given something last, and the longest that they have waited so far.
    given_at: Moment,
    quiet_max: Duration,
}

impl Watch {
    /// Watches from now on; `begin` is what had come before.
    pub(super) fn new(now: Moment, begin: Vitals, may_loop: bool, config: &FailoverConfig) -> Self {
        Self {
            opened_at: now,
            stall: config.stall,
            video_missing: config.video_missing,
            may_loop,
            begin,
            last: begin,
            is_alive: false,
            cover: now,
            picture_at: now,
            sounds_then: begin.sounds,
            has_short_clip: false,
            alive_at: now,
            given_at: now,
            quiet_max: Duration::ZERO,
        }
    }

    /// Judges what has come by now. To be called a few times a second.
    pub(super) fn look(&mut self, now: Moment, vitals: Vitals) -> Condition {
        let before = std::mem::replace(&mut self.last, vitals);
        if !self.is_alive {
            if !self.shows_life(now, &vitals) {
                return Condition::Silent;
            }
            (self.is_alive, self.cover, self.picture_at) = (true, now, now);
            (self.alive_at, self.given_at) = (now, now);
        }
        if vitals.given != before.given {
            self.quiet_max = self.quiet_max.max(now.saturating_sub(self.given_at));
            self.given_at = now;
        }
        self.take_time(now, &before, &vitals);
        if vitals.pictures > before.pictures {
            (self.picture_at, self.sounds_then) = (now, vitals.sounds);
        }
        self.count_rounds(&before, &vitals);
        if now >= self.cover + self.stall {
            Condition::Stalled
        } else if self.is_without_picture(now) {
            Condition::Failed(FailureKind::NoPicture)
        } else if self.has_short_clip && !self.may_loop {
            Condition::Failed(FailureKind::Loop)
        } else {
            Condition::Well
        }
    }

    /// How long viewers have waited, by the clock on the wall or by that of the stream.
    pub(super) fn lag(&self, now: Moment) -> Duration {
        let silence = now.saturating_sub(self.given_at);
        silence.max(now.saturating_sub(self.cover))
    }

    /// A lag that is longer than this stream's ways explain: twice its longest silence so far.
    pub(super) fn lag_max(&self, now: Moment) -> Duration {
        if now < self.alive_at + LEARNT {
            return LAG_MAX;
        }
        (self.quiet_max * 2).clamp(LAG_MIN, LAG_MAX)
    }

    /// Whether something has come of the stream: its time, or bytes enough to search for it.
    fn shows_life(&self, now: Moment, vitals: &Vitals) -> bool {
        let seconds = now.saturating_sub(self.opened_at).as_secs() + 1;
        let bytes = vitals.bytes.saturating_sub(self.begin.bytes);
        bytes >= seconds.saturating_mul(LIFE_BYTES_PER_SECOND)
            || vitals.clock_ticks > self.begin.clock_ticks
            || vitals.pictures > self.begin.pictures
            || vitals.sounds > self.begin.sounds
    }

    /// Books the stream time that has come. Where a stream has no clock, its bytes speak for it.
    fn take_time(&mut self, now: Moment, before: &Vitals, vitals: &Vitals) {
        if vitals.clock_ticks == self.begin.clock_ticks {
            if vitals.bytes > before.bytes {
                self.cover = self.cover.max(now);
            }
            return;
        }
        let ticks = vitals.clock_ticks.saturating_sub(before.clock_ticks);
        let came = Duration::from_micros(ticks / TICKS_PER_MICROSECOND);
        let behind = now.saturating_sub(self.cover);
        let spent_on_lag = (behind / FORGIVENESS).min(came);
        self.cover += spent_on_lag * FORGIVENESS + (came - spent_on_lag);
        self.cover = self.cover.min(now + AHEAD_MAX);
    }

    /// Whether what came round is a short clip.
    fn count_rounds(&mut self, before: &Vitals, vitals: &Vitals) {
        if vitals.repeats > before.repeats {
            let length = Duration::from_micros(vitals.clip_ticks / TICKS_PER_MICROSECOND);
            self.has_short_clip = !length.is_zero() && length <= CLIP_MAX;
        }
    }

    fn is_without_picture(&self, now: Moment) -> bool {
        self.last.promises_video
            && self.last.sounds >= self.sounds_then + SOUNDS_MIN
            && now >= self.picture_at + self.video_missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOK: Duration = Duration::from_millis(250);
    const SECOND: u64 = 27_000_000;

    /// Looks four times a second at what `at` says has come by then; the first look, in
    /// milliseconds, that says something else than well, and what.
    fn first_complaint(
        seconds: u64,
        may_loop: bool,
        at: impl Fn(f64) -> Vitals,
    ) -> Option<(u128, Condition)> {
        let begin = at(0.0);
        let mut watch = Watch::new(Moment::ZERO, begin, may_loop, &FailoverConfig::default());
        (1..=seconds * 4).find_map(|look| {
            let now = LOOK * u32::try_from(look).unwrap();
            let condition = watch.look(now, at(now.as_secs_f64()));
            (condition != Condition::Well).then_some((now.as_millis(), condition))
        })
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "small positive figures of a test"
    )]
    fn playing(seconds: f64, speed: f64) -> Vitals {
        let played = (seconds * speed * 1000.0) as u64;
        Vitals {
            bytes: played * 1000,
            clock_ticks: played * (SECOND / 1000),
            pictures: played / 40,
            sounds: played / 100,
            promises_video: true,
            given: played * 1000,
            repeats: 0,
            clip_ticks: 0,
        }
    }

    #[test]
    fn what_plays_is_well() {
        for speed in [0.3, 0.8, 1.0, 1.1, 20.0] {
            let complaint = first_complaint(120, false, |t| playing(t, speed));
            assert_eq!(complaint, None, "at {speed} of its speed");
        }
        // Ten seconds at a time, as HLS brings them.
        let bursts = first_complaint(120, false, |t| {
            playing((t / 10.0).floor() * 10.0 + 10.0, 1.0)
        });
        assert_eq!(
            bursts,
            Some((250, Condition::Silent)),
            "the first burst was there before"
        );
        let bursts = |t: f64| {
            if t < 0.2 {
                playing(0.0, 1.0)
            } else {
                playing((t / 10.0).floor() * 10.0 + 10.0, 1.0)
            }
        };
        assert_eq!(first_complaint(120, false, bursts), None);
    }

    #[test]
    fn a_stop_is_seen_after_the_time_to_stall() {
        let stops = |t: f64| playing(t.min(10.0), 1.0);
        assert_eq!(
            first_complaint(60, false, stops),
            Some((13_250, Condition::Stalled))
        );
        // The bytes go on, the clock stands.
        let stands = |t: f64| Vitals {
            clock_ticks: playing(t.min(10.0), 1.0).clock_ticks,
            ..playing(t, 1.0)
        };
        assert_eq!(
            first_complaint(60, false, stands),
            Some((13_250, Condition::Stalled))
        );
        // A trickle is no stream.
        let trickle = |t: f64| playing(t, 0.1);
        let (at, condition) = first_complaint(60, false, trickle).unwrap();
        assert_eq!(condition, Condition::Stalled);
        assert!((4000..8000).contains(&at), "{at} ms");
    }

    #[test]
    fn a_stream_without_a_clock_lives_by_its_bytes() {
        let clockless = |until: f64| {
            move |t: f64| Vitals {
                clock_ticks: 0,
                ..playing(t.min(until), 1.0)
            }
        };
        assert_eq!(first_complaint(60, false, clockless(1e9)), None);
        assert_eq!(
            first_complaint(60, false, clockless(10.0)),
            Some((13_000, Condition::Stalled))
        );
    }

    #[test]
    fn a_trickle_is_no_life() {
        let only_bytes = |per_second: f64| {
            move |t: f64| Vitals {
                bytes: playing(t, per_second / 1_000_000.0).bytes,
                ..Vitals::default()
            }
        };
        for (per_second, wanted) in [
            (100.0, Some((250, Condition::Silent))),
            (3000.0, Some((250, Condition::Silent))),
            (100_000.0, None),
        ] {
            assert_eq!(first_complaint(20, false, only_bytes(per_second)), wanted);
        }
        let mut watch = Watch::new(
            Moment::ZERO,
            Vitals::default(),
            false,
            &FailoverConfig::default(),
        );
        for look in 1..60_u32 {
            let now = LOOK * look;
            let condition = watch.look(now, only_bytes(3000.0)(now.as_secs_f64()));
            assert_eq!(condition, Condition::Silent, "at {now:?}");
        }
    }

    #[test]
    fn sound_without_the_promised_picture_fails() {
        let blind = |t: f64| Vitals {
            pictures: playing(t.min(10.0), 1.0).pictures,
            ..playing(t, 1.0)
        };
        let no_picture = Condition::Failed(FailureKind::NoPicture);
        assert_eq!(
            first_complaint(60, false, blind),
            Some((15_000, no_picture))
        );
        let radio = |t: f64| Vitals {
            promises_video: false,
            ..blind(t)
        };
        assert_eq!(first_complaint(60, false, radio), None);
    }

    #[test]
    fn a_clip_that_comes_again_and_again_fails() {
        let clip = |seconds: f64| {
            move |t: f64| Vitals {
                repeats: playing(t / seconds, 1.0).clock_ticks / SECOND,
                clip_ticks: playing(seconds, 1.0).clock_ticks,
                ..playing(t, 1.0)
            }
        };
        let again = Condition::Failed(FailureKind::Loop);
        assert_eq!(first_complaint(60, false, clip(5.0)), Some((5000, again)));
        assert_eq!(
            first_complaint(90, false, clip(15.0)),
            None,
            "no clip of a few seconds"
        );
        assert_eq!(
            first_complaint(60, true, clip(5.0)),
            None,
            "the test channel is a loop"
        );
    }
}
