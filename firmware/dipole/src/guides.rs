//! The adapter between `serve`, which sends the guide, and `guide`, which writes it: a piece at a
//! time, on a thread that may block.

use std::{
    future::Future as _,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use desk::GuideOrders;
use guide::{Candidate, Document, GuideStatus, Origin, State, View, candidates};
use lineup::{ChannelId, Lineup};
use serve::{
    GuideCandidate, GuideChannels, GuideDocument, GuideError, GuideMatch, GuideOpener, GuideOrigin,
    GuidePart, GuideProgress, GuideQuery, GuideView, SourceState,
};
use store::Store;
use sync::BroughtGuide;
use tokio::{
    sync::{Semaphore, watch},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;
use upstream::http;

// The plan has room for what a guide on its way holds.
const _: () = assert!(guide::DOCUMENT_BYTES_MAX as u64 <= budget::GUIDE_DOCUMENT);

/// The guides at work, and what others see of them.
pub(crate) struct Started {
    pub(crate) task: JoinHandle<()>,
    pub(crate) views: watch::Receiver<Vec<GuideView>>,
    pub(crate) opener: Arc<dyn GuideOpener>,
    pub(crate) upcoming: Upcoming,
}

/// What guides depend on: the lineup, what sources bring, and what faces ask for.
pub(crate) type Told = (
    watch::Receiver<Arc<Lineup>>,
    watch::Receiver<Arc<[BroughtGuide]>>,
    GuideOrders,
);

/// Starts reading guides for this lineup.
pub(crate) fn start(
    config: guide::Config,
    store: &Arc<Store>,
    client: &http::Client,
    (lineup, brought, orders): Told,
    shutdown: &CancellationToken,
) -> Started {
    let (view_tx, view) = watch::channel(Arc::default());
    let (status_tx, status) = watch::channel(Vec::new());
    let ports = guide::Ports {
        lineup,
        brought,
        orders,
        view: view_tx,
        status: status_tx,
        shutdown: shutdown.child_token(),
    };
    let bytes_max = config.bytes_max / 2;
    let running = guide::run(config, Arc::clone(store), client.clone(), ports);
    Started {
        task: tokio::spawn(running),
        views: views(status),
        upcoming: Upcoming {
            view: view.clone(),
            store: Arc::clone(store),
        },
        opener: Arc::new(Guides {
            view,
            store: Arc::clone(store),
            query: Arc::new(Semaphore::new(1)),
            bytes_max,
        }),
    }
}

/// Tells what is on by the newest view.
pub(crate) struct Upcoming {
    view: watch::Receiver<Arc<View>>,
    store: Arc<Store>,
}

impl Upcoming {
    /// The next programmes of a channel, the one that is on included; `None` where no guide has any.
    pub(crate) async fn of(
        &self,
        channel: ChannelId,
        count: usize,
    ) -> Result<Option<guide::Upcoming>, store::Error> {
        let (view, store) = (self.view.borrow().clone(), Arc::clone(&self.store));
        let looking = tokio::task::spawn_blocking(move || {
            Document::new(view, store, now_unix_s(), false).upcoming(channel, count)
        });
        looking.await.unwrap_or(Ok(None))
    }
}

fn now_unix_s() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = since.map_or(0, |since| since.as_secs());
    i64::try_from(now).unwrap_or(0)
}

/// Opens documents of the newest view.
struct Guides {
    view: watch::Receiver<Arc<View>>,
    store: Arc<Store>,
    /// For one query at a time: each holds the channels of a guide.
    query: Arc<Semaphore>,
    /// Bytes of those.
    bytes_max: usize,
}

impl GuideOpener for Guides {
    fn revision(&self, part: Option<&GuidePart>) -> u64 {
        let view = self.view.borrow().clone();
        part.map_or(view.revision, |part| view.revision_of(part))
    }

    fn found(&self, channel: ChannelId) -> Vec<GuideMatch> {
        let view = self.view.borrow().clone();
        let index = view.lineup.index_of_id(channel);
        let found = index.into_iter().flat_map(|index| view.found(index));
        let told = found.map(|found| GuideMatch {
            guide: view.guide_name(found.guide).unwrap_or_default().to_owned(),
            confidence_percent: found.confidence_percent,
            reason: found.words(),
        });
        told.collect()
    }

    fn channels(&self, query: GuideQuery) -> GuideChannels {
        let (view, store) = (self.view.borrow().clone(), Arc::clone(&self.store));
        let (place, bytes_max) = (Arc::clone(&self.query).acquire_owned(), self.bytes_max);
        let ending = |_| GuideError("Dipole is ending".to_owned());
        Box::pin(async move {
            let place = place
                .await
                .map_err(|_| GuideError("Dipole is ending".to_owned()))?;
            let asking = tokio::task::spawn_blocking(move || {
                let GuideQuery {
                    text,
                    channel,
                    limit,
                } = query;
                let found = candidates(&view, &store, &text, channel, (limit, bytes_max));
                drop(place);
                found
            });
            let found = asking.await.map_err(ending)?;
            let found = found.map_err(|error| GuideError(error.to_string()))?;
            Ok(found.into_iter().map(candidate).collect())
        })
    }

    fn open(&self, is_gzipped: bool, part: Option<GuidePart>) -> Box<dyn GuideDocument> {
        let (view, store) = (self.view.borrow().clone(), Arc::clone(&self.store));
        let document = Document::new(view, store, now_unix_s(), is_gzipped).of_part(part);
        Box::new(Pieces::Idle(Box::new(document)))
    }
}

fn candidate(candidate: Candidate) -> GuideCandidate {
    GuideCandidate {
        source: candidate.guide,
        channel: candidate.channel,
        names: candidate.names,
        confidence_percent: candidate.likely.as_ref().map(|(percent, _)| *percent),
        reason: candidate.likely.map(|(_, reason)| reason),
    }
}

type Piece = Result<Option<Vec<u8>>, store::Error>;

/// A document between two pieces, or while one is written.
enum Pieces {
    Idle(Box<Document>),
    Writing(JoinHandle<(Box<Document>, Piece)>),
    Ended,
}

impl GuideDocument for Pieces {
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, GuideError>>> {
        if let Self::Idle(_) = self
            && let Self::Idle(mut document) = std::mem::replace(self, Self::Ended)
        {
            *self = Self::Writing(tokio::task::spawn_blocking(move || {
                let piece = document.piece();
                (document, piece)
            }));
        }
        let Self::Writing(writing) = self else {
            return Poll::Ready(None);
        };
        let Poll::Ready(written) = Pin::new(writing).poll(cx) else {
            return Poll::Pending;
        };
        *self = Self::Ended;
        Poll::Ready(match written {
            Ok((document, Ok(Some(piece)))) => {
                *self = Self::Idle(document);
                Some(Ok(piece.into()))
            }
            Ok((_, Ok(None))) => None,
            Ok((_, Err(error))) => {
                tracing::error!(%error, "the guide broke off");
                Some(Err(GuideError(error.to_string())))
            }
            Err(error) => Some(Err(GuideError(error.to_string()))),
        })
    }
}

/// What `guide` knows of its sources, in the words of the page.
fn views(mut status: watch::Receiver<Vec<GuideStatus>>) -> watch::Receiver<Vec<GuideView>> {
    let (views_tx, views) = watch::channel(Vec::new());
    tokio::spawn(async move {
        loop {
            let shown = status.borrow_and_update().iter().map(view).collect();
            views_tx.send_replace(shown);
            if status.changed().await.is_err() {
                break;
            }
        }
    });
    views
}

fn view(status: &GuideStatus) -> GuideView {
    let read = status.last_success;
    let read = read.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    GuideView {
        id: status.id,
        set_in: match status.origin {
            Origin::File => GuideOrigin::File,
            Origin::Api => GuideOrigin::Api,
            Origin::Source(_) => GuideOrigin::Source,
        },
        source: match status.origin {
            Origin::Source(source) => Some(source),
            Origin::File | Origin::Api => None,
        },
        progress: match status.state {
            State::Reading(progress) => Some(GuideProgress {
                bytes: progress.bytes,
                bytes_total: progress.bytes_total,
            }),
            State::Waiting | State::Ready | State::Failed => None,
        },
        settings: status.settings.clone(),
        name: status.name.clone(),
        address: status.address.clone(),
        state: match status.state {
            State::Waiting => SourceState::Waiting,
            State::Reading(_) => SourceState::Reading,
            State::Ready => SourceState::Ready,
            State::Failed => SourceState::Failed,
        },
        channels: status.channels,
        programmes: status.programmes,
        matched: status.matched,
        error: status.error.clone(),
        read_unix_s: read.map(|since| since.as_secs()),
    }
}
