//! The life of the imports: from the lineup of the last run on, source by source, until the end.

use std::{sync::Arc, time::SystemTime};

use desk::{ChannelOrder, Edited, Order, Orders, Refused, SourceId, SourceOrder};
use lineup::{AsListed, Lineup, decisions::Logged};
use store::{SourceState, Store};
use tokio::{
    sync::watch,
    task,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;
use upstream::http;

use crate::{
    Config, Error, SourceStatus,
    edit::{Edit, Wish},
    job::Done,
    rebuild,
    refresh::{Attempt, Outcome},
    schedule::Schedule,
    status::Board,
};

/// What connects the imports with the rest of the house.
#[derive(Debug)]
pub struct Ports {
    /// The lineup that everybody reads.
    pub lineup: watch::Sender<Arc<Lineup>>,
    /// What was decided by hand, the newest first.
    pub changes: watch::Sender<Arc<Vec<Logged>>>,
    /// What the page shows.
    pub status: watch::Sender<Vec<SourceStatus>>,
    /// What faces ask to be changed.
    pub orders: Orders,
    /// Ends the imports. One that is being stored is finished first.
    pub shutdown: CancellationToken,
}

/// Publishes the lineup of the last run at once, then reads every source at the start, on request
/// and by its interval, until the shutdown.
pub async fn run(config: Config, store: Arc<Store>, http: http::Client, ports: Ports) {
    let Ports {
        lineup,
        changes,
        status,
        orders,
        shutdown,
    } = ports;
    let now = Instant::now();
    let sources = config.sources.iter().map(|source| Source {
        state: SourceState::default(),
        schedule: Schedule::new(now, source.interval),
    });
    let mut imports = Imports {
        sources: sources.collect(),
        board: Board::new(status, &config),
        config: Arc::new(config),
        store,
        http,
        lineup,
        changes,
        shutdown,
    };
    imports.recall().await;
    imports.go_on(orders).await;
}

/// Everything that an import reads or changes.
struct Imports {
    config: Arc<Config>,
    store: Arc<Store>,
    http: http::Client,
    board: Board,
    shutdown: CancellationToken,
    lineup: watch::Sender<Arc<Lineup>>,
    changes: watch::Sender<Arc<Vec<Logged>>>,
    sources: Vec<Source>,
}

struct Source {
    state: SourceState,
    schedule: Schedule,
}

impl Imports {
    /// Takes up where the last run ended. A store that cannot be read costs the old lineup and not
    /// the start: the sources are about to be read anyway.
    async fn recall(&mut self) {
        let (config, store) = (Arc::clone(&self.config), Arc::clone(&self.store));
        let recalled = task::spawn_blocking(move || recall(&config, &store)).await;
        let store = Arc::clone(&self.store);
        let log = task::spawn_blocking(move || store.load_changes()).await;
        if let Ok(Ok(log)) = log {
            self.changes.send_replace(Arc::new(log));
        }
        let (lineup, states) = recalled
            .unwrap_or(Err(Error::Aborted))
            .unwrap_or_else(|error| {
                tracing::error!(%error, "the lineup of the last run cannot be used");
                let lonely = rebuild::lonely(&self.config).unwrap_or_default();
                (lonely, vec![SourceState::default(); self.sources.len()])
            });
        let channels = rebuild::channels_of(&lineup, self.sources.len());
        for (index, (state, channels)) in states.into_iter().zip(channels).enumerate() {
            self.board.recall(index, &state, channels);
            self.sources[index].state = state;
        }
        self.lineup.send_replace(Arc::new(lineup));
    }

    async fn go_on(&mut self, mut orders: Orders) {
        while !self.shutdown.is_cancelled() {
            if let Some(index) = self.due(Instant::now()) {
                self.refresh(index).await;
                continue;
            }
            tokio::select! {
                () = self.shutdown.cancelled() => {}
                () = wait(self.next()) => {}
                Some(order) = orders.next() => self.carry_out(order).await,
            }
        }
    }

    /// One attempt, and what follows from it.
    async fn refresh(&mut self, index: usize) {
        let attempt = Attempt {
            index,
            config: &self.config,
            store: &self.store,
            http: &self.http,
            board: &self.board,
            lineup: Arc::clone(&self.lineup.borrow()),
            sources: self.states(),
        };
        let outcome = attempt.run(&self.shutdown).await;
        let now = Instant::now();
        match outcome {
            Ok(outcome) => {
                self.sources[index].schedule.succeeded(now);
                match outcome {
                    Outcome::Imported(done) => self.publish(index, *done),
                    Outcome::Unchanged(state) => self.unchanged(index, state).await,
                }
            }
            Err(Error::Aborted) if self.shutdown.is_cancelled() => {}
            Err(error) => {
                self.sources[index].schedule.failed(now);
                self.failed(index, &error).await;
            }
        }
    }

    fn publish(&mut self, index: usize, done: Done) {
        let Done {
            lineup,
            state,
            warnings,
        } = done;
        self.sources[index].state = state;
        let channels = rebuild::channels_of(&lineup, self.sources.len());
        self.lineup.send_replace(Arc::new(lineup));
        self.board
            .imported(index, SystemTime::now(), &channels, warnings);
    }

    async fn unchanged(&mut self, index: usize, state: Option<Box<SourceState>>) {
        let now = SystemTime::now();
        self.board.unchanged(index, now);
        if let Some(state) = state {
            self.sources[index].state = *state;
        }
        let state = &mut self.sources[index].state;
        state.last_success = Some(now);
        state.error.clear();
        self.note(index).await;
    }

    async fn failed(&mut self, index: usize, error: &Error) {
        let text = error.to_string();
        let name = &self.config.sources[index].name;
        tracing::warn!(source = %name, error = %text, "not imported; its channels stay");
        self.sources[index].state.error.clone_from(&text);
        self.board.failed(index, text);
        self.note(index).await;
    }

    /// Stores the state of a source. Where that fails, only what the page shows after the next
    /// start is older than it could be.
    async fn note(&self, index: usize) {
        let store = Arc::clone(&self.store);
        let name = self.config.sources[index].name.clone();
        let state = self.sources[index].state.clone();
        let noting = task::spawn_blocking(move || store.save_source(&name, &state));
        if let Ok(Err(error)) = noting.await {
            tracing::warn!(%error, "the state of a source was not stored");
        }
    }

    /// Name and state of each source, as the store keeps them.
    fn states(&self) -> Vec<(String, SourceState)> {
        let names = self.config.sources.iter().map(|source| source.name.clone());
        let states = self.sources.iter().map(|source| source.state.clone());
        names.zip(states).collect()
    }

    /// The first source, in the order of the configuration, that is to be read now.
    fn due(&self, now: Instant) -> Option<usize> {
        self.sources
            .iter()
            .position(|source| source.schedule.due <= now)
    }

    fn next(&self) -> Option<Instant> {
        self.sources.iter().map(|source| source.schedule.due).min()
    }

    async fn carry_out(&mut self, order: Order) {
        match order {
            Order::Channel(ChannelOrder::Edit {
                changes,
                if_revision,
                answer,
            }) => answer.give(self.edit(Wish::Edit(changes), if_revision).await),
            Order::Channel(ChannelOrder::Undo {
                change,
                if_revision,
                answer,
            }) => answer.give(self.edit(Wish::Undo(change), if_revision).await),
            Order::Source(SourceOrder::Refresh { source, answer }) => {
                answer.give(self.make_due(source));
            }
            Order::Source(SourceOrder::Cancel { source, answer }) => {
                let why = format!("source {source} is not being read now");
                answer.give(Err(Refused::Conflict(why)));
            }
            // Whoever asked is told that it cannot be done now.
            Order::Source(_) => {}
        }
    }

    /// Decides, and publishes what follows.
    async fn edit(&mut self, wish: Wish, if_revision: Option<u64>) -> Result<Edited, Refused> {
        let edit = Edit {
            config: Arc::clone(&self.config),
            store: Arc::clone(&self.store),
            lineup: Arc::clone(&self.lineup.borrow()),
            sources: self.states(),
            if_revision,
        };
        let editing = task::spawn_blocking(move || edit.run(wish));
        let done = editing.await.unwrap_or(Err(Refused::Ending))?;
        if let Some(lineup) = done.lineup {
            self.lineup.send_replace(Arc::new(lineup));
        }
        self.changes.send_replace(Arc::new(done.log));
        Ok(done.edited)
    }

    fn make_due(&mut self, source: Option<SourceId>) -> Result<(), Refused> {
        let now = Instant::now();
        let Some(SourceId(place)) = source else {
            for source in &mut self.sources {
                source.schedule.due = now;
            }
            return Ok(());
        };
        let source = self.sources.get_mut(usize::from(place));
        let source =
            source.ok_or_else(|| Refused::NotFound(format!("there is no source {place}")))?;
        source.schedule.due = now;
        Ok(())
    }
}

fn recall(config: &Config, store: &Store) -> Result<(Lineup, Vec<SourceState>), Error> {
    let states = config
        .sources
        .iter()
        .map(|source| {
            let state = store.load_source(&source.name)?.unwrap_or_default();
            Ok((source.name.clone(), state))
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let lineup = rebuild::recall(config, store, &states, &AsListed)?;
    let states = states.into_iter().map(|(_, state)| state);
    Ok((lineup, states.collect()))
}

/// Until the moment; for ever where there is none.
async fn wait(until: Option<Instant>) {
    match until {
        Some(until) => sleep_until(until).await,
        None => std::future::pending().await,
    }
}
