//! From the first schema, which kept the lineup and no lists, to the second, which derives it from
//! them.

use lineup::{Channel, ChannelId, EntryText, GuideNumber, Held, HeldKey};
use redb::{ReadableTable, WriteTransaction};

use crate::{
    channels,
    fault::Fault,
    import, known,
    list::ListWriter,
    lists,
    source::SourceState,
    tables::{CHANNELS, META, META_LINEUP, NUMBERS, SOURCE_STATES},
};

/// Makes a list of the channels that each source has, so that they stay until it is read again: for
/// the list lacks what no channel kept, and the validators that would spare the reading go.
pub(crate) fn make_lists(transaction: &WriteTransaction) -> Result<(), Fault> {
    let sources = match transaction.open_table(META)?.get(META_LINEUP)? {
        Some(row) => import::decode_lineup(row.value())?.sources,
        None => return Ok(()),
    };
    let order = in_order(transaction)?;
    for (source, _) in sources {
        make_list(transaction, source, &order)?;
    }
    Ok(())
}

/// The channels in the order of their numbers, which is mostly that of the lists.
fn in_order(transaction: &WriteTransaction) -> Result<Vec<(GuideNumber, u64)>, Fault> {
    let channels = transaction.open_table(CHANNELS)?;
    let rows = channels.iter()?.map(|row| {
        let (id, value) = row?;
        let number = channels::decode(id.value(), value.value())?.number;
        Ok((number, id.value()))
    });
    let mut order = rows.collect::<Result<Vec<_>, Fault>>()?;
    order.sort_unstable();
    Ok(order)
}

fn make_list(
    transaction: &WriteTransaction,
    source: u16,
    order: &[(GuideNumber, u64)],
) -> Result<(), Fault> {
    let mut writer = ListWriter::new(usize::MAX);
    let channels = transaction.open_table(CHANNELS)?;
    for &(_, id) in order {
        let Some(row) = channels.get(id)? else {
            continue;
        };
        let streams = channels::decode(id, row.value())?.streams;
        for stream in streams.iter().filter(|stream| stream.source == source) {
            // It is as large as it gets.
            let _ = writer.push(&entry(stream));
        }
    }
    drop(channels);
    if writer.entries() == 0 {
        return Ok(());
    }
    lists::replace(transaction, source, &writer.finish())?;
    let mut table = transaction.open_table(SOURCE_STATES)?;
    let state = table
        .get(u64::from(source))?
        .map(|row| SourceState::decode(row.value()))
        .transpose()?;
    let state = SourceState {
        etag: String::new(),
        last_modified: String::new(),
        list: Some(0),
        ..state.unwrap_or_default()
    };
    let mut value = Vec::new();
    state.encode(&mut value);
    table.insert(u64::from(source), value.as_slice())?;
    Ok(())
}

/// Gives the keys of all entries to their channels. A channel that is gone had its name's key
/// written down with its number.
pub(crate) fn hold_keys(transaction: &WriteTransaction) -> Result<(), Fault> {
    let generation = known::generation(&transaction.open_table(META)?)?;
    let mut held: Vec<HeldKey> = Vec::new();
    for row in transaction.open_table(CHANNELS)?.iter()? {
        let (id, value) = row?;
        let streams = channels::decode(id.value(), value.value())?.streams;
        let streams = streams.iter().filter(|it| it.source != Channel::BUILT_IN);
        for keys in streams.map(|stream| entry(stream).keys()) {
            held.extend([keys.name, keys.address].map(|key| HeldKey {
                key,
                id: ChannelId(id.value()),
                last_seen: generation,
            }));
        }
    }
    for row in transaction.open_table(NUMBERS)?.iter()? {
        let (id, value) = row?;
        let (row, key) = known::decode(id.value(), generation, value.value())?;
        held.extend((key != 0).then_some(HeldKey {
            key,
            id: row.id,
            last_seen: row.last_seen,
        }));
    }
    let held: Held = held.into_iter().collect();
    known::save_held(transaction, &held, generation)
}

fn entry<'a>(stream: &Channel<'a>) -> EntryText<'a> {
    let Channel {
        name,
        url,
        group,
        logo,
        tvg_id,
        headers,
        ..
    } = *stream;
    EntryText::of_texts([name, url, group, logo, tvg_id, "", "", "", headers])
}

/// A file as a Dipole of the first schema wrote it: two channels of two sources, one that is gone,
/// and the test channel.
#[cfg(test)]
pub(crate) fn write(database: &redb::Database) {
    use lineup::Remembered;

    use crate::{
        codec::Encoder,
        tables::{META_GENERATION, META_SCHEMA, SOURCES},
    };

    let number = |major| GuideNumber::new(major, 0).unwrap();
    let stream = |id, major, source, name, url| Channel {
        source,
        ..Channel::new(ChannelId(id), number(major), name, url)
    };
    let transaction = database.begin_write().unwrap();
    crate::device::create(&transaction).unwrap();
    let mut value = Vec::new();
    let mut table = transaction.open_table(CHANNELS).unwrap();
    for streams in [
        vec![
            stream(11, 1, 0, "One", "http://a.example/1"),
            stream(11, 1, 1, "ONE", "http://b.example/1"),
        ],
        vec![stream(22, 2, 0, "Two", "http://a.example/2")],
        vec![stream(
            44,
            4,
            Channel::BUILT_IN,
            "Dipole Test",
            "dipole:test",
        )],
    ] {
        channels::encode_first(&streams, &mut value);
        table.insert(streams[0].id.0, value.as_slice()).unwrap();
    }
    drop(table);
    let gone = EntryText::of_texts(["Gone", "", "", "", "", "", "", "", ""]).keys();
    let mut table = transaction.open_table(NUMBERS).unwrap();
    for (id, major, last_seen, key) in [
        (11, 1, 5, Some(7)),
        (22, 2, 5, None),
        (33, 3, 3, Some(gone.name)),
        (44, 4, 5, Some(0)),
    ] {
        let row = Remembered {
            id: ChannelId(id),
            number: number(major),
            since: 0,
            last_seen,
            waits: false,
        };
        known::encode_first(row, 5, key, &mut value);
        table.insert(id, value.as_slice()).unwrap();
    }
    drop(table);
    let mut table = transaction.open_table(SOURCES).unwrap();
    Encoder::new(&mut value, 1)
        .text("http://a.example/list")
        .text("\"v1\"")
        .text("")
        .maybe_time(None)
        .text("")
        .u64(9);
    table.insert("a", value.as_slice()).unwrap();
    drop(table);
    let mut table = transaction.open_table(META).unwrap();
    import::encode_lineup_first(&["a", "b"], &mut value);
    table.insert(META_LINEUP, value.as_slice()).unwrap();
    Encoder::new(&mut value, 1).u32(5);
    table.insert(META_GENERATION, value.as_slice()).unwrap();
    Encoder::new(&mut value, 1).u64(1);
    table.insert(META_SCHEMA, value.as_slice()).unwrap();
    drop(table);
    transaction.commit().unwrap();
}
