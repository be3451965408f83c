//! One import: entries in, a lineup out.

use std::collections::BTreeSet;

use crate::{
    Channel, ChannelId, Full, Lineup, Numbers,
    arena::{self, GROUP},
    clusters::{self, Clusters},
    collected::Collected,
    identity::StableHash,
    ids,
    numbering::{self, Numbering, Wish},
    snapshot::Row,
    twins,
};

/// What [`Importer::finish`] needs for an entry at most, besides the entry itself: row and indices
/// of the lineup 48 B, its channel and its id 16 B, streams in order 12 B, other orders 24 B, id in
/// use 16 B, number in use 28 B, memory of the number 52 B.
const FINISH_BYTES_PER_ENTRY: usize = 48 + 16 + 12 + 24 + 16 + 28 + 52;

/// The source of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceKey<'a> {
    /// Place in the configuration; see [`crate::Channel::source`].
    pub index: u16,
    /// Its name, which becomes part of the ids: sources may be reordered, not renamed.
    pub name: &'a str,
}

/// Collects the entries of all sources, within a number of bytes that holds until the import is
/// finished.
#[derive(Debug)]
pub struct Importer {
    text: String,
    rows: Vec<Collected>,
    bytes_max: usize,
    numbering: Numbering,
    is_anew: bool,
}

/// An import that has succeeded.
#[derive(Debug)]
pub struct Imported {
    /// The channels.
    pub lineup: Lineup,
    /// For the store and the next import.
    pub numbers: Numbers,
    /// The channel of each entry, in the order in which entries were added.
    pub clusters: Vec<ChannelId>,
    /// Entries that were the same as another of their source.
    pub duplicates: usize,
    /// Entries that are backups of another. A channel keeps the first
    /// [`Lineup::STREAMS_MAX`] of its streams.
    pub backups: usize,
    /// Channels that no earlier import knew.
    pub new: usize,
}

impl Importer {
    /// Entries that an import can hold.
    pub const ENTRIES_MAX: usize = ChannelId::ORDINALS;

    /// An importer that uses at most `bytes_max` bytes, [`Importer::finish`] included, besides the
    /// `known` numbers given to it.
    #[must_use]
    pub fn new(bytes_max: usize) -> Self {
        let bytes_max = bytes_max.min(u32::MAX as usize);
        Self {
            text: String::new(),
            rows: Vec::new(),
            bytes_max,
            numbering: Numbering::default(),
            is_anew: false,
        }
    }

    /// Channels get their numbers in this way. `is_anew`: it was another one at the last import, so
    /// that known channels keep only what they could have got today.
    #[must_use]
    pub fn numbered(self, numbering: Numbering, is_anew: bool) -> Self {
        Self {
            numbering,
            is_anew,
            ..self
        }
    }

    /// Entries added so far.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether nothing has been added.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Adds an entry. `range`: the majors that a rule asks for, first and last.
    ///
    /// # Errors
    /// [`Full`] where it no longer fits. What was added before stays.
    pub fn add(
        &mut self,
        source: SourceKey<'_>,
        entry: &playlist::Entry<'_>,
        range: Option<(u16, u16)>,
    ) -> Result<(), Full> {
        let playlist::Entry {
            name,
            url,
            group,
            logo,
            tvg_id,
            headers,
            tvg_chno,
            ..
        } = *entry;
        let texts = [name, group, logo, tvg_id, url, headers.as_str()].map(arena::cut);
        let text_bytes: usize = texts.iter().map(|text| text.len()).sum();
        if self.rows.len() >= Self::ENTRIES_MAX || self.bytes_with(text_bytes) > self.bytes_max {
            return Err(Full {
                bytes_max: self.bytes_max,
                channels: self.rows.len(),
            });
        }
        let [name, group, _, tvg_id, url, _] = texts;
        let hash = StableHash::new().text(source.name).text(tvg_id).text(name);
        if self.rows.len() == self.rows.capacity() {
            self.rows.reserve_exact((self.rows.len() / 4).max(64));
        }
        self.rows.push(Collected {
            identity: ChannelId::from_hash(hash.value()),
            key: clusters::key(name, tvg_id, group),
            mark: hash.text(url).value(),
            asked: tvg_chno.trim().parse().ok(),
            range,
            source: source.index,
            texts: arena::append(&mut self.text, texts),
        });
        Ok(())
    }

    /// Gives ids and numbers. `known` is what earlier imports gave.
    #[must_use]
    pub fn finish(self, known: &Numbers) -> Imported {
        self.finish_beside(known, &Lineup::default())
    }

    /// The same, where `lineup` holds channels of sources that are not being imported. An entry that
    /// is a stream of one of these gets its id and number.
    #[must_use]
    pub fn finish_beside(self, known: &Numbers, lineup: &Lineup) -> Imported {
        let Self {
            text,
            rows,
            numbering,
            is_anew,
            ..
        } = self;
        let twin_of = twins::join(&text, &rows, known);
        let channels = Clusters::of(&rows, &twin_of);
        let imported: BTreeSet<u16> = rows.iter().map(|row| row.source).collect();
        let is_elsewhere = |id| {
            let mut streams = lineup.streams_of(id);
            streams.any(|stream: Channel<'_>| !imported.contains(&stream.source))
        };
        let ids = ids::give(&text, &rows, &channels, known, is_elsewhere);
        let wishes: Vec<_> = channels
            .iter()
            .zip(&ids)
            .map(|(streams, &id)| wish(&text, &rows, streams, id))
            .collect();
        let given = numbering::give(&wishes, known, &numbering, is_anew);
        let new = ids.iter().filter(|id| known.find(**id).is_none()).count();

        let mut lineup_rows: Vec<Row> = Vec::with_capacity(channels.streams());
        for ((streams, &id), number) in channels.iter().zip(&ids).zip(given) {
            let kept = (0..).zip(streams).take(Lineup::STREAMS_MAX);
            lineup_rows.extend(kept.map(|(order, &row)| {
                let Collected { source, texts, .. } = rows[row as usize];
                Row {
                    id,
                    number,
                    source,
                    order,
                    texts,
                }
            }));
        }
        let numbers = remember(&lineup_rows, &channels, &rows, known);
        let clusters = channels.channel_of.iter();
        let clusters = clusters.map(|&channel| ids[channel as usize]).collect();
        let text = if lineup_rows.len() == rows.len() {
            text
        } else {
            lineup_rows.sort_unstable_by_key(|row| row.texts.start());
            arena::compact(text, lineup_rows.iter_mut().map(|row| &mut row.texts))
        };
        Imported {
            lineup: Lineup::from_rows(text, lineup_rows),
            numbers,
            clusters,
            duplicates: rows.len() - channels.streams(),
            backups: channels.streams() - channels.len(),
            new,
        }
    }

    /// Bytes used once `more` of text have been added; the slack of growing by a quarter counts.
    const fn bytes_with(&self, more: usize) -> usize {
        let grown = (self.text.len() + more) + (self.rows.len() + 1) * size_of::<Collected>();
        grown + grown / 4 + (self.rows.len() + 1) * FINISH_BYTES_PER_ENTRY
    }
}

/// What a channel asks for: the first of its streams that asks speaks for it.
fn wish<'t>(text: &'t str, rows: &[Collected], streams: &[u32], id: ChannelId) -> Wish<'t> {
    let streams = || streams.iter().map(|&row| rows[row as usize]);
    let mut groups = streams().map(|row| row.texts.of(text)[GROUP]);
    Wish {
        id,
        asked: streams().find_map(|row| row.asked),
        range: streams().find_map(|row| row.range),
        group: groups.find(|group| !group.is_empty()).unwrap_or_default(),
    }
}

/// The numbers that the next import shall know.
fn remember(given: &[Row], channels: &Clusters, rows: &[Collected], known: &Numbers) -> Numbers {
    let last_seen = known.generation().saturating_add(1);
    let primaries = given.iter().filter(|row| row.order == 0);
    let mut numbers: Numbers = primaries
        .zip(channels.iter())
        .filter_map(|(&Row { id, number, .. }, streams)| {
            let Collected { mark, key, .. } = rows[*streams.first()? as usize];
            Some(crate::Remembered {
                id,
                number,
                last_seen,
                mark,
                key,
            })
        })
        .collect();
    let present = numbers.len();
    numbers.remember_gone(known);
    numbers.forget(Numbers::REMEMBERED_MIN.max(2 * present));
    numbers
}
