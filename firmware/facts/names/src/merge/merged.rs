//! The result of merging.

use super::nodes::Node;
use super::{
    explain, group,
    options::Options,
    reason::{Explanation, Reason},
    solve::Solved,
    table::{EntryId, Id, NodeId, Table},
};

/// Which entries are one channel, and why.
///
/// Clusters are numbered from 0 without gaps. Partition and numbers depend neither on the order of
/// the entries nor on how often one is repeated.
#[derive(Debug)]
pub struct Merged {
    solved: Solved,
    clusters: Vec<u32>,
    reasons: Table<NodeId, Option<Reason>>,
    /// The node that stands for each cluster: the one with the most entries.
    mains: Vec<NodeId>,
    /// Entries of each node.
    counts: Table<NodeId, u32>,
    options: Options,
}

impl Merged {
    pub(crate) fn of(solved: Solved, options: Options) -> Self {
        let nodes: Vec<NodeId> = (solved.rows.entries.ids())
            .filter_map(|entry| solved.node_of(entry))
            .collect();
        let mut counts: Table<NodeId, u32> = Table::filled(0, solved.nodes.nodes.len());
        for &node in &nodes {
            counts[node] += 1;
        }
        // A root comes before all other nodes of its cluster.
        let mut numbers: Table<NodeId, u32> = Table::filled(u32::MAX, counts.len());
        let mut mains: Vec<NodeId> = Vec::new();
        for node in counts.ids().filter(|&node| counts[node] > 0) {
            let number = &mut numbers[solved.joins.root(node)];
            if let Some(main) = mains.get_mut(*number as usize) {
                if counts[node] > counts[*main] {
                    *main = node;
                }
            } else {
                *number = u32::try_from(mains.len()).unwrap_or(u32::MAX);
                mains.push(node);
            }
        }
        let clusters = nodes
            .iter()
            .map(|&node| numbers[solved.joins.root(node)])
            .collect();
        let reasons = reasons(&solved, &mains);
        Self {
            solved,
            clusters,
            reasons,
            mains,
            counts,
            options,
        }
    }

    /// The cluster of each entry, in the order in which entries were added.
    #[must_use]
    pub fn clusters(&self) -> &[u32] {
        &self.clusters
    }

    /// How many clusters there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.mains.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.mains.is_empty()
    }

    /// Why an entry is in its cluster; `None` where it is alone there.
    #[must_use]
    pub fn reason(&self, entry: u32) -> Option<Reason> {
        let node = self.solved.node_of(EntryId::new(entry as usize))?;
        let main = *self
            .mains
            .get(*self.clusters.get(entry as usize)? as usize)?;
        if node == main && self.counts[node] > 1 {
            return Some(match self.solved.nodes.nodes[node] {
                Node::Named { .. } => Reason::SameName,
                Node::Station { .. } => Reason::SameStation,
                Node::TakenOut(_) => Reason::Decision,
            });
        }
        self.reasons[node]
    }

    /// Why two entries are one channel, or are not. `None` where there is no such entry.
    #[must_use]
    pub fn explain(&self, a: u32, b: u32) -> Option<Explanation> {
        let [a, b] = [a, b].map(|entry| EntryId::new(entry as usize));
        explain::explain(&self.solved, a, b)
    }

    /// For each cluster its group: channels to be seen beside each other, since their names are
    /// alike but for country, feed, shift and a few letters. Numbered from 0 without gaps.
    #[must_use]
    pub fn groups(&self) -> Vec<u32> {
        group::groups(&self.solved, &self.mains, self.options.grouping_percent)
    }

    /// Pairs of entries that were to be one channel and are not, since that would join what was to
    /// be kept apart.
    pub fn refused(&self) -> impl Iterator<Item = (u32, u32)> {
        let number = |entry: EntryId| u32::try_from(entry.at()).unwrap_or(u32::MAX);
        self.solved
            .refused
            .iter()
            .map(move |&(a, b)| (number(a), number(b)))
    }
}

/// For each node the reason of the join that leads from it to the main node of its cluster; for
/// that node the reason of its first join.
fn reasons(solved: &Solved, mains: &[NodeId]) -> Table<NodeId, Option<Reason>> {
    let neighbours = explain::neighbours(&solved.joins);
    let mut reasons: Table<NodeId, Option<Reason>> = Table::filled(None, solved.nodes.nodes.len());
    let mut open: Vec<NodeId> = mains.to_vec();
    for &main in mains {
        reasons[main] = explain::of(&neighbours, main)
            .next()
            .map(|(_, reason)| reason);
    }
    while let Some(node) = open.pop() {
        for (next, reason) in explain::of(&neighbours, node) {
            if reasons[next].is_none() {
                reasons[next] = Some(reason);
                open.push(next);
            }
        }
    }
    reasons
}
