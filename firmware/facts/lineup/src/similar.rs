//! Channels whose names are alike, to be looked at side by side: they may be one, and nobody but their
//! owner can say so.
//!
//! The names are read apart for each look: a person looks now and then, and memory that is held for it
//! all the time would be missed elsewhere. It takes as long and as much as merging them does in an import.

use names::{
    NameEntry,
    merge::{Explanation, Merged, Merger, Options},
};

use crate::{Channel, ChannelId, GuideNumber, Lineup};

/// Some groups of channels whose names are alike, in the order of their first channels' numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Similar {
    /// The groups, each of two channels at least.
    pub groups: Vec<Vec<Alike>>,
    /// The number behind which the next groups begin, where there are some.
    pub next: Option<GuideNumber>,
    /// How many groups there are in all.
    pub total: usize,
}

/// A channel of such a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alike {
    /// Which.
    pub id: ChannelId,
    /// Why it is not one with the first of the group, in words; empty of the first itself.
    pub reason: String,
}

impl Similar {
    /// Groups that can be asked for at once.
    pub const GROUPS_MAX: usize = 50;
    /// Channels of a group that are named: the first by their numbers.
    pub const CHANNELS_MAX: usize = 50;

    /// The groups of a lineup whose first channels have numbers behind `after`, at most `limit`.
    #[must_use]
    pub fn of(lineup: &Lineup, merging: Options, after: Option<GuideNumber>, limit: usize) -> Self {
        let places: Vec<usize> = lineup.behind(None).collect();
        let mut merger = Merger::new(merging);
        let mut primaries = Vec::with_capacity(places.len());
        let mut count = 0_u32;
        for &index in &places {
            primaries.push(count);
            for stream in lineup.streams(index) {
                add(&mut merger, &stream);
                count += 1;
            }
        }
        let merged = merger.finish();
        let runs = runs(&merged, &primaries);
        let total = runs.len();
        let number = |run: &[u32]| {
            let first = places.get(*run.first()? as usize)?;
            lineup.get(*first).map(|channel| channel.number)
        };
        let mut behind = runs.iter().filter(|run| number(run) > after);
        let page: Vec<&Vec<u32>> = behind.by_ref().take(limit.min(Self::GROUPS_MAX)).collect();
        let next = behind.next().and_then(|_| number(page.last()?));
        let group = |run: &&Vec<u32>| {
            let named = run.iter().take(Self::CHANNELS_MAX);
            let channels = named.map(|&at| (places[at as usize], primaries[at as usize]));
            alike(lineup, &merged, &channels.collect::<Vec<_>>())
        };
        Self {
            groups: page.iter().map(group).collect(),
            next,
            total,
        }
    }
}

fn add(merger: &mut Merger, stream: &Channel<'_>) {
    let parts = names::read(&NameEntry {
        name: stream.name,
        group: stream.group,
        tvg_id: stream.tvg_id,
        home: None,
    });
    merger.add(stream.name, &parts, stream.source, stream.logo);
}

/// Channels of one group, as places in the order of numbers; groups of one are none.
fn runs(merged: &Merged, primaries: &[u32]) -> Vec<Vec<u32>> {
    let groups = merged.groups();
    let group_of = |&entry: &u32| {
        let cluster = merged.clusters().get(entry as usize)?;
        groups.get(*cluster as usize).copied()
    };
    let mut sorted: Vec<(Option<u32>, u32)> = primaries.iter().map(group_of).zip(0..).collect();
    sorted.sort_unstable();
    let mut runs: Vec<Vec<u32>> = sorted
        .chunk_by(|a, b| a.0 == b.0)
        .filter(|run| run.len() > 1)
        .map(|run| run.iter().map(|&(_, at)| at).collect())
        .collect();
    runs.sort_unstable();
    runs
}

/// These channels, with the reasons for which they are not one with the first.
fn alike(lineup: &Lineup, merged: &Merged, channels: &[(usize, u32)]) -> Vec<Alike> {
    let is_placed = |index: usize| {
        lineup
            .streams(index)
            .any(|stream| lineup.is_placed(stream.keys))
    };
    let Some(&(first, first_entry)) = channels.first() else {
        return Vec::new();
    };
    let reason = |index: usize, entry: u32| match merged.explain(first_entry, entry) {
        _ if index == first => String::new(),
        Some(apart @ Explanation::Apart(_)) => apart.to_string(),
        _ if is_placed(index) || is_placed(first) => "kept apart: you decided so".to_owned(),
        _ => "kept apart: what joins them was no reason while the lists were read".to_owned(),
    };
    let named = channels.iter().filter_map(|&(index, entry)| {
        Some(Alike {
            id: lineup.get(index)?.id,
            reason: reason(index, entry),
        })
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LineupBuilder;

    fn lineup(names: &[&str]) -> Lineup {
        let mut builder = LineupBuilder::new(1 << 20);
        for (n, name) in (1..).zip(names) {
            let number = GuideNumber::new(n, 0).unwrap();
            let id = ChannelId(u64::from(n));
            builder
                .push(Channel::new(id, number, name, "http://a.example/"))
                .unwrap();
        }
        builder.build()
    }

    fn ids(similar: &Similar) -> Vec<Vec<u64>> {
        let of = |group: &Vec<Alike>| group.iter().map(|it| it.id.0).collect();
        similar.groups.iter().map(of).collect()
    }

    #[test]
    fn channels_alike_stand_side_by_side_with_the_reason_why_they_are_two() {
        let lineup = lineup(&[
            "US: Harbour West",
            "Meadow Cartoons",
            "US: Harbour East",
            "River",
            "Meadow Cartoons +1",
        ]);
        let all = Similar::of(&lineup, Options::default(), None, 9);
        assert_eq!(ids(&all), [vec![1, 3], vec![2, 5]]);
        assert_eq!((all.total, all.next), (2, None));
        for group in &all.groups {
            assert_eq!(group[0].reason, "");
            let reason = &group[1].reason;
            assert!(reason.starts_with("kept apart: "), "{reason}");
            assert!(reason.contains("differs"), "{reason}");
        }
    }

    #[test]
    fn pages_cover_all_groups_once() {
        let names: Vec<String> = (0..7_u8)
            .flat_map(|n| {
                let word = char::from(b'a' + n).to_string().repeat(6);
                [format!("{word} East"), format!("{word} West")]
            })
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let lineup = lineup(&names);
        for limit in [1, 3, 7, 50, 999] {
            let (mut after, mut found) = (None, Vec::new());
            loop {
                let page = Similar::of(&lineup, Options::default(), after, limit);
                assert_eq!(page.total, 7);
                assert!(page.groups.len() <= limit);
                found.extend(ids(&page));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            let expected: Vec<Vec<u64>> = (0..7).map(|n| vec![2 * n + 1, 2 * n + 2]).collect();
            assert_eq!(found, expected, "{limit}");
        }
    }
}
