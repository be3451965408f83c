//! What users have decided: which entries are one channel, and which are not.

use std::collections::{HashMap, HashSet};

use super::{
    joins::Joins,
    nodes::Nodes,
    reason::Reason,
    table::{DecidedId, EntryId, Id, NodeId, RowId, Table},
};

/// Pairs of entries, in the order in which they were decided.
#[derive(Clone, Debug, Default)]
pub(crate) struct Decided {
    pub(crate) together: Vec<(EntryId, EntryId)>,
    /// The first of each pair is what leaves, where both would be in one node.
    pub(crate) apart: Vec<(EntryId, EntryId)>,
}

/// What comes of it.
#[derive(Debug)]
pub(crate) struct Settled {
    pub(crate) joins: Joins<NodeId>,
    /// Entries that are not in the node of their row.
    pub(crate) moved: HashMap<EntryId, NodeId>,
    /// Pairs that were to be together and cannot, since others are to be apart.
    pub(crate) refused: Vec<(EntryId, EntryId)>,
}

impl Decided {
    /// Settles it before any rule is asked. A decision about one entry holds for all of its node
    /// ("this name is that channel"), unless decisions about others of that node speak against it.
    pub(crate) fn settle(&self, entries: &Table<EntryId, RowId>, nodes: &mut Nodes) -> Settled {
        let groups = Groups::of(self);
        let mut moved = HashMap::new();
        let take_out = |moved: &mut HashMap<EntryId, NodeId>, nodes: &mut Nodes, entry| {
            let home = nodes.of[entries[entry]];
            moved.entry(entry).or_insert_with(|| nodes.take_out(home));
        };
        for &(leaves, stays) in &self.apart {
            if leaves != stays && nodes.of[entries[leaves]] == nodes.of[entries[stays]] {
                take_out(&mut moved, nodes, leaves);
            }
        }
        let (joins, torn) = groups.join(self, entries, nodes, &moved);
        if torn.is_empty() {
            return Settled {
                joins,
                moved,
                refused: groups.refused,
            };
        }
        // Groups that cannot take their nodes along go by themselves.
        for group in torn {
            for &entry in groups.members.get(group).into_iter().flatten() {
                take_out(&mut moved, nodes, entry);
            }
        }
        let (joins, torn) = groups.join(self, entries, nodes, &moved);
        debug_assert!(
            torn.is_empty(),
            "groups by themselves are as consistent as the decisions"
        );
        Settled {
            joins,
            moved,
            refused: groups.refused,
        }
    }
}

/// Entries that are to be together, as far as none of them are to be apart.
struct Groups {
    members: Vec<Vec<EntryId>>,
    refused: Vec<(EntryId, EntryId)>,
}

impl Groups {
    fn of(decided: &Decided) -> Self {
        let mut ids: HashMap<EntryId, DecidedId> = HashMap::new();
        let mut entries: Table<DecidedId, EntryId> = Table::default();
        for &(a, b) in decided.together.iter().chain(&decided.apart) {
            for entry in [a, b] {
                ids.entry(entry).or_insert_with(|| entries.push(entry));
            }
        }
        let id = |entry: &EntryId| ids.get(entry).copied().unwrap_or(DecidedId::new(0));
        let mut joins = Joins::new(entries.ids());
        for (a, b) in &decided.apart {
            joins.keep_apart(id(a), id(b));
        }
        let mut refused = Vec::new();
        for &(a, b) in &decided.together {
            if !joins.join(id(&a), id(&b), Reason::Decision) {
                refused.push((a, b));
            }
        }
        joins.flatten();
        let mut group_of: HashMap<DecidedId, usize> = HashMap::new();
        let mut members: Vec<Vec<EntryId>> = Vec::new();
        for (id, &entry) in entries.iter() {
            let group = *group_of.entry(joins.root(id)).or_insert(members.len());
            match members.get_mut(group) {
                Some(members) => members.push(entry),
                None => members.push(vec![entry]),
            }
        }
        Self { members, refused }
    }

    /// Joins the nodes of each group. Returns the groups that could not be joined.
    fn join(
        &self,
        decided: &Decided,
        entries: &Table<EntryId, RowId>,
        nodes: &Nodes,
        moved: &HashMap<EntryId, NodeId>,
    ) -> (Joins<NodeId>, Vec<usize>) {
        let node_of = |entry: EntryId| match moved.get(&entry) {
            Some(&node) => node,
            None => nodes.of[entries[entry]],
        };
        let mut joins = Joins::new(nodes.nodes.ids());
        for &(a, b) in &decided.apart {
            joins.keep_apart(node_of(a), node_of(b));
        }
        let mut torn = Vec::new();
        for (at, group) in self.members.iter().enumerate() {
            let own: HashSet<NodeId> = group.iter().map(|&entry| node_of(entry)).collect();
            let mut own: Vec<NodeId> = own.into_iter().collect();
            own.sort_unstable();
            let Some((&first, others)) = own.split_first() else {
                continue;
            };
            let mut are_joined = true;
            for &other in others {
                are_joined &= joins.join(first, other, Reason::Decision);
            }
            if !are_joined {
                torn.push(at);
            }
        }
        (joins, torn)
    }
}
