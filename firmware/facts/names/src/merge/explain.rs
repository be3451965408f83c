//! Why two entries are one channel, or are not.

use std::collections::HashMap;

use super::{
    across::{self, Reach},
    joins::Joins,
    nodes::{Named, Node},
    reason::{Difference, Explanation, Reason},
    rows::Row,
    solve::Solved,
    stations::Subchannel,
    table::{EntryId, NodeId},
};

/// A join, seen from one of its nodes.
pub(crate) type Neighbour = (NodeId, NodeId, Reason);

/// The joins from each node, sorted.
pub(crate) fn neighbours(joins: &Joins<NodeId>) -> Vec<Neighbour> {
    let both = joins
        .made
        .iter()
        .flat_map(|&(a, b, reason)| [(a, b, reason), (b, a, reason)]);
    let mut sorted: Vec<Neighbour> = both.collect();
    sorted.sort_unstable();
    sorted
}

/// The joins from one node.
pub(crate) fn of(neighbours: &[Neighbour], node: NodeId) -> impl Iterator<Item = (NodeId, Reason)> {
    let begin = neighbours.partition_point(|&(from, ..)| from < node);
    let own = neighbours
        .iter()
        .skip(begin)
        .take_while(move |(from, ..)| *from == node);
    own.map(|&(_, to, reason)| (to, reason))
}

pub(crate) fn explain(solved: &Solved, a: EntryId, b: EntryId) -> Option<Explanation> {
    let (node_a, node_b) = (solved.node_of(a)?, solved.node_of(b)?);
    let rows = [a, b].map(|entry| solved.rows.entries[entry]);
    let [row_a, row_b] = rows.map(|id| &solved.rows.rows[id]);
    if solved.joins.root(node_a) != solved.joins.root(node_b) {
        let difference = difference(solved, (node_a, row_a), (node_b, row_b));
        return Some(Explanation::Apart(difference));
    }
    let reasons = if node_a == node_b {
        vec![match solved.nodes.nodes[node_a] {
            Node::Station { .. } => Reason::SameStation,
            Node::Named { .. } => Reason::SameName,
            Node::TakenOut(_) => Reason::Decision,
        }]
    } else {
        way(solved, node_a, node_b)
    };
    let about = about(solved, (node_a, row_a), (node_b, row_b));
    Some(Explanation::Joined { reasons, about })
}

/// The reasons on the way from one node to another, each once.
fn way(solved: &Solved, from: NodeId, to: NodeId) -> Vec<Reason> {
    let neighbours = neighbours(&solved.joins);
    let mut came: HashMap<NodeId, (NodeId, Reason)> = HashMap::new();
    let mut open = vec![from];
    while let Some(node) = open.pop() {
        for (next, reason) in of(&neighbours, node) {
            if next != from && !came.contains_key(&next) {
                came.insert(next, (node, reason));
                open.push(next);
            }
        }
    }
    let mut reasons = Vec::new();
    let mut at = to;
    while let Some(&(before, reason)) = came.get(&at) {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
        at = before;
    }
    reasons.reverse();
    reasons
}

/// What both have in common beyond the name.
fn about(solved: &Solved, (node_a, a): (NodeId, &Row), (node_b, b): (NodeId, &Row)) -> String {
    let mut about: Vec<String> = Vec::new();
    let nodes = [node_a, node_b].map(|node| solved.nodes.nodes[node]);
    if let [
        Node::Station {
            call, subchannel, ..
        },
        Node::Station { call: other, .. },
    ] = nodes
        && call == other
    {
        about.push(solved.rows.texts.text(call).to_uppercase());
        about.push(match subchannel {
            Subchannel::Number(number) => format!("sub-channel {number}"),
            Subchannel::Of(network) => solved.rows.texts.text(network).to_uppercase(),
        });
    } else if let (Some(country), true) = (a.country, a.country == b.country) {
        about.push(country.to_string());
    }
    if a.shift_hours > 0 && a.shift_hours == b.shift_hours {
        about.push(format!("+{}", a.shift_hours));
    }
    if let (Some(feed), true) = (a.feed, a.feed == b.feed) {
        about.push(feed.name().to_owned());
    }
    if let (Some(area), true) = (a.area, a.area == b.area) {
        about.push(area.name().to_owned());
    }
    if let (Some(language), true) = (a.language, a.language == b.language) {
        about.push(language.name().to_owned());
    }
    about.join(", ")
}

fn difference(
    solved: &Solved,
    (node_a, a): (NodeId, &Row),
    (node_b, b): (NodeId, &Row),
) -> Difference {
    if solved.joins.are_kept_apart(node_a, node_b) || is_taken_out(solved, node_a, node_b) {
        return Difference::Decision;
    }
    let texts = &solved.rows.texts;
    let words = || {
        Difference::Name(
            [a, b].map(|row| texts.text(row.words).trim_start_matches('\0').to_owned()),
        )
    };
    match [node_a, node_b].map(|node| solved.nodes.nodes[node]) {
        [
            Node::Station {
                call, subchannel, ..
            },
            Node::Station {
                call: other,
                subchannel: other_subchannel,
                ..
            },
        ] => {
            if call != other {
                let calls = [call, other].map(|call| texts.text(call).to_uppercase());
                return Difference::Name(calls);
            }
            if subchannel != other_subchannel {
                let values = [subchannel, other_subchannel].map(|subchannel| match subchannel {
                    Subchannel::Number(number) => number.to_string(),
                    Subchannel::Of(network) => texts.text(network).to_uppercase(),
                });
                return Difference::Part {
                    part: "the sub-channel",
                    values,
                };
            }
            part(a, b).unwrap_or_else(words)
        }
        [
            Node::Named {
                name,
                variant,
                country,
            },
            Node::Named { .. },
        ] if a.key == b.key => {
            let named = Named {
                id: node_a,
                name,
                variant,
                country,
            };
            (part(a, b).or_else(|| nation(solved, named, a, b))).unwrap_or_else(words)
        }
        _ => words(),
    }
}

fn is_taken_out(solved: &Solved, a: NodeId, b: NodeId) -> bool {
    [a, b]
        .iter()
        .any(|&node| matches!(solved.nodes.nodes[node], Node::TakenOut(_)))
}

/// The first part that differs in names that are the same.
fn part(a: &Row, b: &Row) -> Option<Difference> {
    let differs = |part, values: [String; 2]| {
        let [a, b] = &values;
        (a != b).then_some(Difference::Part { part, values })
    };
    let hours = |row: &Row| match row.shift_hours {
        0 => String::new(),
        hours => format!("+{hours}"),
    };
    let feed = |row: &Row| row.feed.map_or("", |feed| feed.name()).to_owned();
    let language = |row: &Row| {
        row.language
            .map_or("", |language| language.name())
            .to_owned()
    };
    let area = |row: &Row| row.area.map_or("", |area| area.name()).to_owned();
    differs("the time shift", [hours(a), hours(b)])
        .or_else(|| differs("the feed (East, West, North, South)", [feed(a), feed(b)]))
        .or_else(|| differs("the language", [language(a), language(b)]))
        .or_else(|| differs("the area", [area(a), area(b)]))
}

/// How the countries of two entries of one name keep them apart.
fn nation(solved: &Solved, node: Named, a: &Row, b: &Row) -> Option<Difference> {
    if a.country == b.country {
        return None;
    }
    let values = [a, b].map(|row| {
        row.country
            .map_or(String::new(), |country| country.to_string())
    });
    let reach = across::reach_of(&solved.rows, &solved.evidence, &solved.nodes.speaks, node);
    let is_stated = [a, b].iter().all(|row| solved.strict.is(row));
    let are_known = a.country.is_some() && b.country.is_some();
    Some(match reach {
        Reach::National if !is_stated && are_known => Difference::Edition(values),
        Reach::Neighbours | Reach::Number if !is_stated && are_known => {
            Difference::TooCommon(values)
        }
        _ => Difference::Part {
            part: "the country",
            values,
        },
    })
}
