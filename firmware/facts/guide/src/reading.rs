//! A guide that is read, and what comes meanwhile.

use std::{
    path::PathBuf,
    pin::pin,
    sync::Arc,
    time::{Duration, SystemTime},
};

use desk::{Answer, GuideOrder, ListPieces, Refused, SourceSettings};
use lineup::Lineup;
use store::{GuideState, Store};
use sync::Document;
use tokio::{
    sync::mpsc,
    task,
    time::{Instant, interval, timeout_at},
};
use tokio_util::sync::CancellationToken;
use upstream::http;

use crate::{
    Config, Error,
    channels::ChannelList,
    gauge::{Gauge, Reading},
    job::{Done, Job, Piece},
    key::digest,
    list::Origin,
    matching::Whose,
    run::{Guides, Wishes},
    upload::Aside,
    window::{Window, seconds},
};

/// Before a transfer that broke off is taken up.
const RESUME_PAUSE: Duration = Duration::from_secs(1);
/// Pieces of 64 KiB that may wait for the thread that reads them.
const PIECES_MAX: usize = 2;
/// From the request to the last byte. 200 MB at 2 Mbit/s take a quarter of an hour.
const READ_TIME_MAX: Duration = Duration::from_secs(1800);
/// Between two reports of progress.
const REPORT_EVERY: Duration = Duration::from_millis(500);

impl Guides {
    /// Reads a guide to the end. A change of the guides breaks that off and waits for it: a person waits
    /// for the change, and the guide can be read again.
    pub(crate) async fn read(
        &mut self,
        id: u32,
        upload: Option<ListPieces>,
        wishes: &mut Wishes,
    ) -> Reading {
        let Some(attempt) = self.attempt(id) else {
            return Reading::BrokenOff;
        };
        let stop = self.shutdown.child_token();
        let gauge = Arc::clone(&attempt.gauge);
        let mut reading = pin!(attempt.run(upload, &stop));
        let mut reports = interval(REPORT_EVERY);
        let (mut cancelled, mut is_told) = (None, false);
        let result = loop {
            let is_listening = self.postponed.is_none() && cancelled.is_none();
            tokio::select! {
                result = &mut reading => break result,
                _ = reports.tick() => self.publish_status(Some((id, &gauge))),
                Some(order) = wishes.orders.next(), if is_listening => {
                    cancelled = self.while_reading(id, order);
                    if cancelled.is_some() || self.postponed.is_some() {
                        stop.cancel();
                    }
                }
                Ok(()) = wishes.brought.changed(), if !is_told => {
                    is_told = true;
                    if !self.is_brought_still(id, wishes) {
                        stop.cancel();
                    }
                }
            }
        };
        if is_told {
            // What follows has waited for the end of this.
            wishes.brought.mark_changed();
        }
        let is_stopped = stop.is_cancelled() && matches!(result, Err(Error::Aborted));
        match (cancelled, is_stopped) {
            (Some(answer), true) => {
                self.put_off(id);
                answer.give(Ok(()));
                return Reading::Cancelled;
            }
            (Some(answer), false) => {
                let why = "too late: the guide is there and has been dealt with";
                answer.give(Err(Refused::Conflict(why.to_owned())));
            }
            (None, true) => {
                self.publish_status(None);
                return Reading::BrokenOff;
            }
            (None, false) => {}
        }
        self.ended(id, result).await
    }

    /// The answer to an order to break the reading off.
    fn while_reading(&mut self, id: u32, order: GuideOrder) -> Option<Answer<()>> {
        match order {
            GuideOrder::Refresh { guide, answer } => answer.give(self.make_due(guide)),
            GuideOrder::Cancel { guide, answer } if guide.0 == id => return Some(answer),
            GuideOrder::Cancel { guide, answer } => answer.give(Err(self.not_being_read(guide))),
            order => self.postponed = Some(order),
        }
        None
    }

    /// Whether the guide that is read is one that no source brings, or still does.
    fn is_brought_still(&self, id: u32, wishes: &mut Wishes) -> bool {
        let Some(guide) = self.find(id) else {
            return false;
        };
        let brought = wishes.brought.borrow_and_update();
        let url = &guide.listed.settings.url;
        !matches!(guide.listed.origin, Origin::Source(_))
            || brought.iter().any(|it| it.settings.url == *url)
    }

    fn attempt(&self, id: u32) -> Option<Attempt> {
        let guide = self.find(id)?;
        Some(Attempt {
            whose: self.whose(guide),
            row: guide.listed.row(),
            file: self.file(id),
            url: self.address(guide),
            source: SourceSettings {
                url: Some(self.address(guide)),
                ..guide.listed.settings.source()
            },
            state: guide.state.clone(),
            config: Arc::clone(&self.config),
            store: Arc::clone(&self.store),
            http: self.http.clone(),
            lineup: Arc::clone(&self.lineup.borrow()),
            wanted: digest(self.view.borrow().wanted(id)),
            gauge: Arc::default(),
        })
    }
}

/// All that an attempt to read a guide needs to know.
struct Attempt {
    whose: Whose,
    /// Its row in the store.
    row: String,
    /// Where it is kept if it is uploaded.
    file: PathBuf,
    /// Where it is known to lie.
    url: String,
    /// Where it is read from, and how.
    source: SourceSettings,
    state: GuideState,
    config: Arc<Config>,
    store: Arc<Store>,
    http: http::Client,
    /// The lineup that it is read for.
    lineup: Arc<Lineup>,
    /// Of its channels those that the lineup wants: a digest of their set.
    wanted: u64,
    gauge: Arc<Gauge>,
}

impl Attempt {
    /// Reads a guide, one that is being uploaded once it is there.
    async fn run(
        mut self,
        upload: Option<ListPieces>,
        stop: &CancellationToken,
    ) -> Result<GuideState, Error> {
        let Some(pieces) = upload else {
            return self.read_all(stop).await;
        };
        let aside = tokio::select! {
            aside = Aside::take(pieces, self.file.clone(), &self.gauge) => aside?,
            () = stop.cancelled() => return Err(Error::Aborted),
        };
        self.source.url = Some(aside.path().display().to_string());
        let state = self.read_all(stop).await?;
        aside.keep().await?;
        Ok(state)
    }

    /// Reads a guide, twice where its channels come behind its programmes.
    async fn read_all(self, stop: &CancellationToken) -> Result<GuideState, Error> {
        let mut channels = None;
        loop {
            let is_second = channels.is_some();
            match self.read(channels.take(), stop).await? {
                None => {
                    let mut state = self.state;
                    state.last_success = Some(SystemTime::now());
                    state.error.clear();
                    return Ok(state);
                }
                Some(Done::Stored(state)) => return Ok(*state),
                Some(Done::Again(_)) if is_second => return Err(Error::Aborted),
                Some(Done::Again(all)) => channels = Some(all),
            }
        }
    }

    /// `None` where the guide is the one that we have.
    async fn read(
        &self,
        channels: Option<ChannelList>,
        stop: &CancellationToken,
    ) -> Result<Option<Done>, Error> {
        let place = tokio::select! {
            place = self.config.reading.acquire() => place,
            () = stop.cancelled() => return Err(Error::Aborted),
        };
        let _place = place.map_err(|_| Error::Aborted)?;
        let deadline = Instant::now() + READ_TIME_MAX;
        let known = match channels {
            None => self.validators(),
            Some(_) => None,
        };
        let known = known
            .as_ref()
            .map(|known| known.each_ref().map(String::as_str));
        // Apart: it is large, and gone before the guide comes.
        let opening = Box::pin(async {
            Ok(Document::open(&self.source, &self.http, RESUME_PAUSE, known).await?)
        });
        let opened = tokio::select! {
            opened = in_time(deadline, opening) => opened?,
            () = stop.cancelled() => return Err(Error::Aborted),
        };
        let Some(document) = opened else {
            return Ok(None);
        };
        self.gauge.begin(document.bytes_total());
        let (sender, receiver) = mpsc::channel(PIECES_MAX);
        let now = seconds(SystemTime::now());
        let job = Job {
            whose: self.whose.clone(),
            row: self.row.clone(),
            url: self.url.clone(),
            state: self.state.clone(),
            store: Arc::clone(&self.store),
            lineup: Arc::clone(&self.lineup),
            window: Window::at(now, self.config.past_hours, self.config.days),
            bytes_max: self.config.bytes_max,
            match_bytes_max: self.config.match_bytes_max,
            folder: self.config.folder.clone(),
            channels,
        };
        let thread = task::spawn_blocking(move || job.run(receiver));
        tokio::select! {
            () = Box::pin(self.feed(document, sender, deadline)) => {}
            () = stop.cancelled() => {}
        }
        thread.await.unwrap_or(Err(Error::Aborted)).map(Some)
    }

    /// Hands the guide to the thread, which says how it went.
    async fn feed(&self, mut document: Document, sender: mpsc::Sender<Piece>, deadline: Instant) {
        let cut = loop {
            let next = async { Ok(document.next().await?) };
            let piece = match in_time(deadline, next).await {
                Ok(Some(piece)) => piece,
                Ok(None) => break None,
                Err(error) => break Some(error.to_string()),
            };
            self.gauge.add(piece.len());
            if sender.send(Piece::Bytes(piece)).await.is_err() {
                return;
            }
        };
        let validators = document.validators().map(str::to_owned);
        // A thread that has gone has said why.
        let _ = sender.send(Piece::End { validators, cut }).await;
    }

    /// What to ask the server with whether the guide has changed: not where what we keep of it ends
    /// before it could, because it was read on another day.
    fn validators(&self) -> Option<[String; 2]> {
        let state = &self.state;
        let day = |time| seconds(time) / xmltv::time::DAY_S;
        let is_of_today = state.last_read.map(day) == Some(day(SystemTime::now()));
        let is_same = state.url == self.url && self.wanted == state.wanted;
        (is_same && is_of_today).then(|| [state.etag.clone(), state.last_modified.clone()])
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
