//! What imports have given out in its tables: the number of each channel, and the channel of each
//! entry.

use lineup::{ChannelId, Held, HeldKey, Known, Numbers, Remembered};
use redb::{ReadTransaction, ReadableTable, WriteTransaction};

use crate::{
    channels::decode_number,
    codec::{Decoder, Encoder},
    fault::Fault,
    table,
    tables::{HELD, META, META_GENERATION, NUMBERS},
};

const NUMBER_LAYOUT: u8 = 3;
/// The same of a channel that waits.
const WAITING_NUMBER_LAYOUT: u8 = 4;
/// With hashes of one entry instead of `since`: written by earlier versions, still read.
const KEYLESS_NUMBER_LAYOUT: u8 = 1;
const KEYED_NUMBER_LAYOUT: u8 = 2;
const HELD_LAYOUT: u8 = 1;
const GENERATION_LAYOUT: u8 = 1;

pub(crate) fn save(transaction: &WriteTransaction, known: &Known) -> Result<(), Fault> {
    let generation = known.numbers.generation();
    let rows = || known.numbers.iter().map(|row| (row.id.0, row));
    let mut table = transaction.open_table(NUMBERS)?;
    table::replace(&mut table, rows, |row, value| {
        encode(row, generation, value);
    })?;
    save_held(transaction, &known.held, generation)?;
    let mut value = Vec::new();
    Encoder::new(&mut value, GENERATION_LAYOUT).u32(generation);
    transaction
        .open_table(META)?
        .insert(META_GENERATION, value.as_slice())?;
    Ok(())
}

pub(crate) fn save_held(
    transaction: &WriteTransaction,
    held: &Held,
    generation: u32,
) -> Result<(), Fault> {
    let rows = || held.iter().map(|row| (row.key, row));
    let mut table = transaction.open_table(HELD)?;
    table::replace(&mut table, rows, |row: HeldKey, value| {
        Encoder::new(value, HELD_LAYOUT)
            .u64(row.id.0)
            .u32(seen(row.last_seen, generation));
    })?;
    Ok(())
}

pub(crate) fn load(transaction: &ReadTransaction) -> Result<Known, Fault> {
    let generation = generation(&transaction.open_table(META)?)?;
    let mut numbers = Numbers::new();
    for row in transaction.open_table(NUMBERS)?.iter()? {
        let (id, value) = row?;
        numbers.insert(decode(id.value(), generation, value.value())?.0);
    }
    let table = transaction.open_table(HELD)?;
    let held = table.iter()?.map(|row| {
        let (key, value) = row?;
        decode_held(key.value(), generation, value.value())
    });
    Ok(Known {
        numbers,
        held: held.collect::<Result<_, Fault>>()?,
    })
}

/// The latest import.
pub(crate) fn generation(
    meta: &impl ReadableTable<&'static str, &'static [u8]>,
) -> Result<u32, Fault> {
    let Some(row) = meta.get(META_GENERATION)? else {
        return Ok(0);
    };
    let mut fields = Decoder::new(row.value(), GENERATION_LAYOUT)?;
    let generation = fields.u32()?;
    fields.end()?;
    Ok(generation)
}

/// In place of `last_seen` for what the latest import saw: its row then stays as it is from import
/// to import, and only the generation, written once, moves on.
const SEEN_NOW: u32 = u32::MAX;

const fn seen(last_seen: u32, generation: u32) -> u32 {
    if last_seen == generation {
        SEEN_NOW
    } else {
        last_seen
    }
}

const fn seen_in(stored: u32, generation: u32) -> u32 {
    if stored == SEEN_NOW {
        generation
    } else {
        stored
    }
}

fn encode(row: Remembered, generation: u32, value: &mut Vec<u8>) {
    let layout = if row.waits {
        WAITING_NUMBER_LAYOUT
    } else {
        NUMBER_LAYOUT
    };
    Encoder::new(value, layout)
        .u16(row.number.major())
        .u16(row.number.minor())
        .u32(seen(row.last_seen, generation))
        .u32(row.since);
}

/// The number of a channel, and the name key that a Dipole of the first schema kept with it; 0 where
/// there is none.
pub(crate) fn decode(id: u64, generation: u32, value: &[u8]) -> Result<(Remembered, u64), Fault> {
    let layouts = [
        NUMBER_LAYOUT,
        WAITING_NUMBER_LAYOUT,
        KEYLESS_NUMBER_LAYOUT,
        KEYED_NUMBER_LAYOUT,
    ];
    let (mut fields, layout) = Decoder::of_any(value, &layouts)?;
    let number = decode_number(&mut fields)?;
    let last_seen = seen_in(fields.u32()?, generation);
    let (mut since, mut key) = (0, 0);
    match layout {
        NUMBER_LAYOUT | WAITING_NUMBER_LAYOUT => since = fields.u32()?,
        _ => drop(fields.u64()?),
    }
    if layout == KEYED_NUMBER_LAYOUT {
        key = fields.u64()?;
    }
    fields.end()?;
    let row = Remembered {
        id: ChannelId(id),
        number,
        since,
        last_seen,
        waits: layout == WAITING_NUMBER_LAYOUT,
    };
    Ok((row, key))
}

fn decode_held(key: u64, generation: u32, value: &[u8]) -> Result<HeldKey, Fault> {
    let mut fields = Decoder::new(value, HELD_LAYOUT)?;
    let row = HeldKey {
        key,
        id: ChannelId(fields.u64()?),
        last_seen: seen_in(fields.u32()?, generation),
    };
    fields.end()?;
    Ok(row)
}

/// A row as a Dipole of the first schema wrote it, for the test of its migration.
#[cfg(test)]
pub(crate) fn encode_first(
    row: Remembered,
    generation: u32,
    key: Option<u64>,
    value: &mut Vec<u8>,
) {
    let layout = match key {
        None => KEYLESS_NUMBER_LAYOUT,
        Some(_) => KEYED_NUMBER_LAYOUT,
    };
    let mut fields = Encoder::new(value, layout);
    fields
        .u16(row.number.major())
        .u16(row.number.minor())
        .u32(seen(row.last_seen, generation))
        .u64(99);
    if let Some(key) = key {
        fields.u64(key);
    }
}

#[cfg(test)]
mod tests {
    use lineup::GuideNumber;
    use proptest::{collection::vec, prelude::*};

    use super::*;

    proptest! {
        #[test]
        fn a_number_comes_back(
            id: u64, major in 1..=u16::MAX, minor: u16, since: u32, last_seen in 0..9_u32,
            key: Option<u64>, waits: bool,
        ) {
            let number = GuideNumber::new(major, minor).unwrap();
            let row = Remembered { id: ChannelId(id), number, since, last_seen, waits };
            let mut value = Vec::new();
            encode(row, 8, &mut value);
            prop_assert_eq!(decode(id, 8, &value).unwrap(), (row, 0));
            encode_first(row, 8, key, &mut value);
            let first = (Remembered { since: 0, waits: false, ..row }, key.unwrap_or(0));
            prop_assert_eq!(decode(id, 8, &value).unwrap(), first);
        }

        #[test]
        fn garbage_is_an_error(mut value in vec(any::<u8>(), 0..80), version in 0..6_u8) {
            if let Some(first) = value.first_mut() {
                *first = version;
            }
            let _ = decode(1, 1, &value);
            let _ = decode_held(1, 1, &value);
        }
    }

    #[test]
    fn a_present_channel_has_the_same_row_in_every_generation() {
        let row = |last_seen| Remembered {
            id: ChannelId(1),
            number: GuideNumber::new(1, 0).unwrap(),
            since: 2,
            last_seen,
            waits: false,
        };
        let (mut now, mut next, mut gone) = (Vec::new(), Vec::new(), Vec::new());
        encode(row(3), 3, &mut now);
        encode(row(4), 4, &mut next);
        encode(row(3), 4, &mut gone);
        assert_eq!(now, next);
        assert_ne!(now, gone);
    }
}
