//! Making a table equal to what is in memory, with as few writes as that takes: an SD card wears
//! out by pages written, and most imports change nothing.

use redb::{ReadableTable, ReadableTableMetadata, Table};

use crate::fault::Fault;

/// A table of rows by channel id.
pub(crate) type Rows<'txn> = Table<'txn, u64, &'static [u8]>;

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
        if table.get(id)?.is_some_and(|old| old.value() == value) {
            continue;
        }
        table.insert(id, value.as_slice())?;
        changes.written += 1;
    }
    changes.removed = table.len()?.saturating_sub(kept);
    if changes.removed > 0 {
        remove_others(table, rows().map(|(id, _)| id))?;
    }
    Ok(changes)
}

/// Walks the table and the sorted ids side by side.
fn remove_others(table: &mut Rows<'_>, keep: impl Iterator<Item = u64>) -> Result<(), Fault> {
    let mut keep = keep.peekable();
    table.retain(|id, _| {
        while keep.next_if(|&next| next < id).is_some() {}
        keep.peek() == Some(&id)
    })?;
    Ok(())
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
