//! The times of a session's streams on one line.
//!
//! Each stream has a clock of its own. Where they stand to each other is told by the answer to PLAY
//! (RFC 2326 clause 12.33, which `retina` has subtracted already) and then by sender reports, which
//! give the wall clock for a time of the stream (RFC 3550 clause 6.4.1). Cameras get either wrong.

use mpegts::ticks::PTS_PER_SECOND;

const SECOND: i128 = PTS_PER_SECOND as i128;
/// A first packet so far from the beginning of the session: the answer to PLAY was wrong.
const START_TICKS_MAX: i64 = 10 * PTS_PER_SECOND.cast_signed();
/// Reports that would move the sound by less change nothing; nobody hears it.
const APART_TICKS_MIN: i64 = PTS_PER_SECOND.cast_signed() / 20;
/// Reports that would move it by more are wrong.
const APART_TICKS_MAX: i64 = 10 * PTS_PER_SECOND.cast_signed();

/// A time of a stream, as `retina` gives it.
#[derive(Clone, Copy, Debug)]
pub(super) struct StreamTime {
    /// Since the session began, in ticks of the stream's clock.
    pub(super) elapsed: i64,
    /// Ticks in a second, not zero.
    pub(super) rate: u32,
}

impl From<retina::Timestamp> for StreamTime {
    fn from(time: retina::Timestamp) -> Self {
        Self {
            elapsed: time.elapsed(),
            rate: time.clock_rate().get(),
        }
    }
}

impl StreamTime {
    /// In ticks of 90 kHz.
    fn ticks(self) -> i64 {
        let ticks = i128::from(self.elapsed) * SECOND / i128::from(self.rate.max(1));
        i64::try_from(ticks).unwrap_or(0)
    }
}

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Track {
    Video,
    Audio,
}

#[derive(Debug, Default)]
struct Clock {
    /// Added to its times.
    shift: i64,
    /// The last time given.
    latest: Option<i64>,
    /// The wall clock at the beginning of its times, by its last report, in 90 kHz ticks.
    origin: Option<i64>,
}

/// The clocks of a picture and its sound.
#[derive(Debug, Default)]
pub(super) struct Clocks {
    video: Clock,
    audio: Clock,
}

impl Clocks {
    /// The time of a packet on the common line, in 90 kHz ticks.
    pub(super) fn time(&mut self, track: Track, time: StreamTime) -> i64 {
        let (own, other) = match track {
            Track::Video => (&mut self.video, &self.audio),
            Track::Audio => (&mut self.audio, &self.video),
        };
        let ticks = time.ticks();
        if own.latest.is_none() && !(-START_TICKS_MAX..=START_TICKS_MAX).contains(&ticks) {
            own.shift = other.latest.unwrap_or(0).saturating_sub(ticks);
        }
        let time = ticks.saturating_add(own.shift);
        own.latest = Some(time);
        time
    }

    /// A sender report: `time` of the stream was at `ntp`, in 2⁻³² seconds.
    pub(super) fn report(&mut self, track: Track, time: StreamTime, ntp: u64) {
        let wall = (i128::from(ntp) * SECOND) >> 32;
        let origin = i64::try_from(wall)
            .unwrap_or(0)
            .saturating_sub(time.ticks());
        match track {
            Track::Video => self.video.origin = Some(origin),
            Track::Audio => self.audio.origin = Some(origin),
        }
        let (Some(video), Some(audio)) = (self.video.origin, self.audio.origin) else {
            return;
        };
        let shift = self.video.shift.saturating_add(audio.saturating_sub(video));
        let apart = shift.saturating_sub(self.audio.shift).saturating_abs();
        if (APART_TICKS_MIN..=APART_TICKS_MAX).contains(&apart) {
            tracing::debug!(
                milliseconds = apart / 90,
                "rtsp: the sound is moved to where the sender's reports say"
            );
            self.audio.shift = shift;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(elapsed: i64, rate: u32) -> StreamTime {
        StreamTime { elapsed, rate }
    }

    const fn ntp(seconds: u64, milliseconds: u64) -> u64 {
        (seconds << 32) + (milliseconds << 32) / 1000
    }

    #[test]
    fn clocks_of_other_rates() {
        let mut clocks = Clocks::default();
        assert_eq!(clocks.time(Track::Video, at(9000, 90_000)), 9000);
        assert_eq!(clocks.time(Track::Audio, at(4800, 48_000)), 9000);
        assert_eq!(clocks.time(Track::Audio, at(-4800, 48_000)), -9000);
        assert_eq!(clocks.time(Track::Video, at(i64::MAX, 1)), 0);
    }

    #[test]
    fn a_wrong_beginning_is_not_believed() {
        let mut clocks = Clocks::default();
        assert_eq!(clocks.time(Track::Video, at(3600, 90_000)), 3600);
        assert_eq!(clocks.time(Track::Audio, at(48_000 * 5000, 48_000)), 3600);
        assert_eq!(clocks.time(Track::Audio, at(48_000 * 5001, 48_000)), 93_600);
    }

    #[test]
    fn reports_bring_the_sound_to_its_picture() {
        let mut clocks = Clocks::default();
        clocks.report(Track::Video, at(0, 90_000), ntp(1000, 0));
        assert_eq!(clocks.time(Track::Audio, at(8000, 8000)), 90_000);
        // The sound began half a second after the picture.
        clocks.report(Track::Audio, at(0, 8000), ntp(1000, 500));
        let moved = clocks.time(Track::Audio, at(8000, 8000));
        assert!((moved - 135_000).abs() <= 1, "{moved}");
        // A little less is not heard; an hour is a clock that was set.
        clocks.report(Track::Audio, at(0, 8000), ntp(1000, 490));
        clocks.report(Track::Audio, at(0, 8000), ntp(4600, 0));
        assert_eq!(clocks.time(Track::Audio, at(8000, 8000)), moved);
    }
}
