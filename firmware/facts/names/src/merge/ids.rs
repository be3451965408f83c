//! Joins by `tvg-id`.

use std::collections::HashSet;

use super::{
    joins::Joins,
    nodes::{Node, Nodes},
    reason::Reason,
    rows::{Rows, Variant},
    stations::Subchannel,
    table::{NodeId, Sym},
};

/// An id that more names share is a bucket, and says nothing.
const NAMES_MAX: usize = 3;

/// What an id does not lead over.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Named(Variant),
    Station(Subchannel, Sym, u8),
    TakenOut,
}

/// Joins nodes of one id, unless their parts forbid it. Different ids forbid nothing: HD and SD
/// have their own.
pub(crate) fn join(rows: &Rows, nodes: &Nodes, joins: &mut Joins<NodeId>) {
    let with_node = rows
        .tvg_ids
        .iter()
        .map(|&(id, row)| (nodes.ranks[id], nodes.of[row]));
    let mut with_node: Vec<(u32, NodeId)> = with_node.collect();
    with_node.sort_unstable();
    with_node.dedup();
    for alike in with_node.chunk_by(|a, b| a.0 == b.0) {
        if alike.len() < 2 {
            continue;
        }
        let names: HashSet<Option<Sym>> = alike
            .iter()
            .map(|&(_, node)| name(&nodes.nodes[node]))
            .collect();
        if names.len() > NAMES_MAX {
            continue;
        }
        let kinds = alike
            .iter()
            .map(|&(_, node)| (kind(&nodes.nodes[node]), node));
        let mut kinds: Vec<(Kind, NodeId)> = kinds.collect();
        kinds.sort_unstable();
        for alike in kinds.chunk_by(|a, b| a.0 == b.0) {
            if let Some(((_, first), others)) = alike.split_first() {
                for (_, other) in others {
                    joins.join(*first, *other, Reason::SameId);
                }
            }
        }
    }
}

fn name(node: &Node) -> Option<Sym> {
    match *node {
        Node::Named { name, .. } => Some(name),
        Node::Station { call, .. } => Some(call),
        Node::TakenOut(_) => None,
    }
}

fn kind(node: &Node) -> Kind {
    match *node {
        Node::Named { variant, .. } => Kind::Named(variant),
        Node::Station {
            subchannel,
            extra,
            shift_hours,
            ..
        } => Kind::Station(subchannel, extra, shift_hours),
        Node::TakenOut(_) => Kind::TakenOut,
    }
}
