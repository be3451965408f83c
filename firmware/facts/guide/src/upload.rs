//! A guide that is uploaded is put aside as a file first: its channels may come behind its programmes,
//! and when the lineup or the day is another one, other parts of it are wanted.

use std::{
    io,
    path::{Path, PathBuf},
};

use desk::ListPieces;
use tokio::{
    fs::{self, File},
    io::AsyncWriteExt as _,
};

use crate::{Error, reading::Gauge};

/// An uploaded guide in a file beside the one that it is about to replace. Dropped, it is gone.
pub(crate) struct Aside {
    path: PathBuf,
    place: PathBuf,
}

impl Aside {
    /// Takes all pieces. `place`: where it is to be once it has been read.
    pub(crate) async fn take(
        mut pieces: ListPieces,
        place: PathBuf,
        gauge: &Gauge,
    ) -> Result<Self, Error> {
        let aside = Self {
            path: place.with_extension("part"),
            place,
        };
        let failed = |cause| failed(&aside.path, cause);
        let mut file = File::create(&aside.path).await.map_err(failed)?;
        while let Some(piece) = pieces.next().await.map_err(sync::Error::Upload)? {
            gauge.add(piece.len());
            file.write_all(&piece).await.map_err(failed)?;
        }
        file.sync_all().await.map_err(failed)?;
        Ok(aside)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// It has been read: it takes its place.
    pub(crate) async fn keep(self) -> Result<(), Error> {
        let renamed = fs::rename(&self.path, &self.place).await;
        renamed.map_err(|cause| failed(&self.place, cause))
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // Not there any more where it was kept.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn failed(path: &Path, cause: io::Error) -> Error {
    Error::Aside {
        path: path.to_owned(),
        cause,
    }
}
