//! Exact duplicates: entries of the same source, name and address. They are one stream.

use std::cmp::Reverse;

use crate::{Held, collected::Collected, identity::StableHash};

/// For each entry the one that stands for it; an entry that stands for itself is a stream. Which
/// one it is does not depend on the order of the list.
pub(crate) fn join(text: &str, rows: &[Collected], known: &Held) -> Vec<u32> {
    let key = |row: u32| {
        let Collected { source, texts, .. } = rows[row as usize];
        let [name, .., url, _] = texts.of(text);
        (source, name, url)
    };
    let mut twin_of: Vec<u32> = (0..).zip(rows).map(|(row, _)| row).collect();
    // Sorting by hash touches no text; only rows whose hashes agree are compared in full.
    let mut sorted: Vec<(u64, u32)> = twin_of
        .iter()
        .map(|&row| {
            let (source, name, url) = key(row);
            let hash = StableHash::new().text(name).text(url).value();
            (hash.wrapping_add(u64::from(source)), row)
        })
        .collect();
    sorted.sort_unstable();
    for alike in sorted
        .chunk_by_mut(|a, b| a.0 == b.0)
        .filter(|alike| alike.len() > 1)
    {
        alike.sort_unstable_by(|a, b| key(a.1).cmp(&key(b.1)));
        for twins in alike.chunk_by(|a, b| key(a.1) == key(b.1)) {
            let twins = twins.iter().map(|&(_, row)| row);
            let best = twins
                .clone()
                .min_by_key(|&row| preference(text, &rows[row as usize], known));
            for row in twins {
                twin_of[row as usize] = best.unwrap_or(row);
            }
        }
    }
    twin_of
}

/// The entries that are streams, in the order in which each stream first appears in the list.
pub(crate) fn in_order(twin_of: &[u32]) -> Vec<u32> {
    let mut is_seen = vec![false; twin_of.len()];
    twin_of
        .iter()
        .copied()
        .filter(|&row| !std::mem::replace(&mut is_seen[row as usize], true))
        .collect()
}

/// Twins may differ in what is not compared. The one that a client knows already stands for them,
/// else one that has a `tvg-id`, else one that has a number.
fn preference<'a>(text: &'a str, row: &Collected, known: &Held) -> impl Ord + use<'a> {
    let Collected {
        keys, asked, texts, ..
    } = *row;
    let last_seen = known.find(keys.name).map(|row| row.last_seen);
    let [_, group, logo, tvg_id, _, headers] = texts.of(text);
    (
        Reverse(last_seen),
        tvg_id.is_empty(),
        tvg_id,
        asked.is_none(),
        asked,
        [group, logo, headers],
    )
}
