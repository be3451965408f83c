//! Step 5 of the schema: from keys of seven kinds to numbers and texts.
//!
//! The kinds that are gone stand here and nowhere else, and their tables are read from end to end
//! only: each costs a sixth of a table that is written.

use redb::{Key, ReadableTable, TableDefinition, TableHandle, WriteTransaction};

use crate::{
    fault::Fault,
    table,
    tables::{self, ByNumber},
};

type Old<K> = TableDefinition<'static, K, &'static [u8]>;

const LISTS: Old<(u16, u32)> = TableDefinition::new("lists");
const SOURCE_BOOK: Old<u16> = TableDefinition::new("source_book");
const SOURCE_STATES: Old<u16> = TableDefinition::new("source_states");
const GUIDE_CHANNELS: Old<(u32, u32)> = TableDefinition::new("guide_channels");
const GUIDE_BLOCKS: Old<(u32, u64, u32)> = TableDefinition::new("guide_blocks");

/// Moves what sources there are, what is known of them and their lists. Guides are forgotten, and
/// read again: they are with whoever publishes them, and a tenth of the file is of tomorrow.
pub(crate) fn repack(transaction: &WriteTransaction) -> Result<(), Fault> {
    copy(transaction, LISTS, tables::LISTS, |(source, piece)| {
        table::key(source.into(), piece)
    })?;
    copy(transaction, SOURCE_BOOK, tables::SOURCE_BOOK, |id| {
        id.into()
    })?;
    copy(transaction, SOURCE_STATES, tables::SOURCE_STATES, |id| {
        id.into()
    })?;
    transaction.delete_table(GUIDE_CHANNELS)?;
    transaction.delete_table(GUIDE_BLOCKS)?;
    transaction.delete_table(tables::GUIDES)?;
    transaction.open_table(tables::GUIDES)?;
    transaction.open_table(tables::GUIDE_CHANNELS)?;
    transaction.open_table(tables::GUIDE_BLOCKS)?;
    Ok(())
}

/// Moves a table of the file, if it has it.
fn copy<K: Key>(
    transaction: &WriteTransaction,
    old: Old<K>,
    new: ByNumber,
    key: for<'k> fn(K::SelfType<'k>) -> u64,
) -> Result<(), Fault> {
    let mut rows = transaction.open_table(new)?;
    if !transaction
        .list_tables()?
        .any(|table| table.name() == old.name())
    {
        return Ok(());
    }
    for row in transaction.open_table(old)?.iter()? {
        let (old_key, value) = row?;
        rows.insert(key(old_key.value()), value.value())?;
    }
    transaction.delete_table(old)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use lineup::EntryText;
    use redb::{Database, ReadableDatabase, ReadableTableMetadata, backends::InMemoryBackend};

    use super::*;
    use crate::{
        GuideState, List, SourceRow, SourceState, book, guide,
        list::ListWriter,
        lists,
        tables::{GUIDES, SOURCE_STATES as STATES},
    };

    fn list(names: &[&str]) -> List {
        let mut writer = ListWriter::new(usize::MAX);
        for name in names {
            let entry =
                EntryText::of_texts([name, "http://a.example/1", "", "", "", "", "", "", ""]);
            writer.push(&entry).unwrap();
        }
        writer.finish()
    }

    /// Sources and lists as a Dipole with four steps kept them.
    fn write(transaction: &WriteTransaction, of: &[(u16, &List)]) {
        let state = SourceState {
            url: "http://a.example/list".to_owned(),
            ..SourceState::default()
        };
        let mut value = Vec::new();
        for &(source, list) in of {
            let mut pieces = transaction.open_table(LISTS).unwrap();
            for (number, piece) in (0..).zip(list.pieces()) {
                pieces.insert((source, number), piece.as_slice()).unwrap();
            }
            let row = SourceRow {
                id: source,
                name: source.to_string(),
                url: state.url.clone(),
                settings: None,
            };
            row.encode(&mut value);
            let mut book = transaction.open_table(SOURCE_BOOK).unwrap();
            book.insert(source, value.as_slice()).unwrap();
            state.encode(&mut value);
            let mut states = transaction.open_table(SOURCE_STATES).unwrap();
            states.insert(source, value.as_slice()).unwrap();
        }
        let row = [1_u8].as_slice();
        let mut channels = transaction.open_table(GUIDE_CHANNELS).unwrap();
        channels.insert((1, 1), row).unwrap();
        let mut blocks = transaction.open_table(GUIDE_BLOCKS).unwrap();
        blocks.insert((1, 1, 1), row).unwrap();
        drop((channels, blocks));
        guide::note(transaction, "guide", &GuideState::default()).unwrap();
    }

    #[test]
    fn sources_and_their_lists_stay_and_guides_are_read_anew() {
        let names = [["One", "Two"], ["Three", "Four"]];
        let kept = names.map(|names| list(&names));
        let database = Database::builder()
            .create_with_backend(InMemoryBackend::new())
            .unwrap();
        let transaction = database.begin_write().unwrap();
        // The highest number there can be, and one beside which it would stand if a part were lost.
        let of = [(0, &kept[0]), (u16::MAX, &kept[1])];
        write(&transaction, &of);
        repack(&transaction).unwrap();
        let mut tables: Vec<String> = (transaction.list_tables().unwrap())
            .map(|table| table.name().to_owned())
            .collect();
        tables.sort_unstable();
        let new = [
            "guide_listings",
            "guide_programmes",
            "guides",
            "list_pieces",
            "source_dealings",
            "source_rows",
        ];
        assert_eq!(tables, new);
        transaction.commit().unwrap();

        let reading = database.begin_read().unwrap();
        assert!(reading.open_table(GUIDES).unwrap().is_empty().unwrap());
        let book: Vec<SourceRow> = book::load(&reading).unwrap();
        assert_eq!(
            book.iter().map(|row| row.id).collect::<Vec<_>>(),
            [0, u16::MAX]
        );
        for ((source, _), names) in of.into_iter().zip(names) {
            let mut found = Vec::new();
            lists::each(&reading, source, &mut |entry| {
                found.push(entry.name.into_owned());
                ControlFlow::Continue(())
            })
            .unwrap();
            assert_eq!(found, names);
            let states = reading.open_table(STATES).unwrap();
            let state = states.get(u64::from(source)).unwrap().unwrap();
            let state = SourceState::decode(state.value()).unwrap();
            assert_eq!(state.url, "http://a.example/list");
        }
    }
}
