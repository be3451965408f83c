//! The life of the catalogues.

use std::{collections::btree_map::Entry, sync::Arc};

use desk::catalog::Shelf;
use store::{CatalogState, Store};
use tokio::{
    sync::{Semaphore, watch::error::RecvError},
    task,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;
use upstream::http;

use crate::{
    Account, Accounts,
    board::{Board, Key},
    epg_cache::ShortEpg,
    error::Error,
    job::stored,
    limits::{ASKED_MAX, QUERIES_MAX},
    read::read,
    schedule::{Due, Dues, first},
};

/// Films and series of all accounts, and what their panels say is on.
pub struct Catalog {
    pub(crate) store: Arc<Store>,
    pub(crate) http: http::Client,
    pub(crate) accounts: Accounts,
    /// Where a reading takes its memory: one at a time, whoever reads.
    reading: Arc<Semaphore>,
    pub(crate) board: Board,
    /// Questions that look through a catalogue.
    pub(crate) queries: Arc<Semaphore>,
    /// Panels that are asked by somebody who waits.
    pub(crate) asking: Semaphore,
    pub(crate) epg: ShortEpg,
}

impl std::fmt::Debug for Catalog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Catalog").finish_non_exhaustive()
    }
}

impl Catalog {
    /// Reads nothing yet. Of those who share `reading`, one reads at a time.
    #[must_use]
    pub fn new(
        store: Arc<Store>,
        http: http::Client,
        accounts: Accounts,
        reading: Arc<Semaphore>,
    ) -> Self {
        Self {
            store,
            http,
            accounts,
            reading,
            board: Board::default(),
            queries: Arc::new(Semaphore::new(QUERIES_MAX)),
            asking: Semaphore::new(ASKED_MAX),
            epg: ShortEpg::default(),
        }
    }

    /// Reads the catalogues of the accounts that want it, each by the interval of its source, until the
    /// shutdown.
    pub async fn run(self: Arc<Self>, shutdown: CancellationToken) {
        tokio::select! {
            () = shutdown.cancelled() => {}
            // The end of whoever tells the accounts is that of Dipole.
            _ = self.go_on() => {}
        }
    }

    async fn go_on(&self) -> Result<(), RecvError> {
        let mut accounts = self.accounts.clone();
        let mut dues = Dues::new();
        accounts.changed().await?;
        loop {
            let known = Arc::clone(&accounts.borrow_and_update());
            self.settle(&known, &mut dues).await;
            loop {
                let next = first(&dues);
                tokio::select! {
                    changed = accounts.changed() => {
                        changed?;
                        break;
                    }
                    () = wait(next.map(|(_, at)| at)) => {}
                }
                let Some((key, _)) = next else { continue };
                let account = known.iter().find(|account| account.id == key.0);
                let (Some(account), Some(due)) = (account, dues.get_mut(&key)) else {
                    dues.remove(&key);
                    continue;
                };
                tokio::select! {
                    // It may have been switched off; else it is still due.
                    changed = accounts.changed() => {
                        self.board.reading(key, false);
                        changed?;
                        break;
                    }
                    () = self.attempt(account, key, due) => {}
                }
            }
        }
    }

    /// Which catalogues there are under these accounts, and when they are read.
    async fn settle(&self, accounts: &Arc<Vec<Account>>, dues: &mut Dues) {
        let find = |id: u16| accounts.iter().find(|account| account.id == id);
        dues.retain(|key, due| {
            find(key.0).is_some_and(|account| account.is_listed() && due.is_of(account))
        });
        self.board
            .keep(|(id, _)| find(id).is_some_and(Account::is_listed));
        let (store, all) = (Arc::clone(&self.store), Arc::clone(accounts));
        let kept = task::spawn_blocking(move || {
            // One that is switched off for a while keeps what it has.
            let wants = |id| all.iter().any(|it| it.id == id && it.settings.vod);
            store.keep_catalogs(wants)
        });
        if let Ok(Err(error)) = kept.await {
            tracing::warn!(%error, "catalogues that nobody wants are still stored");
        }
        for account in accounts.iter().filter(|account| account.is_listed()) {
            for shelf in [Shelf::Movies, Shelf::Series] {
                let key = (account.id, shelf);
                if let Entry::Vacant(due) = dues.entry(key) {
                    let state = self.known(account, shelf).await;
                    self.board.show(key, &state);
                    due.insert(Due::of(account, &state));
                }
            }
        }
    }

    /// What the store has of a catalogue. That of another account is forgotten: its ids mean other
    /// titles.
    async fn known(&self, account: &Account, shelf: Shelf) -> CatalogState {
        let (store, id, digest) = (Arc::clone(&self.store), account.id, account.digest());
        let knowing = task::spawn_blocking(move || {
            let shelf = stored(shelf);
            let state = store.load_catalog(id, shelf)?.unwrap_or_default();
            if state.account == digest || state == CatalogState::default() {
                return Ok(state);
            }
            let blank = CatalogState {
                account: digest,
                ..CatalogState::default()
            };
            store.save_catalog(id, shelf, &blank)?;
            Ok::<_, store::Error>(blank)
        });
        match knowing.await {
            Ok(Ok(state)) => state,
            Ok(Err(error)) => {
                tracing::error!(%error, "a catalogue cannot be used: it is read anew");
                CatalogState::default()
            }
            Err(_) => CatalogState::default(),
        }
    }

    async fn attempt(&self, account: &Account, key: Key, due: &mut Due) {
        let Ok(_place) = self.reading.acquire().await else {
            return;
        };
        self.board.reading(key, true);
        let done = read(&self.store, &self.http, account, key.1).await;
        self.board.reading(key, false);
        match done {
            Ok(state) => {
                let titles = state.titles();
                tracing::info!(source = %account.settings.name, shelf = ?key.1, titles, "a catalogue was read");
                self.board.show(key, &state);
                due.succeeded(Instant::now());
            }
            Err(error) => {
                tracing::warn!(source = %account.settings.name, shelf = ?key.1, %error, "a catalogue could not be read");
                due.failed(Instant::now());
                self.note(key, &error).await;
            }
        }
    }

    /// What there was stays, and so does the reason why there is nothing newer.
    async fn note(&self, key: Key, error: &Error) {
        let (store, why) = (Arc::clone(&self.store), error.to_string());
        let noting = task::spawn_blocking(move || {
            let (id, shelf) = (key.0, stored(key.1));
            let state = CatalogState {
                error: why,
                ..store.load_catalog(id, shelf)?.unwrap_or_default()
            };
            store.save_catalog(id, shelf, &state)?;
            Ok::<_, store::Error>(state)
        });
        match noting.await {
            Ok(Ok(state)) => self.board.show(key, &state),
            Ok(Err(error)) => tracing::warn!(%error, "the state of a catalogue was not stored"),
            Err(_) => {}
        }
    }
}

/// Until the moment; for ever where there is none.
async fn wait(until: Option<Instant>) {
    match until {
        Some(until) => sleep_until(until).await,
        None => std::future::pending().await,
    }
}
