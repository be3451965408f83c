//! The list of one source as it is kept: every entry, in compressed pieces.
//!
//! A list of 30,000 entries is some 6 MB of text and a sixth of that compressed. It is never whole
//! in memory but in this form: it is written entry by entry, and read so.
//!
//! A piece ends behind an entry whose hash says so, so that one entry more or less at the beginning
//! of a list changes one piece and not all behind it.

use std::{mem, ops::ControlFlow};

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use lineup::{ENTRY_TEXTS, EntryText, StableHash};

use crate::fault::Fault;

const LAYOUT: u8 = 1;
/// Behind the layout the length of the text, then the text by DEFLATE (RFC 1951).
const HEADER_BYTES: usize = 5;

/// A piece ends here at the earliest, and behind one of so many entries from there on. With 200
/// bytes an entry, pieces are of 57 KiB on average.
const PIECE_BYTES_MIN: usize = 32 << 10;
const PIECE_END_ONE_OF: u64 = 128;
/// And behind the entry that goes beyond this.
const PIECE_BYTES_WISHED: usize = 128 << 10;
const TEXT_BYTES_MAX: usize = u16::MAX as usize;
const PIECE_BYTES_MAX: usize = PIECE_BYTES_WISHED + ENTRY_TEXTS * (TEXT_BYTES_MAX + 3);

/// What writing a list takes besides its compressed pieces: the open piece, and the compressor.
pub const WRITER_BYTES: usize = PIECE_BYTES_MAX + (320 << 10);

/// A list, whole and compressed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    pieces: Vec<Vec<u8>>,
    entries: u64,
    hash: u64,
}

/// A list grew beyond what the plan allows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the list does not fit into the {bytes_max} bytes that the plan gives it after {entries} entries: raise memory.budget or ask the provider for a shorter list"
)]
pub struct ListFull {
    /// The bytes allowed.
    pub bytes_max: usize,
    /// Entries that did fit.
    pub entries: u64,
}

impl List {
    /// How many entries it has.
    #[must_use]
    pub const fn entries(&self) -> u64 {
        self.entries
    }

    /// Of all texts of all entries in their order, never 0: lists that agree in it are the same.
    #[must_use]
    pub const fn hash(&self) -> u64 {
        self.hash
    }

    /// Bytes that it holds, for the plan's books.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.pieces.iter().map(Vec::capacity).sum()
    }

    /// Gives every entry to `take`, until it has had enough.
    pub fn each(&self, mut take: impl FnMut(EntryText<'_>) -> ControlFlow<()>) {
        let mut reader = PieceReader::default();
        for piece in &self.pieces {
            let read = reader.read(piece, &mut take);
            if read.expect("a writer has made these pieces").is_break() {
                break;
            }
        }
    }

    /// The first `count` entries alone.
    #[must_use]
    pub fn first(&self, count: u64) -> Self {
        let mut writer = ListWriter::new(usize::MAX);
        self.each(|entry| {
            if writer.entries() >= count || writer.push(&entry).is_err() {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
        writer.finish()
    }

    pub(crate) fn pieces(&self) -> &[Vec<u8>] {
        &self.pieces
    }
}

/// Takes the entries of a list, one after the other.
#[derive(Debug)]
pub struct ListWriter {
    /// The open piece.
    text: Vec<u8>,
    list: List,
    hash: StableHash,
    compressed_bytes: usize,
    bytes_max: usize,
    compress: Compress,
}

impl ListWriter {
    /// A writer that holds at most `bytes_max` bytes of finished pieces; see [`WRITER_BYTES`].
    #[must_use]
    pub fn new(bytes_max: usize) -> Self {
        Self {
            text: Vec::new(),
            list: List::default(),
            hash: StableHash::new(),
            compressed_bytes: 0,
            bytes_max,
            compress: Compress::new(Compression::fast(), false),
        }
    }

    /// Entries so far.
    #[must_use]
    pub const fn entries(&self) -> u64 {
        self.list.entries
    }

    /// Adds an entry. A text longer than 65,535 bytes is cut at a character.
    ///
    /// # Errors
    /// [`ListFull`] where it no longer fits. What was added before stays.
    pub fn push(&mut self, entry: &EntryText<'_>) -> Result<(), ListFull> {
        if self.compressed_bytes > self.bytes_max {
            return Err(ListFull {
                bytes_max: self.bytes_max,
                entries: self.list.entries,
            });
        }
        let begin = self.text.len();
        for text in entry.texts() {
            push_text(&mut self.text, text);
        }
        let hash = StableHash::new().bytes(&self.text[begin..]).value();
        self.hash = self.hash.bytes(&hash.to_le_bytes());
        self.list.entries += 1;
        let len = self.text.len();
        let is_end = len >= PIECE_BYTES_MIN && hash.is_multiple_of(PIECE_END_ONE_OF);
        if is_end || len >= PIECE_BYTES_WISHED {
            self.end_piece();
        }
        Ok(())
    }

    /// The whole list.
    #[must_use]
    pub fn finish(mut self) -> List {
        if !self.text.is_empty() {
            self.end_piece();
        }
        self.list.hash = self.hash.value().max(1);
        self.list
    }

    fn end_piece(&mut self) {
        let text = mem::take(&mut self.text);
        let piece = deflate(&mut self.compress, &text);
        self.compressed_bytes += piece.len();
        self.list.pieces.push(piece);
        self.text = text;
        self.text.clear();
    }
}

/// A length in groups of seven bits, the lowest first, then the text.
pub(crate) fn push_text(out: &mut Vec<u8>, text: &str) {
    let text = &text[..text.floor_char_boundary(TEXT_BYTES_MAX)];
    let mut len = u16::try_from(text.len()).expect("cut to 65,535 bytes above");
    while len >= 0x80 {
        let [low, _] = (len & 0x7f).to_le_bytes();
        out.push(low | 0x80);
        len >>= 7;
    }
    let [low, _] = len.to_le_bytes();
    out.push(low);
    out.extend_from_slice(text.as_bytes());
}

pub(crate) fn deflate(compress: &mut Compress, text: &[u8]) -> Vec<u8> {
    let len = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let mut piece = Vec::with_capacity(HEADER_BYTES + text.len() / 4);
    piece.push(LAYOUT);
    piece.extend_from_slice(&len.to_le_bytes());
    compress.reset();
    loop {
        let read = usize::try_from(compress.total_in()).unwrap_or(usize::MAX);
        let rest = text.get(read..).unwrap_or_default();
        let status = compress.compress_vec(rest, &mut piece, FlushCompress::Finish);
        match status.expect("a compressor takes whatever it is given") {
            Status::StreamEnd => break,
            Status::Ok | Status::BufError => piece.reserve(text.len() / 8 + 64),
        }
    }
    piece.shrink_to_fit();
    piece
}

/// Reads pieces, one after the other, in a buffer that they share.
#[derive(Default)]
pub(crate) struct PieceReader {
    text: Vec<u8>,
}

impl PieceReader {
    /// Gives every entry of the piece to `take`; `Break` where it has had enough.
    pub(crate) fn read(
        &mut self,
        piece: &[u8],
        take: &mut impl FnMut(EntryText<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, Fault> {
        self.inflate(piece)?;
        let mut rest = &*self.text;
        while !rest.is_empty() {
            let mut texts = [""; ENTRY_TEXTS];
            for text in &mut texts {
                (*text, rest) = split_text(rest)?;
            }
            if take(EntryText::of_texts(texts)).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// The text of a piece.
    pub(crate) fn text(&mut self, piece: &[u8]) -> Result<&[u8], Fault> {
        self.inflate(piece)?;
        Ok(&self.text)
    }

    fn inflate(&mut self, piece: &[u8]) -> Result<(), Fault> {
        let (&[layout, a, b, c, d], compressed) = piece.split_first_chunk().ok_or(DAMAGED)?;
        let len = u32::from_le_bytes([a, b, c, d]) as usize;
        if layout != LAYOUT || len > PIECE_BYTES_MAX {
            return Err(DAMAGED);
        }
        self.text.clear();
        self.text.reserve_exact(len);
        let mut decompress = Decompress::new(false);
        let end = decompress.decompress_vec(compressed, &mut self.text, FlushDecompress::Finish);
        match end {
            Ok(Status::StreamEnd) if self.text.len() == len => Ok(()),
            _ => Err(DAMAGED),
        }
    }
}

pub(crate) fn split_text(bytes: &[u8]) -> Result<(&str, &[u8]), Fault> {
    let (mut len, mut rest) = (0, bytes);
    for shift in [0, 7, 14] {
        let (&byte, behind) = rest.split_first().ok_or(DAMAGED)?;
        rest = behind;
        len |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            let (text, rest) = rest.split_at_checked(len).ok_or(DAMAGED)?;
            let text = std::str::from_utf8(text).map_err(|_| DAMAGED)?;
            return Ok((text, rest));
        }
    }
    Err(DAMAGED)
}

const DAMAGED: Fault = Fault::Row("a piece of a list is damaged");

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn list_of(entries: impl IntoIterator<Item = [String; ENTRY_TEXTS]>) -> List {
        let mut writer = ListWriter::new(usize::MAX);
        for texts in entries {
            let entry = EntryText::of_texts(texts.each_ref().map(String::as_str));
            writer.push(&entry).unwrap();
        }
        writer.finish()
    }

    fn entries(list: &List) -> Vec<[String; ENTRY_TEXTS]> {
        let mut entries = Vec::new();
        list.each(|entry| {
            entries.push(entry.texts().map(str::to_owned));
            ControlFlow::Continue(())
        });
        entries
    }

    fn entry(n: u32) -> [String; ENTRY_TEXTS] {
        let mut texts: [String; ENTRY_TEXTS] = Default::default();
        texts[0] = format!("Channel {n} HD");
        texts[1] = format!("http://provider.example/live/user/password/{n}.ts");
        texts[3] = format!("http://logos.example/{}.png", n.wrapping_mul(0x9e37_79b9));
        texts
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_list_comes_back(texts in vec(any::<[String; ENTRY_TEXTS]>(), 0..20), count in 0..20_u64) {
            let list = list_of(texts.clone());
            prop_assert_eq!(list.entries(), texts.len() as u64);
            prop_assert_eq!(&entries(&list), &texts);
            let first = list.first(count);
            let expected: Vec<_> = texts.into_iter().take(usize::try_from(count).unwrap()).collect();
            prop_assert_eq!(entries(&first), expected);
        }

        #[test]
        fn a_damaged_piece_is_an_error(at in 0..1000_usize, bits in 1..=u8::MAX, cut: bool) {
            let mut piece = list_of((0..20).map(entry)).pieces.remove(0);
            let at = at % piece.len();
            if cut {
                piece.truncate(at);
            } else {
                piece[at] ^= bits;
            }
            // It may by chance still be a piece, of other texts.
            let _ = PieceReader::default().read(&piece, &mut |_| ControlFlow::Continue(()));
            let garbage = PieceReader::default().read(&[bits; 40], &mut |_| ControlFlow::Continue(()));
            prop_assert!(garbage.is_err());
        }
    }

    #[test]
    fn one_entry_more_changes_one_piece() {
        let long = list_of((0..30_000).map(entry));
        assert!(long.pieces.len() > 30, "{}", long.pieces.len());
        assert!(long.bytes() < 1 << 20, "{}", long.bytes());
        for at in [0, 15_000, 29_999] {
            let with = |n: u32| {
                (n == at)
                    .then(|| entry(77_777))
                    .into_iter()
                    .chain([entry(n)])
            };
            let longer = list_of((0..30_000).flat_map(with));
            assert_ne!(longer.hash(), long.hash());
            let pairs = longer.pieces.iter().zip(&long.pieces);
            assert!(pairs.filter(|(a, b)| a != b).count() <= 2, "{at}");
        }
        assert_eq!(list_of((0..30_000).map(entry)), long);
    }

    #[test]
    fn the_order_of_entries_is_part_of_the_hash() {
        let (a, b) = (list_of([entry(1), entry(2)]), list_of([entry(2), entry(1)]));
        assert_ne!(a.hash(), b.hash());
    }

    #[test]
    fn texts_of_all_lengths_and_a_list_that_does_not_fit() {
        let long = |len: usize| {
            let mut texts = entry(0);
            texts[8] = "é".repeat(len / 2);
            texts
        };
        let lens = [126, 128, 16_382, 16_384, 65_534, 70_000];
        let list = list_of(lens.map(long));
        let read: Vec<_> = entries(&list).iter().map(|texts| texts[8].len()).collect();
        assert_eq!(read, [126, 128, 16_382, 16_384, 65_534, 65_534]);

        let mut writer = ListWriter::new(10_000);
        let full = (0..30_000).find_map(|n| {
            let texts = entry(n);
            let entry = EntryText::of_texts(texts.each_ref().map(String::as_str));
            writer.push(&entry).err()
        });
        let full = full.unwrap();
        assert_eq!(full.entries, writer.finish().entries());
        assert!(full.to_string().contains("memory.budget"));
    }
}
