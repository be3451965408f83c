//! A film that is a local file.

use std::io::{self, SeekFrom};

use bytes::{Bytes, BytesMut};
use ingest::Ingest;
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

use super::error::Error;

const READ_BYTES: usize = 64 * 1024;

/// An open file.
pub(crate) struct Local {
    file: File,
    /// Without its folder.
    name: String,
    at: u64,
}

impl Local {
    /// Read up to `at` so far.
    pub(crate) fn new(file: File, name: String, at: u64) -> Self {
        Self { file, name, at }
    }

    /// The next bytes from `at` on; `None` at the end.
    pub(super) async fn read(
        &mut self,
        at: u64,
        ingest: &mut Ingest,
    ) -> Result<Option<Bytes>, Error> {
        let read = ingest.during(self.read_at(at)).await;
        let bytes = read.map_err(|cause| Error::File {
            name: self.name.clone(),
            cause,
        })?;
        Ok(Some(bytes).filter(|bytes| !bytes.is_empty()))
    }

    async fn read_at(&mut self, at: u64) -> io::Result<Bytes> {
        if at != self.at {
            // Beyond the end of the file nothing is read, which is its end.
            self.file.seek(SeekFrom::Start(at)).await?;
        }
        let mut bytes = BytesMut::with_capacity(READ_BYTES);
        let count = self.file.read_buf(&mut bytes).await?;
        self.at = at.saturating_add(count as u64);
        Ok(bytes.freeze())
    }
}
