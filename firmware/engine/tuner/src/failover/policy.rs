//! How patient failing over is.

use std::{ops::RangeInclusive, time::Duration};

/// Which streams are tried once more before the next one is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AppliesTo {
    /// All.
    #[default]
    All,
    /// Live streams.
    Live,
    /// Films.
    Vod,
    /// None: the next stream is opened at once.
    Off,
}

/// Streams that stand by: a second connection of a channel that plays, ready to take over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StandbyConfig {
    /// So many at once, of all channels.
    pub streams_max: usize,
    /// Segments of the ring in which one holds what came since its newest key frame.
    pub ring_segments_max: usize,
}

/// How patient failing over is. Each figure has a range, which the configuration is held to.
#[derive(Clone, Debug)]
pub struct FailoverConfig {
    /// Pause before a stream that failed is tried once more: most failures are a server's restart
    /// or a lost route, and pass.
    pub grace: Duration,
    /// How long that one more try may take until something comes.
    pub retry: Duration,
    /// Which streams get one more try.
    pub applies_to: AppliesTo,
    /// How long a stream may bring nothing, or its clock may stand, until it counts as stalled.
    pub stall: Duration,
    /// How long there may be sound without the picture that the stream promises.
    pub video_missing: Duration,
    /// How long another stream may take until something comes of it.
    pub connect: Duration,
    /// Rounds over all streams that bring no picture, until the channel is given up.
    pub attempts: u32,
    /// Pause before the first such round; each further one is longer by half.
    pub pause: Duration,
    /// How long a stream that failed comes last; doubled with each failure that follows.
    pub cooldown: Duration,
    /// Whether a second stream of a channel stands by where connections allow it.
    pub standby: Option<StandbyConfig>,
}

impl FailoverConfig {
    /// Range of `grace`.
    pub const GRACE: RangeInclusive<Duration> = millis(100, 2000);
    /// Range of `retry`.
    pub const RETRY: RangeInclusive<Duration> = millis(1000, 10_000);
    /// Range of `stall`.
    pub const STALL: RangeInclusive<Duration> = millis(1000, 30_000);
    /// Range of `video_missing`.
    pub const VIDEO_MISSING: RangeInclusive<Duration> = millis(2000, 60_000);
    /// Range of `connect`.
    pub const CONNECT: RangeInclusive<Duration> = millis(1000, 15_000);
    /// Range of `attempts`.
    pub const ATTEMPTS: RangeInclusive<u32> = 1..=20;
    /// Range of `pause`.
    pub const PAUSE: RangeInclusive<Duration> = millis(100, 10_000);
    /// Range of `cooldown`.
    pub const COOLDOWN: RangeInclusive<Duration> = millis(1000, 600_000);
}

impl Default for FailoverConfig {
    fn default() -> Self {
        Self {
            grace: Duration::from_millis(300),
            retry: Duration::from_secs(2),
            applies_to: AppliesTo::All,
            stall: Duration::from_secs(3),
            video_missing: Duration::from_secs(5),
            connect: Duration::from_secs(4),
            attempts: 5,
            pause: Duration::from_secs(1),
            cooldown: Duration::from_secs(10),
            standby: None,
        }
    }
}

const fn millis(low: u64, high: u64) -> RangeInclusive<Duration> {
    Duration::from_millis(low)..=Duration::from_millis(high)
}
