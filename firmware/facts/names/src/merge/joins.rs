//! Which nodes have been joined, and why. What must stay apart is looked at with each join, so that
//! no chain of joins leads around it.

use std::{collections::HashMap, hash::Hash};

use super::{
    reason::Reason,
    table::{Id, Table},
};

/// A forest of nodes. The root of each tree is its first node: which one that is does not depend on
/// the order of joins.
#[derive(Debug)]
pub(crate) struct Joins<I> {
    up: Table<I, I>,
    /// The joins that were made: of each channel a tree.
    pub(crate) made: Vec<(I, I, Reason)>,
    /// For the roots of channels that must not be joined with some others: nodes of these.
    foes: HashMap<I, Vec<I>>,
}

impl<I: Id + Ord + Hash> Joins<I> {
    /// Each node by itself.
    pub(crate) fn new(nodes: impl Iterator<Item = I>) -> Self {
        Self {
            up: Table::from(nodes.collect::<Vec<_>>()),
            made: Vec::new(),
            foes: HashMap::new(),
        }
    }

    /// The node that stands for the channel of this one.
    pub(crate) fn root(&self, node: I) -> I {
        let mut root = node;
        while self.up[root] != root {
            root = self.up[root];
        }
        root
    }

    /// The same, and shortens the way for the next time.
    fn shorten(&mut self, node: I) -> I {
        let root = self.root(node);
        let mut at = node;
        while at != root {
            at = std::mem::replace(&mut self.up[at], root);
        }
        root
    }

    /// Makes each way to a root one step long. A node's way leads to smaller ones only, so one pass
    /// does.
    pub(crate) fn flatten(&mut self) {
        for node in self.up.ids() {
            self.up[node] = self.up[self.up[node]];
        }
    }

    /// Says that two nodes must not become one channel. Comes before any join.
    pub(crate) fn keep_apart(&mut self, a: I, b: I) {
        let (a, b) = (self.root(a), self.root(b));
        if a != b {
            self.foes.entry(a).or_default().push(b);
            self.foes.entry(b).or_default().push(a);
        }
    }

    /// Whether a user keeps the channels of these nodes apart.
    pub(crate) fn are_kept_apart(&self, a: I, b: I) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        let foes = |node| self.foes.get(&node).map_or(&[][..], Vec::as_slice);
        let (few, other) = if foes(a).len() <= foes(b).len() {
            (foes(a), b)
        } else {
            (foes(b), a)
        };
        few.iter().any(|&foe| self.root(foe) == other)
    }

    /// Joins the channels of two nodes. False where they must stay apart.
    pub(crate) fn join(&mut self, a: I, b: I, reason: Reason) -> bool {
        let (root_a, root_b) = (self.shorten(a), self.shorten(b));
        if root_a == root_b {
            return true;
        }
        if self.are_kept_apart(root_a, root_b) {
            return false;
        }
        let (root, other) = (root_a.min(root_b), root_a.max(root_b));
        self.up[other] = root;
        if let Some(more) = self.foes.remove(&other) {
            let foes = self.foes.entry(root).or_default();
            foes.extend(more);
            foes.sort_unstable();
            foes.dedup();
        }
        self.made.push((a, b, reason));
        true
    }
}
