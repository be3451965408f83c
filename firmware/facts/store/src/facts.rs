//! Everything of a store that another one needs to be the same box: what somebody has set or decided, and
//! what clients remember. What can be fetched or derived again is not in it.

use std::io;

use lineup::{Known, Lineup, decisions::Decisions};

use crate::{
    Choices, Device, Error, Import, List, RulesRow, SourceRow, SourceState, Store, book, decisions,
    device, fault::Fault, guide, import, known, lists, rules, source, tables::META,
};

mod builder;
mod section;

pub use builder::{BadFacts, FactsBuilder, decode_entry};
pub use section::{Section, encode_entry};

/// The facts, but for uploaded lists: those are read entry by entry.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Who the box is.
    pub device: Device,
    /// Which sources there are, those of the configuration file with their numbers alone.
    pub sources: Vec<SourceRow>,
    /// State of each source whose list was uploaded and is there.
    pub states: Vec<(u16, SourceState)>,
    /// Numbers given and keys held.
    pub known: Known,
    /// What the last lineup was derived by: channels move where it differs.
    pub choices: Choices,
    /// What was decided by hand.
    pub decisions: Decisions,
    /// The rules that do not stand in the configuration file.
    pub rules: RulesRow,
    /// The guides that do not: the name of each and its settings, as
    /// [`GuideState::settings`](crate::GuideState::settings) has them.
    pub guides: Vec<(String, String)>,
}

/// Hands out lists and the numbers of their sources, until `None`.
pub type NextLists<'a> = dyn FnMut() -> io::Result<Option<(u16, List)>> + 'a;

impl Store {
    /// All facts, of one moment.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn load_facts(&self) -> Result<Facts, Error> {
        self.read(|transaction| {
            let sources = book::load(transaction)?;
            let mut states = Vec::new();
            for row in sources.iter().filter(|row| row.url.is_empty()) {
                let state = source::load(transaction, row.id)?;
                let state = state.filter(|state| state.list.is_some());
                states.extend(state.map(|state| (row.id, state)));
            }
            Ok(Facts {
                device: device::load(&transaction.open_table(META)?)?,
                sources,
                states,
                known: known::load(transaction)?,
                choices: import::load_choices(transaction)?,
                decisions: decisions::load(transaction)?,
                rules: rules::load(transaction)?,
                guides: guide::load_set(transaction)?,
            })
        })
    }

    /// Whether anybody would miss what is in here.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn has_facts(&self) -> Result<bool, Error> {
        let facts = self.load_facts()?;
        let Facts {
            known,
            decisions,
            sources,
            rules,
            guides,
            ..
        } = &facts;
        let has_known = !known.numbers.is_empty() || !decisions.is_empty();
        let has_set = !sources.is_empty() || !guides.is_empty() || rules.revision > 0;
        Ok(has_known || has_set)
    }

    /// Puts these facts in the place of all that are here, in one transaction. The list of a source that
    /// stays as it is stays as well; the lineup is none until it is derived again, and the log of what
    /// was decided begins anew. What was set about rules gets a revision that nobody has seen.
    ///
    /// # Errors
    /// After any [`Error`] the store holds what it held before.
    pub fn replace_facts(&self, facts: &Facts, lists: &mut NextLists<'_>) -> Result<(), Error> {
        let mut same = self.load_book()?;
        same.retain(|row| facts.sources.contains(row) && !row.url.is_empty());
        let seen = self.load_rules()?.revision;
        let rules = RulesRow {
            revision: match seen {
                0 => facts.rules.revision,
                seen => seen.max(facts.rules.revision) + 1,
            },
            text: facts.rules.text.clone(),
        };
        self.write(|transaction| {
            device::save(transaction, &facts.device)?;
            // What is known of a source goes with it.
            book::save(transaction, &same)?;
            book::save(transaction, &facts.sources)?;
            rules::save(transaction, &rules)?;
            decisions::replace(transaction, &facts.decisions)?;
            guide::replace_set(transaction, &facts.guides)?;
            let import = Import {
                lineup: &Lineup::default(),
                known: &facts.known,
                sources: &[],
                choices: facts.choices,
                states: &facts.states,
                list: None,
            };
            import::save(transaction, &import)?;
            while let Some((source, list)) = lists().map_err(Fault::Lists)? {
                if !facts.states.iter().any(|(id, _)| *id == source) {
                    return Err(Fault::Row("a list belongs to no source"));
                }
                lists::replace(transaction, source, &list)?;
            }
            Ok(())
        })?;
        self.is_now(facts.device);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
