//! Guides: what is known of each source of guides, the channels that it has, and the programmes of
//! those that the lineup uses, packed by whoever writes them.
//!
//! A source is replaced as a whole, in one transaction that writes only the rows that differ: a
//! guide of tomorrow is the one of today but for a day. What the bytes of a row mean is not known
//! here.

use std::{io, ops::RangeInclusive, time::SystemTime};

use redb::{ReadTransaction, ReadableTable, WriteTransaction};

use crate::{
    codec::{Decoder, Encoder},
    fault::Fault,
    table::{self, Texts},
    tables::{GUIDE_BLOCKS, GUIDE_CHANNELS, GUIDES},
};

const LAYOUT: u8 = 2;
/// Without settings: written by earlier versions, still read.
const FILE_LAYOUT: u8 = 1;
/// In place of settings.
const NOT_SET: u8 = 0;
const SET: u8 = 1;

/// The last dealings with one source of guides. Texts that are not known are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GuideState {
    /// By which its rows are known; given by the store, 0 before.
    pub id: u32,
    /// The address that the validators below belong to.
    pub url: String,
    /// `ETag` of the last good answer, as sent.
    pub etag: String,
    /// `Last-Modified` of the last good answer, as sent.
    pub last_modified: String,
    /// When the guide was last read in full, or found unchanged.
    pub last_success: Option<SystemTime>,
    /// When it was last read in full: what is kept of it begins and ends by that day.
    pub last_read: Option<SystemTime>,
    /// Why the last attempt failed; empty where it did not.
    pub error: String,
    /// Channels of the last good guide.
    pub channels: u64,
    /// Programmes kept of it.
    pub programmes: u64,
    /// Which of its channels' programmes are kept: a digest of their set.
    pub wanted: u64,
    /// Changes with each guide that was not the one before.
    pub revision: u64,
    /// What was set about it over the API, as a text that only whoever set it understands, up to 65,535
    /// bytes; `None` for one that stands in the configuration file or comes from a source.
    pub settings: Option<String>,
}

/// The programmes of one channel of a guide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GuideRows {
    /// Which channel of the guide.
    pub key: u64,
    /// Packed programmes, each behind the start of its first one in seconds since 1970; ascending.
    pub blocks: Vec<(u32, Vec<u8>)>,
}

/// Rows in the order of their keys, until `None`.
pub type NextRows<'a> = dyn FnMut() -> io::Result<Option<GuideRows>> + 'a;

/// How much of a guide was news to the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GuideSaved {
    /// Rows written.
    pub written: u64,
    /// Rows removed.
    pub removed: u64,
}

impl GuideState {
    fn encode(&self, buffer: &mut Vec<u8>) {
        let mut fields = Encoder::new(buffer, LAYOUT);
        fields
            .u32(self.id)
            .text(&self.url)
            .text(&self.etag)
            .text(&self.last_modified)
            .maybe_time(self.last_success)
            .maybe_time(self.last_read)
            .text(&self.error)
            .u64(self.channels)
            .u64(self.programmes)
            .u64(self.wanted)
            .u64(self.revision);
        match &self.settings {
            None => fields.raw(&[NOT_SET]),
            Some(settings) => fields.raw(&[SET]).text(settings),
        };
    }

    fn decode(bytes: &[u8]) -> Result<Self, Fault> {
        let (mut fields, layout) = Decoder::of_any(bytes, &[LAYOUT, FILE_LAYOUT])?;
        let state = Self {
            id: fields.u32()?,
            url: fields.text()?.to_owned(),
            etag: fields.text()?.to_owned(),
            last_modified: fields.text()?.to_owned(),
            last_success: fields.maybe_time()?,
            last_read: fields.maybe_time()?,
            error: fields.text()?.to_owned(),
            channels: fields.u64()?,
            programmes: fields.u64()?,
            wanted: fields.u64()?,
            revision: fields.u64()?,
            settings: match layout {
                LAYOUT if fields.array()? == [SET] => Some(fields.text()?.to_owned()),
                _ => None,
            },
        };
        fields.end()?;
        Ok(state)
    }
}

pub(crate) fn load(transaction: &ReadTransaction) -> Result<Vec<(String, GuideState)>, Fault> {
    let mut guides = Vec::new();
    for row in transaction.open_table(GUIDES)?.iter()? {
        let (name, value) = row?;
        let state = GuideState::decode(value.value())?;
        guides.push((name.value().to_owned(), state));
    }
    Ok(guides)
}

/// What was set over the API, by name.
pub(crate) fn load_set(transaction: &ReadTransaction) -> Result<Vec<(String, String)>, Fault> {
    let guides = load(transaction)?.into_iter();
    let set = guides.filter_map(|(name, state)| Some((name, state.settings?)));
    Ok(set.collect())
}

/// Puts these in the place of all that were set over the API. What is known of one that stays as it was
/// set stays as well.
pub(crate) fn replace_set(
    transaction: &WriteTransaction,
    set: &[(String, String)],
) -> Result<(), Fault> {
    let mut known = Vec::new();
    for row in transaction.open_table(GUIDES)?.iter()? {
        let (name, value) = row?;
        let state = GuideState::decode(value.value())?;
        known.push((name.value().to_owned(), state.settings));
    }
    let is_set = |name: &str, text: &str| set.iter().any(|(of, it)| of == name && it == text);
    known.retain(|(name, text)| text.as_ref().is_none_or(|text| is_set(name, text)));
    let names: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
    keep(transaction, &names)?;
    for (name, text) in set {
        if !names.contains(&name.as_str()) {
            let state = GuideState {
                settings: Some(text.clone()),
                ..GuideState::default()
            };
            note(transaction, name, &state)?;
        }
    }
    Ok(())
}

/// Notes a state, and gives a new source its id.
pub(crate) fn note(
    transaction: &WriteTransaction,
    name: &str,
    state: &GuideState,
) -> Result<u32, Fault> {
    let mut guides = transaction.open_table(GUIDES)?;
    let id = match state.id {
        0 => next_id(&guides)?,
        id => id,
    };
    let mut value = Vec::new();
    let state = GuideState {
        id,
        ..state.clone()
    };
    state.encode(&mut value);
    guides.insert(name, value.as_slice())?;
    Ok(id)
}

/// Notes a state under another name.
pub(crate) fn rename(
    transaction: &WriteTransaction,
    before: &str,
    name: &str,
    state: &GuideState,
) -> Result<u32, Fault> {
    if before != name {
        transaction.open_table(GUIDES)?.remove(before)?;
    }
    note(transaction, name, state)
}

fn next_id(guides: &impl ReadableTable<&'static str, &'static [u8]>) -> Result<u32, Fault> {
    let mut last = 0;
    for row in guides.iter()? {
        last = last.max(GuideState::decode(row?.1.value())?.id);
    }
    last.checked_add(1)
        .ok_or(Fault::Row("there were too many guides"))
}

/// Replaces channels and programmes of a source, together with its state.
pub(crate) fn replace(
    transaction: &WriteTransaction,
    name: &str,
    state: &GuideState,
    channels: &[Vec<u8>],
    next: &mut NextRows<'_>,
) -> Result<(u32, GuideSaved), Fault> {
    let id = note(transaction, name, state)?;
    let mut saved = GuideSaved::default();
    save_channels(transaction, id, channels, &mut saved)?;
    let mut blocks = transaction.open_table(GUIDE_BLOCKS)?;
    // The first key that nothing has been said of.
    let mut from = Some(0);
    while let Some(rows) = next().map_err(Fault::Guide)? {
        let before = from.filter(|from| *from <= rows.key);
        let before = before.ok_or(Fault::Row("programmes came in no order"))?;
        if let Some(last) = rows.key.checked_sub(1).filter(|last| before <= *last) {
            let keys = Place::first(id, before).key()..=Place::last(id, last).key();
            remove(&mut blocks, &keys, &mut saved)?;
        }
        save_rows(&mut blocks, id, &rows, &mut saved)?;
        from = rows.key.checked_add(1);
    }
    if let Some(from) = from {
        let keys = Place::first(id, from).key()..=Place::last(id, u64::MAX).key();
        remove(&mut blocks, &keys, &mut saved)?;
    }
    Ok((id, saved))
}

/// Where a block stands: by its guide, the channel's key and the start of its first programme.
struct Place(u32, u64, u32);

impl Place {
    /// Digits of the guide, the channel and the start in a key.
    const DIGITS: [usize; 3] = [8, 16, 8];

    const fn first(id: u32, channel: u64) -> Self {
        Self(id, channel, 0)
    }

    const fn last(id: u32, channel: u64) -> Self {
        Self(id, channel, u32::MAX)
    }

    /// Hexadecimal digits, in the order of their figures.
    fn key(&self) -> String {
        let Self(id, channel, start) = self;
        format!("{id:08x}{channel:016x}{start:08x}")
    }

    /// The start in a key.
    fn start(key: &str) -> Option<u32> {
        let [id, channel, _] = Self::DIGITS;
        u32::from_str_radix(key.get(id + channel..)?, 16).ok()
    }
}

fn save_channels(
    transaction: &WriteTransaction,
    id: u32,
    channels: &[Vec<u8>],
    saved: &mut GuideSaved,
) -> Result<(), Fault> {
    let mut table = transaction.open_table(GUIDE_CHANNELS)?;
    let mut count = 0;
    for (place, value) in (0_u32..).zip(channels) {
        count = place + 1;
        saved.written += u64::from(table::put(&mut table, table::key(id, place), value)?);
    }
    saved.removed += table::remove(&mut table, table::keys_from(id, count), &mut |_| false)?;
    Ok(())
}

/// The rows of one channel: only what differs is written.
fn save_rows(
    blocks: &mut Texts<'_>,
    id: u32,
    rows: &GuideRows,
    saved: &mut GuideSaved,
) -> Result<(), Fault> {
    let GuideRows { key, blocks: new } = rows;
    let (first, last) = (Place::first(id, *key).key(), Place::last(id, *key).key());
    saved.removed += table::remove_texts(blocks, &*first..=&*last, &mut |key| {
        Place::start(key).is_some_and(|start| {
            new.binary_search_by_key(&start, |(start, _)| *start)
                .is_ok()
        })
    })?;
    for (start, value) in new {
        let key = Place(id, *key, *start).key();
        saved.written += u64::from(table::put_text(blocks, &key, value)?);
    }
    Ok(())
}

fn remove(
    blocks: &mut Texts<'_>,
    keys: &RangeInclusive<String>,
    saved: &mut GuideSaved,
) -> Result<(), Fault> {
    let keys = keys.start().as_str()..=keys.end().as_str();
    if blocks.range(keys.clone())?.next().is_some() {
        saved.removed += table::remove_texts(blocks, keys, &mut |_| false)?;
    }
    Ok(())
}

/// Forgets every source that is not named.
pub(crate) fn keep(transaction: &WriteTransaction, names: &[&str]) -> Result<(), Fault> {
    let mut gone = Vec::new();
    let mut guides = transaction.open_table(GUIDES)?;
    for row in guides.iter()? {
        let (name, value) = row?;
        if !names.contains(&name.value()) {
            gone.push((
                name.value().to_owned(),
                GuideState::decode(value.value())?.id,
            ));
        }
    }
    for (name, id) in gone {
        guides.remove(name.as_str())?;
        let mut channels = transaction.open_table(GUIDE_CHANNELS)?;
        table::remove(&mut channels, table::keys_from(id, 0), &mut |_| false)?;
        let mut blocks = transaction.open_table(GUIDE_BLOCKS)?;
        let (first, last) = (Place::first(id, 0).key(), Place::last(id, u64::MAX).key());
        table::remove_texts(&mut blocks, &*first..=&*last, &mut |_| false)?;
    }
    Ok(())
}

/// The rows of a source's channels, in the order in which they were saved.
pub(crate) fn channels(
    transaction: &ReadTransaction,
    id: u32,
    each: &mut dyn FnMut(&[u8]),
) -> Result<(), Fault> {
    let table = transaction.open_table(GUIDE_CHANNELS)?;
    for row in table.range(table::keys_from(id, 0))? {
        each(row?.1.value());
    }
    Ok(())
}

/// The first block of a channel that begins at `from` or behind, and where it begins.
pub(crate) fn block(
    transaction: &ReadTransaction,
    id: u32,
    key: u64,
    from: u32,
) -> Result<Option<(u32, Vec<u8>)>, Fault> {
    let table = transaction.open_table(GUIDE_BLOCKS)?;
    let (first, last) = (Place(id, key, from).key(), Place::last(id, key).key());
    let mut range = table.range(&*first..=&*last)?;
    let Some(row) = range.next() else {
        return Ok(None);
    };
    let (place, value) = row?;
    let start = Place::start(place.value());
    let start = start.ok_or(Fault::Row("programmes have no start"))?;
    Ok(Some((start, value.value().to_vec())))
}
