//! What merging keeps of the entries: their parts, small, each different set of them once.
//!
//! The parts that were read stay as they are; rows are copies, which the repairs may change. For
//! what a list shows changes with the list, and is found anew each time.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher, RandomState},
};

use super::{
    intern::Interner,
    table::{DialId, EntryId, RowId, StationId, Sym, Table},
};
use crate::{
    Area, Country, Feed, Form, Language, NumberWord, Parts, Stated, StationKind, tables::generic,
};

/// The parts of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Row {
    /// [`Parts::key`].
    pub(crate) key: Sym,
    /// [`Parts::glued`].
    pub(crate) glued: Sym,
    /// [`Parts::joined_words`].
    pub(crate) words: Sym,
    pub(crate) station: Option<StationId>,
    pub(crate) dial: Option<DialId>,
    pub(crate) source: u16,
    pub(crate) country: Option<Country>,
    pub(crate) edition: Option<Country>,
    pub(crate) area: Option<Area>,
    pub(crate) area_around: Option<Area>,
    pub(crate) feed: Option<Feed>,
    pub(crate) shift_hours: u8,
    pub(crate) language: Option<Language>,
    pub(crate) number_word: Option<NumberWord>,
    pub(crate) stated: Stated,
    pub(crate) form: Form,
    pub(crate) says_edition: bool,
    pub(crate) pacific: bool,
    pub(crate) plus_inside: bool,
    pub(crate) latin: bool,
    pub(crate) maybe_call: bool,
}

impl Row {
    /// What tells feeds of one name in one country apart.
    pub(crate) fn variant(&self) -> Variant {
        Variant {
            shift_hours: self.shift_hours,
            feed: self.feed,
            area: self.area,
            language: self.language,
        }
    }
}

/// What tells feeds of one name in one country apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Variant {
    pub(crate) shift_hours: u8,
    pub(crate) feed: Option<Feed>,
    pub(crate) area: Option<Area>,
    pub(crate) language: Option<Language>,
}

/// The station of a row: [`crate::Station`], small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct StationRow {
    pub(crate) call: Sym,
    pub(crate) kind: Option<StationKind>,
    pub(crate) subchannel: Option<u8>,
    pub(crate) major: Option<u8>,
    pub(crate) network: Sym,
    pub(crate) extra: Sym,
    pub(crate) said: Sym,
}

/// What looks like a call sign on the dial: [`crate::Dial`], small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct DialRow {
    pub(crate) sign: Sym,
    pub(crate) kind: Option<StationKind>,
    pub(crate) major: u8,
    pub(crate) minor: u8,
}

/// All rows, and which entry has which.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) texts: Interner,
    pub(crate) rows: Table<RowId, Row>,
    /// How many differently written names have each row.
    pub(crate) weights: Table<RowId, u32>,
    pub(crate) stations: Table<StationId, StationRow>,
    pub(crate) dials: Table<DialId, DialRow>,
    pub(crate) entries: Table<EntryId, RowId>,
    /// The `tvg-id`s that entries of a row have, without the feed.
    pub(crate) tvg_ids: Vec<(Sym, RowId)>,
    /// Hashes of the addresses of logos that entries of a row have.
    pub(crate) logos: Vec<(RowId, u64)>,
}

impl Rows {
    /// The words of a row.
    pub(crate) fn words(&self, row: &Row) -> impl DoubleEndedIterator<Item = &str> + Clone {
        split(self.texts.text(row.words))
    }

    /// The words of a row that are not merely words for television.
    pub(crate) fn core_words(&self, row: &Row) -> impl DoubleEndedIterator<Item = &str> + Clone {
        self.words(row).filter(|word| !generic::is_generic(word))
    }

    /// The core words behind the first `skip`, glued.
    pub(crate) fn glued_core(&self, row: &Row, skip: usize) -> String {
        self.core_words(row).skip(skip).collect()
    }

    /// The station of a row.
    pub(crate) fn station(&self, row: &Row) -> Option<&StationRow> {
        row.station.map(|id| &self.stations[id])
    }

    /// The order in which one of several rows is taken to speak for all, whatever the order of the
    /// list: the fewest words, then the first of them.
    pub(crate) fn speaks_before(&self, a: &Row, b: &Row) -> std::cmp::Ordering {
        let count = |row| self.words(row).count();
        (count(a).cmp(&count(b)))
            .then_with(|| self.words(a).cmp(self.words(b)))
            .then_with(|| b.latin.cmp(&a.latin))
    }
}

/// Words as [`Parts::words`] gives them. What could not be read begins with NUL and is one word.
pub(crate) fn split(words: &str) -> impl DoubleEndedIterator<Item = &str> + Clone {
    let (unreadable, words) = if words.starts_with('\0') {
        (Some(words), None)
    } else {
        (None, Some(words))
    };
    let words = words.map(|words| words.split(' ').filter(|word| !word.is_empty()));
    unreadable.into_iter().chain(words.into_iter().flatten())
}

/// Collects rows.
#[derive(Debug)]
pub(crate) struct Collector {
    pub(crate) collected: Rows,
    /// The row of a hash. Of 64 keyed bits; where two rows share them, both are kept.
    by_hash: HashMap<u64, RowId>,
    /// Hashes of what has been counted: the same line again is no further evidence.
    counted: HashSet<u64>,
    hasher: RandomState,
}

impl Collector {
    pub(crate) fn new() -> Self {
        Self {
            collected: Rows {
                texts: Interner::new(),
                rows: Table::default(),
                weights: Table::default(),
                stations: Table::default(),
                dials: Table::default(),
                entries: Table::default(),
                tvg_ids: Vec::new(),
                logos: Vec::new(),
            },
            by_hash: HashMap::new(),
            counted: HashSet::new(),
            hasher: RandomState::new(),
        }
    }

    /// Adds an entry.
    pub(crate) fn add(&mut self, name: &str, parts: &Parts, source: u16, logo: &str) -> EntryId {
        let id = self.row(name, parts, source);
        let tvg_id = parts.tvg_id_without_feed();
        if !tvg_id.is_empty() {
            let tvg_id = self.collected.texts.sym(tvg_id);
            self.collected.tvg_ids.push((tvg_id, id));
        }
        if !logo.is_empty() {
            let logo = self.hasher.hash_one(logo);
            self.collected.logos.push((id, logo));
        }
        self.collected.entries.push(id)
    }

    /// Adds an entry of which only the name matters.
    pub(crate) fn add_without_id(&mut self, name: &str, parts: &Parts) -> EntryId {
        let id = self.row(name, parts, 0);
        self.collected.entries.push(id)
    }

    /// The row of an entry, a new one if need be.
    fn row(&mut self, name: &str, parts: &Parts, source: u16) -> RowId {
        let stations = self.collected.stations.len();
        let dials = self.collected.dials.len();
        let row = self.collected.copy(parts, source);
        let hash = self.hash(&row);
        let id = match self.by_hash.get(&hash) {
            Some(&known) if self.same(&self.collected.rows[known], &row) => {
                self.collected.stations.truncate(stations);
                self.collected.dials.truncate(dials);
                known
            }
            _ => {
                let id = self.collected.rows.push(row);
                self.collected.weights.push(0);
                self.by_hash.insert(hash, id);
                id
            }
        };
        if self.counted.insert(self.hasher.hash_one((id, name))) {
            self.collected.weights[id] += 1;
        }
        id
    }

    fn hash(&self, row: &Row) -> u64 {
        let station = self.collected.station(row);
        let dial = row.dial.map(|id| self.collected.dials[id]);
        let row = Row {
            station: None,
            dial: None,
            ..*row
        };
        self.hasher.hash_one((row, station, dial))
    }

    fn same(&self, a: &Row, b: &Row) -> bool {
        let rows = &self.collected;
        let bare = |row: &Row| Row {
            station: None,
            dial: None,
            ..*row
        };
        let dial = |row: &Row| row.dial.map(|id| rows.dials[id]);
        bare(a) == bare(b) && rows.station(a) == rows.station(b) && dial(a) == dial(b)
    }
}

impl Rows {
    fn copy(&mut self, parts: &Parts, source: u16) -> Row {
        let station = parts.station.as_deref().map(|station| {
            let row = StationRow {
                call: self.texts.sym(&station.call),
                kind: station.kind,
                subchannel: station.subchannel,
                major: station.major,
                network: self.texts.sym(&station.network),
                extra: self.texts.sym(&station.extra),
                said: self.texts.sym(&station.said),
            };
            self.stations.push(row)
        });
        let dial = parts.dial.as_deref().map(|dial| {
            let row = DialRow {
                sign: self.texts.sym(&dial.sign),
                kind: dial.kind,
                major: dial.major,
                minor: dial.minor,
            };
            self.dials.push(row)
        });
        Row {
            key: self.texts.sym(parts.key()),
            glued: self.texts.sym(&parts.glued()),
            words: self.texts.sym(parts.joined_words()),
            station,
            dial,
            source,
            country: parts.country,
            edition: parts.edition,
            area: parts.area,
            area_around: parts.area_around,
            feed: parts.feed,
            shift_hours: parts.shift_hours,
            language: parts.language,
            number_word: parts.number_word,
            stated: parts.stated,
            form: parts.form,
            says_edition: parts.says_edition,
            pacific: parts.pacific,
            plus_inside: parts.plus_inside,
            latin: parts.latin,
            maybe_call: parts.maybe_call,
        }
    }
}
