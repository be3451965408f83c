//! Lasting ids: see the crate's documentation for the rules.

use std::{cmp::Reverse, collections::HashSet};

use crate::{ChannelId, Numbers, Remembered, clusters::Clusters, collected::Collected};

/// The id of each channel. `is_elsewhere`: whether a channel of this id has streams of sources that
/// are not being imported; it is then theirs as well, and not to be found by an address.
pub(crate) fn give(
    text: &str,
    rows: &[Collected],
    channels: &Clusters,
    known: &Numbers,
    is_elsewhere: impl Fn(ChannelId) -> bool,
) -> Vec<ChannelId> {
    let mut ids = by_key(rows, channels, known);
    let mut taken: HashSet<ChannelId> = ids.iter().flatten().copied().collect();
    for (streams, id) in channels.iter().zip(&mut ids) {
        if id.is_none() {
            let is_free = |id| !taken.contains(&id) && !is_elsewhere(id);
            *id = by_mark(rows, streams, known, is_free);
            taken.extend(*id);
        }
    }
    by_identity(text, rows, channels, known, &mut ids, |id| {
        !taken.contains(&id) && !is_elsewhere(id)
    });
    ids.into_iter()
        .map(|id| id.expect("each channel that was left is of one identity"))
        .collect()
}

/// Which of two remembered channels is meant: the one seen last, and of these the lower id.
fn rank(row: &Remembered) -> (Reverse<u32>, ChannelId) {
    (Reverse(row.last_seen), row.id)
}

/// Ids of channels whose entries have in common what they had.
fn by_key(rows: &[Collected], channels: &Clusters, known: &Numbers) -> Vec<Option<ChannelId>> {
    let mut keys: Vec<(u64, u32)> = (0..)
        .zip(channels.iter())
        .filter_map(|(channel, streams)| Some((rows[*streams.first()? as usize].key, channel)))
        .collect();
    keys.sort_unstable();
    let mut ids: Vec<Option<ChannelId>> = vec![None; channels.len()];
    for row in known.iter() {
        let Ok(place) = keys.binary_search_by_key(&row.key, |&(key, _)| key) else {
            continue;
        };
        let (_, channel) = keys[place];
        let id = &mut ids[channel as usize];
        let other = id.and_then(|id| known.find(id));
        if other.is_none_or(|other| rank(&row) < rank(&other)) {
            *id = Some(row.id);
        }
    }
    ids
}

/// The id that one of the channel's streams had, by its address.
fn by_mark(
    rows: &[Collected],
    streams: &[u32],
    known: &Numbers,
    is_free: impl Fn(ChannelId) -> bool,
) -> Option<ChannelId> {
    let remembered = streams.iter().flat_map(|&row| {
        let Collected { identity, mark, .. } = rows[row as usize];
        let namesakes = known.of_identity(identity);
        namesakes.filter(move |row| row.mark == mark)
    });
    let best = remembered.filter(|row| is_free(row.id)).min_by_key(rank);
    best.map(|row| row.id)
}

/// Ids of the channels that are left, by the stream that names them.
fn by_identity(
    text: &str,
    rows: &[Collected],
    channels: &Clusters,
    known: &Numbers,
    ids: &mut [Option<ChannelId>],
    is_free: impl Fn(ChannelId) -> bool,
) {
    let by_address = |row: u32| {
        let Collected { source, texts, .. } = rows[row as usize];
        let [name, .., tvg_id, url, _] = texts.of(text);
        (source, url, name, tvg_id)
    };
    // Identity, the stream that names the channel, the channel.
    let mut left: Vec<(ChannelId, u32, u32)> = (0..)
        .zip(channels.iter())
        .filter(|&(channel, _): &(u32, _)| ids[channel as usize].is_none())
        .filter_map(|(channel, streams)| {
            let row = streams.iter().copied().min_by_key(|&row| by_address(row))?;
            Some((rows[row as usize].identity, row, channel))
        })
        .collect();
    left.sort_unstable();
    for namesakes in left.chunk_by_mut(|a, b| a.0 == b.0) {
        namesakes.sort_unstable_by(|a, b| by_address(a.1).cmp(&by_address(b.1)));
        let Some(&(identity, ..)) = namesakes.first() else {
            continue;
        };
        let new = tell_apart(identity, namesakes.len(), known, &is_free);
        for (&(_, _, channel), id) in namesakes.iter().zip(new) {
            ids[channel as usize] = Some(id);
        }
    }
}

/// Ids for so many new channels of one identity: first those whose channel is gone and of which no
/// more than the address was written down, the latest first; then new ones.
fn tell_apart(
    identity: ChannelId,
    count: usize,
    known: &Numbers,
    is_free: impl Fn(ChannelId) -> bool,
) -> Vec<ChannelId> {
    let taken: Vec<ChannelId> = known.of_identity(identity).map(|row| row.id).collect();
    let mut old: Vec<Remembered> = known
        .of_identity(identity)
        .filter(|row| row.key == 0 && is_free(row.id))
        .collect();
    old.sort_unstable_by_key(rank);
    let new = (identity.0..)
        .map(ChannelId)
        .filter(|id| taken.binary_search(id).is_err() && is_free(*id));
    old.iter()
        .map(|row| row.id)
        .chain(new)
        .take(count)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::GuideNumber;

    const NUMBER: GuideNumber = GuideNumber::new(1, 0).expect("not 0");

    fn known(rows: &[(u64, u32, u64)]) -> Numbers {
        rows.iter()
            .map(|&(id, last_seen, key)| Remembered {
                id: ChannelId(id),
                number: NUMBER,
                last_seen,
                mark: id,
                key,
            })
            .collect()
    }

    #[test]
    fn new_ids_leave_those_that_are_remembered() {
        type Row<'a> = (&'a [(u64, u32, u64)], &'a [u64]);
        let rows: &[Row<'_>] = &[
            // Nothing known: in order.
            (&[], &[0, 1, 2]),
            // Gone without a key: the one that left last comes first.
            (&[(0, 1, 0), (1, 3, 0), (2, 3, 0)], &[1, 2, 0]),
            // Those with a key wait for their channel.
            (&[(0, 1, 9), (1, 3, 0)], &[1, 2, 3]),
            // Forgotten places are given again.
            (&[(3, 1, 9)], &[0, 1, 2]),
            // So are not those that are in use.
            (&[(7, 1, 0)], &[0, 1, 2]),
        ];
        for (remembered, ids) in rows {
            let given = tell_apart(ChannelId(0), 3, &known(remembered), |id| id.0 != 7);
            let expected: Vec<_> = ids.iter().copied().map(ChannelId).collect();
            assert_eq!(given, expected, "{remembered:?}");
        }
    }
}
