//! The life of the guides: what the last run left, then guide by guide, until the end.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime},
};

use desk::{GuideOrder, GuideOrders, GuideSettings};
use lineup::{Channel, Lineup};
use store::{GuideState, Store};
use sync::BroughtGuide;
use tokio::{
    sync::watch,
    task,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;
use upstream::http;

use crate::{
    Config, Error, GuideStatus, State, View,
    channels::ChannelList,
    key::digest,
    list::{self, Listed},
    matching::{Whose, find_all},
    reading::{Gauge, Reading},
};

/// Between a change of the lineup and its being matched: sources are read one behind the other.
const SETTLE: Duration = Duration::from_secs(2);
/// Before a guide is tried again that failed.
const RETRY: Duration = Duration::from_secs(600);
/// Before one is read again because the lineup wants other channels of it.
const MORE: Duration = Duration::from_secs(60);

/// What connects the guides with the rest of the house.
#[derive(Debug)]
pub struct Ports {
    /// The lineup in force.
    pub lineup: watch::Receiver<Arc<Lineup>>,
    /// The guides that sources bring. Nothing is read before it has been told once, or its sender is
    /// gone: what is kept of them would be thrown away.
    pub brought: watch::Receiver<Arc<[BroughtGuide]>>,
    /// What faces ask to be changed.
    pub orders: GuideOrders,
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
    let Ports {
        lineup,
        brought,
        orders,
        view,
        status,
        shutdown,
    } = ports;
    let mut wishes = Wishes { orders, brought };
    tokio::select! {
        _ = wishes.brought.changed() => {}
        () = shutdown.cancelled() => return,
    }
    let mut guides = Guides {
        guides: Vec::new(),
        of_api: Vec::new(),
        unreadable: Vec::new(),
        postponed: None,
        config: Arc::new(config),
        store,
        http,
        lineup,
        view,
        status,
        shutdown,
    };
    guides.recall(&mut wishes).await;
    guides.go_on(&mut wishes).await;
}

/// What may change the list of the guides.
pub(crate) struct Wishes {
    pub(crate) orders: GuideOrders,
    pub(crate) brought: watch::Receiver<Arc<[BroughtGuide]>>,
}

/// All guides, and what they are read and matched with.
pub(crate) struct Guides {
    pub(crate) config: Arc<Config>,
    pub(crate) store: Arc<Store>,
    pub(crate) http: http::Client,
    pub(crate) lineup: watch::Receiver<Arc<Lineup>>,
    pub(crate) view: watch::Sender<Arc<View>>,
    status: watch::Sender<Vec<GuideStatus>>,
    pub(crate) shutdown: CancellationToken,
    /// In the order in which channels take programmes of them.
    pub(crate) guides: Vec<Guide>,
    /// Those that were added over the API.
    pub(crate) of_api: Vec<GuideSettings>,
    /// Rows of such ones that a later Dipole has written.
    unreadable: Vec<String>,
    /// What came while a guide was read, and broke that off, or is about to be carried out.
    pub(crate) postponed: Option<GuideOrder>,
}

/// One of them.
#[derive(Clone, Debug)]
pub(crate) struct Guide {
    pub(crate) listed: Listed,
    pub(crate) state: GuideState,
    /// By its interval, or after a failure; `None` for one that nobody has uploaded yet.
    pub(crate) due: Option<Instant>,
    /// When it is read because the lineup wants other channels of it than are kept.
    more: Option<Instant>,
    tried: Option<Instant>,
}

impl Guide {
    fn next(&self) -> Option<Instant> {
        let more = self.more.filter(|_| self.due.is_some());
        more.into_iter().chain(self.due).min()
    }

    /// Between two readings.
    fn interval(&self) -> Duration {
        Duration::from_secs(self.listed.settings.interval_hours * 3600)
    }
}

impl Guides {
    /// What is fresh is not read again.
    async fn recall(&mut self, wishes: &mut Wishes) {
        let store = Arc::clone(&self.store);
        let recalled = task::spawn_blocking(move || store.load_guides()).await;
        let known = recalled.map_err(|_| Error::Aborted);
        match known.and_then(|known| Ok(known?)) {
            Ok(known) => self.recall_those_of_api(known),
            Err(error) => {
                tracing::error!(%error, "the guides of the last run cannot be used");
            }
        }
        self.take_brought(wishes).await;
    }

    fn recall_those_of_api(&mut self, known: Vec<(String, GuideState)>) {
        for (row, state) in known {
            match state.settings.as_deref().map(serde_json::from_str) {
                None => {}
                Some(Ok(settings)) => self.of_api.push(settings),
                Some(Err(error)) => {
                    tracing::error!(guide = %row, %error, "left out: its settings cannot be read");
                    self.unreadable.push(row);
                }
            }
        }
    }

    /// Takes up what the sources bring now.
    pub(crate) async fn take_brought(&mut self, wishes: &mut Wishes) {
        let brought = wishes.brought.borrow_and_update().clone();
        if let Err(error) = self.list(&brought).await {
            tracing::error!(%error, "what sources bring of guides could not be stored");
        }
        self.publish_status(None);
    }

    /// Makes these the guides that there are. What is known of one that is gone is forgotten, and one
    /// that is new, or is asked for in other words, is read soon.
    pub(crate) async fn list(&mut self, brought: &[BroughtGuide]) -> Result<(), Error> {
        let listed = list::all(&self.config.guides, &self.of_api, brought);
        let rows: Vec<String> = listed.iter().map(Listed::row).collect();
        let (store, others) = (Arc::clone(&self.store), self.unreadable.clone());
        let listing = task::spawn_blocking(move || states(&store, &rows, &others)).await;
        let states = listing.map_err(|_| Error::Aborted)??;
        let before = std::mem::take(&mut self.guides);
        let guides = listed.into_iter().zip(states);
        self.guides = guides
            .map(|(listed, state)| self.taken_up(listed, state, &before))
            .collect();
        Ok(())
    }

    fn taken_up(&self, listed: Listed, state: GuideState, before: &[Guide]) -> Guide {
        let now = Instant::now();
        let mut guide = Guide {
            listed,
            state,
            due: Some(now),
            more: None,
            tried: None,
        };
        let known = before.iter().find(|it| it.state.id == guide.state.id);
        if let Some(known) = known.filter(|it| it.listed.asks_the_same(&guide.listed)) {
            guide.due = known.due.map(|due| due.min(now + guide.interval()));
            (guide.more, guide.tried) = (known.more, known.tried);
            return guide;
        }
        let url = self.address(&guide);
        if known.is_none() && guide.state.url == url {
            let age = guide.state.last_success;
            let age = age.and_then(|at| SystemTime::now().duration_since(at).ok());
            let left = age.and_then(|age| guide.interval().checked_sub(age));
            guide.due = Some(now + left.unwrap_or_default());
        }
        // One that is uploaded is there once it has been.
        let is_there = guide.listed.settings.url.is_some() || self.file(guide.state.id).exists();
        guide.due = guide.due.filter(|_| is_there);
        guide
    }

    /// Where a guide lies.
    pub(crate) fn address(&self, guide: &Guide) -> String {
        let file = || self.file(guide.state.id).display().to_string();
        guide.listed.settings.url.clone().unwrap_or_else(file)
    }

    /// Where one lies that was uploaded.
    pub(crate) fn file(&self, id: u32) -> PathBuf {
        self.config.folder.join(format!("guide-{id}.xml"))
    }

    async fn go_on(&mut self, wishes: &mut Wishes) {
        let mut match_at = Some(Instant::now());
        while !self.shutdown.is_cancelled() {
            let now = Instant::now();
            let order = self.postponed.take();
            if let Some(order) = order.or_else(|| wishes.orders.waiting()) {
                Box::pin(self.carry_out(order, wishes)).await;
                match_at = Some(now);
                continue;
            }
            if wishes.brought.has_changed().unwrap_or(false) {
                self.take_brought(wishes).await;
                match_at = Some(now);
                continue;
            }
            if match_at.is_some_and(|at| at <= now) {
                match_at = None;
                self.rematch().await;
                continue;
            }
            let is_matched = match_at.is_none() && !self.lineup.has_changed().unwrap_or(false);
            let is_ready = is_matched && self.has_channels();
            let next = self.guides.iter().filter_map(Guide::next).min();
            let next = next.filter(|_| is_ready);
            if let Some(id) = self.due(now).filter(|_| is_ready) {
                Box::pin(self.read(id, None, wishes)).await;
                self.rematch().await;
                continue;
            }
            tokio::select! {
                () = self.shutdown.cancelled() => {}
                () = wait(match_at) => {}
                () = wait(next) => {}
                Ok(()) = self.lineup.changed() => match_at = match_at.or(Some(Instant::now() + SETTLE)),
                Some(order) = wishes.orders.next() => self.postponed = Some(order),
                Ok(()) = wishes.brought.changed() => wishes.brought.mark_changed(),
                else => break,
            }
        }
    }

    pub(crate) fn whose(&self, guide: &Guide) -> Whose {
        let guides = self.guides.iter();
        Whose {
            id: guide.state.id,
            name: guide.listed.settings.name.clone(),
            all: guides.map(|it| it.listed.settings.name.clone()).collect(),
        }
    }

    pub(crate) fn find(&self, id: u32) -> Option<&Guide> {
        self.guides.iter().find(|guide| guide.state.id == id)
    }

    fn find_mut(&mut self, id: u32) -> Option<&mut Guide> {
        self.guides.iter_mut().find(|guide| guide.state.id == id)
    }

    /// Whether there is anything to have a guide.
    fn has_channels(&self) -> bool {
        let lineup = self.lineup.borrow();
        lineup
            .iter()
            .any(|channel| channel.source != Channel::BUILT_IN)
    }

    /// The first one that is to be read now.
    fn due(&self, now: Instant) -> Option<u32> {
        let is_due = |guide: &&Guide| guide.next().is_some_and(|next| next <= now);
        self.guides.iter().find(is_due).map(|guide| guide.state.id)
    }

    /// Finds the guides' channels for the lineup anew, and reads those guides soon of which other
    /// channels are wanted than are kept.
    pub(crate) async fn rematch(&mut self) {
        let lineup = Arc::clone(&self.lineup.borrow_and_update());
        let guides = self.guides.iter();
        let guides: Vec<_> = guides
            .map(|guide| (self.whose(guide), guide.state.revision))
            .collect();
        let limits = [self.config.bytes_max / 2, self.config.match_bytes_max];
        let store = Arc::clone(&self.store);
        let work = move || view(&store, lineup, guides, limits);
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
        self.view.send_replace(view);
        self.publish_status(None);
    }

    /// `reading`: which guide is being read, and how far.
    pub(crate) fn publish_status(&self, reading: Option<(u32, &Gauge)>) {
        let view = self.view.borrow().clone();
        let of = |guide: &Guide| {
            let id = guide.state.id;
            let mut status = GuideStatus::of(&guide.listed, &guide.state, view.matched(id));
            if let Some((_, gauge)) = reading.filter(|(of, _)| *of == id) {
                status.state = State::Reading(gauge.read());
            }
            status
        };
        self.status
            .send_replace(self.guides.iter().map(of).collect());
    }

    /// What follows from an attempt.
    pub(crate) async fn ended(&mut self, id: u32, result: Result<GuideState, Error>) -> Reading {
        let now = Instant::now();
        let Some(guide) = self.find_mut(id) else {
            return Reading::BrokenOff;
        };
        let interval = guide.interval();
        guide.tried = Some(now);
        guide.more = None;
        let reading = match result {
            Ok(state) => {
                guide.state = state;
                guide.due = Some(now + interval);
                Reading::Over
            }
            Err(error) => {
                let name = &guide.listed.settings.name;
                tracing::warn!(guide = %name, %error, "not read; its programmes stay");
                guide.state.error = error.to_string();
                // An upload that failed is nowhere to be read again.
                guide.due = guide.due.map(|_| now + RETRY.min(interval));
                Reading::Failed(error.to_string())
            }
        };
        self.note(id).await;
        self.publish_status(None);
        reading
    }

    /// Whoever has broken a reading off wants it later.
    pub(crate) fn put_off(&mut self, id: u32) {
        let now = Instant::now();
        if let Some(guide) = self.find_mut(id) {
            let interval = guide.interval();
            guide.due = guide.due.map(|_| now + interval);
            (guide.more, guide.tried) = (None, Some(now));
        }
        self.publish_status(None);
    }

    /// Stores the state. Where that fails, only what the page shows after the next start is older.
    async fn note(&self, id: u32) {
        let Some(guide) = self.find(id) else {
            return;
        };
        let (row, state) = (guide.listed.row(), guide.state.clone());
        let store = Arc::clone(&self.store);
        let noting = task::spawn_blocking(move || {
            let known = store.load_guides()?;
            let is_known = known.iter().any(|it| it.0 == row && it.1 == state);
            match is_known {
                true => Ok(state.id),
                false => store.save_guide(&row, &state),
            }
        });
        if let Ok(Err(error)) = noting.await {
            tracing::warn!(%error, "the state of a guide was not stored");
        }
    }
}

/// The state of each of these rows; all but them and `others` are forgotten.
fn states(store: &Store, rows: &[String], others: &[String]) -> Result<Vec<GuideState>, Error> {
    let names: Vec<&str> = rows.iter().chain(others).map(String::as_str).collect();
    store.keep_guides(&names)?;
    let known = store.load_guides()?;
    let states = rows.iter().map(|row| {
        if let Some((_, state)) = known.iter().find(|(known, _)| known == row) {
            return Ok(state.clone());
        }
        let state = GuideState::default();
        let id = store.save_guide(row, &state)?;
        Ok(GuideState { id, ..state })
    });
    states.collect()
}

/// Matches guide by guide, so that the channels of one are held at a time.
fn view(
    store: &Store,
    lineup: Arc<Lineup>,
    guides: Vec<(Whose, u64)>,
    [bytes_max, match_bytes_max]: [usize; 2],
) -> Result<View, Error> {
    let mut found = Vec::new();
    for (guide, _) in &guides {
        let mut channels = ChannelList::new(bytes_max);
        store.guide_channels(guide.id, &mut |row| channels.recall(row))?;
        channels.finish();
        let all = find_all(guide, &channels, &lineup, match_bytes_max);
        let placed = |(index, found)| Some((u32::try_from(index).ok()?, found));
        found.extend(all.into_iter().filter_map(placed));
    }
    Ok(View::new(lineup, found, guides))
}

/// Until the moment; for ever where there is none.
async fn wait(until: Option<Instant>) {
    match until {
        Some(until) => sleep_until(until).await,
        None => std::future::pending().await,
    }
}
