//! The lists of all sources, the lineup made of them, what it gave out, and the state of each
//! source. They are written together or not at all.

use lineup::{Known, Lineup};
use redb::{ReadTransaction, WriteTransaction};

use crate::{
    List, channels,
    codec::{Decoder, Encoder},
    fault::Fault,
    known, lists,
    source::SourceState,
    table::Changes,
    tables::{CHANNELS, META, META_LINEUP, SOURCE_STATES},
};

const LINEUP_LAYOUT: u8 = 4;
/// Without choices: written by earlier versions, still read.
const CHOICELESS_LAYOUT: u8 = 3;
/// Without priorities and choices: likewise.
const BARE_LAYOUT: u8 = 2;
/// Names in place of numbers, and without the derivation: likewise.
const NAMES_LAYOUT: u8 = 1;

/// What an import leaves behind.
#[derive(Clone, Copy, Debug)]
pub struct Import<'a> {
    /// Every channel.
    pub lineup: &'a Lineup,
    /// Every number given and key held, of channels present and gone.
    pub known: &'a Known,
    /// Numbers and priorities of the sources that it was derived from, in their order.
    pub sources: &'a [(u16, i16)],
    /// What of the owner's it was derived by.
    pub choices: Choices,
    /// State of each source that has another one now.
    pub states: &'a [(u16, SourceState)],
    /// The list that is new, and the number of its source.
    pub list: Option<(u16, &'a List)>,
}

/// What the owner has chosen and a lineup was derived by, as figures: where one differs, so may the
/// lineup.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Of the rules.
    pub rules: u64,
    /// Of the way in which channels get numbers; 0 where that was not written down.
    pub numbering: u64,
    /// Of how alike names are that are one channel; 0 where that was not written down.
    pub merging: u64,
}

/// How much of an import was news to the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Saved {
    /// Rows of channels that were written.
    pub channels_written: u64,
    /// Rows of channels that are gone.
    pub channels_removed: u64,
    /// Pieces of the list that were written.
    pub pieces_written: u64,
}

/// The last good lineup.
#[derive(Debug)]
pub struct Snapshot {
    /// Its channels. [`lineup::Channel::source`] is the number of a source.
    pub lineup: Lineup,
    /// Numbers and priorities of the sources that it was derived from; some may be gone or have
    /// another one since. Empty where an earlier Dipole did not say.
    pub sources: Vec<(u16, i16)>,
    /// How it was derived from the lists: [`lineup::DERIVATION`] of the Dipole that did.
    pub derivation: u32,
    /// What of the owner's it was derived by.
    pub choices: Choices,
}

pub(crate) fn save(transaction: &WriteTransaction, import: &Import<'_>) -> Result<Saved, Fault> {
    let Changes { written, removed } = channels::save(transaction, import.lineup)?;
    known::save(transaction, import.known)?;
    save_sources(transaction, import)?;
    let pieces_written = match import.list {
        Some((source, list)) => lists::replace(transaction, source, list)?,
        None => 0,
    };
    Ok(Saved {
        channels_written: written,
        channels_removed: removed,
        pieces_written,
    })
}

fn save_sources(transaction: &WriteTransaction, import: &Import<'_>) -> Result<(), Fault> {
    let mut value = Vec::new();
    let mut table = transaction.open_table(SOURCE_STATES)?;
    for (id, state) in import.states {
        state.encode(&mut value);
        table.insert(u64::from(*id), value.as_slice())?;
    }
    encode_lineup(import.sources, import.choices, &mut value);
    transaction
        .open_table(META)?
        .insert(META_LINEUP, value.as_slice())?;
    Ok(())
}

/// `None` where no import has ever been saved.
pub(crate) fn load(
    transaction: &ReadTransaction,
    bytes_max: usize,
) -> Result<Option<Snapshot>, Fault> {
    let Some(row) = transaction.open_table(META)?.get(META_LINEUP)? else {
        return Ok(None);
    };
    let Derived {
        sources,
        derivation,
        choices,
    } = decode_lineup(row.value())?;
    Ok(Some(Snapshot {
        lineup: channels::load(&transaction.open_table(CHANNELS)?, bytes_max)?,
        sources,
        derivation,
        choices,
    }))
}

/// What the last lineup was derived by.
pub(crate) fn load_choices(transaction: &ReadTransaction) -> Result<Choices, Fault> {
    let row = transaction.open_table(META)?.get(META_LINEUP)?;
    let decoded = row.map(|row| decode_lineup(row.value())).transpose()?;
    Ok(decoded.map_or_else(Choices::default, |derived| derived.choices))
}

pub(crate) fn encode_lineup(sources: &[(u16, i16)], choices: Choices, value: &mut Vec<u8>) {
    let count = u16::try_from(sources.len()).unwrap_or(u16::MAX);
    let mut fields = Encoder::new(value, LINEUP_LAYOUT);
    fields
        .u32(lineup::DERIVATION)
        .u64(choices.rules)
        .u64(choices.numbering)
        .u64(choices.merging)
        .u16(count);
    for (id, priority) in &sources[..usize::from(count)] {
        fields.u16(*id).u16(priority.cast_unsigned());
    }
}

/// How a lineup was derived.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Derived {
    pub(crate) sources: Vec<(u16, i16)>,
    derivation: u32,
    choices: Choices,
}

impl Derived {
    pub(crate) const fn choices(&self) -> Choices {
        self.choices
    }
}

/// Where priorities are not known the derivation is 0, so that the lineup is derived anew; where choices
/// are not, they are none that is. In schema 1 the place of a source's name was its number.
pub(crate) fn decode_lineup(value: &[u8]) -> Result<Derived, Fault> {
    let layouts = [LINEUP_LAYOUT, CHOICELESS_LAYOUT, BARE_LAYOUT, NAMES_LAYOUT];
    let (mut fields, layout) = Decoder::of_any(value, &layouts)?;
    if layout == NAMES_LAYOUT {
        let count = fields.u16()?;
        for _ in 0..count {
            fields.text()?;
        }
        fields.end()?;
        return Ok(Derived {
            sources: (0..count).map(|id| (id, 0)).collect(),
            derivation: 0,
            choices: Choices::default(),
        });
    }
    let has_priorities = layout != BARE_LAYOUT;
    let derivation = fields.u32()?;
    let choices = if layout == LINEUP_LAYOUT {
        Choices {
            rules: fields.u64()?,
            numbering: fields.u64()?,
            merging: fields.u64()?,
        }
    } else {
        Choices::default()
    };
    let mut sources = Vec::new();
    for _ in 0..fields.u16()? {
        let id = fields.u16()?;
        let priority = if has_priorities { fields.u16()? } else { 0 };
        sources.push((id, priority.cast_signed()));
    }
    fields.end()?;
    Ok(Derived {
        sources,
        derivation: if has_priorities { derivation } else { 0 },
        choices,
    })
}

/// A row as a Dipole of the first schema wrote it, for the test of its migration.
#[cfg(test)]
pub(crate) fn encode_lineup_first(names: &[&str], value: &mut Vec<u8>) {
    let mut fields = Encoder::new(value, NAMES_LAYOUT);
    fields.u16(u16::try_from(names.len()).expect("a test has few"));
    for name in names {
        fields.text(name);
    }
}

/// A row as the Dipole before choices wrote it, for the tests of what is still read.
#[cfg(test)]
pub(crate) fn encode_lineup_choiceless(
    sources: &[(u16, i16)],
    derivation: u32,
    value: &mut Vec<u8>,
) {
    let mut fields = Encoder::new(value, CHOICELESS_LAYOUT);
    let count = u16::try_from(sources.len()).expect("a test has few");
    fields.u32(derivation).u16(count);
    for (id, priority) in sources {
        fields.u16(*id).u16(priority.cast_unsigned());
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    proptest! {
        #[test]
        fn sources_come_back(
            ids in vec(any::<(u16, i16)>(), 0..5), names in vec(any::<String>(), 0..5),
            rules: u64, numbering: u64, merging: u64, derivation: u32,
        ) {
            let choices = Choices { rules, numbering, merging };
            let mut value = Vec::new();
            encode_lineup(&ids, choices, &mut value);
            let whole = Derived { sources: ids.clone(), derivation: lineup::DERIVATION, choices };
            prop_assert_eq!(decode_lineup(&value).unwrap(), whole);
            encode_lineup_choiceless(&ids, derivation, &mut value);
            let without = Derived { sources: ids, derivation, choices: Choices::default() };
            prop_assert_eq!(decode_lineup(&value).unwrap(), without);
            let borrowed: Vec<&str> = names.iter().map(String::as_str).collect();
            encode_lineup_first(&borrowed, &mut value);
            let sources = (0..).take(names.len()).map(|id| (id, 0)).collect();
            let first = Derived { sources, derivation: 0, choices: Choices::default() };
            prop_assert_eq!(decode_lineup(&value).unwrap(), first);
        }

        #[test]
        fn garbage_is_an_error(mut value in vec(any::<u8>(), 0..80), version in 0..6_u8) {
            if let Some(first) = value.first_mut() {
                *first = version;
            }
            let _ = decode_lineup(&value);
        }
    }
}
