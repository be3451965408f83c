//! Plays a local file: a transport stream over and over, a film once.
//!
//! Only the configuration may name one. A playlist that could would show any file of the machine to
//! the network.

use std::io;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use ingest::Ingest;
use mpegts::Seam;
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;
use tokio::time::{Instant, sleep_until};

use crate::error::Error;
use crate::film::{self, Local, Medium};
use crate::hls::RemuxSlots;
use crate::kind::Kind;

const READ_BYTES: usize = 64 * 1024;
/// Bytes that tell a film.
const HEAD_BYTES: usize = 4096;
/// A file whose clock does not hold it back must not spin.
const PASS_TIME_MIN: Duration = Duration::from_secs(1);

/// Plays a transport stream for ever, as a channel does not end; a film to its end.
pub(crate) async fn play(
    path: &Path,
    remux_slots: &RemuxSlots,
    ingest: &mut Ingest,
) -> Result<(), Error> {
    if let Some((kind, medium, head)) = ingest.during(open_film(path)).await? {
        let _slot = remux_slots.take()?;
        return Ok(Box::pin(film::play(kind, medium, head, ingest)).await?);
    }
    loop {
        let next_pass = Instant::now() + PASS_TIME_MIN;
        play_once(path, ingest).await?;
        ingest.during(sleep_until(next_pass)).await;
        ingest.seam(Seam::Discontinuity)?;
    }
}

/// The film that the file is; `None` where it is something else.
async fn open_film(path: &Path) -> Result<Option<(Kind, Medium, Bytes)>, Error> {
    let name = || path.file_name().unwrap_or_default().display().to_string();
    let failed = |cause| Error::File {
        name: name(),
        cause,
    };
    let mut file = open(path).await.map_err(failed)?;
    let mut head = vec![0; HEAD_BYTES];
    let mut count = 0;
    while count < HEAD_BYTES {
        match file.read(&mut head[count..]).await.map_err(failed)? {
            0 => break,
            more => count += more,
        }
    }
    head.truncate(count);
    Ok(match Kind::by_bytes(&head) {
        Some(kind @ (Kind::Mp4 | Kind::Matroska)) => {
            let medium = Medium::Local(Local::new(file, name(), count as u64));
            Some((kind, medium, head.into()))
        }
        _ => None,
    })
}

/// Plays the file from its beginning to its end.
pub(crate) async fn play_once(path: &Path, ingest: &mut Ingest) -> Result<(), Error> {
    let failed = |cause| Error::File {
        name: path.file_name().unwrap_or_default().display().to_string(),
        cause,
    };
    let mut file = ingest.during(open(path)).await.map_err(failed)?;
    let mut buffer = vec![0; READ_BYTES];
    let mut is_first = true;
    loop {
        let count = ingest
            .during(file.read(&mut buffer))
            .await
            .map_err(failed)?;
        let bytes = &buffer[..count];
        if is_first && Kind::by_bytes(bytes) != Some(Kind::MpegTs) {
            return Err(failed(io::Error::other("it is no transport stream")));
        }
        if bytes.is_empty() {
            return Ok(());
        }
        is_first = false;
        ingest.push(bytes).await?;
    }
}

/// Regular files only: a pipe would hang and a device never end.
async fn open(path: &Path) -> io::Result<File> {
    if !tokio::fs::metadata(path).await?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    File::open(path).await
}
