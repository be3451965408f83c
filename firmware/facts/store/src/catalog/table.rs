//! Catalogues in their tables.

use std::ops::ControlFlow;

use redb::{ReadTransaction, ReadableTable, WriteTransaction};

use super::{CatalogState, PieceRow, Shelf, TitlePiece, TitleText};
use crate::{
    fault::Fault,
    list::PieceReader,
    tables::{CATALOGS, TITLES},
};

/// Bits of a key in [`TITLES`]: the source, the shelf, and a digest of what is in the piece.
const SOURCE_SHIFT: u32 = 48;
const SHELF_SHIFT: u32 = 40;
const DIGEST_MAX: u64 = (1 << SHELF_SHIFT) - 1;

/// Keys of all pieces of a shelf, from the first to the last.
const fn span(source: u16, shelf: Shelf) -> (u64, u64) {
    let first = (source as u64) << SOURCE_SHIFT | shelf.number() << SHELF_SHIFT;
    (first, first | DIGEST_MAX)
}

/// Key in [`CATALOGS`].
fn row(source: u16, shelf: Shelf) -> u64 {
    u64::from(source) << 8 | shelf.number()
}

/// The key of a piece, and whether it is there. Where two pieces have one digest, the one that comes
/// second has the next key.
fn place(
    table: &impl ReadableTable<u64, &'static [u8]>,
    first: u64,
    piece: &TitlePiece,
) -> Result<(u64, bool), Fault> {
    let mut digest = piece.hash & DIGEST_MAX;
    loop {
        let key = first | digest;
        match table.get(key)? {
            Some(stored) if stored.value() != piece.bytes.as_slice() => {
                digest = (digest + 1) & DIGEST_MAX;
            }
            stored => return Ok((key, stored.is_some())),
        }
    }
}

/// The rows of pieces that are all stored; `None` where one is not.
pub(crate) fn find(
    transaction: &ReadTransaction,
    source: u16,
    shelf: Shelf,
    pieces: &[TitlePiece],
) -> Result<Option<Vec<PieceRow>>, Fault> {
    let table = transaction.open_table(TITLES)?;
    let (first, _) = span(source, shelf);
    let mut rows = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let (key, true) = place(&table, first, piece)? else {
            return Ok(None);
        };
        let titles = piece.titles;
        rows.push(PieceRow { key, titles });
    }
    Ok(Some(rows))
}

/// Stores pieces that no catalogue names yet.
pub(crate) fn put(
    transaction: &WriteTransaction,
    source: u16,
    shelf: Shelf,
    pieces: &[TitlePiece],
) -> Result<Vec<PieceRow>, Fault> {
    let mut table = transaction.open_table(TITLES)?;
    let (first, _) = span(source, shelf);
    let mut rows = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let (key, is_there) = place(&table, first, piece)?;
        if !is_there {
            table.insert(key, piece.bytes.as_slice())?;
        }
        let titles = piece.titles;
        rows.push(PieceRow { key, titles });
    }
    Ok(rows)
}

/// What is known of a catalogue.
pub(crate) fn load(
    transaction: &ReadTransaction,
    source: u16,
    shelf: Shelf,
) -> Result<Option<CatalogState>, Fault> {
    let found = transaction.open_table(CATALOGS)?.get(row(source, shelf))?;
    found
        .map(|found| CatalogState::decode(found.value()))
        .transpose()
}

/// Notes how an attempt went; the pieces are those that are named already.
pub(crate) fn note(
    transaction: &WriteTransaction,
    source: u16,
    shelf: Shelf,
    state: &CatalogState,
) -> Result<(), Fault> {
    let mut value = Vec::new();
    state.encode(&mut value);
    let mut table = transaction.open_table(CATALOGS)?;
    table.insert(row(source, shelf), value.as_slice())?;
    Ok(())
}

/// Puts a catalogue in the place of the one before. Pieces that it does not name are gone.
pub(crate) fn save(
    transaction: &WriteTransaction,
    source: u16,
    shelf: Shelf,
    state: &CatalogState,
) -> Result<(), Fault> {
    note(transaction, source, shelf, state)?;
    let mut keys: Vec<u64> = state.pieces.iter().map(|piece| piece.key).collect();
    keys.sort_unstable();
    let (first, last) = span(source, shelf);
    let mut table = transaction.open_table(TITLES)?;
    table.retain_in(first..=last, |key, _| keys.binary_search(&key).is_ok())?;
    Ok(())
}

/// Forgets the catalogues of all sources but these.
pub(crate) fn keep(
    transaction: &WriteTransaction,
    is_kept: impl Fn(u16) -> bool,
) -> Result<(), Fault> {
    let source_of = |key: u64| u16::try_from(key >> 8).unwrap_or(u16::MAX);
    let mut catalogs = transaction.open_table(CATALOGS)?;
    let mut gone = Vec::new();
    catalogs.retain(|key, _| {
        let source = source_of(key);
        if !is_kept(source) {
            gone.push(source);
        }
        is_kept(source)
    })?;
    let mut titles = transaction.open_table(TITLES)?;
    for source in gone {
        let (first, _) = span(source, Shelf::Movies);
        let (_, last) = span(source, Shelf::Series);
        titles.retain_in(first..=last, |_, _| false)?;
    }
    Ok(())
}

/// Gives the titles of a catalogue to `take` with their places, from the place `from` on, until it has
/// had enough.
pub(crate) fn each(
    transaction: &ReadTransaction,
    source: u16,
    shelf: Shelf,
    from: u64,
    take: &mut dyn FnMut(u64, &TitleText<'_>) -> ControlFlow<()>,
) -> Result<(), Fault> {
    let Some(state) = load(transaction, source, shelf)? else {
        return Ok(());
    };
    let table = transaction.open_table(TITLES)?;
    let mut reader = PieceReader::default();
    let mut next = 0;
    for piece in &state.pieces {
        let behind = next + u64::from(piece.titles);
        if behind <= from {
            next = behind;
            continue;
        }
        let stored = table.get(piece.key)?;
        let stored = stored.ok_or(Fault::Row("a piece of a catalogue is missing"))?;
        let mut rest = reader.text(stored.value())?;
        while !rest.is_empty() {
            let (title, behind) = TitleText::split(rest)?;
            rest = behind;
            if next >= from && take(next, &title).is_break() {
                return Ok(());
            }
            next += 1;
        }
    }
    Ok(())
}
