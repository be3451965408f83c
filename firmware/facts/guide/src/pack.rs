//! Programmes of one channel and day, deflated together: a row of the store. A day that did not
//! change is the same bytes again, and is not written.

use std::io;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use store::GuideRows;
use xmltv::time::DAY_S;

use crate::{
    programme::PROGRAMME_BYTES_MAX,
    sort::{Record, Sorted},
};

/// A block is closed when it holds so much before it is deflated.
const BLOCK_BYTES: usize = 16 << 10;
/// And has at most as much.
pub(crate) const BLOCK_BYTES_MAX: usize = BLOCK_BYTES + PROGRAMME_BYTES_MAX + HEAD_BYTES;
/// Before a programme in a block: start and length.
const HEAD_BYTES: usize = 4 + 2;
/// Programmes of one channel that are kept: one every three minutes for a fortnight.
const CHANNEL_PROGRAMMES_MAX: usize = 7000;
/// A programme whose end nobody knows lasts until the next, and no longer than this.
const UNKNOWN_S: u32 = 3 * 3600;
/// One behind which none follows.
const LAST_S: u32 = 3600;

/// Sorted programmes as rows of the store.
pub(crate) struct Packer {
    sorted: Sorted,
    /// The first programme of the next channel.
    ahead: Option<Record>,
    deflate: Compress,
    /// Programmes so far.
    pub(crate) programmes: u64,
}

impl Packer {
    pub(crate) fn new(mut sorted: Sorted) -> io::Result<Self> {
        Ok(Self {
            ahead: sorted.next()?,
            sorted,
            deflate: Compress::new(Compression::default(), false),
            programmes: 0,
        })
    }

    /// All rows of the next channel.
    pub(crate) fn next(&mut self) -> io::Result<Option<GuideRows>> {
        let Some(first) = self.ahead.take() else {
            return Ok(None);
        };
        let key = first.key;
        let mut block = Block::default();
        let mut rows = GuideRows {
            key,
            blocks: Vec::new(),
        };
        let mut current = first;
        let mut count = 0;
        loop {
            let next = self.next_of(key, current.start)?;
            count += 1;
            if count <= CHANNEL_PROGRAMMES_MAX {
                self.programmes += 1;
                end(&mut current, next.as_ref());
                if !block.takes(&current) {
                    block.close(&mut self.deflate, &mut rows);
                }
                block.push(&current);
            }
            let Some(next) = next else {
                break;
            };
            current = next;
        }
        block.close(&mut self.deflate, &mut rows);
        Ok(Some(rows))
    }

    /// The next programme of the channel that begins later than `start`; of several at one time
    /// the first counts.
    fn next_of(&mut self, key: u64, start: u32) -> io::Result<Option<Record>> {
        while let Some(next) = self.sorted.next()? {
            if next.key != key {
                self.ahead = Some(next);
                return Ok(None);
            }
            if next.start != start {
                return Ok(Some(next));
            }
        }
        Ok(None)
    }
}

/// Gives a programme its end: no later than the next one begins.
fn end(programme: &mut Record, next: Option<&Record>) {
    let Some(lasts) = programme.bytes.first_chunk_mut::<4>() else {
        return;
    };
    let until_next = next.map(|next| next.start - programme.start);
    let ends = match (u32::from_le_bytes(*lasts), until_next) {
        (0, None) => LAST_S,
        (0, Some(until_next)) => until_next.min(UNKNOWN_S),
        (known, None) => known,
        (known, Some(until_next)) => known.min(until_next),
    };
    *lasts = ends.to_le_bytes();
}

#[derive(Default)]
struct Block {
    /// Start of its first programme.
    start: u32,
    plain: Vec<u8>,
}

impl Block {
    /// Whether this programme belongs into it: of the same day, as far as there is room.
    fn takes(&self, record: &Record) -> bool {
        let day = |start: u32| i64::from(start) / DAY_S;
        self.plain.is_empty()
            || (day(self.start) == day(record.start) && self.plain.len() < BLOCK_BYTES)
    }

    fn push(&mut self, record: &Record) {
        if self.plain.is_empty() {
            self.start = record.start;
        }
        let len = u16::try_from(record.bytes.len()).unwrap_or_default();
        self.plain.extend_from_slice(&record.start.to_le_bytes());
        self.plain.extend_from_slice(&len.to_le_bytes());
        let bytes = record.bytes.get(..usize::from(len)).unwrap_or_default();
        self.plain.extend_from_slice(bytes);
    }

    fn close(&mut self, deflate: &mut Compress, rows: &mut GuideRows) {
        if self.plain.is_empty() {
            return;
        }
        // What cannot be made smaller grows by five bytes for each 64 KiB (RFC 1951, 3.2.4).
        let mut out = Vec::with_capacity(self.plain.len() + 64);
        deflate.reset();
        let made = deflate.compress_vec(&self.plain, &mut out, FlushCompress::Finish);
        if matches!(made, Ok(Status::StreamEnd)) {
            out.shrink_to_fit();
            rows.blocks.push((self.start, out));
        }
        self.plain.clear();
    }
}

/// What was deflated; `None` where it is damaged or more than `bytes_max`.
pub(crate) fn inflated(deflated: &[u8], bytes_max: usize) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes_max);
    let mut inflate = Decompress::new(false);
    let status = inflate.decompress_vec(deflated, &mut out, FlushDecompress::Finish);
    matches!(status, Ok(Status::StreamEnd)).then_some(out)
}

/// The programmes of an inflated block: start and bytes of each.
pub(crate) fn programmes(mut plain: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    std::iter::from_fn(move || {
        let (start, rest) = plain.split_first_chunk::<4>()?;
        let (len, rest) = rest.split_first_chunk::<2>()?;
        let len = usize::from(u16::from_le_bytes(*len));
        let (bytes, rest) = rest.split_at_checked(len)?;
        plain = rest;
        Some((u32::from_le_bytes(*start), bytes))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sort::Sorter;

    const DAY: u32 = 86_400;

    /// Rows of programmes given as key, start and how long they last.
    fn rows(programmes: &[(u64, u32, u32)]) -> Vec<GuideRows> {
        let folder = tempfile::tempdir().unwrap();
        let mut sorter = Sorter::new(folder.path(), 1 << 20);
        for &(key, start, lasts) in programmes {
            let write = |out: &mut Vec<u8>| {
                out.extend_from_slice(&lasts.to_le_bytes());
                out.extend_from_slice(&[0; 1000]);
            };
            sorter.push(key, start, write).unwrap();
        }
        let mut packer = Packer::new(sorter.finish().unwrap()).unwrap();
        std::iter::from_fn(|| packer.next().unwrap()).collect()
    }

    fn unpacked(rows: &GuideRows) -> Vec<(u32, u32)> {
        let blocks = rows.blocks.iter().flat_map(|(_, block)| {
            let plain = inflated(block, BLOCK_BYTES_MAX).unwrap();
            let read = |(start, bytes): (u32, &[u8])| {
                (start, u32::from_le_bytes(*bytes.first_chunk().unwrap()))
            };
            programmes(&plain).map(read).collect::<Vec<_>>()
        });
        blocks.collect()
    }

    #[test]
    fn ends_are_known_and_nothing_overlaps() {
        let rows = rows(&[
            (1, 100, 0),
            (1, 200, 500),
            (1, 300, 50),
            (1, 300, 99),
            (2, 100, 0),
            (1, 90_000, 0),
            (1, 290_000, 0),
        ]);
        assert_eq!(rows.len(), 2);
        let ends = [
            (100, 100),
            (200, 100),
            (300, 50),
            (90_000, UNKNOWN_S),
            (290_000, LAST_S),
        ];
        assert_eq!(unpacked(&rows[0]), ends);
        assert_eq!(unpacked(&rows[1]), [(100, LAST_S)]);
    }

    #[test]
    fn a_day_that_did_not_change_is_the_same_bytes() {
        let day = |day: u32| (0..24).map(move |hour| (5, day * DAY + hour * 3600, 3600));
        let before: Vec<_> = day(1).chain(day(2)).collect();
        let after: Vec<_> = day(2).chain(day(3)).collect();
        let (before, after) = (rows(&before), rows(&after));
        let of_second = |rows: &[GuideRows]| -> Vec<(u32, Vec<u8>)> {
            let blocks = rows[0].blocks.iter();
            let second = blocks.filter(|(start, _)| start / DAY == 2);
            second.cloned().collect()
        };
        assert_eq!(of_second(&before), of_second(&after));
        assert_eq!(of_second(&before).len(), 2, "24 KiB are two blocks");
        assert!(before[0].blocks.iter().all(|(_, block)| block.len() < 500));
    }
}
