//! A connection: what comes of a stream from its opening on.

use std::time::Duration;

use super::world::{Mood, World};
use crate::failover::{FailureKind, Moment, Vitals};

/// A connection.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    pub(super) stream: usize,
    /// When its first picture comes.
    pub(super) plays_at: Option<Moment>,
    /// From when on nothing comes any more.
    pub(super) falls_silent_at: Option<Moment>,
    /// When it closes by itself, and how.
    pub(super) ends: Option<(Moment, FailureKind)>,
    begin: Vitals,
    pub(super) pictured_at: Option<Moment>,
}

impl Connection {
    /// Opens a stream, which does what its mood says; `begin` is what had come before.
    pub(super) fn open(now: Moment, stream: usize, world: &World, begin: Vitals) -> Self {
        let (_, mood) = world.streams[stream].mood(now);
        let turns = world.streams[stream].turns(now);
        let open = Self {
            stream,
            begin,
            pictured_at: None,
            plays_at: None,
            falls_silent_at: None,
            ends: None,
        };
        match mood {
            Mood::Hangs => open,
            Mood::Fails(kind, after) => Self {
                ends: Some((now + after, kind)),
                ..open
            },
            Mood::Plays(length, kind) => {
                let plays_at = now + Duration::from_millis(200);
                let stops = plays_at + length;
                Self {
                    plays_at: Some(plays_at),
                    falls_silent_at: Some(stops),
                    ends: (kind != FailureKind::Stalled).then_some((stops, kind)),
                    ..open
                }
            }
            Mood::Healthy(after) => {
                // It ends with the mood: for good, or silently where the next one hangs.
                let is_silent = matches!(turns, Some((_, Mood::Hangs)));
                Self {
                    plays_at: Some(now + after),
                    falls_silent_at: turns.map(|(at, _)| at),
                    ends: turns
                        .filter(|_| !is_silent)
                        .map(|(at, _)| (at, FailureKind::Broken)),
                    ..open
                }
            }
        }
    }

    fn played_millis(&self, now: Moment) -> u64 {
        let until = self.falls_silent_at.map_or(now, |silent| now.min(silent));
        let played = self
            .plays_at
            .map_or(Duration::ZERO, |at| until.saturating_sub(at));
        u64::try_from(played.as_millis()).unwrap()
    }

    pub(super) fn has_played(&self, now: Moment) -> bool {
        self.played_millis(now) > 0
    }

    /// Counts by now, those of the connections before included.
    pub(super) fn vitals(&self, now: Moment) -> Vitals {
        let millis = self.played_millis(now);
        Vitals {
            bytes: self.begin.bytes + millis * 500,
            given: self.begin.given + millis * 500,
            clock_ticks: self.begin.clock_ticks + millis * 27_000,
            pictures: self.begin.pictures + millis / 40,
            sounds: self.begin.sounds + millis / 24,
            promises_video: true,
            ..Vitals::default()
        }
    }
}
