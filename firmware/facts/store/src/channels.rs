//! The lineup in its table: a row for each channel, with all its streams.

use lineup::{Channel, ChannelId, Face, GuideNumber, Keys, Lineup, LineupBuilder, Reason};
use redb::{ReadableTable, WriteTransaction};

use crate::{
    codec::{Decoder, Encoder},
    fault::Fault,
    table::{self, Changes},
    tables::CHANNELS,
};

/// Number, name and face, then the streams.
const LAYOUT: u8 = 3;
/// The same of a channel that waits.
const WAITING_LAYOUT: u8 = 4;
/// A channel of one stream, which it is named by: written by earlier versions, still read.
const ONE_STREAM_LAYOUT: u8 = 1;
/// A channel of several, which the first one names: likewise.
const STREAMS_LAYOUT: u8 = 2;

/// Saves channels as the lists make them: what was chosen and decided is kept for itself.
pub(crate) fn save(transaction: &WriteTransaction, lineup: &Lineup) -> Result<Changes, Fault> {
    let lineup = &lineup.bare();
    let mut order: Vec<(u64, usize)> = lineup
        .iter()
        .enumerate()
        .map(|(index, channel)| (channel.id.0, index))
        .collect();
    order.sort_unstable();
    let rows = || order.iter().map(|&(id, index)| (id, index));
    let mut channels = transaction.open_table(CHANNELS)?;
    table::replace(&mut channels, rows, |index, value| {
        encode(lineup, index, value);
    })
}

pub(crate) fn load(
    table: &impl ReadableTable<u64, &'static [u8]>,
    bytes_max: usize,
) -> Result<Lineup, Fault> {
    let mut builder = LineupBuilder::new(bytes_max);
    for row in table.iter()? {
        let (id, value) = row?;
        let Row {
            number,
            name,
            face,
            waits,
            streams,
        } = decode(id.value(), value.value())?;
        builder.channel((ChannelId(id.value()), number), name, face, streams)?;
        if waits {
            builder.wait();
        }
    }
    Ok(builder.build())
}

fn encode(lineup: &Lineup, index: usize, value: &mut Vec<u8>) {
    let Some(channel) = lineup.get(index) else {
        return;
    };
    let streams = lineup.streams(index);
    let Face {
        group,
        logo,
        tvg_id,
    } = lineup.face(index);
    let layout = if lineup.waits(index) {
        WAITING_LAYOUT
    } else {
        LAYOUT
    };
    let mut fields = Encoder::new(value, layout);
    fields
        .u16(channel.number.major())
        .u16(channel.number.minor())
        .text(channel.name)
        .raw(&[group, logo, tvg_id])
        .u16(u16::try_from(streams.len()).unwrap_or(u16::MAX));
    for stream in streams {
        fields
            .u16(stream.source)
            .text(stream.name)
            .text(stream.group)
            .text(stream.logo)
            .text(stream.tvg_id)
            .text(stream.url)
            .text(stream.headers)
            .u16(stream.score)
            .raw(&[encode_reason(stream.reason)])
            .raw(&stream.shift_minutes.to_le_bytes())
            .u64(stream.keys.name)
            .u64(stream.keys.address);
    }
}

/// A channel, borrowed from its row.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row<'a> {
    pub(crate) number: GuideNumber,
    name: &'a str,
    face: Face,
    waits: bool,
    /// The primary first.
    pub(crate) streams: Vec<Channel<'a>>,
}

pub(crate) fn decode(id: u64, value: &[u8]) -> Result<Row<'_>, Fault> {
    let layouts = [LAYOUT, WAITING_LAYOUT, ONE_STREAM_LAYOUT, STREAMS_LAYOUT];
    let (mut fields, layout) = Decoder::of_any(value, &layouts)?;
    let is_named = matches!(layout, LAYOUT | WAITING_LAYOUT);
    let number = decode_number(&mut fields)?;
    let (name, face) = if is_named {
        let name = fields.text()?;
        let [group, logo, tvg_id] = fields.array()?;
        let face = Face {
            group,
            logo,
            tvg_id,
        };
        (Some(name), face)
    } else {
        (None, Face::default())
    };
    let count = match layout {
        ONE_STREAM_LAYOUT => 1,
        _ => fields.u16()?,
    };
    if count == 0 || usize::from(count) > Lineup::STREAMS_MAX {
        return Err(Fault::Row("a channel has no stream, or too many"));
    }
    let streams: Vec<_> = (0..count)
        .map(|_| decode_stream(ChannelId(id), number, is_named, &mut fields))
        .collect::<Result<_, _>>()?;
    fields.end()?;
    let own_name = streams.first().map_or("", |stream| stream.name);
    Ok(Row {
        number,
        name: name.unwrap_or(own_name),
        face,
        waits: layout == WAITING_LAYOUT,
        streams,
    })
}

fn decode_stream<'a>(
    id: ChannelId,
    number: GuideNumber,
    is_whole: bool,
    fields: &mut Decoder<'a>,
) -> Result<Channel<'a>, Fault> {
    let stream = Channel {
        id,
        number,
        source: fields.u16()?,
        name: fields.text()?,
        group: fields.text()?,
        logo: fields.text()?,
        tvg_id: fields.text()?,
        url: fields.text()?,
        headers: fields.text()?,
        score: 0,
        reason: None,
        shift_minutes: 0,
        keys: Keys::default(),
    };
    if !is_whole {
        return Ok(stream);
    }
    Ok(Channel {
        score: fields.u16()?,
        reason: decode_reason(fields.array()?)?,
        shift_minutes: fields.array().map(i16::from_le_bytes)?,
        keys: Keys {
            name: fields.u64()?,
            address: fields.u64()?,
        },
        ..stream
    })
}

/// The place of a reason among all, from 1; 0 for none. What is stored is derived, and derived anew
/// where [`lineup::DERIVATION`] changes, as it does with the reasons.
fn encode_reason(reason: Option<Reason>) -> u8 {
    let place = reason.and_then(|reason| Reason::ALL.iter().position(|it| *it == reason));
    place.map_or(0, |place| u8::try_from(place + 1).unwrap_or(0))
}

fn decode_reason([place]: [u8; 1]) -> Result<Option<Reason>, Fault> {
    match usize::from(place)
        .checked_sub(1)
        .map(|at| Reason::ALL.get(at))
    {
        None => Ok(None),
        Some(Some(&reason)) => Ok(Some(reason)),
        Some(None) => Err(Fault::Row("a stream has an unknown reason")),
    }
}

/// A GuideNumber, as every table writes it.
pub(crate) fn decode_number(fields: &mut Decoder<'_>) -> Result<GuideNumber, Fault> {
    let (major, minor) = (fields.u16()?, fields.u16()?);
    GuideNumber::new(major, minor).ok_or(Fault::Row("a channel has the number 0"))
}

/// A row as a Dipole of the first schema wrote it, for the test of its migration.
#[cfg(test)]
pub(crate) fn encode_first(streams: &[Channel<'_>], value: &mut Vec<u8>) {
    let layout = if streams.len() == 1 {
        ONE_STREAM_LAYOUT
    } else {
        STREAMS_LAYOUT
    };
    let mut fields = Encoder::new(value, layout);
    for (at, stream) in streams.iter().enumerate() {
        if at == 0 {
            fields.u16(stream.number.major()).u16(stream.number.minor());
        }
        if at == 0 && layout == STREAMS_LAYOUT {
            fields.u16(u16::try_from(streams.len()).expect("a test has few"));
        }
        fields
            .u16(stream.source)
            .text(stream.name)
            .text(stream.group)
            .text(stream.logo)
            .text(stream.tvg_id)
            .text(stream.url)
            .text(stream.headers);
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    proptest! {
        #[test]
        fn a_channel_comes_back(
            id: u64, major in 1..=u16::MAX, minor: u16, source: u16, texts: [String; 6],
            name: String, score: u16, shift_minutes: i16, lent: [u8; 3], waits: bool,
            reason in proptest::option::of(proptest::sample::select(Reason::ALL.to_vec())),
        ) {
            let [own, group, logo, tvg_id, url, headers] = &texts;
            let channel = Channel {
                id: ChannelId(id),
                number: GuideNumber::new(major, minor).unwrap(),
                source, name: own, group, logo, tvg_id, url, headers, score, reason, shift_minutes,
                keys: Keys { name: id, address: 7 },
            };
            let face = Face { group: lent[0], logo: lent[1], tvg_id: lent[2] };
            let mut value = Vec::new();
            for count in 1..=3 {
                let streams = vec![channel; count];
                let mut builder = LineupBuilder::new(1 << 20);
                let head = (channel.id, channel.number);
                builder.channel(head, &name, face, streams.clone()).unwrap();
                if waits {
                    builder.wait();
                }
                encode(&builder.build(), 0, &mut value);
                let row = decode(id, &value).unwrap();
                prop_assert_eq!((row.number, row.name, row.face), (channel.number, &*name, face));
                prop_assert_eq!((&row.streams, row.waits), (&streams, waits));
                value.pop();
                prop_assert!(decode(id, &value).is_err());

                let bare = Channel {
                    score: 0, reason: None, shift_minutes: 0, keys: Keys::default(), ..channel
                };
                let bare = vec![bare; count];
                encode_first(&bare, &mut value);
                let row = decode(id, &value).unwrap();
                prop_assert_eq!((row.name, &row.streams), (&**own, &bare));
            }
        }

        #[test]
        fn garbage_is_an_error(mut value in vec(any::<u8>(), 0..80), version in 0..6_u8) {
            if let Some(first) = value.first_mut() {
                *first = version;
            }
            let _ = decode(1, &value);
        }
    }
}
