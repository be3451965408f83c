//! What all channels that are being played share, and know of each other only through it.

use std::{sync::Arc, time::Duration};

use base::Lock;
use tokio::{sync::Semaphore, time::Instant};

use crate::{
    failover::{Cooldowns, FailoverConfig, Moment, StandbyConfig},
    limits::SourceLimits,
    opener::Opener,
    slots::Slots,
};

/// Shared by all channels.
pub(crate) struct Common {
    pub(crate) failover: FailoverConfig,
    /// How long a client waits for its first picture.
    pub(crate) first_picture_max: Duration,
    pub(crate) opener: Arc<dyn Opener>,
    pub(crate) slots: Arc<Slots>,
    pub(crate) cooldowns: Lock<Cooldowns>,
    /// Where streams may stand by.
    pub(crate) standbys: Option<Standbys>,
    started: Instant,
}

/// What the plan has for streams that stand by.
pub(crate) struct Standbys {
    pub(crate) permits: Arc<Semaphore>,
    pub(crate) ring: ring::Limits,
}

impl From<StandbyConfig> for Standbys {
    fn from(config: StandbyConfig) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(config.streams_max)),
            // Nobody reads it, so nothing is kept behind the newest key frame.
            ring: ring::Limits {
                behind_min: 1,
                segments_max: config.ring_segments_max,
            },
        }
    }
}

impl Common {
    pub(crate) fn new(
        failover: FailoverConfig,
        first_picture_max: Duration,
        sources: &[SourceLimits],
        opener: Arc<dyn Opener>,
    ) -> Self {
        Self {
            cooldowns: Lock::new(Cooldowns::new(failover.cooldown)),
            standbys: failover.standby.map(Standbys::from),
            failover,
            first_picture_max,
            opener,
            slots: Slots::new(sources.iter().map(|it| it.connections).collect()),
            started: Instant::now(),
        }
    }

    /// The time by the clock that failing over knows.
    pub(crate) fn now(&self) -> Moment {
        self.started.elapsed()
    }

    /// The same point in time for the runtime.
    pub(crate) fn instant(&self, moment: Moment) -> Instant {
        self.started + moment
    }
}
