//! Entries that are one channel. So far these are exact duplicates: same source, name and
//! address. Whatever joins more entries one day gives the same answer: a channel for each entry.

use std::cmp::Reverse;

use crate::{Numbers, arena::Span, import::Collected};

/// For each entry the one that stands for its channel; an entry that stands for itself is a
/// channel. Which one it is does not depend on the order of the list.
pub(crate) fn join(text: &str, rows: &[Collected], known: &Numbers) -> Vec<u32> {
    let key = |row: u32| {
        let Collected { source, texts, .. } = rows[row as usize];
        let [name, .., url, _] = Span::of(texts, text);
        (source, name, url)
    };
    let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    let mut channel_of: Vec<u32> = (0..count).collect();
    let mut sorted = channel_of.clone();
    sorted.sort_unstable_by(|&a, &b| key(a).cmp(&key(b)));
    for twins in sorted.chunk_by(|&a, &b| key(a) == key(b)) {
        let best = twins
            .iter()
            .copied()
            .min_by_key(|&row| preference(text, rows, row, known));
        for (&row, best) in twins.iter().zip(std::iter::repeat(best)) {
            channel_of[row as usize] = best.unwrap_or(row);
        }
    }
    channel_of
}

/// The entries that are channels, in the order in which each channel first appears in the list.
pub(crate) fn in_order(channel_of: &[u32]) -> Vec<u32> {
    let mut is_seen = vec![false; channel_of.len()];
    channel_of
        .iter()
        .copied()
        .filter(|&row| !std::mem::replace(&mut is_seen[row as usize], true))
        .collect()
}

/// Twins may differ in what is not compared. The one that a client knows already stands for them,
/// else one that has a `tvg-id`, else one that has a number.
fn preference<'a>(
    text: &'a str,
    rows: &[Collected],
    row: u32,
    known: &Numbers,
) -> impl Ord + use<'a> {
    let Collected {
        identity,
        mark,
        asked,
        texts,
        ..
    } = rows[row as usize];
    let last_seen = known
        .of_identity(identity)
        .filter(|remembered| remembered.mark == mark)
        .map(|remembered| remembered.last_seen)
        .max();
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
