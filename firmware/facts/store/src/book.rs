//! Which sources there are: a lasting number for each, and what was set about those that do not stand
//! in the configuration file.

use std::collections::BTreeSet;

use redb::{ReadTransaction, ReadableTable, WriteTransaction};

use crate::{
    codec::{Decoder, Encoder},
    fault::Fault,
    lists,
    source::SourceState,
    table,
    tables::{META, META_LINEUP, SOURCE_BOOK, SOURCE_STATES, SOURCES},
};

const LAYOUT: u8 = 1;
/// Of the names in a file of schema 1.
const NAMES_LAYOUT: u8 = 1;
/// In place of settings, for a source that the configuration file sets.
const OF_FILE: u8 = 0;
const OF_STORE: u8 = 1;

/// One source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRow {
    /// Its number: channels name their source by it.
    pub id: u16,
    /// Its name; by it one that stands in the file is found again.
    pub name: String,
    /// The address of its list; by it one that stands in the file under a new name is found again.
    /// Empty where there is none.
    pub url: String,
    /// What was set about it, as a text that only whoever set it understands, up to 65,535 bytes;
    /// `None` for one that stands in the configuration file.
    pub settings: Option<String>,
}

impl SourceRow {
    pub(crate) fn encode(&self, buffer: &mut Vec<u8>) {
        let mut fields = Encoder::new(buffer, LAYOUT);
        fields.text(&self.name).text(&self.url);
        match &self.settings {
            None => fields.raw(&[OF_FILE]),
            Some(settings) => fields.raw(&[OF_STORE]).text(settings),
        };
    }

    pub(crate) fn decode(id: u16, bytes: &[u8]) -> Result<Self, Fault> {
        let mut fields = Decoder::new(bytes, LAYOUT)?;
        let (name, url) = (fields.text()?.to_owned(), fields.text()?.to_owned());
        let settings = match fields.array()? {
            [OF_FILE] => None,
            [OF_STORE] => Some(fields.text()?.to_owned()),
            _ => return Err(Fault::Row("a source is neither the file's nor the store's")),
        };
        fields.end()?;
        Ok(Self {
            id,
            name,
            url,
            settings,
        })
    }
}

/// In the order of their numbers.
pub(crate) fn load(transaction: &ReadTransaction) -> Result<Vec<SourceRow>, Fault> {
    let book = transaction.open_table(SOURCE_BOOK)?;
    let rows = book.iter()?.map(|row| {
        let (id, value) = row?;
        let id =
            u16::try_from(id.value()).map_err(|_| Fault::Row("a source has too high a number"))?;
        SourceRow::decode(id, value.value())
    });
    rows.collect()
}

/// Makes these all that there are. What is known of one that is gone goes with it, and its
/// list.
pub(crate) fn save(transaction: &WriteTransaction, rows: &[SourceRow]) -> Result<(), Fault> {
    let ids: BTreeSet<u64> = rows.iter().map(|row| row.id.into()).collect();
    let mut book = transaction.open_table(SOURCE_BOOK)?;
    table::remove(&mut book, 0..=u64::MAX, &mut |id| ids.contains(&id))?;
    let mut states = transaction.open_table(SOURCE_STATES)?;
    table::remove(&mut states, 0..=u64::MAX, &mut |id| ids.contains(&id))?;
    lists::keep(transaction, &|id| ids.contains(&id))?;
    let mut value = Vec::new();
    for row in rows {
        row.encode(&mut value);
        table::put(&mut book, row.id.into(), &value)?;
    }
    Ok(())
}

/// Writes each source of a file of schema 1 under its place in the lineup, as one of the configuration
/// file: there were no others.
pub(crate) fn number(transaction: &WriteTransaction) -> Result<(), Fault> {
    let mut book = transaction.open_table(SOURCE_BOOK)?;
    let mut states = transaction.open_table(SOURCE_STATES)?;
    let meta = transaction.open_table(META)?;
    let Some(names) = meta.get(META_LINEUP)? else {
        return Ok(());
    };
    let by_name = transaction.open_table(SOURCES)?;
    let mut value = Vec::new();
    for (id, name) in (0..).zip(decode_names(names.value())?) {
        let state = by_name.get(name.as_str())?;
        let known = state.as_ref().map(|row| SourceState::decode(row.value()));
        let row = SourceRow {
            id,
            url: known.transpose()?.unwrap_or_default().url,
            name,
            settings: None,
        };
        row.encode(&mut value);
        book.insert(u64::from(id), value.as_slice())?;
        if let Some(state) = state {
            states.insert(u64::from(id), state.value())?;
        }
    }
    Ok(())
}

fn decode_names(value: &[u8]) -> Result<Vec<String>, Fault> {
    let mut fields = Decoder::new(value, NAMES_LAYOUT)?;
    let names = (0..fields.u16()?)
        .map(|_| fields.text().map(str::to_owned))
        .collect::<Result<_, _>>()?;
    fields.end()?;
    Ok(names)
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    proptest! {
        #[test]
        fn a_source_comes_back(id: u16, name: String, url: String, settings: Option<String>) {
            let row = SourceRow { id, name, url, settings };
            let mut value = Vec::new();
            row.encode(&mut value);
            prop_assert_eq!(SourceRow::decode(id, &value).unwrap(), row);
        }

        #[test]
        fn garbage_is_an_error(mut value in vec(any::<u8>(), 0..80), version in 0..3_u8) {
            if let Some(first) = value.first_mut() {
                *first = version;
            }
            let _ = SourceRow::decode(1, &value);
            let _ = decode_names(&value);
        }
    }
}
