//! The last good lineup, with the numbers given so far and the sources that it came from. They are
//! written together or not at all.

use lineup::{Channel, ChannelId, GuideNumber, Lineup, LineupBuilder, Numbers, Remembered};
use redb::{ReadTransaction, ReadableTable, WriteTransaction};

use crate::{
    codec::{Decoder, Encoder},
    fault::Fault,
    source::SourceState,
    table::{self, Changes},
    tables::{CHANNELS, META, META_GENERATION, NUMBERS, SOURCE_STATES},
};

/// A channel of one stream.
const CHANNEL_LAYOUT: u8 = 1;
/// A channel of several: their number, then each of them.
const STREAMS_LAYOUT: u8 = 2;
/// Without the key: written by earlier versions, still read.
const KEYLESS_NUMBER_LAYOUT: u8 = 1;
const NUMBER_LAYOUT: u8 = 2;
const GENERATION_LAYOUT: u8 = 1;

/// What an import leaves behind.
#[derive(Clone, Copy, Debug)]
pub struct Import<'a> {
    /// Every channel.
    pub lineup: &'a Lineup,
    /// Every number given, to channels present and gone.
    pub numbers: &'a Numbers,
    /// State of each source that was read for it, by its number; of others it stays.
    pub sources: &'a [(u16, SourceState)],
}

/// How much of an import was news to the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Saved {
    /// Rows of channels that were written.
    pub channels_written: u64,
    /// Rows of channels that are gone.
    pub channels_removed: u64,
}

/// The last good lineup.
#[derive(Debug)]
pub struct Snapshot {
    /// Its channels. Sources of some may be gone since.
    pub lineup: Lineup,
}

pub(crate) fn save(transaction: &WriteTransaction, import: &Import<'_>) -> Result<Saved, Fault> {
    let Changes { written, removed } = save_channels(transaction, import.lineup)?;
    save_numbers(transaction, import.numbers)?;
    save_sources(transaction, import.sources)?;
    Ok(Saved {
        channels_written: written,
        channels_removed: removed,
    })
}

fn save_channels(transaction: &WriteTransaction, lineup: &Lineup) -> Result<Changes, Fault> {
    let mut order: Vec<(u64, usize)> = lineup
        .iter()
        .enumerate()
        .map(|(index, channel)| (channel.id.0, index))
        .collect();
    order.sort_unstable();
    let rows = || order.iter().map(|&(id, index)| (id, lineup.streams(index)));
    let mut channels = transaction.open_table(CHANNELS)?;
    table::replace(&mut channels, rows, encode_channel)
}

fn save_numbers(transaction: &WriteTransaction, numbers: &Numbers) -> Result<(), Fault> {
    let generation = numbers.generation();
    let rows = || numbers.iter().map(|row| (row.id.0, row));
    let mut table = transaction.open_table(NUMBERS)?;
    table::replace(&mut table, rows, |row, value| {
        encode_number(row, generation, value);
    })?;
    let mut value = Vec::new();
    Encoder::new(&mut value, GENERATION_LAYOUT).u32(generation);
    transaction
        .open_table(META)?
        .insert(META_GENERATION, value.as_slice())?;
    Ok(())
}

fn save_sources(
    transaction: &WriteTransaction,
    sources: &[(u16, SourceState)],
) -> Result<(), Fault> {
    let mut value = Vec::new();
    let mut table = transaction.open_table(SOURCE_STATES)?;
    for (id, state) in sources {
        state.encode(&mut value);
        table.insert(id, value.as_slice())?;
    }
    Ok(())
}

/// `None` where no import has ever been saved.
pub(crate) fn load(
    transaction: &ReadTransaction,
    bytes_max: usize,
) -> Result<Option<Snapshot>, Fault> {
    let meta = transaction.open_table(META)?;
    if meta.get(META_GENERATION)?.is_none() {
        return Ok(None);
    }
    let mut builder = LineupBuilder::new(bytes_max);
    for row in transaction.open_table(CHANNELS)?.iter()? {
        let (id, value) = row?;
        for stream in decode_channel(id.value(), value.value())? {
            builder.push(stream)?;
        }
    }
    Ok(Some(Snapshot {
        lineup: builder.build(),
    }))
}

pub(crate) fn load_numbers(transaction: &ReadTransaction) -> Result<Numbers, Fault> {
    let generation = match transaction.open_table(META)?.get(META_GENERATION)? {
        None => 0,
        Some(row) => {
            let mut fields = Decoder::new(row.value(), GENERATION_LAYOUT)?;
            let generation = fields.u32()?;
            fields.end()?;
            generation
        }
    };
    let mut numbers = Numbers::new();
    for row in transaction.open_table(NUMBERS)?.iter()? {
        let (id, value) = row?;
        numbers.insert(decode_number(id.value(), generation, value.value())?);
    }
    Ok(numbers)
}

fn encode_channel<'a>(
    mut streams: impl ExactSizeIterator<Item = Channel<'a>>,
    value: &mut Vec<u8>,
) {
    let count = u16::try_from(streams.len()).unwrap_or(u16::MAX);
    let Some(primary) = streams.next() else {
        return;
    };
    let layout = if count == 1 {
        CHANNEL_LAYOUT
    } else {
        STREAMS_LAYOUT
    };
    let mut fields = Encoder::new(value, layout);
    let number = primary.number;
    fields.u16(number.major()).u16(number.minor());
    if layout == STREAMS_LAYOUT {
        fields.u16(count);
    }
    encode_stream(&primary, &mut fields);
    streams.for_each(|stream| encode_stream(&stream, &mut fields));
}

fn encode_stream(stream: &Channel<'_>, fields: &mut Encoder<'_>) {
    fields
        .u16(stream.source)
        .text(stream.name)
        .text(stream.group)
        .text(stream.logo)
        .text(stream.tvg_id)
        .text(stream.url)
        .text(stream.headers);
}

/// The streams of a channel, the primary first.
fn decode_channel(id: u64, value: &[u8]) -> Result<Vec<Channel<'_>>, Fault> {
    let (mut fields, layout) = Decoder::of_any(value, &[CHANNEL_LAYOUT, STREAMS_LAYOUT])?;
    let number = decode_guide_number(&mut fields)?;
    let count = match layout {
        STREAMS_LAYOUT => fields.u16()?,
        _ => 1,
    };
    if count == 0 || usize::from(count) > Lineup::STREAMS_MAX {
        return Err(Fault::Row("a channel has no stream, or too many"));
    }
    let streams = (0..count)
        .map(|_| decode_stream(ChannelId(id), number, &mut fields))
        .collect::<Result<_, _>>()?;
    fields.end()?;
    Ok(streams)
}

fn decode_stream<'a>(
    id: ChannelId,
    number: GuideNumber,
    fields: &mut Decoder<'a>,
) -> Result<Channel<'a>, Fault> {
    Ok(Channel {
        id,
        number,
        source: fields.u16()?,
        name: fields.text()?,
        group: fields.text()?,
        logo: fields.text()?,
        tvg_id: fields.text()?,
        url: fields.text()?,
        headers: fields.text()?,
    })
}

/// In place of `last_seen` for a channel that the latest import saw: its row then stays as it is
/// from import to import, and only the generation, written once, moves on.
const SEEN_NOW: u32 = u32::MAX;

fn encode_number(row: Remembered, generation: u32, value: &mut Vec<u8>) {
    let last_seen = if row.last_seen == generation {
        SEEN_NOW
    } else {
        row.last_seen
    };
    Encoder::new(value, NUMBER_LAYOUT)
        .u16(row.number.major())
        .u16(row.number.minor())
        .u32(last_seen)
        .u64(row.mark)
        .u64(row.key);
}

fn decode_number(id: u64, generation: u32, value: &[u8]) -> Result<Remembered, Fault> {
    let (mut fields, layout) = Decoder::of_any(value, &[KEYLESS_NUMBER_LAYOUT, NUMBER_LAYOUT])?;
    let number = decode_guide_number(&mut fields)?;
    let last_seen = match fields.u32()? {
        SEEN_NOW => generation,
        earlier => earlier,
    };
    let mark = fields.u64()?;
    let key = match layout {
        NUMBER_LAYOUT => fields.u64()?,
        _ => 0,
    };
    fields.end()?;
    Ok(Remembered {
        id: ChannelId(id),
        number,
        last_seen,
        mark,
        key,
    })
}

fn decode_guide_number(fields: &mut Decoder<'_>) -> Result<GuideNumber, Fault> {
    let (major, minor) = (fields.u16()?, fields.u16()?);
    GuideNumber::new(major, minor).ok_or(Fault::Row("a channel has the number 0"))
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    proptest! {
        #[test]
        fn a_channel_comes_back(
            id: u64, major in 1..=u16::MAX, minor: u16, source: u16, texts: [String; 6],
        ) {
            let [name, group, logo, tvg_id, url, headers] = &texts;
            let channel = Channel {
                id: ChannelId(id),
                number: GuideNumber::new(major, minor).unwrap(),
                source,
                name, group, logo, tvg_id, url, headers,
            };
            let mut value = Vec::new();
            for count in 1..=3 {
                let streams = vec![channel; count];
                encode_channel(streams.iter().copied(), &mut value);
                prop_assert_eq!(&decode_channel(id, &value).unwrap(), &streams);
                value.pop();
                prop_assert!(decode_channel(id, &value).is_err());
            }
        }

        #[test]
        fn a_number_comes_back(
            id: u64, major in 1..=u16::MAX, minor: u16, last_seen in 0..9_u32, mark: u64, key: u64,
        ) {
            let number = GuideNumber::new(major, minor).unwrap();
            let row = Remembered { id: ChannelId(id), number, last_seen, mark, key };
            let mut value = Vec::new();
            encode_number(row, 8, &mut value);
            prop_assert_eq!(decode_number(id, 8, &value).unwrap(), row);
            // As an earlier version wrote it.
            value[0] = KEYLESS_NUMBER_LAYOUT;
            value.truncate(value.len() - 8);
            prop_assert_eq!(decode_number(id, 8, &value).unwrap(), Remembered { key: 0, ..row });
        }

        #[test]
        fn a_state_comes_back(url: String, seconds: Option<u32>) {
            let mut value = Vec::new();
            let state = SourceState {
                url,
                last_success: seconds.map(|seconds| {
                    std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds.into())
                }),
                entries: u64::MAX,
                ..SourceState::default()
            };
            state.encode(&mut value);
            prop_assert_eq!(SourceState::decode(&value).unwrap(), state);
        }

        #[test]
        fn garbage_is_an_error(mut value in vec(any::<u8>(), 0..80), version in 0..3_u8) {
            if let Some(first) = value.first_mut() {
                *first = version;
            }
            let _ = decode_channel(1, &value);
            let _ = decode_number(1, 1, &value);
            let _ = SourceState::decode(&value);
        }
    }

    #[test]
    fn a_present_channel_has_the_same_row_in_every_generation() {
        let row = |last_seen| Remembered {
            id: ChannelId(1),
            number: GuideNumber::new(1, 0).unwrap(),
            last_seen,
            mark: 5,
            key: 6,
        };
        let (mut now, mut next, mut gone) = (Vec::new(), Vec::new(), Vec::new());
        encode_number(row(3), 3, &mut now);
        encode_number(row(4), 4, &mut next);
        encode_number(row(3), 4, &mut gone);
        assert_eq!(now, next);
        assert_ne!(now, gone);
    }
}
