//! How the catalogues stand, for whoever shows them.

use std::{
    collections::BTreeMap,
    time::{SystemTime, UNIX_EPOCH},
};

use base::Lock;
use desk::catalog::{CatalogView, Shelf};
use store::CatalogState;

use crate::Account;

/// Which catalogue.
pub(crate) type Key = (u16, Shelf);

#[derive(Clone, Debug, Default)]
struct Row {
    is_reading: bool,
    titles: u64,
    read: Option<SystemTime>,
    error: String,
    cut: String,
}

/// A row for each catalogue.
#[derive(Debug, Default)]
pub(crate) struct Board(Lock<BTreeMap<Key, Row>>);

impl Board {
    /// Whether it is being read.
    pub(crate) fn reading(&self, key: Key, is_reading: bool) {
        self.0.lock().entry(key).or_default().is_reading = is_reading;
    }

    /// What the store has.
    pub(crate) fn show(&self, key: Key, state: &CatalogState) {
        let mut rows = self.0.lock();
        let row = rows.entry(key).or_default();
        *row = Row {
            is_reading: row.is_reading,
            titles: state.titles(),
            read: state.last_success,
            error: state.error.clone(),
            cut: state.cut.clone(),
        };
    }

    /// Only these are there.
    pub(crate) fn keep(&self, is_kept: impl Fn(Key) -> bool) {
        self.0.lock().retain(|key, _| is_kept(*key));
    }

    /// Those of a shelf.
    pub(crate) fn views(&self, shelf: Shelf, accounts: &[Account]) -> Vec<CatalogView> {
        let rows = self.0.lock();
        let listed = accounts.iter().filter(|account| account.is_listed());
        let views = listed.map(|account| {
            let row = rows.get(&(account.id, shelf)).cloned().unwrap_or_default();
            let read = row.read.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
            let said = |text: String| Some(text).filter(|text| !text.is_empty());
            CatalogView {
                source: account.id,
                name: account.settings.name.clone(),
                is_reading: row.is_reading,
                titles: row.titles,
                read_unix_s: read.map(|since| since.as_secs()),
                error: said(row.error),
                cut: said(row.cut),
            }
        });
        views.collect()
    }
}
