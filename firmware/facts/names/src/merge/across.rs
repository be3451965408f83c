//! Joins across countries: is "X" of one country the "X" of another?

use std::collections::{HashMap, HashSet};

use super::{
    evidence::Evidence,
    joins::Joins,
    nodes::{Named, Nodes, Strict},
    reason::Reason,
    rows::{Row, Rows},
    table::{NodeId, RowId, Sym, Table},
};
use crate::Country;

/// A single word of at most so many letters may be two channels in two countries ...
const WORD_LETTERS_MAX: usize = 12;
/// ... unless so many countries have it.
const COUNTRIES_MIN: u16 = 12;
/// A name of at most so many letters always may be.
const NAME_LETTERS_MAX: usize = 5;

/// What a name allows across countries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// One channel wherever it is seen.
    Everywhere,
    /// One channel in countries that share a market.
    Neighbours,
    /// Each country has its own, except the small ones that carry a neighbour's.
    National,
    /// Only digits: each country has its own.
    Number,
}

/// The rules for nodes of one name and variant.
pub(crate) struct Across<'a> {
    pub(crate) rows: &'a Rows,
    pub(crate) nodes: &'a Nodes,
    pub(crate) evidence: &'a Evidence,
    pub(crate) strict: &'a Strict,
}

impl Across<'_> {
    /// Joins what is one channel across countries.
    pub(crate) fn join(&self, joins: &mut Joins<NodeId>) {
        let named: Vec<Named> = self.nodes.named().collect();
        for block in named.chunk_by(|a, b| (a.name, a.variant) == (b.name, b.variant)) {
            if block.len() > 1 {
                self.join_block(joins, block);
            }
        }
    }

    fn join_block(&self, joins: &mut Joins<NodeId>, block: &[Named]) {
        // Those without a country come first.
        let (nowhere, somewhere) = match block {
            [first, rest @ ..] if first.country.is_none() => (Some(first), rest),
            all => (None, all),
        };
        let loose: Vec<(Country, NodeId)> = (somewhere.iter())
            .filter(|node| self.is_loose(node.id))
            .filter_map(|node| Some((node.country?, node.id)))
            .collect();
        match self.reach(block) {
            Reach::Number => {}
            Reach::Everywhere => {
                if let Some((&(_, first), others)) = loose.split_first() {
                    for &(_, other) in others {
                        joins.join(first, other, Reason::SeveralCountries);
                    }
                }
            }
            Reach::Neighbours => self.join_neighbours(joins, &loose),
            Reach::National => {
                for &(country, node) in &loose {
                    let carried = country.carries_feeds_of();
                    let carried = loose.iter().find(|(other, _)| Some(*other) == carried);
                    if let Some(&(_, carried)) = carried {
                        joins.join(node, carried, Reason::CarriedFeed);
                    }
                }
            }
        }
        if let Some(nowhere) = nowhere {
            self.join_nowhere(joins, nowhere.id, somewhere);
        }
    }

    /// Each country joins the largest of its neighbours, so that two markets are not chained by a
    /// third.
    fn join_neighbours(&self, joins: &mut Joins<NodeId>, loose: &[(Country, NodeId)]) {
        for &(country, node) in loose {
            let size = |&(country, node): &(Country, NodeId)| (self.nodes.weights[node], country);
            let neighbours = loose
                .iter()
                .filter(|&&(other, _)| other != country && country.shares_market_with(other));
            let largest = neighbours.max_by_key(|neighbour| size(neighbour));
            if let Some(largest) = largest
                && size(largest) > size(&(country, node))
            {
                joins.join(node, largest.1, Reason::NeighbouringCountries);
            }
        }
    }

    /// Joins what has no country with the only channel of its name, or with one that has half of
    /// all entries and no rival, or among several with the only one that has its logo.
    fn join_nowhere(&self, joins: &mut Joins<NodeId>, nowhere: NodeId, somewhere: &[Named]) {
        let mut weights: HashMap<NodeId, u32> = HashMap::new();
        for node in somewhere {
            *weights.entry(joins.root(node.id)).or_default() += self.nodes.weights[node.id];
        }
        let all: u32 = weights.values().sum();
        let mut sorted: Vec<(NodeId, u32)> = weights.into_iter().collect();
        sorted.sort_unstable_by_key(|&(root, weight)| (std::cmp::Reverse(weight), root));
        let chosen = match *sorted.as_slice() {
            [] => None,
            [(only, _)] => Some(only),
            [(first, weight), (_, second), ..] => {
                (weight * 2 >= all && weight > second).then_some(first)
            }
        };
        if let Some(chosen) = chosen {
            joins.join(nowhere, chosen, Reason::OnlyOneOfThisName);
        } else if let Some(chosen) = self.of_same_logo(joins, nowhere, somewhere) {
            joins.join(nowhere, chosen, Reason::SameLogo);
        }
    }

    /// The only channel that has a logo of this node.
    fn of_same_logo(
        &self,
        joins: &Joins<NodeId>,
        nowhere: NodeId,
        somewhere: &[Named],
    ) -> Option<NodeId> {
        let logos = self.logos(nowhere);
        let has = |node: &Named| self.logos(node.id).iter().any(|logo| logos.contains(logo));
        let mut roots = somewhere
            .iter()
            .filter(|node| has(node))
            .map(|node| joins.root(node.id));
        let first = roots.next()?;
        roots.all(|root| root == first).then_some(first)
    }

    fn logos(&self, node: NodeId) -> HashSet<u64> {
        let rows = self.nodes.rows(node).iter();
        let logos = rows.flat_map(|&row| {
            let begin = self.rows.logos.partition_point(|&(of, _)| of < row);
            let logos = self.rows.logos.iter().skip(begin);
            logos
                .take_while(move |(of, _)| *of == row)
                .map(|&(_, logo)| logo)
        });
        logos.collect()
    }

    fn is_loose(&self, node: NodeId) -> bool {
        let mut rows = self.nodes.rows(node).iter();
        rows.any(|&row| !self.strict.is(&self.rows.rows[row]))
    }

    /// What the name of a block allows.
    fn reach(&self, block: &[Named]) -> Reach {
        let Some(name) = block.first().map(|node| node.name) else {
            return Reach::Number;
        };
        let ids = block.iter().flat_map(|node| self.nodes.rows(node.id));
        let Some(row) = most_words(self.rows, ids) else {
            return Reach::Number;
        };
        reach(self.rows, self.evidence, name, row)
    }
}

/// The row that shows best what the words of a name are: the most of them.
fn most_words<'r>(rows: &'r Rows, ids: impl Iterator<Item = &'r RowId>) -> Option<&'r Row> {
    let rows_of = ids.map(|&id| &rows.rows[id]);
    rows_of.min_by(|a, b| {
        let count = |row| rows.core_words(row).count();
        count(b)
            .cmp(&count(a))
            .then_with(|| rows.speaks_before(a, b))
    })
}

fn reach(rows: &Rows, evidence: &Evidence, name: Sym, row: &Row) -> Reach {
    let mut letters = rows.core_words(row).flat_map(str::chars);
    if !letters.any(char::is_alphabetic) {
        return Reach::Number;
    }
    if evidence.is_national(rows, name, rows.core_words(row)) {
        return Reach::National;
    }
    let text = rows.texts.text(name);
    let letters = text.chars().filter(|c| !c.is_numeric()).count();
    let is_word = |word: &&str| !word.chars().all(char::is_numeric);
    let is_one_word = rows.core_words(row).filter(is_word).count() == 1;
    let is_short = letters <= WORD_LETTERS_MAX && is_one_word || letters <= NAME_LETTERS_MAX;
    let has_digits = text.chars().any(char::is_numeric);
    if !is_short || evidence.countries(name) >= COUNTRIES_MIN && !has_digits {
        Reach::Everywhere
    } else {
        Reach::Neighbours
    }
}

/// What the name of a node allows across countries, for explanations.
pub(crate) fn reach_of(
    rows: &Rows,
    evidence: &Evidence,
    speaks: &Table<NodeId, RowId>,
    node: Named,
) -> Reach {
    reach(rows, evidence, node.name, &rows.rows[speaks[node.id]])
}
