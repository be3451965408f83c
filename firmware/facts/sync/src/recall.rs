//! What the store has kept of the run before.

use std::{collections::BTreeMap, sync::Arc};

use lineup::{Lineup, decisions::Logged};
use store::{SourceState, Store};

use crate::{Config, Error, rebuild, rules::RuleBook, sources::Sources};

/// Where this run begins.
pub(crate) struct Recalled {
    pub(crate) sources: Sources,
    /// By number.
    pub(crate) states: BTreeMap<u16, SourceState>,
    pub(crate) lineup: Lineup,
    /// What was decided, the newest first.
    pub(crate) log: Vec<Logged>,
}

impl Recalled {
    /// As if nothing had been kept.
    pub(crate) fn nothing(config: &Config, store: &Store) -> Self {
        Self {
            sources: config.sources.clone(),
            states: BTreeMap::new(),
            lineup: lonely(config, store),
            log: Vec::new(),
        }
    }
}

/// Gives the sources of the configuration file their numbers, adds those of the store, and takes up
/// the lineup under both.
pub(crate) fn recall(config: &Config, store: &Store, rules: &RuleBook) -> Result<Recalled, Error> {
    let rows = store.load_book()?;
    let sources = Sources::recalled(&config.sources, &rows);
    let wanted = sources.rows()?;
    // Left as it is where some of it cannot be read: a later Dipole may.
    let is_whole = rows
        .iter()
        .all(|row| row.settings.is_none() || sources.find(row.id).is_some());
    if wanted != rows && is_whole {
        store.save_book(&wanted)?;
    }
    let mut states = BTreeMap::new();
    for (id, _) in sources.iter() {
        if let Some(state) = store.load_source(id)? {
            states.insert(id, state);
        }
    }
    let config = Config {
        sources,
        ..config.clone()
    };
    let lineup = rebuild::recall(&config, store, rules).unwrap_or_else(|error| {
        tracing::error!(%error, "the lineup of the last run cannot be used; it is made anew as the sources are read");
        lonely(&config, store)
    });
    Ok(Recalled {
        sources: config.sources,
        states,
        lineup,
        log: store.load_changes()?,
    })
}

/// Without channels, under what was decided as far as that can be read: what is decided from now on is
/// decided beside it.
fn lonely(config: &Config, store: &Store) -> Lineup {
    let decisions = store.load_decisions().unwrap_or_default();
    let lineup = rebuild::lonely(config).unwrap_or_default();
    lineup.under(Arc::new(decisions))
}
