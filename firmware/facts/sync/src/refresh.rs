//! One attempt to read one source.

use std::{convert::Infallible, sync::Arc, time::Duration};

use desk::ListPieces;
use lineup::Lineup;
use store::{SourceState, Store};
use tokio::{
    sync::mpsc,
    task,
    time::{Instant, sleep, timeout_at},
};
use tokio_util::sync::CancellationToken;
use upstream::http;

use crate::{
    Config, Error,
    fetch::{self, Door, List, Opened, Validators},
    job::{Done, Ended, Job, Piece},
    panel::Answered,
    progress::{Gauge, Phase},
    rules::RuleBook,
    status::{Board, State},
};

/// Pieces of 64 KiB that may wait for the thread that reads them.
const PIECES_MAX: usize = 2;
/// From the request to the last byte. A list of 100 MB at 2 Mbit/s takes seven minutes.
const READ_TIME_MAX: Duration = Duration::from_secs(600);
/// Between two looks at the progress.
const REPORT_EVERY: Duration = Duration::from_millis(250);

/// How an attempt ended well.
pub(crate) enum Outcome {
    /// The list is the one that was read last. Where it was read again to know that, the state that
    /// its source has now.
    Unchanged(Option<Box<SourceState>>),
    Imported(Box<Done>),
}

/// How a reading ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// The list is in the lineup.
    Over,
    /// It is not, and why.
    Failed(String),
    /// Somebody has asked for that.
    Cancelled,
    /// Another order, or the end of Dipole, was in the way.
    BrokenOff,
}

/// Where the list comes from.
pub(crate) enum Origin {
    /// The address of the source.
    Address,
    /// Whoever uploads it.
    Upload(ListPieces),
}

/// How the bytes of a list came to their end.
enum Fed {
    Unchanged,
    /// All went to the thread, or it wanted no more: it knows how the import went.
    Handed,
}

/// All that an attempt needs to know.
pub(crate) struct Attempt {
    /// Number of the source.
    pub(crate) index: u16,
    pub(crate) config: Arc<Config>,
    pub(crate) store: Arc<Store>,
    pub(crate) http: http::Client,
    pub(crate) board: Arc<Board>,
    pub(crate) rules: RuleBook,
    /// The lineup that is published.
    pub(crate) lineup: Arc<Lineup>,
    /// What is known of the source.
    pub(crate) state: SourceState,
    /// Place of the panel's host that answered last.
    pub(crate) answered: Answered,
    /// Whether the list is taken even if much of it is gone.
    pub(crate) accepts: bool,
}

impl Attempt {
    /// Reads the source, unless told to stop before the whole list is there. Whatever happens, the
    /// thread has ended when this returns.
    pub(crate) async fn run(
        self,
        origin: Origin,
        stop: &CancellationToken,
    ) -> Result<Outcome, Error> {
        let gauge = Arc::new(Gauge::default());
        tokio::select! {
            outcome = self.read(origin, stop, &gauge) => outcome,
            never = self.report(&gauge) => match never {},
        }
    }

    async fn read(
        &self,
        origin: Origin,
        stop: &CancellationToken,
        gauge: &Arc<Gauge>,
    ) -> Result<Outcome, Error> {
        let (sender, receiver) = mpsc::channel(PIECES_MAX);
        let job = Job {
            index: self.index,
            config: Arc::clone(&self.config),
            store: Arc::clone(&self.store),
            rules: self.rules.clone(),
            previous: Arc::clone(&self.lineup),
            state: self.state.clone(),
            accept_shrink: self.accepts,
            gauge: Arc::clone(gauge),
        };
        let thread = task::spawn_blocking(move || job.run(receiver));
        let fed = tokio::select! {
            fed = self.feed(origin, sender, gauge) => fed,
            () = stop.cancelled() => Err(Error::Aborted),
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

    async fn report(&self, gauge: &Gauge) -> Infallible {
        loop {
            self.board.enter(self.index, State::Loading(gauge.read()));
            sleep(REPORT_EVERY).await;
        }
    }

    /// Hands the list to the thread. An error before the first byte ends the attempt; a later one
    /// is for the thread to judge, which knows what has come so far. Of an upload nothing is taken
    /// that is not whole: whoever sends it is there to send it again.
    async fn feed(
        &self,
        origin: Origin,
        sender: mpsc::Sender<Piece>,
        gauge: &Gauge,
    ) -> Result<Fed, Error> {
        let deadline = Instant::now() + READ_TIME_MAX;
        let mut is_whole_or_nothing = false;
        let mut list = match origin {
            Origin::Upload(pieces) => {
                is_whole_or_nothing = true;
                List::uploaded(pieces)
            }
            Origin::Address => match in_time(deadline, self.open()).await? {
                Opened::Unchanged => return Ok(Fed::Unchanged),
                Opened::List(list) => list,
            },
        };
        gauge.bytes_total(list.bytes_total);
        if let Some(panel) = list.panel.take()
            && sender.send(Piece::Panel(panel)).await.is_err()
        {
            return Ok(Fed::Handed);
        }
        let mut bytes = 0;
        let cut = loop {
            let piece = match in_time(deadline, list.next()).await {
                Ok(Some(piece)) => piece,
                Ok(None) => break None,
                Err(error) if bytes == 0 || is_whole_or_nothing => return Err(error),
                Err(error) => break Some(error.to_string()),
            };
            bytes += piece.len() as u64;
            gauge.bytes(bytes);
            if sender.send(Piece::Bytes(piece)).await.is_err() {
                return Ok(Fed::Handed);
            }
        };
        gauge.enter(Phase::Merging);
        let validators = list.validators;
        // A thread that has gone has said why.
        let _ = sender.send(Piece::End { validators, cut }).await;
        Ok(Fed::Handed)
    }

    async fn open(&self) -> Result<Opened, Error> {
        let source = &self.config.sources[usize::from(self.index)];
        let door = Door {
            answered: &self.answered,
            tell: &|account| self.board.account(self.index, account),
        };
        let pause = self.config.resume_pause;
        fetch::open(source, &self.http, pause, self.validators().as_ref(), door).await
    }

    /// What to ask the server with whether the list has changed; nothing where we do not have it, or
    /// it came from another address.
    fn validators(&self) -> Option<Validators> {
        let state = &self.state;
        let source = &self.config.sources[usize::from(self.index)];
        let is_same = source.url.as_ref() == Some(&state.url);
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
