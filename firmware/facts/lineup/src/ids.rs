//! Lasting ids: see the crate's documentation for the rules.

use std::cmp::Reverse;

use crate::{ChannelId, Numbers, Remembered, collected::Collected};

/// The id of each entry that is a channel; of the others, the first of their identity.
pub(crate) fn give(
    text: &str,
    rows: &[Collected],
    channel_of: &[u32],
    known: &Numbers,
) -> Vec<ChannelId> {
    let mut ids: Vec<_> = rows.iter().map(|row| row.identity).collect();
    let by_address = |&(_, row): &(ChannelId, u32)| {
        let Collected { source, texts, .. } = rows[row as usize];
        let [name, .., tvg_id, url, _] = texts.of(text);
        (url, name, tvg_id, source)
    };
    let mut channels: Vec<(ChannelId, u32)> = (0..)
        .zip(channel_of)
        .filter(|(row, stands_for)| row == *stands_for)
        .map(|(row, _)| (rows[row as usize].identity, row))
        .collect();
    channels.sort_unstable();
    for namesakes in channels.chunk_by_mut(|a, b| a.0 == b.0) {
        namesakes.sort_unstable_by(|a, b| by_address(a).cmp(&by_address(b)));
        let marks: Vec<_> = namesakes
            .iter()
            .map(|&(_, row)| rows[row as usize].mark)
            .collect();
        let Some(&(identity, _)) = namesakes.first() else {
            continue;
        };
        for (&(_, row), id) in namesakes.iter().zip(tell_apart(identity, &marks, known)) {
            ids[row as usize] = id;
        }
    }
    ids
}

/// Ids of the channels of one identity, given in the order of their addresses: first the id that
/// the same address had, then ids whose addresses are gone, the latest first, then new ones.
fn tell_apart(identity: ChannelId, marks: &[u64], known: &Numbers) -> Vec<ChannelId> {
    let mut old: Vec<Remembered> = known.of_identity(identity).collect();
    let taken: Vec<ChannelId> = old.iter().map(|row| row.id).collect();
    let mut ids: Vec<Option<ChannelId>> = vec![None; marks.len()];

    old.sort_unstable_by_key(|row| (row.mark, row.id));
    let mut by_mark: Vec<_> = marks.iter().zip(&mut ids).collect();
    by_mark.sort_by_key(|(mark, _)| **mark);
    let mut same = by_mark.into_iter().peekable();
    old.retain(|row| {
        while same.next_if(|(mark, _)| **mark < row.mark).is_some() {}
        match same.next_if(|(mark, _)| **mark == row.mark) {
            Some((_, id)) => {
                *id = Some(row.id);
                false
            }
            None => true,
        }
    });

    old.sort_unstable_by_key(|row| (Reverse(row.last_seen), row.id));
    let mut free = old.iter().map(|row| row.id).chain(
        (identity.0..)
            .map(ChannelId)
            .filter(|id| taken.binary_search(id).is_err()),
    );
    ids.into_iter()
        .map(|id| {
            id.or_else(|| free.next())
                .expect("ids follow ids, and ENTRIES_MAX fit")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::GuideNumber;

    fn known(rows: &[(u64, u32, u64)]) -> Numbers {
        let number = GuideNumber::new(1, 0).unwrap();
        rows.iter()
            .map(|&(id, last_seen, mark)| Remembered {
                id: ChannelId(id),
                number,
                last_seen,
                mark,
            })
            .collect()
    }

    #[test]
    fn keeps_ids_by_address_then_by_absence() {
        type Row<'a> = (&'a [(u64, u32, u64)], &'a [u64], &'a [u64]);
        let rows: &[Row<'_>] = &[
            // Nothing known: in order.
            (&[], &[50, 40, 60], &[0, 1, 2]),
            // The address decides, however the order.
            (
                &[(0, 1, 50), (1, 1, 40), (2, 1, 60)],
                &[60, 50, 40],
                &[2, 0, 1],
            ),
            // A newcomer before the old ones moves nobody.
            (&[(0, 1, 50), (1, 1, 40)], &[70, 50, 40], &[2, 0, 1]),
            // A new address takes the place of the one that left last.
            (&[(0, 1, 50), (1, 3, 40), (2, 3, 60)], &[70, 60], &[1, 2]),
            (&[(0, 1, 50), (1, 3, 40)], &[70, 80, 90], &[1, 0, 2]),
            // Forgotten places are given again.
            (&[(3, 1, 50)], &[50, 70, 80], &[3, 0, 1]),
        ];
        for (remembered, marks, ids) in rows {
            let given = tell_apart(ChannelId(0), marks, &known(remembered));
            let expected: Vec<_> = ids.iter().copied().map(ChannelId).collect();
            assert_eq!(given, expected, "{remembered:?} {marks:?}");
        }
    }
}
