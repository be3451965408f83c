//! A file as the body of a response.

use std::{
    fs, io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use tokio::{
    fs::File,
    io::{AsyncRead as _, ReadBuf},
    sync::OwnedSemaphorePermit,
};

use crate::guide::door::GuideError;

/// Read at once.
const PIECE_BYTES: usize = 16 << 10;

/// A file on its way, and its place among those.
#[derive(Debug)]
pub(crate) struct FileBody {
    file: File,
    left: u64,
    _place: OwnedSemaphorePermit,
}

impl FileBody {
    /// All of this file.
    pub(crate) fn new(file: fs::File, place: OwnedSemaphorePermit) -> io::Result<Self> {
        let left = file.metadata()?.len();
        let mut file = File::from_std(file);
        file.set_max_buf_size(PIECE_BYTES);
        Ok(Self {
            file,
            left,
            _place: place,
        })
    }

    pub(crate) const fn remaining_bytes(&self) -> u64 {
        self.left
    }

    pub(crate) fn poll_piece(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, GuideError>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let mut piece = vec![0; PIECE_BYTES];
        let mut buffer = ReadBuf::new(&mut piece);
        let read = ready!(Pin::new(&mut self.file).poll_read(cx, &mut buffer));
        let count = buffer.filled().len();
        let read = match read {
            Ok(()) if count == 0 => Err("the file ends too early".to_owned()),
            Ok(()) => Ok(count),
            Err(error) => Err(error.to_string()),
        };
        Poll::Ready(Some(match read {
            Ok(count) => {
                piece.truncate(count);
                self.left = self.left.saturating_sub(count as u64);
                Ok(piece.into())
            }
            Err(why) => {
                self.left = 0;
                Err(GuideError(why))
            }
        }))
    }
}
