//! `[failover]`: how patient failing over is.

use std::{fmt, ops::RangeInclusive, str::FromStr, time::Duration};

use budget::Plan;
use serde::{Deserialize, Deserializer, de::Error as _};
use tuner::{FailoverConfig, StandbyConfig};

use super::error::{ConfigError, within};

/// `[failover]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Failover {
    /// Pause before one more try, 100 ms to 2 s.
    pub(crate) grace: Span,
    /// How long that try may take, 1 s to 10 s.
    pub(crate) retry: Span,
    /// Which streams get one more try.
    pub(crate) applies_to: AppliesTo,
    /// Silence that counts as a stall, 1 s to 30 s.
    pub(crate) stall: Span,
    /// Sound without the picture that is promised, 2 s to 60 s.
    pub(crate) video_missing: Span,
    /// How long another stream may take to begin, 1 s to 15 s.
    pub(crate) connect: Span,
    /// Rounds over all streams, 1 to 20.
    pub(crate) attempts: u32,
    /// Pause before the first of these rounds, 100 ms to 10 s.
    pub(crate) pause: Span,
    /// How long a stream that failed comes last, 1 s to 10 min.
    pub(crate) cooldown: Span,
    /// Whether a second stream of a channel that plays is kept open.
    pub(crate) standby: Standby,
}

/// `failover.standby`.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Standby {
    /// The next stream is opened when it is needed.
    #[default]
    Off,
    /// It is open before, where connections and memory allow.
    Hot,
}

impl Standby {
    /// As it stands in the file.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Hot => "hot",
        }
    }
}

/// `failover.applies_to`.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AppliesTo {
    /// All streams.
    All,
    /// Live streams.
    Live,
    /// Films.
    Vod,
    /// None.
    Off,
}

impl AppliesTo {
    /// As it stands in the file.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Live => "live",
            Self::Vod => "vod",
            Self::Off => "off",
        }
    }
}

impl Default for Failover {
    fn default() -> Self {
        let FailoverConfig {
            grace,
            retry,
            applies_to: _,
            stall,
            video_missing,
            connect,
            attempts,
            pause,
            cooldown,
            standby: _,
        } = FailoverConfig::default();
        Self {
            grace: Span(grace),
            retry: Span(retry),
            applies_to: AppliesTo::All,
            stall: Span(stall),
            video_missing: Span(video_missing),
            connect: Span(connect),
            attempts,
            pause: Span(pause),
            cooldown: Span(cooldown),
            standby: Standby::Off,
        }
    }
}

impl Failover {
    /// In the words of the tuners; the plan says how many streams may stand by, and in what.
    pub(crate) fn of_tuner(&self, plan: &Plan) -> FailoverConfig {
        FailoverConfig {
            grace: self.grace.0,
            retry: self.retry.0,
            applies_to: match self.applies_to {
                AppliesTo::All => tuner::AppliesTo::All,
                AppliesTo::Live => tuner::AppliesTo::Live,
                AppliesTo::Vod => tuner::AppliesTo::Vod,
                AppliesTo::Off => tuner::AppliesTo::Off,
            },
            stall: self.stall.0,
            video_missing: self.video_missing.0,
            connect: self.connect.0,
            attempts: self.attempts,
            pause: self.pause.0,
            cooldown: self.cooldown.0,
            standby: (self.standby == Standby::Hot).then_some(StandbyConfig {
                streams_max: plan.standbys_max,
                ring_segments_max: plan.ring_segments_max,
            }),
        }
    }
}

/// The ranges of [`FailoverConfig`].
pub(super) fn check(failover: &Failover) -> Result<(), ConfigError> {
    type Row = (&'static str, Span, RangeInclusive<Duration>, &'static str);
    let rows: [Row; 7] = [
        (
            "failover.grace",
            failover.grace,
            FailoverConfig::GRACE,
            "from 100ms to 2s",
        ),
        (
            "failover.retry",
            failover.retry,
            FailoverConfig::RETRY,
            "from 1s to 10s",
        ),
        (
            "failover.stall",
            failover.stall,
            FailoverConfig::STALL,
            "from 1s to 30s",
        ),
        (
            "failover.video_missing",
            failover.video_missing,
            FailoverConfig::VIDEO_MISSING,
            "from 2s to 60s",
        ),
        (
            "failover.connect",
            failover.connect,
            FailoverConfig::CONNECT,
            "from 1s to 15s",
        ),
        (
            "failover.pause",
            failover.pause,
            FailoverConfig::PAUSE,
            "from 100ms to 10s",
        ),
        (
            "failover.cooldown",
            failover.cooldown,
            FailoverConfig::COOLDOWN,
            "from 1s to 10min",
        ),
    ];
    for (key, span, range, words) in rows {
        within(range.contains(&span.0), key, &span, words)?;
    }
    let attempts = failover.attempts;
    let fits = FailoverConfig::ATTEMPTS.contains(&attempts);
    within(fits, "failover.attempts", &attempts, "from 1 to 20")
}

/// A length of time as people write it: `300ms`, `2s`, `5min`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span(pub(crate) Duration);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || {
            format!(
                "`{text}` is no length of time: write a number and ms, s or min, such as `300ms`"
            )
        };
        let trimmed = text.trim();
        let digits = trimmed
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(trimmed.len());
        let (number, unit) = trimmed.split_at(digits);
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let millis: u64 = match unit.trim() {
            "ms" => 1,
            "s" => 1000,
            "min" => 60_000,
            _ => return Err(wrong()),
        };
        let millis = number.checked_mul(millis).ok_or_else(wrong)?;
        Ok(Self(Duration::from_millis(millis)))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_millis() {
            millis if millis % 60_000 == 0 => write!(f, "{}min", millis / 60_000),
            millis if millis % 1000 == 0 => write!(f, "{}s", millis / 1000),
            millis => write!(f, "{millis}ms"),
        }
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_lengths_of_time() {
        for (text, millis, shown) in [
            ("300ms", 300, "300ms"),
            (" 2 s", 2000, "2s"),
            ("1500ms", 1500, "1500ms"),
            ("90s", 90_000, "90s"),
            ("120s", 120_000, "2min"),
        ] {
            let span: Span = text.parse().unwrap();
            assert_eq!(span, Span(Duration::from_millis(millis)));
            assert_eq!(span.to_string(), shown);
        }
        for text in [
            "",
            "2",
            "s",
            "-1s",
            "1.5s",
            "2 h",
            "99999999999999999999s",
            "999999999999999999min",
        ] {
            assert!(
                text.parse::<Span>().unwrap_err().contains("300ms"),
                "{text}"
            );
        }
    }

    #[test]
    fn each_range_is_held() {
        check(&Failover::default()).unwrap();
        for (text, key) in [
            ("grace = \"99ms\"", "failover.grace"),
            ("grace = \"2001ms\"", "failover.grace"),
            ("retry = \"11s\"", "failover.retry"),
            ("stall = \"500ms\"", "failover.stall"),
            ("video_missing = \"1s\"", "failover.video_missing"),
            ("connect = \"16s\"", "failover.connect"),
            ("pause = \"11s\"", "failover.pause"),
            ("cooldown = \"11min\"", "failover.cooldown"),
            ("attempts = 0", "failover.attempts"),
            ("attempts = 21", "failover.attempts"),
        ] {
            let failover: Failover = toml::from_str(text).unwrap();
            let error = check(&failover).unwrap_err().to_string();
            assert!(error.starts_with(key), "{text}: {error}");
        }
        assert!(toml::from_str::<Failover>("patience = \"1s\"").is_err());
        assert!(toml::from_str::<Failover>("applies_to = \"some\"").is_err());
        let hot: Failover = toml::from_str("standby = \"hot\"").unwrap();
        assert_eq!(hot.standby, Standby::Hot);
        assert!(toml::from_str::<Failover>("standby = \"warm\"").is_err());
    }
}
