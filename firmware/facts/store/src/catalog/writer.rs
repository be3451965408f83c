//! Titles packed into pieces as they arrive.

use flate2::{Compress, Compression};
use lineup::StableHash;

use super::TitleText;
use crate::list::deflate;

/// A piece ends here at the earliest, and behind one of so many titles from there on, as its hash
/// says: a title that comes or goes changes one piece and not all behind it.
const PIECE_BYTES_MIN: usize = 24 << 10;
const PIECE_END_ONE_OF: u64 = 64;
/// And behind the title that goes beyond this.
const PIECE_BYTES_WISHED: usize = 64 << 10;
/// What a writer holds: the open piece and one title more, a finished piece, and the compressor.
pub const TITLE_WRITER_BYTES: usize = 2 * PIECE_BYTES_WISHED + (8 << 10) + (320 << 10);

/// Titles, compressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TitlePiece {
    pub(super) bytes: Vec<u8>,
    /// Of its titles.
    pub(super) hash: u64,
    pub(super) titles: u32,
}

impl TitlePiece {
    /// Bytes that it takes on the disk.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// How many titles it has.
    #[must_use]
    pub const fn titles(&self) -> u32 {
        self.titles
    }
}

/// Takes the titles of a catalogue, one after the other.
#[derive(Debug)]
pub struct TitleWriter {
    text: Vec<u8>,
    titles: u32,
    compress: Compress,
}

impl Default for TitleWriter {
    fn default() -> Self {
        Self {
            text: Vec::new(),
            titles: 0,
            compress: Compress::new(Compression::fast(), false),
        }
    }
}

impl TitleWriter {
    /// Adds a title; the piece that it completes.
    pub fn push(&mut self, title: &TitleText<'_>) -> Option<TitlePiece> {
        let begin = self.text.len();
        title.push(&mut self.text);
        self.titles += 1;
        let len = self.text.len();
        let hash = StableHash::new().bytes(&self.text[begin..]).value();
        let is_end = len >= PIECE_BYTES_MIN && hash.is_multiple_of(PIECE_END_ONE_OF);
        (is_end || len >= PIECE_BYTES_WISHED).then(|| self.close())
    }

    /// The last piece; `None` where there is nothing left.
    pub fn finish(mut self) -> Option<TitlePiece> {
        (self.titles > 0).then(|| self.close())
    }

    fn close(&mut self) -> TitlePiece {
        let piece = TitlePiece {
            bytes: deflate(&mut self.compress, &self.text),
            hash: StableHash::new().bytes(&self.text).value(),
            titles: self.titles,
        };
        self.text.clear();
        self.titles = 0;
        piece
    }
}
