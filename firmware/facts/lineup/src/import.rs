//! One import: entries in, a lineup out.

use crate::{
    ChannelId, Full, Lineup, Numbers, arena, collected::Collected, identity::StableHash, ids,
    numbering, snapshot::Row, twins,
};

/// What [`Importer::finish`] needs for an entry at most, besides the entry itself: row and index
/// of the lineup 44 B, its id 8 B, orders 24 B, number in use 28 B, memory of the number 44 B.
const FINISH_BYTES_PER_ENTRY: usize = 44 + 8 + 24 + 28 + 44;

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

    /// Adds an entry.
    ///
    /// # Errors
    /// [`Full`] where it no longer fits. What was added before stays.
    pub fn add(&mut self, source: SourceKey<'_>, entry: &playlist::Entry<'_>) -> Result<(), Full> {
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
        let [name, .., tvg_id, url, _] = texts;
        let hash = StableHash::new().text(source.name).text(tvg_id).text(name);
        if self.rows.len() == self.rows.capacity() {
            self.rows.reserve_exact((self.rows.len() / 4).max(64));
        }
        self.rows.push(Collected {
            identity: ChannelId::from_hash(hash.value()),
            mark: hash.text(url).value(),
            asked: tvg_chno.trim().parse().ok(),
            source: source.index,
            texts: arena::append(&mut self.text, texts),
        });
        Ok(())
    }

    /// Gives ids and numbers. `known` is what earlier imports gave.
    #[must_use]
    pub fn finish(self, known: &Numbers) -> Imported {
        let Self { text, rows, .. } = self;
        let channel_of = twins::join(&text, &rows, known);
        let mut clusters = ids::give(&text, &rows, &channel_of, known);
        let channels = twins::in_order(&channel_of);
        let wishes: Vec<_> = channels
            .iter()
            .map(|&row| (clusters[row as usize], rows[row as usize].asked))
            .collect();
        let given = numbering::give(&wishes, known);
        let new = wishes
            .iter()
            .filter(|(id, _)| known.find(*id).is_none())
            .count();
        let duplicates = rows.len() - channels.len();

        let mut lineup_rows: Vec<Row> = channels
            .iter()
            .zip(given)
            .map(|(&row, number)| {
                let Collected { source, texts, .. } = rows[row as usize];
                Row {
                    id: clusters[row as usize],
                    number,
                    source,
                    texts,
                }
            })
            .collect();
        let numbers = remember(&lineup_rows, &channels, &rows, known);
        for (entry, &row) in channel_of.iter().enumerate() {
            clusters[entry] = clusters[row as usize];
        }
        let text = if duplicates == 0 {
            text
        } else {
            lineup_rows.sort_unstable_by_key(|row| row.texts.start());
            arena::compact(text, lineup_rows.iter_mut().map(|row| &mut row.texts))
        };
        Imported {
            lineup: Lineup::from_rows(text, lineup_rows),
            numbers,
            clusters,
            duplicates,
            new,
        }
    }

    /// Bytes used once `more` of text have been added; the slack of growing by a quarter counts.
    const fn bytes_with(&self, more: usize) -> usize {
        let grown = (self.text.len() + more) + (self.rows.len() + 1) * size_of::<Collected>();
        grown + grown / 4 + (self.rows.len() + 1) * FINISH_BYTES_PER_ENTRY
    }
}

/// The numbers that the next import shall know.
fn remember(given: &[Row], channels: &[u32], rows: &[Collected], known: &Numbers) -> Numbers {
    let last_seen = known.generation().saturating_add(1);
    let mut numbers: Numbers = given
        .iter()
        .zip(channels)
        .map(|(&Row { id, number, .. }, &row)| {
            let mark = rows[row as usize].mark;
            crate::Remembered {
                id,
                number,
                last_seen,
                mark,
            }
        })
        .collect();
    let present = numbers.len();
    numbers.remember_gone(known);
    numbers.forget(Numbers::REMEMBERED_MIN.max(2 * present));
    numbers
}
