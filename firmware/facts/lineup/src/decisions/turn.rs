//! What a change did: each fact before and after.

use std::collections::BTreeMap;

use base::{ChannelId, GuideNumber};

use super::{Decision, Keys};

/// One fact before and after; `None` where there was, or is, none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn<T> {
    /// Before the change.
    pub before: Option<T>,
    /// After it.
    pub after: Option<T>,
}

/// One change of the log: what is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// Its number, counted from 1.
    pub n: u64,
    /// When it was made, in seconds since 1970.
    pub at_unix_s: u64,
    /// What it did, in words.
    pub words: String,
    /// The change that it undid, where it was an undoing.
    pub undoes: Option<u64>,
    /// How many channels it was about.
    pub channels: u32,
}

/// Everything that a change did, so that it can be stored and undone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// For people, in a few words.
    pub words: String,
    /// Which change of the log it undoes.
    pub undoes: Option<u64>,
    /// Decisions, by channel.
    pub decisions: BTreeMap<ChannelId, Turn<Decision>>,
    /// The numbers that channels had whose number was decided anew: undoing gives back just these.
    pub numbers: BTreeMap<ChannelId, GuideNumber>,
    /// Homes, by entry.
    pub homes: BTreeMap<Keys, Turn<ChannelId>>,
}

impl Changed {
    /// Bytes of [`Changed::words`].
    pub const WORDS_BYTES_MAX: usize = 300;

    /// Whether all is as it was.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.decisions.is_empty() && self.homes.is_empty()
    }

    /// The channels that it is about.
    pub fn channels(&self) -> impl Iterator<Item = ChannelId> {
        let of_homes = self.homes.values();
        let of_homes = of_homes
            .flat_map(|turn| [turn.before, turn.after])
            .flatten();
        let mut all: Vec<_> = self.decisions.keys().copied().chain(of_homes).collect();
        all.sort_unstable();
        all.dedup();
        all.into_iter()
    }

    /// Whether entries may belong to other channels now, which needs all lists once more.
    #[must_use]
    pub fn moves_entries(&self) -> bool {
        !self.homes.is_empty()
    }

    /// Leaves out what is as it was, once nothing follows.
    pub(super) fn settle(&mut self) {
        self.decisions.retain(|_, turn| turn.before != turn.after);
        self.homes.retain(|_, turn| turn.before != turn.after);
        let decisions = &self.decisions;
        self.numbers.retain(|id, _| decisions.contains_key(id));
    }
}
