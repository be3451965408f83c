//! What the owner decides: judged, stored, and the lineup that follows from it. One run of one thread
//! that may block.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use desk::{Edited, Refused};
use lineup::{
    Decidable, Held, Lineup,
    decisions::{self, Change, Changed, Decision, Decisions, Logged, Refusal, Turn},
};
use store::{Import, Store};

use crate::{Config, Error, rebuild::Rebuild, rules::RuleBook};

/// The part of a lineup's bytes that decisions may take.
const DECISIONS_SHARE: usize = 4;

/// What is wished for.
pub(crate) enum Wish {
    Edit(Vec<Change>),
    Undo(u64),
}

/// One edit.
pub(crate) struct Edit {
    pub(crate) config: Arc<Config>,
    pub(crate) store: Arc<Store>,
    pub(crate) rules: RuleBook,
    /// The lineup that is published.
    pub(crate) lineup: Arc<Lineup>,
    /// The lineup that whoever wishes has seen, where they say so.
    pub(crate) if_revision: Option<u64>,
}

/// An edit that has been stored and may be published.
pub(crate) struct Done {
    pub(crate) edited: Edited,
    /// The lineup that follows; `None` where all was so already.
    pub(crate) lineup: Option<Lineup>,
    pub(crate) log: Vec<Logged>,
}

impl Edit {
    /// Decides and stores. After a refusal nothing has changed.
    pub(crate) fn run(self, wish: Wish) -> Result<Done, Refused> {
        let revision = self.lineup.revision();
        if self.if_revision.is_some_and(|seen| seen != revision) {
            return Err(Refused::Outdated);
        }
        let before = self
            .store
            .load_decisions()
            .map_err(|error| storage(&error))?;
        let changed = self.judge(&before, wish)?;
        if changed.is_nothing() {
            let log = self.log()?;
            return Ok(Done {
                edited: edited(&changed, None, revision),
                lineup: None,
                log,
            });
        }
        let bytes_max = self.config.lineup_bytes_max / DECISIONS_SHARE;
        let after = Arc::new(before.with(&changed, bytes_max)?);
        drop(before);
        let (lineup, n) = if derives_anew(&changed) {
            self.save_anew(&changed, after)?
        } else {
            self.save_over(&changed, after, bytes_max)?
        };
        Ok(Done {
            edited: edited(&changed, Some(n), lineup.revision()),
            lineup: Some(lineup),
            log: self.log()?,
        })
    }

    fn judge(&self, before: &Decisions, wish: Wish) -> Result<Changed, Refused> {
        let splits = matches!(&wish, Wish::Edit(changes)
            if changes.iter().any(|change| matches!(change, Change::Split { .. })));
        let held = if splits {
            self.store
                .load_known()
                .map_err(|error| storage(&error))?
                .held
        } else {
            Held::default()
        };
        let channels = Decidable {
            lineup: &self.lineup,
            held: &held,
        };
        let judged = match wish {
            Wish::Edit(changes) => decisions::edit(before, &channels, &changes)?,
            Wish::Undo(n) => {
                let logged = self.store.load_change(n).map_err(|error| storage(&error))?;
                let logged = logged.ok_or(Refusal::NoChange(n))?;
                decisions::undo(before, &channels, n, &logged)?
            }
        };
        Ok(judged)
    }

    /// All lists once more: entries move, numbers or streams change their order.
    fn save_anew(
        &self,
        changed: &Changed,
        decisions: Arc<Decisions>,
    ) -> Result<(Lineup, u64), Refused> {
        let rebuild = Rebuild {
            config: &self.config,
            store: &self.store,
            rules: &self.rules,
            decisions,
            fresh: None,
            may_cut: false,
        };
        let rebuilt = rebuild.run().map_err(|error| match error {
            Error::Full(full) => Refused::Conflict(full.to_string()),
            error => storage(&error),
        })?;
        let import = Import {
            lineup: &rebuilt.lineup,
            known: &rebuilt.known,
            choices: rebuilt.choices,
            sources: &self.config.sources.deriving().collect::<Vec<_>>(),
            states: &[],
            list: None,
        };
        let n = self.save(changed, Some(&import))?;
        Ok((rebuilt.lineup, n))
    }

    /// The same lineup under other decisions.
    fn save_over(
        &self,
        changed: &Changed,
        decisions: Arc<Decisions>,
        bytes_max: usize,
    ) -> Result<(Lineup, u64), Refused> {
        let lineup = self.lineup.under(decisions);
        if lineup.bytes() > self.config.lineup_bytes_max {
            let rows_max = Decisions::ROWS_MAX;
            let full = Refusal::Full {
                bytes_max,
                rows_max,
            };
            return Err(full.into());
        }
        let n = self.save(changed, None)?;
        Ok((lineup, n))
    }

    fn save(&self, changed: &Changed, import: Option<&Import<'_>>) -> Result<u64, Refused> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let logged = self.store.save_edit(changed, now.as_secs(), import);
        let logged = logged.map_err(|error| storage(&error))?;
        tracing::info!(change = logged.n, what = %logged.words, "decided");
        Ok(logged.n)
    }

    fn log(&self) -> Result<Vec<Logged>, Refused> {
        self.store.load_changes().map_err(|error| storage(&error))
    }
}

fn edited(changed: &Changed, change: Option<u64>, revision: u64) -> Edited {
    Edited {
        change,
        words: changed.words.clone(),
        channels: changed.channels().collect(),
        revision,
    }
}

/// Whether a change needs more than what lies over the lineup.
fn derives_anew(changed: &Changed) -> bool {
    let is_deep = |turn: &Turn<Decision>| {
        let deep = |side: &Option<Decision>| {
            let side = side.as_ref();
            side.map(|side| (side.number, side.pins.clone()))
                .unwrap_or_default()
        };
        deep(&turn.before) != deep(&turn.after)
    };
    changed.moves_entries() || changed.decisions.values().any(is_deep)
}

fn storage(error: &impl std::fmt::Display) -> Refused {
    Refused::Storage(error.to_string())
}
