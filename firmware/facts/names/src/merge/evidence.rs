//! What the whole list says about names: where they are seen, and which of them are made anew for
//! each country.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{
    nodes::Nodes,
    rows::Rows,
    table::{NodeId, Sym},
};
use crate::{Area, Country, Language};

/// Countries in which the beginning of a name is seen before it lends its editions to longer names.
const SISTER_COUNTRIES_MIN: u16 = 5;
/// Letters of such a beginning.
const SISTER_LETTERS_MIN: usize = 3;
/// Names that an owner has to stand before.
const OWNED_MIN: usize = 3;
/// Letters of a name before which an owner may stand.
pub(crate) const OWNED_LETTERS_MIN: usize = 8;

/// A sign that a name has an edition of its own somewhere.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Edition {
    Country(Country),
    Area(Area),
    Language,
    TimeShift,
}

/// Evidence about names, by their keys.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    editions: HashMap<Sym, u16>,
    countries: HashMap<Sym, u16>,
    /// First words that name an owner.
    pub(crate) owners: BTreeSet<String>,
}

impl Evidence {
    /// Gathers it.
    pub(crate) fn of(rows: &Rows, nodes: &Nodes) -> Self {
        let mut editions: Vec<(Sym, Edition)> = Vec::new();
        let mut countries: Vec<(Sym, Country)> = Vec::new();
        for row in rows.rows.values().filter(|row| row.station.is_none()) {
            let edition = (row.edition.map(Edition::Country))
                .or(row.area.map(Edition::Area))
                // English is what every country may have beside its own.
                .or((row.language.is_some_and(|language| language != Language::English))
                    .then_some(Edition::Language));
            editions.extend(edition.map(|edition| (row.key, edition)));
            if let Some(country) = row.country {
                countries.push((row.key, country));
                if row.shift_hours > 0 {
                    editions.push((row.key, Edition::TimeShift));
                }
            }
        }
        Self {
            editions: different(editions),
            countries: different(countries),
            owners: owners(rows, nodes),
        }
    }

    /// How many editions the list shows of a name.
    pub(crate) fn editions(&self, name: Sym) -> u16 {
        self.editions.get(&name).copied().unwrap_or_default()
    }

    /// In how many countries the list shows a name.
    pub(crate) fn countries(&self, name: Sym) -> u16 {
        self.countries.get(&name).copied().unwrap_or_default()
    }

    /// Whether a name is made anew for each country: so says the list of it, or of a well-known
    /// name with which it begins ("Disney" for "Disney XD").
    pub(crate) fn is_national<'a>(
        &self,
        rows: &Rows,
        name: Sym,
        core_words: impl Iterator<Item = &'a str>,
    ) -> bool {
        if self.editions(name) >= 2 {
            return true;
        }
        let mut words = core_words.peekable();
        let mut beginning = String::new();
        while let Some(word) = words.next() {
            if words.peek().is_none() {
                return false;
            }
            beginning.push_str(word);
            if beginning.chars().count() >= SISTER_LETTERS_MIN
                && let Some(name) = rows.texts.find(&beginning)
                && self.editions(name) >= 2
                && self.countries(name) >= SISTER_COUNTRIES_MIN
            {
                return true;
            }
        }
        false
    }
}

/// How many different values each name has.
fn different<T: Ord + Copy>(mut pairs: Vec<(Sym, T)>) -> HashMap<Sym, u16> {
    pairs.sort_unstable();
    pairs.dedup();
    let mut counts: HashMap<Sym, u16> = HashMap::new();
    for (name, _) in pairs {
        let count = counts.entry(name).or_default();
        *count = count.saturating_add(1);
    }
    counts
}

/// "Owner Name" and "Name" side by side, three times or more: the first word is the owner's.
fn owners(rows: &Rows, nodes: &Nodes) -> BTreeSet<String> {
    let names: HashSet<Sym> = nodes.named().map(|node| node.name).collect();
    let mut owned: Vec<(&str, Sym)> = Vec::new();
    for node in nodes.named() {
        if let Some((owner, name)) = owner_and_name(rows, nodes, node.id)
            && let Some(name) = rows.texts.find(&name)
            && names.contains(&name)
        {
            owned.push((owner, name));
        }
    }
    owned.sort_unstable();
    owned.dedup();
    let by_owner = owned.chunk_by(|a, b| a.0 == b.0);
    let owners = by_owner.filter(|owned| owned.len() >= OWNED_MIN);
    owners
        .filter_map(|owned| Some(owned.first()?.0.to_owned()))
        .collect()
}

/// The first word of a node's name and the rest, where the rest could be a name: two words or more.
pub(crate) fn owner_and_name<'r>(
    rows: &'r Rows,
    nodes: &Nodes,
    node: NodeId,
) -> Option<(&'r str, String)> {
    let row = &rows.rows[nodes.speaks[node]];
    let mut words = rows.core_words(row);
    let owner = words.next()?;
    words.nth(1)?;
    let name = rows.glued_core(row, 1);
    (name.chars().count() >= OWNED_LETTERS_MIN).then_some((owner, name))
}
