//! The channels of one guide: id and names of each, in one buffer.

use std::io::Write as _;

use flate2::{Compression, write::DeflateEncoder};

use crate::{key::key, pack};

/// Names of a channel that are kept.
const NAMES_MAX: usize = 8;
/// Bytes of a row of the store before it is deflated.
const ROW_BYTES: usize = 16 << 10;
/// Between the names of a channel; no text of a guide has it.
const SEPARATOR: char = '\n';

/// The channels of a guide.
#[derive(Debug, Default)]
pub(crate) struct ChannelList {
    text: String,
    rows: Vec<Row>,
    bytes_max: usize,
    /// Channels that found no room.
    pub(crate) left_out: u64,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    key: u64,
    begin: u32,
    id_end: u32,
    end: u32,
}

/// A channel of a guide.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GuideChannel<'a> {
    pub(crate) key: u64,
    pub(crate) id: &'a str,
    /// Names, each on a line.
    names: &'a str,
}

impl<'a> GuideChannel<'a> {
    pub(crate) fn names(self) -> impl Iterator<Item = &'a str> {
        self.names.lines()
    }
}

impl ChannelList {
    /// A list of at most so many bytes.
    pub(crate) fn new(bytes_max: usize) -> Self {
        Self {
            bytes_max: bytes_max.min(u32::MAX as usize),
            ..Self::default()
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Names of all channels.
    pub(crate) fn names(&self) -> usize {
        self.iter().map(|channel| channel.names().count()).sum()
    }

    /// Adds a channel. One that came before is there twice until [`ChannelList::finish`].
    pub(crate) fn push<'n>(&mut self, id: &str, names: impl Iterator<Item = &'n str>) {
        let begin = self.text.len();
        self.text.push_str(id);
        let id_end = self.text.len();
        for (index, name) in names.take(NAMES_MAX).enumerate() {
            if index > 0 {
                self.text.push(SEPARATOR);
            }
            self.text.push_str(name);
        }
        let end = self.text.len();
        let bytes = end + (self.rows.len() + 1) * size_of::<Row>();
        let place = |at| u32::try_from(at).ok();
        match (place(begin), place(id_end), place(end)) {
            (Some(begin), Some(id_end), Some(end)) if bytes <= self.bytes_max => {
                self.rows.push(Row {
                    key: key(id),
                    begin,
                    id_end,
                    end,
                });
            }
            _ => {
                self.text.truncate(begin);
                self.left_out += 1;
            }
        }
    }

    /// Sorts by key; of channels with one id the first counts.
    pub(crate) fn finish(&mut self) {
        self.rows.sort_by_key(|row| row.key);
        self.rows.dedup_by_key(|row| row.key);
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = GuideChannel<'_>> {
        self.rows.iter().map(|row| self.channel(row))
    }

    /// The channel under a key, once the list is finished.
    pub(crate) fn find(&self, key: u64) -> Option<GuideChannel<'_>> {
        let place = self.rows.binary_search_by_key(&key, |row| row.key).ok()?;
        self.rows.get(place).map(|row| self.channel(row))
    }

    fn channel(&self, row: &Row) -> GuideChannel<'_> {
        let part = |from: u32, to: u32| self.text.get(from as usize..to as usize);
        GuideChannel {
            key: row.key,
            id: part(row.begin, row.id_end).unwrap_or_default(),
            names: part(row.id_end, row.end).unwrap_or_default(),
        }
    }

    /// The list as rows of the store: a channel is `id \0 names \0`.
    pub(crate) fn rows(&self) -> Vec<Vec<u8>> {
        let mut rows = Vec::new();
        let mut plain = Vec::new();
        for channel in self.iter() {
            for text in [channel.id, channel.names] {
                plain.extend(text.bytes().filter(|&byte| byte != 0));
                plain.push(0);
            }
            if plain.len() >= ROW_BYTES {
                rows.push(deflated(&plain));
                plain.clear();
            }
        }
        if !plain.is_empty() {
            rows.push(deflated(&plain));
        }
        rows
    }

    /// Adds the channels of a row of the store; one that is damaged adds nothing.
    pub(crate) fn recall(&mut self, row: &[u8]) {
        let Some(plain) = pack::inflated(row, 2 * ROW_BYTES) else {
            return;
        };
        let mut texts = plain
            .split(|&byte| byte == 0)
            .map(|text| std::str::from_utf8(text).unwrap_or_default());
        while let (Some(id), Some(names)) = (texts.next(), texts.next()) {
            self.push(id, names.lines());
        }
    }
}

fn deflated(plain: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    // Writing into a Vec cannot fail.
    let written = encoder.write_all(plain).and_then(|()| encoder.finish());
    written.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_comes_back_from_its_rows() {
        let mut list = ChannelList::new(1 << 20);
        for n in 0..2000 {
            let (id, name) = (format!("id{n}.example"), format!("Name of {n}"));
            list.push(&id, [name.as_str(), "Second"].into_iter());
        }
        list.push("ID7.example", std::iter::empty());
        list.finish();
        assert_eq!(list.len(), 2000);
        let rows = list.rows();
        assert!(rows.len() > 2 && rows.iter().all(|row| row.len() < ROW_BYTES));
        let mut again = ChannelList::new(1 << 20);
        rows.iter().for_each(|row| again.recall(row));
        again.finish();
        let all = |list: &ChannelList| -> Vec<String> {
            let shown = |channel: GuideChannel<'_>| format!("{channel:?}");
            list.iter().map(shown).collect()
        };
        assert_eq!(all(&again), all(&list));
        again.recall(b"damaged");
        assert_eq!(again.len(), 2000);
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let mut list = ChannelList::new(100);
        for n in 0..10 {
            list.push(&format!("id{n}"), ["name"].into_iter());
        }
        assert!(list.len() > 1 && list.len() as u64 + list.left_out == 10);
        assert!(list.text.len() + list.rows.len() * size_of::<Row>() <= 100);
    }
}
