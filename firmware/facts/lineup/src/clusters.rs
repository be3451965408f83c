//! Entries that are streams of one channel: what [`names::merge`] joins, and why.

use std::cmp::Reverse;

use names::{
    NameEntry,
    merge::{Merger, Options},
};

use crate::{ChannelId, Keys, collected::Collected, decisions::Decisions, quality, twins};

/// Entries as channels, and channels as streams.
#[derive(Debug)]
pub(crate) struct Clusters {
    /// For each entry its channel, as a place in `first`.
    pub(crate) channel_of: Vec<u32>,
    /// Where the streams of each channel begin in `streams`; channels are in the order in which
    /// they appear in the lists.
    first: Vec<u32>,
    /// Rows, channel by channel, the best first. Of exact duplicates one row.
    streams: Vec<u32>,
}

impl Clusters {
    /// Reads the names of all rows, notes in each what that says, and merges them. `twin_of`: for
    /// each row the one that stands for it.
    pub(crate) fn of(
        text: &str,
        rows: &mut [Collected],
        twin_of: &[u32],
        options: Options,
    ) -> Self {
        let in_order = twins::in_order(twin_of);
        let clusters = merge(text, rows, &in_order, options);
        // What they have in common, place in the lists.
        let mut sorted: Vec<(u32, u32)> = clusters.into_iter().zip(0..).collect();
        sorted.sort_unstable();
        // Where each channel's part of `sorted` begins, behind its first place in the lists.
        let mut channels: Vec<(u32, u32)> = Vec::new();
        let mut begin = 0;
        for alike in sorted.chunk_by(|a, b| a.0 == b.0) {
            channels.extend(alike.first().map(|&(_, place)| (place, begin)));
            begin += u32::try_from(alike.len()).unwrap_or(u32::MAX);
        }
        channels.sort_unstable();

        let mut channel_of = vec![0; rows.len()];
        let mut first = Vec::with_capacity(channels.len());
        let mut streams = Vec::with_capacity(sorted.len());
        for (channel, &(_, begin)) in (0..).zip(&channels) {
            let begin = begin as usize;
            let own = streams.len();
            first.push(u32::try_from(own).unwrap_or(u32::MAX));
            let (key, _) = sorted[begin];
            for &(_, place) in sorted[begin..].iter().take_while(|entry| entry.0 == key) {
                let row = in_order[place as usize];
                channel_of[row as usize] = channel;
                streams.push(row);
            }
            // Stable: streams that are alike in all this stay in the order of their lists.
            streams[own..].sort_by_key(|&row: &u32| best_first(&rows[row as usize]));
        }
        for (row, &twin) in twin_of.iter().enumerate() {
            channel_of[row] = channel_of[twin as usize];
        }
        Self {
            channel_of,
            first,
            streams,
        }
    }

    /// The same, after what was decided: entries that belong elsewhere have moved, and with each
    /// channel stands the id that a decision names.
    pub(crate) fn placed(
        mut self,
        rows: &[Collected],
        twin_of: &[u32],
        decisions: &Decisions,
    ) -> (Self, Vec<Option<ChannelId>>) {
        if decisions.homes().is_empty() {
            let ids = vec![None; self.len()];
            return (self, ids);
        }
        let own = twins::in_order(twin_of);
        let keys: Vec<Keys> = own.iter().map(|&row| rows[row as usize].keys).collect();
        let channel_of = own.iter().map(|&row| self.channel_of[row as usize]);
        let mut channel_of: Vec<u32> = channel_of.collect();
        let ids = decisions.place(&keys, &mut channel_of);
        let mut sorted: Vec<(u32, u32)> = channel_of.into_iter().zip(own).collect();
        // Stable: streams that are alike stay in the order of their lists.
        sorted.sort_by_key(|&(channel, row)| (channel, best_first(&rows[row as usize])));
        self.first.clear();
        self.streams.clear();
        for &(channel, row) in &sorted {
            if self.first.len() == channel as usize {
                let begin = u32::try_from(self.streams.len()).unwrap_or(u32::MAX);
                self.first.push(begin);
            }
            self.streams.push(row);
            self.channel_of[row as usize] = channel;
        }
        for (row, &twin) in twin_of.iter().enumerate() {
            self.channel_of[row] = self.channel_of[twin as usize];
        }
        (self, ids)
    }

    /// Puts streams that were pinned first.
    pub(crate) fn pin(&mut self, rows: &[Collected], ids: &[ChannelId], decisions: &Decisions) {
        for (channel, id) in ids.iter().enumerate() {
            let Some(pins) = decisions.pins(*id) else {
                continue;
            };
            let begin = self.first[channel] as usize;
            let end = self.first.get(channel + 1).map(|&end| end as usize);
            let end = end.unwrap_or(self.streams.len());
            let own = self.streams[begin..end].to_vec();
            let keys: Vec<Keys> = own.iter().map(|&row| rows[row as usize].keys).collect();
            for (stream, place) in self.streams[begin..end].iter_mut().zip(pins.order(&keys)) {
                *stream = own[place];
            }
        }
    }

    /// How many channels there are.
    pub(crate) fn len(&self) -> usize {
        self.first.len()
    }

    /// How many streams they have.
    pub(crate) fn streams(&self) -> usize {
        self.streams.len()
    }

    /// The rows of each channel, the primary first.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &[u32]> {
        (0..self.first.len()).map(|channel| {
            let begin = self.first[channel] as usize;
            let end = self.first.get(channel + 1).map(|&end| end as usize);
            &self.streams[begin..end.unwrap_or(self.streams.len())]
        })
    }
}

/// For each of the rows `in_order` the number of its cluster.
fn merge(text: &str, rows: &mut [Collected], in_order: &[u32], options: Options) -> Vec<u32> {
    let mut merger = Merger::new(options);
    for &row in in_order {
        let row = &mut rows[row as usize];
        let [name, group, logo, tvg_id, url, _] = row.texts.of(text);
        let parts = names::read(&NameEntry {
            name,
            group,
            tvg_id,
            home: None,
        });
        row.score = quality::score(parts.quality, url);
        merger.add(name, &parts, row.source, logo);
    }
    let merged = merger.finish();
    for (place, &row) in (0..).zip(in_order) {
        rows[row as usize].reason = merged.reason(place);
    }
    merged.clusters().to_vec()
}

/// The order of the streams of one channel: by what they promise, then by the priority of their
/// source, then as the sources are ordered.
fn best_first(row: &Collected) -> impl Ord + use<> {
    (Reverse(row.score), Reverse(row.priority), row.source)
}
