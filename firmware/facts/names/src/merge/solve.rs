//! All steps of merging, one after the other.

use super::{
    across::Across,
    decided::{Decided, Settled},
    evidence::Evidence,
    ids,
    inside::Inside,
    joins::Joins,
    nodes::{Nodes, Strict},
    options::Options,
    repair,
    rows::Rows,
    stations,
    table::{EntryId, NodeId},
};

/// Entries that have been sorted into channels, and what it was done by.
#[derive(Debug)]
pub(crate) struct Solved {
    pub(crate) rows: Rows,
    pub(crate) nodes: Nodes,
    pub(crate) evidence: Evidence,
    pub(crate) strict: Strict,
    pub(crate) joins: Joins<NodeId>,
    pub(crate) moved: std::collections::HashMap<EntryId, NodeId>,
    pub(crate) refused: Vec<(EntryId, EntryId)>,
}

/// Whether sources that state countries are taken at their word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Countries {
    /// Their countries are never joined.
    AsStated,
    /// They are like all others.
    Loose,
}

impl Solved {
    /// Merges.
    pub(crate) fn of(
        mut rows: Rows,
        options: Options,
        countries: Countries,
        decided: &Decided,
    ) -> Self {
        rows.logos.sort_unstable();
        rows.logos.dedup();
        stations::repair(&mut rows);
        repair::names(&mut rows);
        let strict = match countries {
            Countries::AsStated => Strict::of(&rows),
            Countries::Loose => Strict::none(),
        };
        let mut nodes = Nodes::of(&mut rows, &strict);
        let evidence = Evidence::of(&rows, &nodes);
        let Settled {
            mut joins,
            moved,
            refused,
        } = decided.settle(&rows.entries, &mut nodes);
        let across = Across {
            rows: &rows,
            nodes: &nodes,
            evidence: &evidence,
            strict: &strict,
        };
        across.join(&mut joins);
        let inside = Inside {
            rows: &rows,
            nodes: &nodes,
            evidence: &evidence,
            strict: &strict,
            letters_for_a_slip: options.letters_for_a_slip(),
        };
        inside.join(&mut joins);
        ids::join(&rows, &nodes, &mut joins);
        joins.flatten();
        Self {
            rows,
            nodes,
            evidence,
            strict,
            joins,
            moved,
            refused,
        }
    }

    /// The node of an entry.
    pub(crate) fn node_of(&self, entry: EntryId) -> Option<NodeId> {
        let moved = self.moved.get(&entry).copied();
        moved.or_else(|| self.rows.entries.find(entry).map(|&row| self.nodes.of[row]))
    }
}
