//! The compressed content, opened chunk by chunk.

use std::ops::ControlFlow;

use flate2::{Decompress, FlushDecompress, Status};

use crate::{
    Error,
    marks::{Item, MarkReader},
};

/// Bytes that are unpacked at once.
const PIECE_BYTES: usize = 32 << 10;
/// Bytes of the content: a file of a megabyte can be made to unpack to a thousand.
const CONTENT_BYTES_MAX: u64 = 1 << 30;

/// Unpacks chunks and reads what they say.
pub(crate) struct Inflater {
    decompress: Decompress,
    piece: Vec<u8>,
    marks: MarkReader,
    has_ended: bool,
}

impl Inflater {
    pub(crate) fn new() -> Self {
        Self {
            decompress: Decompress::new(false),
            piece: vec![0; PIECE_BYTES],
            marks: MarkReader::default(),
            has_ended: false,
        }
    }

    /// Whether the content came to its end.
    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended && self.marks.has_ended()
    }

    pub(crate) fn push(
        &mut self,
        mut chunk: &[u8],
        each: &mut dyn FnMut(Item<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, Error> {
        loop {
            if self.has_ended {
                let is_over = chunk.is_empty();
                let behind = Error::Damaged("it goes on behind its end");
                return is_over.then_some(ControlFlow::Continue(())).ok_or(behind);
            }
            let (taken, given) = (self.decompress.total_in(), self.decompress.total_out());
            let flush = FlushDecompress::None;
            let status = self.decompress.decompress(chunk, &mut self.piece, flush);
            let status = status.map_err(|_| Error::Damaged("it cannot be unpacked"))?;
            let taken = count(self.decompress.total_in() - taken);
            let given = count(self.decompress.total_out() - given);
            if self.decompress.total_out() > CONTENT_BYTES_MAX {
                return Err(Error::Damaged("it unpacks to more than 1 GiB"));
            }
            chunk = chunk.get(taken..).unwrap_or_default();
            let piece = self.piece.get(..given).unwrap_or_default();
            if self.marks.push(piece, each)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
            self.has_ended = status == Status::StreamEnd;
            // A piece that was filled may not be all that is there.
            if !self.has_ended && chunk.is_empty() && given < self.piece.len() {
                return Ok(ControlFlow::Continue(()));
            }
            if !self.has_ended && taken == 0 && given == 0 {
                return Err(Error::Damaged("it cannot be unpacked"));
            }
        }
    }
}

fn count(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
