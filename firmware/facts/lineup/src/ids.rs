//! Lasting ids: see the crate's documentation for the rules.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashSet},
};

use crate::{ChannelId, Known, Numbers, clusters::Clusters, collected::Collected};

/// A key that entries of one channel have, and of no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Present {
    pub(crate) key: u64,
    pub(crate) channel: u32,
    is_name: bool,
}

/// The keys of all entries by which channels are found again, in the order of keys. One that
/// entries of several channels share finds none.
pub(crate) fn keys(rows: &[Collected], channels: &Clusters) -> Vec<Present> {
    let mut all: Vec<Present> = Vec::with_capacity(2 * rows.len());
    for (row, &channel) in rows.iter().zip(&channels.channel_of) {
        for (key, is_name) in [(row.keys.name, true), (row.keys.address, false)] {
            all.push(Present {
                key,
                channel,
                is_name,
            });
        }
    }
    all.sort_unstable();
    all.dedup();
    let mut kept = 0;
    let mut at = 0;
    while let Some(&first) = all.get(at) {
        let alike = all[at..].iter().take_while(|row| row.key == first.key);
        let count = alike.count();
        if count == 1 {
            all[kept] = first;
            kept += 1;
        }
        at += count;
    }
    all.truncate(kept);
    all
}

/// The id of each channel; of those that are `fixed` it is decided already.
pub(crate) fn give(
    text: &str,
    rows: &[Collected],
    channels: &Clusters,
    keys: &[Present],
    known: &Known,
    fixed: &[Option<ChannelId>],
) -> Vec<ChannelId> {
    let mut ids = fixed.to_vec();
    let mut taken: HashSet<ChannelId> = HashSet::with_capacity(channels.len());
    taken.extend(fixed.iter().flatten());
    for claim in claims(keys, known) {
        let id = &mut ids[claim.channel as usize];
        if id.is_none() && taken.insert(claim.id) {
            *id = Some(claim.id);
        }
    }
    by_identity(text, rows, channels, &known.numbers, &mut ids, &taken);
    ids.into_iter()
        .map(|id| id.expect("each channel that was left is of one identity"))
        .collect()
}

/// What speaks for a channel's being the one that had an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Claim {
    channel: u32,
    id: ChannelId,
    /// Keys of names that the id holds, and that the last import saw: whoever has an id now goes
    /// before whoever had it once and comes back.
    names_seen: u32,
    /// Keys of names that it holds.
    names: u32,
    /// Keys of addresses that it holds.
    addresses: u32,
    /// The import that gave the id.
    since: u32,
}

/// The claims of all channels, the strongest first: by names, then by addresses; of those alike the
/// id that has been there longest, and then the smaller one, and of channels the first.
fn claims(keys: &[Present], known: &Known) -> Vec<Claim> {
    let generation = known.numbers.generation();
    let mut votes: Vec<Claim> = keys
        .iter()
        .filter_map(|present| {
            let held = known.held.find(present.key)?;
            let is_seen = present.is_name && held.last_seen == generation;
            Some(Claim {
                channel: present.channel,
                id: held.id,
                names_seen: is_seen.into(),
                names: present.is_name.into(),
                addresses: (!present.is_name).into(),
                since: 0,
            })
        })
        .collect();
    votes.sort_unstable_by_key(|vote| (vote.channel, vote.id));
    votes.dedup_by(|vote, claim| {
        let is_same = (vote.channel, vote.id) == (claim.channel, claim.id);
        if is_same {
            claim.names_seen += vote.names_seen;
            claim.names += vote.names;
            claim.addresses += vote.addresses;
        }
        is_same
    });
    let mut claims = votes;
    for claim in &mut claims {
        claim.since = known
            .numbers
            .find(claim.id)
            .map_or(u32::MAX, |row| row.since);
    }
    claims.sort_unstable_by_key(|claim| {
        let Claim {
            channel,
            id,
            names_seen,
            names,
            addresses,
            since,
        } = *claim;
        let votes = Reverse((names_seen, names, addresses));
        (votes, since, id, channel)
    });
    claims
}

/// Ids of the channels that are left, by the entry that names them: that of the smallest key, which
/// neither the order of a list nor an address changes.
fn by_identity(
    text: &str,
    rows: &[Collected],
    channels: &Clusters,
    known: &Numbers,
    ids: &mut [Option<ChannelId>],
    taken: &HashSet<ChannelId>,
) {
    let naming = |row: u32| {
        let Collected {
            keys,
            source,
            texts,
            ..
        } = rows[row as usize];
        let [name, .., tvg_id, url, _] = texts.of(text);
        (keys.name, url, source, name, tvg_id)
    };
    // The channels of each identity by the stream that names them.
    let mut left: BTreeMap<ChannelId, Vec<(u32, u32)>> = BTreeMap::new();
    for (channel, streams) in (0..).zip(channels.iter()) {
        let named_by = streams.iter().copied().min_by_key(|&row| naming(row));
        if let (None, Some(row)) = (ids[channel as usize], named_by) {
            let identity = ChannelId::from_hash(rows[row as usize].keys.name);
            left.entry(identity).or_default().push((row, channel));
        }
    }
    for (identity, mut namesakes) in left {
        namesakes.sort_unstable_by(|a, b| naming(a.0).cmp(&naming(b.0)));
        let free = (identity.0..)
            .map(ChannelId)
            .filter(|id| known.find(*id).is_none() && !taken.contains(id));
        for ((_, channel), id) in namesakes.into_iter().zip(free) {
            ids[channel as usize] = Some(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{GuideNumber, HeldKey, Remembered};

    /// Keys below 100 are names.
    fn present(rows: &[(u64, u32)]) -> Vec<Present> {
        let present = |&(key, channel): &(u64, u32)| Present {
            key,
            channel,
            is_name: key < 100,
        };
        rows.iter().map(present).collect()
    }

    /// `held`: key and id, whose last digit is the import that gave it. Keys that end in 9 have not
    /// been seen lately.
    fn known(held: &[(u64, u64)]) -> Known {
        let number = GuideNumber::new(1, 0).unwrap();
        let held_key = |&(key, id): &(u64, u64)| HeldKey {
            key,
            id: ChannelId(id),
            last_seen: if key % 10 == 9 { 8 } else { 9 },
        };
        let remembered = |&(_, id): &(u64, u64)| Remembered {
            id: ChannelId(id),
            number,
            since: u32::try_from(id % 10).unwrap(),
            last_seen: 9,
            waits: false,
        };
        Known {
            numbers: held.iter().map(remembered).collect(),
            held: held.iter().map(held_key).collect(),
        }
    }

    #[test]
    fn the_strongest_claim_comes_first() {
        type Row<'a> = (
            &'a str,
            &'a [(u64, u64)],
            &'a [(u64, u32)],
            &'a [(u32, u64)],
        );
        let rows: &[Row<'_>] = &[
            (
                "a name before an address",
                &[(1, 21), (101, 11)],
                &[(1, 0), (101, 0)],
                &[(0, 21), (0, 11)],
            ),
            (
                "whoever has it before whoever had it",
                &[(9, 11), (101, 11), (1, 11)],
                &[(9, 0), (101, 0), (1, 1)],
                &[(1, 11), (0, 11)],
            ),
            (
                "more names before fewer",
                &[(1, 11), (2, 22), (3, 22)],
                &[(1, 0), (2, 0), (3, 0)],
                &[(0, 22), (0, 11)],
            ),
            (
                "of those alike the one that was there first",
                &[(1, 13), (2, 22)],
                &[(1, 0), (2, 0)],
                &[(0, 22), (0, 13)],
            ),
            (
                "then the smaller id",
                &[(1, 22), (2, 12)],
                &[(1, 0), (2, 0)],
                &[(0, 12), (0, 22)],
            ),
            (
                "of two channels the one with more keys",
                &[(1, 11), (101, 11), (102, 11)],
                &[(101, 0), (1, 1), (102, 1)],
                &[(1, 11), (0, 11)],
            ),
            (
                "then the first",
                &[(1, 11), (2, 11)],
                &[(2, 3), (1, 4)],
                &[(3, 11), (4, 11)],
            ),
        ];
        for (what, held, keys, expected) in rows {
            let claims = claims(&present(keys), &known(held));
            let order: Vec<_> = claims.iter().map(|it| (it.channel, it.id.0)).collect();
            assert_eq!(order, *expected, "{what}");
        }
    }
}
