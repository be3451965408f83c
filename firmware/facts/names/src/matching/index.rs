//! The guide's names, found by key, sound, spelling and call sign; and what both lists say about
//! names.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    hash::{BuildHasher, RandomState},
};

use super::sides::GuideName;
use crate::{
    Country, Feed, Language,
    merge::{
        inside, letters,
        nodes::Node,
        rows::Row,
        solve::Solved,
        table::{NameId, RowId, Sym, Table},
    },
};

/// Letters of a name of the guide that may differ by one from another's.
const SPELLING_LETTERS_MIN: usize = 7;
/// Letters of a name that is found by its sound.
const SOUND_LETTERS_MIN: usize = 4;
/// Words of a name in which one may be shortened.
const SHORTENED_WORDS: std::ops::RangeInclusive<usize> = 2..=5;
/// Names of a country by which it is judged whether they are mostly seen elsewhere too.
const IMPORTER_NAMES_MIN: u32 = 10;

/// Rows of one key that are looked at. The most usual name of a large guide has some 60; the bound
/// is for lists that say the same thousands of times.
const ALIKE_MAX: usize = 256;

/// A name with its shift and feed.
type Place = (Sym, u8, Option<Feed>);

/// Ways to the names of the guide. All lists are sorted by their first column.
#[derive(Debug)]
pub(super) struct Index {
    by_id: Vec<(Box<str>, u32)>,
    by_key: Vec<(Sym, NameId)>,
    by_call: Vec<(Sym, NameId)>,
    sounds: Vec<(u64, Sym)>,
    spellings: Vec<(u32, Sym)>,
    gaps: Vec<(u64, Sym)>,
    /// For each key of the guide the row that speaks for it.
    speaks: HashMap<Sym, RowId>,
    /// How many languages the guide has of a name in a country.
    languages: HashMap<(Sym, Option<Country>), usize>,
    /// Names, with shift and feed, of several countries.
    of_several: HashSet<Place>,
    homes: HashMap<Sym, Country>,
    importers: HashSet<Country>,
    hasher: RandomState,
}

impl Index {
    pub(super) fn of(solved: &Solved, names: &Table<NameId, GuideName>, ids: &[Box<str>]) -> Self {
        let mut by_id: Vec<(Box<str>, u32)> = ids
            .iter()
            .zip(0..)
            .map(|(id, channel)| (id.trim().to_lowercase().into(), channel))
            .collect();
        by_id.sort_unstable();
        let (homes, importers) = homes(solved);
        let mut index = Self {
            by_id,
            by_key: Vec::new(),
            by_call: Vec::new(),
            sounds: Vec::new(),
            spellings: Vec::new(),
            gaps: Vec::new(),
            speaks: HashMap::new(),
            languages: languages(solved, names),
            of_several: HashSet::new(),
            homes,
            importers,
            hasher: RandomState::new(),
        };
        let mut countries: HashMap<Place, Option<Country>> = HashMap::new();
        for (name, guide_name) in names.iter() {
            let id = solved.rows.entries[guide_name.entry];
            let row = &solved.rows.rows[id];
            match solved.nodes.nodes[solved.nodes.of[id]] {
                Node::Station { call, .. } => index.by_call.push((call, name)),
                _ => {
                    index.by_key.push((row.key, name));
                    if *countries.entry(place(row)).or_insert(row.country) != row.country {
                        index.of_several.insert(place(row));
                    }
                    let best = index.speaks.entry(row.key).or_insert(id);
                    if solved
                        .rows
                        .speaks_before(row, &solved.rows.rows[*best])
                        .is_lt()
                    {
                        *best = id;
                    }
                }
            }
        }
        index.by_key.sort_unstable();
        index.by_call.sort_unstable();
        index.spell(solved);
        index
    }

    /// Fills in the ways that lead to names which are written otherwise.
    fn spell(&mut self, solved: &Solved) {
        for (&key, &id) in &self.speaks {
            let text = solved.rows.texts.text(key);
            let letters = text.chars().count();
            if letters >= SPELLING_LETTERS_MIN {
                self.spellings
                    .extend(letters::deletions(text).map(|hash| (hash, key)));
            }
            if letters >= SOUND_LETTERS_MIN {
                self.sounds
                    .push((self.hasher.hash_one(crate::sound(text)), key));
            }
            let words = solved.rows.core_words(&solved.rows.rows[id]);
            self.gaps
                .extend(gaps(&self.hasher, words).map(|hash| (hash, key)));
        }
        self.sounds.sort_unstable();
        self.spellings.sort_unstable();
        self.spellings.dedup();
        self.gaps.sort_unstable();
    }

    /// The channel of an id in lower case; of several the first.
    pub(super) fn channel(&self, id: &str) -> Option<u32> {
        let at = self.by_id.partition_point(|(other, _)| **other < *id);
        let (found, channel) = self.by_id.get(at)?;
        (**found == *id).then_some(*channel)
    }

    /// The names of a key.
    pub(super) fn names(&self, key: Sym) -> impl Iterator<Item = NameId> {
        equal(&self.by_key, key)
    }

    /// The names of a call sign.
    pub(super) fn stations(&self, call: Sym) -> impl Iterator<Item = NameId> {
        equal(&self.by_call, call)
    }

    /// Keys that sound like this one.
    pub(super) fn sounds_like(&self, text: &str) -> impl Iterator<Item = Sym> {
        equal(&self.sounds, self.hasher.hash_one(crate::sound(text)))
    }

    /// Keys that may be one edit away.
    pub(super) fn spelled_like(&self, text: &str) -> Vec<Sym> {
        let hashes = letters::deletions(text);
        let mut keys: Vec<Sym> = hashes
            .flat_map(|hash| equal(&self.spellings, hash))
            .collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Keys of names that have all these words but one, in its place.
    pub(super) fn but_for_one_word<'w>(
        &self,
        words: impl Iterator<Item = &'w str> + Clone,
    ) -> impl Iterator<Item = (usize, Sym)> {
        let hashes = gaps(&self.hasher, words).enumerate();
        hashes.flat_map(|(gap, hash)| equal(&self.gaps, hash).map(move |key| (gap, key)))
    }

    /// The row that speaks for a key of the guide.
    pub(super) fn row<'s>(&self, solved: &'s Solved, key: Sym) -> Option<&'s Row> {
        self.speaks.get(&key).map(|&id| &solved.rows.rows[id])
    }

    /// Whether the guide has a name in several languages for a country.
    pub(super) fn is_multilingual(&self, key: Sym, country: Option<Country>) -> bool {
        self.languages
            .get(&(key, country))
            .is_some_and(|&languages| languages > 1)
    }

    /// Whether the guide knows a name, with its feed and shift, for one country only.
    pub(super) fn is_of_one_country(&self, row: &Row) -> bool {
        !self.of_several.contains(&place(row))
    }

    /// The country that has two thirds of all entries of a name.
    pub(super) fn home(&self, key: Sym) -> Option<Country> {
        self.homes.get(&key).copied()
    }

    /// Whether the names of a country are mostly seen elsewhere too.
    pub(super) fn is_importer(&self, country: Country) -> bool {
        self.importers.contains(&country)
    }
}

fn place(row: &Row) -> Place {
    (row.key, row.shift_hours, row.feed)
}

/// The second column of the rows of a key, of [`ALIKE_MAX`] at most.
fn equal<K: Ord + Copy, V: Copy>(sorted: &[(K, V)], key: K) -> impl Iterator<Item = V> {
    let begin = sorted.partition_point(|&(other, _)| other < key);
    let rows = sorted
        .iter()
        .skip(begin)
        .take_while(move |&&(other, _)| other == key)
        .take(ALIKE_MAX);
    rows.map(|&(_, value)| value)
}

/// Hashes of the words of a name with one of them taken out, each in turn.
fn gaps<'w>(
    hasher: &RandomState,
    words: impl Iterator<Item = &'w str> + Clone,
) -> impl Iterator<Item = u64> {
    let count = words.clone().count();
    let gaps = if SHORTENED_WORDS.contains(&count) {
        count
    } else {
        0
    };
    (0..gaps).map(move |gap| hasher.hash_one((gap, inside::others(words.clone(), gap, count))))
}

fn languages(
    solved: &Solved,
    names: &Table<NameId, GuideName>,
) -> HashMap<(Sym, Option<Country>), usize> {
    let mut languages: HashMap<(Sym, Option<Country>), HashSet<Language>> = HashMap::new();
    for name in names.values() {
        let row = &solved.rows.rows[solved.rows.entries[name.entry]];
        if let Some(language) = row.language {
            languages
                .entry((row.key, row.country))
                .or_default()
                .insert(language);
        }
    }
    languages
        .into_iter()
        .map(|(place, languages)| (place, languages.len()))
        .collect()
}

/// The home of each name that has one, and the countries whose names are mostly seen elsewhere too.
fn homes(solved: &Solved) -> (HashMap<Sym, Country>, HashSet<Country>) {
    let mut entries: HashMap<(Sym, Country), u32> = HashMap::new();
    for (id, row) in solved
        .rows
        .rows
        .iter()
        .filter(|(_, row)| row.station.is_none())
    {
        if let Some(country) = row.country {
            *entries.entry((row.key, country)).or_default() += solved.rows.weights[id];
        }
    }
    let mut sorted: Vec<(Sym, Country, u32)> = entries
        .into_iter()
        .map(|((key, country), entries)| (key, country, entries))
        .collect();
    sorted.sort_unstable();
    let mut homes = HashMap::new();
    let mut names: BTreeMap<Country, (u32, u32)> = BTreeMap::new();
    for countries in sorted.chunk_by(|a, b| a.0 == b.0) {
        for &(_, country, _) in countries {
            let (all, shared) = names.entry(country).or_default();
            *all += 1;
            *shared += u32::from(countries.len() > 1);
        }
        let all: u32 = countries.iter().map(|&(.., entries)| entries).sum();
        let most = countries.iter().rev().max_by_key(|&&(.., entries)| entries);
        if let Some(&(key, country, entries)) = most
            && entries >= 2
            && u64::from(entries) * 3 >= u64::from(all) * 2
        {
            homes.insert(key, country);
        }
    }
    let importers = names.into_iter().filter(|&(_, (all, shared))| {
        all >= IMPORTER_NAMES_MIN && u64::from(shared) * 10 >= u64::from(all) * 7
    });
    (homes, importers.map(|(country, _)| country).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_key_are_found_in_a_sorted_list() {
        let list = [(1, 'a'), (2, 'b'), (2, 'c'), (4, 'd')];
        let found = |key| equal(&list, key).collect::<String>();
        assert_eq!(found(2), "bc");
        assert_eq!(found(3), "");
        assert_eq!(found(4), "d");
    }
}
