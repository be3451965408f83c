//! Entries in, channels out.

use super::{
    decided::Decided,
    merged::Merged,
    options::Options,
    rows::Collector,
    solve::{Countries, Solved},
    table::{EntryId, Id},
};
use crate::Parts;

/// Collects entries, and merges them. An entry is known by its place: 0 for the first that is
/// added, and so on.
///
/// What is kept of an entry is some 60 bytes and the texts that no other has; the parts can go once
/// they were added.
#[derive(Debug)]
pub struct Merger {
    options: Options,
    collector: Collector,
    decided: Decided,
}

impl Merger {
    /// No entries yet.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self {
            options,
            collector: Collector::new(),
            decided: Decided::default(),
        }
    }

    /// Adds an entry: its name as it was written, the parts of that, a number for its source, and
    /// the address of its logo or nothing. Returns its place.
    pub fn add(&mut self, name: &str, parts: &Parts, source: u16, logo: &str) -> u32 {
        let entry = self.collector.add(name, parts, source, logo);
        u32::try_from(entry.at()).unwrap_or(u32::MAX)
    }

    /// A user has decided that two entries are one channel, and all others with their names. Where
    /// decisions contradict each other, those that keep apart hold, then the earlier ones.
    /// Entries that do not exist are of no consequence.
    pub fn keep_together(&mut self, a: u32, b: u32) {
        if let Some(pair) = self.pair(a, b) {
            self.decided.together.push(pair);
        }
    }

    /// A user has decided that two entries are not one channel, and no chain of others makes them
    /// one. Where they have the same name, `leaves` becomes a channel of its own, which only
    /// [`keep_together`](Self::keep_together) joins with others.
    pub fn keep_apart(&mut self, leaves: u32, stays: u32) {
        if let Some(pair) = self.pair(leaves, stays) {
            self.decided.apart.push(pair);
        }
    }

    /// Merges.
    #[must_use]
    pub fn finish(self) -> Merged {
        let rows = self.collector.collected;
        let solved = Solved::of(rows, self.options, Countries::AsStated, &self.decided);
        Merged::of(solved, self.options)
    }

    fn pair(&self, a: u32, b: u32) -> Option<(EntryId, EntryId)> {
        let entries = self.collector.collected.entries.len();
        let [a, b] = [a, b].map(|entry| EntryId::new(entry as usize));
        (a != b && a.at() < entries && b.at() < entries).then_some((a, b))
    }
}
