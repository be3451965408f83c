//! One attempt to read one source.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    sync::mpsc,
    task,
    time::{Instant, timeout_at},
};

use lineup::Lineup;
use store::{SourceState, Store};
use tokio_util::sync::CancellationToken;
use upstream::http;

use crate::{
    Config, Error,
    fetch::{self, Opened, Validators},
    job::{Done, Ended, Job, Piece},
    status::Board,
};

/// Pieces of 64 KiB that may wait for the thread that reads them.
const PIECES_MAX: usize = 2;
/// From the request to the last byte. A list of 100 MB at 2 Mbit/s takes seven minutes.
const READ_TIME_MAX: Duration = Duration::from_secs(600);
/// Between two reports of progress.
const REPORT_BYTES: u64 = 256 << 10;

/// How an attempt ended well.
pub(crate) enum Outcome {
    /// The list is the one that was read last. Where it was read again to know that, the state that
    /// its source has now.
    Unchanged(Option<Box<SourceState>>),
    Imported(Box<Done>),
}

/// How the bytes of a list came to their end.
enum Fed {
    Unchanged,
    /// All went to the thread, or it wanted no more: it knows how the import went.
    Handed,
}

/// All that an attempt needs to know.
pub(crate) struct Attempt<'a> {
    /// Place of the source.
    pub(crate) index: usize,
    pub(crate) config: &'a Arc<Config>,
    pub(crate) store: &'a Arc<Store>,
    pub(crate) http: &'a http::Client,
    pub(crate) board: &'a Board,
    /// The lineup that is published.
    pub(crate) lineup: Arc<Lineup>,
    /// Name and state of every source.
    pub(crate) sources: Vec<(String, SourceState)>,
}

impl Attempt<'_> {
    /// Reads the source. Whatever happens, the thread has ended when this returns.
    pub(crate) async fn run(self, shutdown: &CancellationToken) -> Result<Outcome, Error> {
        let (sender, receiver) = mpsc::channel(PIECES_MAX);
        let entries = Arc::new(AtomicU64::new(0));
        let job = Job {
            index: self.index,
            config: Arc::clone(self.config),
            store: Arc::clone(self.store),
            previous: Arc::clone(&self.lineup),
            sources: self.sources.clone(),
            accept_shrink: self.config.sources[self.index].accept_shrink,
            entries: Arc::clone(&entries),
        };
        let thread = task::spawn_blocking(move || job.run(receiver));
        let fed = tokio::select! {
            fed = self.feed(sender, &entries) => fed,
            () = shutdown.cancelled() => Err(Error::Aborted),
        };
        let imported = thread.await.unwrap_or(Err(Error::Aborted));
        match fed? {
            Fed::Unchanged => Ok(Outcome::Unchanged(None)),
            Fed::Handed => Ok(match imported? {
                Ended::Unchanged(state) => Outcome::Unchanged(Some(Box::new(state))),
                Ended::Imported(done) => Outcome::Imported(Box::new(done)),
            }),
        }
    }

    /// Hands the list to the thread. An error before the first byte ends the attempt; a later one
    /// is for the thread to judge, which knows what has come so far.
    async fn feed(&self, sender: mpsc::Sender<Piece>, entries: &AtomicU64) -> Result<Fed, Error> {
        let deadline = Instant::now() + READ_TIME_MAX;
        self.board.loading(self.index, 0, 0);
        let known = self.validators();
        let source = &self.config.sources[self.index];
        let opening = fetch::open(source, self.http, known.as_ref());
        let mut list = match in_time(deadline, opening).await? {
            Opened::Unchanged => return Ok(Fed::Unchanged),
            Opened::List(list) => list,
        };
        let (mut bytes, mut reported) = (0, 0);
        let cut = loop {
            let piece: Bytes = match in_time(deadline, list.next()).await {
                Ok(Some(piece)) => piece,
                Ok(None) => break None,
                Err(error) if bytes == 0 => return Err(error),
                Err(error) => break Some(error.to_string()),
            };
            bytes += piece.len() as u64;
            if sender.send(Piece::Bytes(piece)).await.is_err() {
                return Ok(Fed::Handed);
            }
            if bytes - reported >= REPORT_BYTES {
                reported = bytes;
                self.board
                    .loading(self.index, entries.load(Ordering::Relaxed), bytes);
            }
        };
        let validators = list.validators;
        // A thread that has gone has said why.
        let _ = sender.send(Piece::End { validators, cut }).await;
        Ok(Fed::Handed)
    }

    /// What to ask the server with whether the list has changed; nothing where we do not have it, or
    /// it came from another address.
    fn validators(&self) -> Option<Validators> {
        let (_, state) = &self.sources[self.index];
        let is_same = state.url == self.config.sources[self.index].url;
        let is_known = !(state.etag.is_empty() && state.last_modified.is_empty());
        (is_same && is_known && state.list.is_some()).then(|| Validators {
            etag: state.etag.clone(),
            last_modified: state.last_modified.clone(),
        })
    }
}

async fn in_time<T>(
    deadline: Instant,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let late = Error::TooSlow {
        after: READ_TIME_MAX,
    };
    timeout_at(deadline, work).await.unwrap_or(Err(late))
}
