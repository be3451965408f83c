//! Writing a backup, piece by piece.

use std::mem;

use crypto::digest;
use flate2::{Compress, Compression, FlushCompress, Status};

use crate::{CHUNK_BYTES_MAX, Head, Key, LAST, RECORD_BYTES_MAX, marks, seal::TAG_BYTES};

/// A record is longer than [`RECORD_BYTES_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a record of {0} bytes is too long for a backup")]
pub struct RecordTooLong(
    /// Its bytes.
    pub usize,
);

/// Takes sections and records, and gives the bytes of the file.
pub struct Writer {
    head: Vec<u8>,
    key: Option<Key>,
    compress: Compress,
    marks: Vec<u8>,
    /// Compressed, not yet sealed.
    chunk: Vec<u8>,
    number: u64,
    out: Vec<u8>,
    digest: digest::Context,
}

impl Writer {
    /// A file with this head. A `key` goes with [`Head::sealing`], and is the key made by it.
    #[must_use]
    pub fn new(head: &Head, key: Option<Key>) -> Self {
        let head = head.encode();
        let mut writer = Self {
            key,
            compress: Compress::new(Compression::default(), false),
            marks: Vec::new(),
            chunk: Vec::with_capacity(CHUNK_BYTES_MAX + TAG_BYTES),
            number: 0,
            out: Vec::new(),
            digest: digest::Context::new(&digest::SHA256),
            head,
        };
        let head = mem::take(&mut writer.head);
        writer.put(&head);
        writer.head = head;
        writer
    }

    /// Begins a section. `name` has at most [`crate::NAME_BYTES_MAX`] bytes.
    pub fn section(&mut self, name: &str, version: u16) {
        marks::put_section(&mut self.marks, name, version);
        self.deflate(FlushCompress::None);
    }

    /// Adds a record to the section.
    ///
    /// # Errors
    /// Where it is too long; nothing of it is written.
    pub fn record(&mut self, record: &[u8]) -> Result<(), RecordTooLong> {
        if record.len() > RECORD_BYTES_MAX {
            return Err(RecordTooLong(record.len()));
        }
        marks::put_record(&mut self.marks, record);
        self.deflate(FlushCompress::None);
        Ok(())
    }

    /// What has come ready since the last time.
    pub fn take(&mut self) -> Vec<u8> {
        mem::take(&mut self.out)
    }

    /// The rest of the file.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        marks::put_end(&mut self.marks);
        self.deflate(FlushCompress::Finish);
        self.end_chunk(LAST);
        let digest = self.digest.finish();
        self.out.extend_from_slice(digest.as_ref());
        self.out
    }

    fn deflate(&mut self, flush: FlushCompress) {
        let marks = mem::take(&mut self.marks);
        let mut rest = &*marks;
        loop {
            if self.chunk.len() == CHUNK_BYTES_MAX {
                self.end_chunk(0);
            }
            let before = (self.compress.total_in(), self.chunk.len());
            let room = CHUNK_BYTES_MAX - self.chunk.len();
            let mut piece = [0; 4096];
            let piece = piece.get_mut(..room.min(4096)).unwrap_or_default();
            let written = self.compress.total_out();
            let status = self.compress.compress(rest, piece, flush);
            let status = status.expect("a compressor takes whatever it is given");
            let taken = usize::try_from(self.compress.total_in() - before.0).unwrap_or(0);
            let given = usize::try_from(self.compress.total_out() - written).unwrap_or(0);
            rest = rest.get(taken..).unwrap_or_default();
            self.chunk
                .extend_from_slice(piece.get(..given).unwrap_or_default());
            let is_done = match flush {
                FlushCompress::Finish => status == Status::StreamEnd,
                _ => rest.is_empty() && given < piece.len(),
            };
            if is_done {
                break;
            }
        }
        self.marks = marks;
        self.marks.clear();
    }

    fn end_chunk(&mut self, mark: u32) {
        let mut chunk = mem::take(&mut self.chunk);
        let tag = self.key.as_ref().map_or(0, |_| TAG_BYTES);
        let length = u32::try_from(chunk.len() + tag).unwrap_or_default() | mark;
        let length = length.to_le_bytes();
        if let Some(key) = &self.key {
            key.seal(self.number, &self.head, length, &mut chunk);
        }
        self.number += 1;
        self.put(&length);
        self.put(&chunk);
        self.chunk = chunk;
        self.chunk.clear();
    }

    fn put(&mut self, bytes: &[u8]) {
        self.digest.update(bytes);
        self.out.extend_from_slice(bytes);
    }
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}
