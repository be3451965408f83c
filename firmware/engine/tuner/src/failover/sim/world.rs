//! Sources, and streams with moods that change.

use std::{collections::HashMap, time::Duration};

use super::{CHANGES_MAX, Chance};
use crate::failover::{FailureKind, Moment, StreamKey};

/// What a stream does when it is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    /// Plays for as long as it is in this mood, after so long.
    Healthy(Duration),
    /// Says so after so long.
    Fails(FailureKind, Duration),
    /// Takes the connection and says nothing.
    Hangs,
    /// Plays for so long, and then fails like this; a stall keeps the connection.
    Plays(Duration, FailureKind),
}

impl Mood {
    fn any(chance: &mut Chance) -> Self {
        let soon = chance.millis(10, 900);
        match chance.of(0, 9) {
            0..=3 => Self::Healthy(soon),
            4 => Self::Fails(FailureKind::Broken, soon),
            5 => Self::Fails(FailureKind::Refused, soon),
            6 => Self::Hangs,
            7 => Self::Plays(chance.millis(500, 20_000), FailureKind::Ended),
            8 => Self::Plays(chance.millis(500, 20_000), FailureKind::Stalled),
            _ => Self::Plays(chance.millis(500, 20_000), FailureKind::Broken),
        }
    }

    pub(super) const fn is_healthy(self) -> bool {
        matches!(self, Self::Healthy(_))
    }
}

#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) limit: Option<usize>,
    pub(super) open: usize,
}

/// A stream and its moods: each from that time on.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    pub(super) source: u16,
    moods: Vec<(Moment, Mood)>,
}

impl Stream {
    pub(super) fn mood(&self, now: Moment) -> (Moment, Mood) {
        let past = self.moods.iter().rev().find(|(from, _)| *from <= now);
        past.copied().unwrap_or((Moment::ZERO, Mood::Hangs))
    }

    /// When it next stops being healthy, and how.
    pub(super) fn turns(&self, now: Moment) -> Option<(Moment, Mood)> {
        let mut later = self.moods.iter().filter(|(from, _)| *from > now);
        later.find(|(_, mood)| !mood.is_healthy()).copied()
    }

    /// Since when it has been healthy.
    pub(super) fn healthy_since(&self, now: Moment) -> Option<Moment> {
        let mut since = None;
        for (from, mood) in self.moods.iter().take_while(|(from, _)| *from <= now) {
            since = mood.is_healthy().then(|| since.unwrap_or(*from));
        }
        since
    }
}

/// Everything that is not ours.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) sources: Vec<Source>,
    pub(super) streams: Vec<Stream>,
    /// A connection was closed since somebody looked.
    pub(super) has_released: bool,
    /// Lengths of the last cool-downs of streams that have not played for long since.
    pub(super) cooled: HashMap<StreamKey, Duration>,
    /// Connections that stand by: whose, and to which source.
    pub(super) standbys: Vec<(usize, u16)>,
    /// Channels whose standby was closed for somebody else since somebody looked.
    pub(super) evicted: Vec<usize>,
}

impl World {
    pub(super) fn new(chance: &mut Chance) -> Self {
        let sources = (0..chance.of(1, 3)).map(|_| Source {
            limit: (chance.of(0, 2) == 0).then_some(1),
            open: 0,
        });
        let sources: Vec<Source> = sources.collect();
        let changes_max = u64::try_from(CHANGES_MAX.as_millis()).unwrap();
        let last = sources.len() as u64 - 1;
        let streams = (0..chance.of(1, 5)).map(|_| Stream {
            source: u16::try_from(chance.of(0, last)).unwrap(),
            moods: {
                let mut moods = vec![(Moment::ZERO, Mood::any(chance))];
                for _ in 0..chance.of(0, 3) {
                    moods.push((chance.millis(100, changes_max), Mood::any(chance)));
                }
                moods.sort_by_key(|(from, _)| *from);
                moods
            },
        });
        let streams = streams.collect();
        Self {
            sources,
            streams,
            has_released: false,
            cooled: HashMap::new(),
            standbys: Vec::new(),
            evicted: Vec::new(),
        }
    }

    pub(super) fn has_room(&self, source: u16) -> bool {
        let source = &self.sources[usize::from(source)];
        source.limit.is_none_or(|limit| source.open < limit)
    }

    /// What a viewer can have: what stands by is closed for it.
    pub(super) fn has_room_for_viewer(&self, source: u16) -> bool {
        self.has_room(source) || self.standbys.iter().any(|(_, other)| *other == source)
    }

    pub(super) fn take_for_viewer(&mut self, source: u16) {
        let stands_by = |(_, other): &(usize, u16)| *other == source;
        if !self.has_room(source)
            && let Some(place) = self.standbys.iter().position(stands_by)
        {
            let (channel, _) = self.standbys.remove(place);
            self.evicted.push(channel);
            self.release(source);
        }
        self.take(source);
    }

    pub(super) fn take(&mut self, source: u16) {
        assert!(self.has_room(source), "more connections than allowed");
        self.sources[usize::from(source)].open += 1;
    }

    pub(super) fn release(&mut self, source: u16) {
        self.sources[usize::from(source)].open -= 1;
        self.has_released = true;
    }

    /// Since when a stream that nobody else can keep us from has been healthy.
    pub(super) fn free_and_healthy_since(&self, now: Moment) -> Option<Moment> {
        let free = self.streams.iter().filter(|stream| {
            let source = &self.sources[usize::from(stream.source)];
            source.limit.is_none()
        });
        free.filter_map(|stream| stream.healthy_since(now)).min()
    }
}
