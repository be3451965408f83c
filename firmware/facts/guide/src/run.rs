//! The life of the guides: what the last run left, then guide by guide, until the end.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use lineup::{Channel, Lineup};
use store::{GuideState, Store};
use sync::Document;
use tokio::{
    sync::{mpsc, watch},
    task,
    time::{Instant, sleep_until, timeout_at},
};
use tokio_util::sync::CancellationToken;
use upstream::http;

use crate::{
    Config, Error, GuideStatus, State, View,
    channels::ChannelList,
    job::{Done, Job, Piece},
    key::digest,
    matching::find_all,
    window::{Window, seconds},
};

/// Between a change of the lineup and its being matched: sources are read one behind the other.
const SETTLE: Duration = Duration::from_secs(2);
/// Before a guide is tried again that failed.
const RETRY: Duration = Duration::from_secs(600);
/// Before a transfer that broke off is taken up.
const RESUME_PAUSE: Duration = Duration::from_secs(1);
/// Before one is read again because the lineup wants other channels of it.
const MORE: Duration = Duration::from_secs(60);
/// Pieces of 64 KiB that may wait for the thread that reads them.
const PIECES_MAX: usize = 2;
/// From the request to the last byte. 200 MB at 2 Mbit/s take a quarter of an hour.
const READ_TIME_MAX: Duration = Duration::from_secs(1800);
/// Between two reports of progress.
const REPORT_BYTES: u64 = 1 << 20;

/// What connects the guides with the rest of the house.
#[derive(Debug)]
pub struct Ports {
    /// The lineup in force.
    pub lineup: watch::Receiver<Arc<Lineup>>,
    /// What documents are written from.
    pub view: watch::Sender<Arc<View>>,
    /// What the page shows.
    pub status: watch::Sender<Vec<GuideStatus>>,
    /// Ends the guides. One that is being stored is finished first.
    pub shutdown: CancellationToken,
}

/// Matches the guides of the last run with the lineup, then reads each guide that is not fresh, by
/// its interval and when the lineup wants more of it, until the shutdown.
pub async fn run(config: Config, store: Arc<Store>, http: http::Client, ports: Ports) {
    let config = config.ordered();
    let mut guides = Guides {
        guides: Vec::new(),
        config: Arc::new(config),
        store,
        http,
        ports,
    };
    guides.recall().await;
    guides.go_on().await;
}

struct Guides {
    config: Arc<Config>,
    store: Arc<Store>,
    http: http::Client,
    ports: Ports,
    /// In the order of the configuration.
    guides: Vec<Guide>,
}

#[derive(Clone, Debug)]
struct Guide {
    state: GuideState,
    /// By its interval, or after a failure.
    due: Instant,
    /// When it is read because the lineup wants other channels of it than are kept.
    more: Option<Instant>,
    tried: Option<Instant>,
}

impl Guide {
    fn next(&self) -> Instant {
        self.more.map_or(self.due, |more| more.min(self.due))
    }
}

impl Guides {
    /// What is fresh is not read again.
    async fn recall(&mut self) {
        let (config, store) = (Arc::clone(&self.config), Arc::clone(&self.store));
        let recalled = task::spawn_blocking(move || recall(&config, &store)).await;
        let states = recalled.ok().and_then(|states| {
            states
                .inspect_err(
                    |error| tracing::error!(%error, "the guides of the last run cannot be used"),
                )
                .ok()
        });
        let mut states = states.unwrap_or_default().into_iter();
        let (now, clock) = (Instant::now(), SystemTime::now());
        self.guides = self
            .config
            .guides
            .iter()
            .map(|guide| {
                let state = states.next().unwrap_or_default();
                let is_same = state.url == guide.url();
                let age = state
                    .last_success
                    .filter(|_| is_same)
                    .and_then(|at| clock.duration_since(at).ok());
                let left = age.and_then(|age| guide.interval().checked_sub(age));
                Guide {
                    state,
                    due: now + left.unwrap_or_default(),
                    more: None,
                    tried: None,
                }
            })
            .collect();
        self.publish_status(None);
    }

    async fn go_on(&mut self) {
        let mut match_at = Some(Instant::now());
        while !self.ports.shutdown.is_cancelled() {
            let now = Instant::now();
            if match_at.is_some_and(|at| at <= now) {
                match_at = None;
                self.rematch().await;
                continue;
            }
            let is_matched =
                match_at.is_none() && !self.ports.lineup.has_changed().unwrap_or(false);
            let is_ready = is_matched && self.has_channels();
            let next = self.guides.iter().map(Guide::next).min();
            let next = next.filter(|_| is_ready);
            if let Some(index) = self.due(now).filter(|_| is_ready) {
                self.refresh(index).await;
                self.rematch().await;
                continue;
            }
            tokio::select! {
                () = self.ports.shutdown.cancelled() => {}
                () = wait(match_at) => {}
                () = wait(next) => {}
                Ok(()) = self.ports.lineup.changed() => match_at = match_at.or(Some(Instant::now() + SETTLE)),
                else => break,
            }
        }
    }

    /// Whether there is anything to have a guide.
    fn has_channels(&self) -> bool {
        let lineup = self.ports.lineup.borrow();
        lineup
            .iter()
            .any(|channel| channel.source != Channel::BUILT_IN)
    }

    fn due(&self, now: Instant) -> Option<usize> {
        self.guides.iter().position(|guide| guide.next() <= now)
    }

    /// Finds the guides' channels for the lineup anew, and reads those guides soon of which other
    /// channels are wanted than are kept.
    async fn rematch(&mut self) {
        let lineup = Arc::clone(&self.ports.lineup.borrow_and_update());
        let states: Vec<_> = self
            .guides
            .iter()
            .map(|guide| guide.state.clone())
            .collect();
        let limits = [self.config.bytes_max / 2, self.config.match_bytes_max];
        let store = Arc::clone(&self.store);
        let work = move || view(&store, lineup, &states, limits);
        let view = match task::spawn_blocking(work).await {
            Ok(Ok(view)) => Arc::new(view),
            Ok(Err(error)) => {
                tracing::error!(%error, "the guides cannot be matched with the lineup");
                return;
            }
            Err(_) => return,
        };
        let now = Instant::now();
        for guide in &mut self.guides {
            let wanted = digest(view.wanted(guide.state.id));
            let wants_more = guide.state.last_success.is_some() && wanted != guide.state.wanted;
            let soon = guide.tried.map_or(now, |tried| tried + MORE);
            guide.more = wants_more.then_some(soon);
        }
        self.ports.view.send_replace(view);
        self.publish_status(None);
    }

    /// `reading`: which guide is being read, and its bytes so far.
    fn publish_status(&self, reading: Option<(usize, u64)>) {
        let view = self.ports.view.borrow().clone();
        let of = |(index, (config, guide)): (usize, (_, &Guide))| {
            let matched = view.matched(guide.state.id);
            let mut status = GuideStatus::of(config, &guide.state, matched);
            if let Some((_, bytes)) = reading.filter(|(at, _)| *at == index) {
                status.state = State::Reading { bytes };
            }
            status
        };
        let guides = self.config.guides.iter().zip(&self.guides);
        self.ports
            .status
            .send_replace(guides.enumerate().map(of).collect());
    }

    /// One attempt, and what follows from it.
    async fn refresh(&mut self, index: usize) {
        let result = self.attempt(index).await;
        let now = Instant::now();
        let interval = self.config.guides[index].interval();
        let guide = &mut self.guides[index];
        guide.tried = Some(now);
        guide.more = None;
        match result {
            Ok(state) => {
                guide.state = state;
                guide.due = now + interval;
            }
            Err(Error::Aborted) if self.ports.shutdown.is_cancelled() => return,
            Err(error) => {
                let name = &self.config.guides[index].source.name;
                tracing::warn!(guide = %name, %error, "not read; its programmes stay");
                guide.state.error = error.to_string();
                guide.due = now + RETRY.min(interval);
            }
        }
        self.note(index).await;
        self.publish_status(None);
    }

    /// Stores the state. Where that fails, only what the page shows after the next start is older.
    async fn note(&mut self, index: usize) {
        let store = Arc::clone(&self.store);
        let name = self.config.guides[index].source.name.clone();
        let state = self.guides[index].state.clone();
        let noting = task::spawn_blocking(move || {
            let known = store.load_guides()?;
            let is_known = known
                .iter()
                .any(|(of, known)| *of == name && *known == state);
            match is_known {
                true => Ok(state.id),
                false => store.save_guide(&name, &state),
            }
        });
        match noting.await {
            Ok(Ok(id)) => self.guides[index].state.id = id,
            Ok(Err(error)) => tracing::warn!(%error, "the state of a guide was not stored"),
            Err(_) => {}
        }
    }

    /// Reads a guide, twice where its channels come behind its programmes.
    async fn attempt(&mut self, index: usize) -> Result<GuideState, Error> {
        let mut channels = None;
        loop {
            let is_second = channels.is_some();
            match self.read(index, channels.take()).await? {
                None => {
                    let mut state = self.guides[index].state.clone();
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
        index: usize,
        channels: Option<ChannelList>,
    ) -> Result<Option<Done>, Error> {
        let deadline = Instant::now() + READ_TIME_MAX;
        self.publish_status(Some((index, 0)));
        let guide = &self.config.guides[index];
        let known = match channels {
            None => self.validators(index),
            Some(_) => None,
        };
        let known = known
            .as_ref()
            .map(|known| known.each_ref().map(String::as_str));
        let opening =
            async { Ok(Document::open(&guide.source, &self.http, RESUME_PAUSE, known).await?) };
        let Some(document) = in_time(deadline, opening).await? else {
            return Ok(None);
        };
        let (sender, receiver) = mpsc::channel(PIECES_MAX);
        let now = seconds(SystemTime::now());
        let job = Job {
            name: guide.source.name.clone(),
            url: guide.url().to_owned(),
            state: self.guides[index].state.clone(),
            store: Arc::clone(&self.store),
            lineup: Arc::clone(&self.ports.lineup.borrow()),
            window: Window::at(now, self.config.past_hours, self.config.days),
            bytes_max: self.config.bytes_max,
            match_bytes_max: self.config.match_bytes_max,
            folder: self.config.folder.clone(),
            channels,
        };
        let thread = task::spawn_blocking(move || job.run(receiver));
        tokio::select! {
            () = self.feed(index, document, sender, deadline) => {}
            () = self.ports.shutdown.cancelled() => {}
        }
        thread.await.unwrap_or(Err(Error::Aborted)).map(Some)
    }

    /// Hands the guide to the thread, which says how it went.
    async fn feed(
        &self,
        index: usize,
        mut document: Document,
        sender: mpsc::Sender<Piece>,
        deadline: Instant,
    ) {
        let (mut bytes, mut reported) = (0, 0);
        let cut = loop {
            let next = async { Ok(document.next().await?) };
            let piece = match in_time(deadline, next).await {
                Ok(Some(piece)) => piece,
                Ok(None) => break None,
                Err(error) => break Some(error.to_string()),
            };
            bytes += piece.len() as u64;
            if sender.send(Piece::Bytes(piece)).await.is_err() {
                return;
            }
            if bytes - reported >= REPORT_BYTES {
                reported = bytes;
                self.publish_status(Some((index, bytes)));
            }
        };
        let validators = document.validators().map(str::to_owned);
        // A thread that has gone has said why.
        let _ = sender.send(Piece::End { validators, cut }).await;
    }

    /// What to ask the server with whether the guide has changed: not where what we keep of it ends
    /// before it could, because it was read on another day.
    fn validators(&self, index: usize) -> Option<[String; 2]> {
        let state = &self.guides[index].state;
        let day = |time| seconds(time) / xmltv::time::DAY_S;
        let is_of_today = state.last_read.map(day) == Some(day(SystemTime::now()));
        let wanted = digest(self.ports.view.borrow().wanted(state.id));
        let is_same = state.url == self.config.guides[index].url() && wanted == state.wanted;
        (is_same && is_of_today).then(|| [state.etag.clone(), state.last_modified.clone()])
    }
}

/// The state of each configured guide; what is known of others is forgotten.
fn recall(config: &Config, store: &Store) -> Result<Vec<GuideState>, Error> {
    let names: Vec<&str> = config
        .guides
        .iter()
        .map(|guide| guide.source.name.as_str())
        .collect();
    store.keep_guides(&names)?;
    let known = store.load_guides()?;
    let of = |name: &&str| {
        let state = known.iter().find(|(known, _)| known == name);
        state.map(|(_, state)| state.clone()).unwrap_or_default()
    };
    Ok(names.iter().map(of).collect())
}

/// Matches guide by guide, so that the channels of one are held at a time.
fn view(
    store: &Store,
    lineup: Arc<Lineup>,
    states: &[GuideState],
    [bytes_max, match_bytes_max]: [usize; 2],
) -> Result<View, Error> {
    let mut found = Vec::new();
    for state in states.iter().filter(|state| state.id != 0) {
        let mut channels = ChannelList::new(bytes_max);
        store.guide_channels(state.id, &mut |row| channels.recall(row))?;
        channels.finish();
        let all = find_all(state.id, &channels, &lineup, match_bytes_max);
        let placed = |(index, found)| Some((u32::try_from(index).ok()?, found));
        found.extend(all.into_iter().filter_map(placed));
    }
    let revisions = states.iter().map(|state| state.revision);
    Ok(View::new(lineup, found, revisions))
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

/// Until the moment; for ever where there is none.
async fn wait(until: Option<Instant>) {
    match until {
        Some(until) => sleep_until(until).await,
        None => std::future::pending().await,
    }
}
