//! Groups of channels for a look side by side: names that are alike, whatever the country, the
//! feed, the shift. Looser than merging, and nothing is joined by it.

use std::collections::HashMap;

use super::{letters, nodes::Node, rows::Rows, solve::Solved, table::NodeId};

/// Names are compared where they begin with the same letters, so many of them.
const BLOCK_LETTERS: usize = 2;
/// Each name is compared with so many groups before it, in the order of names: this bounds the time
/// for lists in which all names begin alike.
const LOOK_BACK: usize = 8;

/// The group of each cluster, given by its main node.
pub(crate) fn groups(solved: &Solved, mains: &[NodeId], percent: u8) -> Vec<u32> {
    let names: Vec<&str> = mains
        .iter()
        .map(|&main| name(&solved.rows, solved, main))
        .collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    sorted.dedup();

    // Groups by their first names.
    let mut leaders: HashMap<&str, &str> = HashMap::new();
    let block = |name: &str| name.chars().take(BLOCK_LETTERS).collect::<String>();
    for names in sorted.chunk_by(|a, b| block(a) == block(b)) {
        let mut own: Vec<&str> = Vec::new();
        for &name in names {
            let mut near = own.iter().rev().take(LOOK_BACK);
            let leader = near.find(|leader| letters::is_alike(leader, name, percent));
            match leader {
                Some(&leader) => {
                    leaders.insert(name, leader);
                }
                None => {
                    leaders.insert(name, name);
                    own.push(name);
                }
            }
        }
    }
    let mut numbers: HashMap<&str, u32> = HashMap::new();
    let numbered = names.iter().map(|name| {
        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        *numbers
            .entry(leaders.get(name).copied().unwrap_or(name))
            .or_insert(next)
    });
    numbered.collect()
}

/// The name without country, feed, shift and words for television; of stations the call sign.
fn name<'r>(rows: &'r Rows, solved: &Solved, node: NodeId) -> &'r str {
    let sym = match solved.nodes.nodes[node] {
        Node::Station { call, .. } => call,
        Node::Named { .. } | Node::TakenOut(_) => rows.rows[solved.nodes.speaks[node]].key,
    };
    rows.texts.text(sym)
}
