//! The lists of all sources in their table: what lineups are derived from.

use std::ops::ControlFlow;

use lineup::EntryText;
use redb::{ReadTransaction, ReadableTable, Table, WriteTransaction};

use crate::{
    fault::Fault,
    list::{List, PieceReader},
    tables::LISTS,
};

type Pieces<'txn> = Table<'txn, (u16, u32), &'static [u8]>;

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
        let key = (source, number);
        if table.get(key)?.is_some_and(|old| old.value() == piece) {
            continue;
        }
        table.insert(key, piece.as_slice())?;
        written += 1;
    }
    remove_from(&mut table, source, count)?;
    Ok(written)
}

/// Removes the lists of all sources but these.
pub(crate) fn keep(
    transaction: &WriteTransaction,
    is_kept: impl Fn(u16) -> bool,
) -> Result<(), Fault> {
    let mut table = transaction.open_table(LISTS)?;
    // From source to source: the pieces of a list that stays are not read.
    let mut next = first_from(&table, (0, 0))?;
    while let Some(source) = next {
        if !is_kept(source) {
            remove_from(&mut table, source, 0)?;
        }
        next = first_from(&table, (source, u32::MAX))?;
    }
    Ok(())
}

/// The source of the first piece from this key on. No list has [`u32::MAX`] pieces.
fn first_from(table: &Pieces<'_>, key: (u16, u32)) -> Result<Option<u16>, Fault> {
    let first = table.range(key..)?.next().transpose()?;
    Ok(first.map(|(key, _)| key.value().0))
}

fn remove_from(table: &mut Pieces<'_>, source: u16, number: u32) -> Result<(), Fault> {
    table.retain_in((source, number)..=(source, u32::MAX), |_, _| false)?;
    Ok(())
}

/// Gives every entry of a source's list to `take`, until it has had enough.
pub(crate) fn each(
    transaction: &ReadTransaction,
    source: u16,
    take: &mut impl FnMut(EntryText<'_>) -> ControlFlow<()>,
) -> Result<(), Fault> {
    let mut reader = PieceReader::default();
    let table = transaction.open_table(LISTS)?;
    for row in table.range((source, 0)..=(source, u32::MAX))? {
        let (_, piece) = row?;
        if reader.read(piece.value(), take)?.is_break() {
            break;
        }
    }
    Ok(())
}
