//! The lists of all sources in their table: what lineups are derived from.

use std::ops::ControlFlow;

use lineup::EntryText;
use redb::{ReadTransaction, ReadableTable, WriteTransaction};

use crate::{
    fault::Fault,
    list::{List, PieceReader},
    table::{self, Rows},
    tables::LISTS,
};

/// Puts a list in the place of the one that its source had; how many pieces that took.
pub(crate) fn replace(
    transaction: &WriteTransaction,
    source: u16,
    list: &List,
) -> Result<u64, Fault> {
    let mut table = transaction.open_table(LISTS)?;
    let mut written = 0;
    let mut count = 0;
    for (number, piece) in (0..).zip(list.pieces()) {
        count = number + 1;
        let key = table::key(source.into(), number);
        written += u64::from(table::put(&mut table, key, piece)?);
    }
    table::remove(
        &mut table,
        table::keys_from(source.into(), count),
        &mut |_| false,
    )?;
    Ok(written)
}

/// Removes the lists of all sources but these.
pub(crate) fn keep(
    transaction: &WriteTransaction,
    is_kept: &dyn Fn(u64) -> bool,
) -> Result<(), Fault> {
    let mut table = transaction.open_table(LISTS)?;
    // From source to source: the pieces of a list that stays are not read.
    let mut next = first_from(&table, 0)?;
    while let Some(source) = next {
        if !is_kept(source.into()) {
            table::remove(&mut table, table::keys_from(source, 0), &mut |_| false)?;
        }
        next = first_from(&table, table::key(source, u32::MAX))?;
    }
    Ok(())
}

/// The source of the first piece from this key on. No list has [`u32::MAX`] pieces.
fn first_from(table: &Rows<'_>, key: u64) -> Result<Option<u32>, Fault> {
    let first = table.range(key..=u64::MAX)?.next().transpose()?;
    Ok(first.map(|(key, _)| table::first_part(key.value())))
}

/// Gives every entry of a source's list to `take`, until it has had enough.
pub(crate) fn each(
    transaction: &ReadTransaction,
    source: u16,
    take: &mut impl FnMut(EntryText<'_>) -> ControlFlow<()>,
) -> Result<(), Fault> {
    let mut reader = PieceReader::default();
    let table = transaction.open_table(LISTS)?;
    for row in table.range(table::keys_from(source.into(), 0))? {
        let (_, piece) = row?;
        if reader.read(piece.value(), take)?.is_break() {
            break;
        }
    }
    Ok(())
}
