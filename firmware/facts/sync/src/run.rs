//! The life of the imports: from the lineup of the last run on, source by source, until the end.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use desk::{Order, Orders, RulesView};
use lineup::{Lineup, decisions::Logged};
use store::{SourceState, Store};
use tokio::{
    sync::watch,
    task,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;
use upstream::http;

use crate::{
    Backups, BroughtGuide, Config, Error, SourceStatus, Sources, brought, rebuild,
    recall::{Recalled, recall},
    refresh::{Origin, Reading},
    rules::RuleBook,
    schedule::Schedule,
    status::Board,
};

/// What connects the imports with the rest of the house.
pub struct Ports {
    /// The lineup that everybody reads.
    pub lineup: watch::Sender<Arc<Lineup>>,
    /// What was decided by hand, the newest first.
    pub changes: watch::Sender<Arc<Vec<Logged>>>,
    /// What the page shows.
    pub status: watch::Sender<Vec<SourceStatus>>,
    /// The owner's rules, for whoever shows them.
    pub rules: watch::Sender<Arc<RulesView>>,
    /// The guides that the sources bring, in the order in which they are asked; told at the start, and
    /// whenever they change.
    pub brought: watch::Sender<Arc<[BroughtGuide]>>,
    /// What faces ask to be changed.
    pub orders: Orders,
    /// What backups need.
    pub backups: Backups,
    /// Told the sources at the start and whenever they change, before any lineup that names a new
    /// one is published: whoever plays streams knows by then how.
    pub told: Box<dyn Fn(&Sources) + Send + Sync>,
    /// Ends the imports. One that is being stored is finished first.
    pub shutdown: CancellationToken,
}

impl fmt::Debug for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ports").finish_non_exhaustive()
    }
}

/// Publishes the lineup of the last run at once, then reads every source at the start, on request and by
/// its interval, until the shutdown.
pub async fn run(config: Config, store: Arc<Store>, http: http::Client, ports: Ports) {
    let mut imports = Imports {
        board: Arc::new(Board::new(ports.status)),
        rules: RuleBook::new(&config.rules, ports.rules),
        config: Arc::new(config),
        store,
        http,
        lineup: ports.lineup,
        changes: ports.changes,
        brought: ports.brought,
        told: ports.told,
        backups: ports.backups,
        shutdown: ports.shutdown,
        sources: BTreeMap::new(),
        postponed: None,
    };
    imports.recall().await;
    imports.go_on(ports.orders).await;
}

/// Everything that an import reads or changes.
pub(crate) struct Imports {
    pub(crate) config: Arc<Config>,
    pub(crate) store: Arc<Store>,
    pub(crate) http: http::Client,
    pub(crate) board: Arc<Board>,
    pub(crate) rules: RuleBook,
    pub(crate) shutdown: CancellationToken,
    pub(crate) lineup: watch::Sender<Arc<Lineup>>,
    pub(crate) changes: watch::Sender<Arc<Vec<Logged>>>,
    pub(crate) brought: watch::Sender<Arc<[BroughtGuide]>>,
    pub(crate) told: Box<dyn Fn(&Sources) + Send + Sync>,
    pub(crate) backups: Backups,
    /// By number.
    pub(crate) sources: BTreeMap<u16, Known>,
    /// What came while a list was read, and broke that off.
    pub(crate) postponed: Option<Order>,
}

/// What is known of a source, and when it is read next.
pub(crate) struct Known {
    pub(crate) state: SourceState,
    pub(crate) schedule: Schedule,
    /// Whether the next list is taken even if much of it is gone.
    pub(crate) accepts: bool,
    /// When the panel is asked next what the account may do, list or no list.
    pub(crate) account_due: Instant,
}

impl Known {
    pub(crate) fn new(state: SourceState, schedule: Schedule) -> Self {
        Self {
            state,
            schedule,
            accepts: false,
            account_due: Instant::now(),
        }
    }
}

impl Imports {
    /// Takes up where the last run ended. A store that cannot be read costs the old lineup and not
    /// the start: the sources are about to be read anyway.
    pub(crate) async fn recall(&mut self) {
        let (config, store) = (Arc::clone(&self.config), Arc::clone(&self.store));
        let rules = self.rules.clone();
        let recalling = task::spawn_blocking(move || {
            rules.recall(&store);
            recall(&config, &store, &rules)
        });
        let recalled = recalling.await;
        let recalled = recalled.unwrap_or(Err(Error::Aborted));
        let Recalled {
            sources,
            states,
            lineup,
            log,
        } = recalled.unwrap_or_else(|error| {
            tracing::error!(%error, "the lineup of the last run cannot be used");
            Recalled::nothing(&self.config, &self.store)
        });
        Arc::make_mut(&mut self.config).sources = sources;
        self.tell();
        let channels = rebuild::channels_of(&lineup);
        for (id, _) in self.config.sources.iter() {
            let state = states.get(&id).cloned().unwrap_or_default();
            let channels = channels.get(usize::from(id)).copied().unwrap_or(0);
            // Of an upload what is there is all there will be.
            let is_uploaded = self.config.sources[usize::from(id)].url.is_none();
            let is_there = is_uploaded && state.list.is_some();
            self.board.recall(id, &state, channels, is_there);
            let known = Known::new(state, self.schedule(id));
            self.sources.insert(id, known);
        }
        self.brought.send_replace(self.brought_now());
        self.changes.send_replace(Arc::new(log));
        self.lineup.send_replace(Arc::new(lineup));
    }

    /// Tells everybody which sources there are.
    pub(crate) fn tell(&self) {
        self.board.list(&self.config.sources);
        (self.told)(&self.config.sources);
    }

    /// Tells which guides the sources bring, where those are others than before.
    pub(crate) fn bring(&self) {
        let brought = self.brought_now();
        if **self.brought.borrow() != *brought {
            self.brought.send_replace(brought);
        }
    }

    fn brought_now(&self) -> Arc<[BroughtGuide]> {
        let state = |id: u16| Some(&self.sources.get(&id)?.state);
        brought::of(&self.config.sources, state).into()
    }

    /// Every list is asked for at a start and when something was set: whoever has changed it starts anew,
    /// and one that is the same costs its server a 304, or us a comparison.
    pub(crate) fn schedule(&self, id: u16) -> Schedule {
        let settings = &self.config.sources[usize::from(id)];
        if settings.url.is_none() || !settings.enabled {
            return Schedule::never();
        }
        let interval = Duration::from_secs(settings.interval_hours * 3600);
        Schedule::new(Instant::now(), interval)
    }

    async fn go_on(&mut self, mut orders: Orders) {
        while !self.shutdown.is_cancelled() {
            if let Some(order) = self.postponed.take().or_else(|| orders.waiting()) {
                Box::pin(self.carry_out(order, &mut orders)).await;
                continue;
            }
            if let Some(id) = self.due(Instant::now()) {
                Box::pin(self.read(id, Origin::Address, &mut orders)).await;
                continue;
            }
            if let Some(id) = self.account_due(Instant::now()) {
                Box::pin(self.ask_account(id)).await;
                continue;
            }
            tokio::select! {
                () = self.shutdown.cancelled() => {}
                () = wait(self.next()) => {}
                Some(order) = orders.next() => self.postponed = Some(order),
            }
        }
    }

    /// Reads a source, and carries out meanwhile what can be; how it went is on the board by then.
    pub(crate) async fn read(&mut self, id: u16, origin: Origin, orders: &mut Orders) -> Reading {
        let reading = self.follow(id, origin, orders).await;
        let now = Instant::now();
        let Some(known) = self.sources.get_mut(&id) else {
            return reading;
        };
        match &reading {
            Reading::Over => known.schedule.succeeded(now),
            Reading::Failed(_) => known.schedule.failed(now),
            // Whoever has broken it off wants it later.
            Reading::Cancelled => known.schedule.succeeded(now),
            // It is still due.
            Reading::BrokenOff => {}
        }
        self.bring();
        reading
    }

    /// Stores the state of a source. Where that fails, only what the page shows after the next
    /// start is older than it could be.
    pub(crate) async fn note(&self, id: u16) {
        let Some(known) = self.sources.get(&id) else {
            return;
        };
        let (store, state) = (Arc::clone(&self.store), known.state.clone());
        let noting = task::spawn_blocking(move || store.save_source(id, &state));
        if let Ok(Err(error)) = noting.await {
            tracing::warn!(%error, "the state of a source was not stored");
        }
    }

    /// The first source, in the order of the numbers, that is to be read now: one list is in memory
    /// at a time.
    fn due(&self, now: Instant) -> Option<u16> {
        let is_due = |known: &Known| known.schedule.due.is_some_and(|due| due <= now);
        let mut sources = self.sources.iter();
        sources.find(|(_, known)| is_due(known)).map(|(id, _)| *id)
    }

    fn next(&self) -> Option<Instant> {
        let sources = self.sources.values();
        let lists = sources.filter_map(|known| known.schedule.due);
        lists.chain(self.next_account()).min()
    }
}

/// Until the moment; for ever where there is none.
async fn wait(until: Option<Instant>) {
    match until {
        Some(until) => sleep_until(until).await,
        None => std::future::pending().await,
    }
}
