//! Making a table equal to what is in memory, with as few writes as that takes: an SD card wears
//! out by pages written, and most imports change nothing.
//!
//! What is done with every table stands here once, and takes no closures but by reference: redb is
//! compiled anew for each.

use std::ops::RangeInclusive;

use redb::{ReadableTable, ReadableTableMetadata, Table};

use crate::fault::Fault;

/// A table of rows by number.
pub(crate) type Rows<'txn> = Table<'txn, u64, &'static [u8]>;
/// A table of rows by text.
pub(crate) type Texts<'txn> = Table<'txn, &'static str, &'static [u8]>;

/// A key of two parts, in the order of the first.
pub(crate) const fn key(of: u32, place: u32) -> u64 {
    (of as u64) << 32 | place as u64
}

/// The first part of a key.
pub(crate) const fn first_part(key: u64) -> u32 {
    (key >> 32) as u32
}

/// The keys that have this part, from a place on.
pub(crate) const fn keys_from(of: u32, place: u32) -> RangeInclusive<u64> {
    key(of, place)..=key(of, u32::MAX)
}

/// Writes a row where it is another than before, and says whether it was.
pub(crate) fn put(table: &mut Rows<'_>, key: u64, value: &[u8]) -> Result<bool, Fault> {
    if table.get(key)?.is_some_and(|old| old.value() == value) {
        return Ok(false);
    }
    table.insert(key, value)?;
    Ok(true)
}

/// The same in a table by text.
pub(crate) fn put_text(table: &mut Texts<'_>, key: &str, value: &[u8]) -> Result<bool, Fault> {
    if table.get(key)?.is_some_and(|old| old.value() == value) {
        return Ok(false);
    }
    table.insert(key, value)?;
    Ok(true)
}

/// Removes the rows of these keys but those that `keep` names; how many that were.
pub(crate) fn remove(
    table: &mut Rows<'_>,
    keys: RangeInclusive<u64>,
    keep: &mut dyn FnMut(u64) -> bool,
) -> Result<u64, Fault> {
    let mut removed = 0;
    table.retain_in(keys, |key, _| {
        let is_kept = keep(key);
        removed += u64::from(!is_kept);
        is_kept
    })?;
    Ok(removed)
}

/// The same in a table by text.
pub(crate) fn remove_texts(
    table: &mut Texts<'_>,
    keys: RangeInclusive<&str>,
    keep: &mut dyn FnMut(&str) -> bool,
) -> Result<u64, Fault> {
    let mut removed = 0;
    table.retain_in(keys, |key, _| {
        let is_kept = keep(key);
        removed += u64::from(!is_kept);
        is_kept
    })?;
    Ok(removed)
}

/// How many rows were touched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    pub(crate) written: u64,
    pub(crate) removed: u64,
}

/// Makes `table` hold exactly `rows`, which come in the order of their ids, each id once. They are
/// asked for twice, so that nobody has to hold 30,000 of them.
pub(crate) fn replace<I, R>(
    table: &mut Rows<'_>,
    rows: impl Fn() -> I,
    mut encode: impl FnMut(R, &mut Vec<u8>),
) -> Result<Changes, Fault>
where
    I: Iterator<Item = (u64, R)>,
{
    let mut changes = Changes::default();
    let mut kept = 0;
    let mut value = Vec::new();
    for (id, row) in rows() {
        encode(row, &mut value);
        kept += 1;
        changes.written += u64::from(put(table, id, &value)?);
    }
    changes.removed = table.len()?.saturating_sub(kept);
    if changes.removed > 0 {
        // The table and the sorted ids side by side.
        let mut keep = rows().map(|(id, _)| id).peekable();
        remove(table, 0..=u64::MAX, &mut |id| {
            while keep.next_if(|&next| next < id).is_some() {}
            keep.peek() == Some(&id)
        })?;
    }
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::{collection::btree_map, prelude::*};
    use redb::{Database, backends::InMemoryBackend};

    use super::*;
    use crate::tables::CHANNELS;

    type Model = BTreeMap<u64, u8>;

    fn apply(database: &Database, model: &Model) -> (Changes, Model) {
        let transaction = database.begin_write().unwrap();
        let mut table = transaction.open_table(CHANNELS).unwrap();
        let rows = || model.iter().map(|(&id, &row)| (id, row));
        let changes = replace(&mut table, rows, |row, value| {
            value.clear();
            value.push(row);
        })
        .unwrap();
        let held = table
            .iter()
            .unwrap()
            .map(|row| row.unwrap())
            .map(|(id, value)| (id.value(), value.value()[0]))
            .collect();
        drop(table);
        transaction.commit().unwrap();
        (changes, held)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn becomes_what_is_asked_for_by_the_fewest_writes(
            first in btree_map(0..40_u64, 0..3_u8, 0..40),
            second in btree_map(0..40_u64, 0..3_u8, 0..40),
        ) {
            let database = Database::builder()
                .create_with_backend(InMemoryBackend::new())
                .unwrap();
            prop_assert_eq!(apply(&database, &first).1, first.clone());
            let (changes, held) = apply(&database, &second);
            prop_assert_eq!(held, second.clone());
            let written = second.iter().filter(|(id, row)| first.get(id) != Some(row)).count();
            let removed = first.keys().filter(|id| !second.contains_key(id)).count();
            prop_assert_eq!(changes.written, written as u64);
            prop_assert_eq!(changes.removed, removed as u64);
        }
    }
}
