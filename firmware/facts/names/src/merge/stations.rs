//! Stations of North America: call signs repaired by what the list shows, and which entries are
//! one sub-channel.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    intern::Interner,
    letters,
    rows::{DialRow, Row, Rows, StationRow},
    table::{Id, RowId, Sym},
};
use crate::{Country, Stated, tables::stations as known};

/// More call signs at one place on the dial are no evidence for a misspelt one.
const SIGNS_ON_A_DIAL_MAX: usize = 400;
/// Bytes of networks that a bare call sign may have beside it.
const NETWORK_BYTES_MAX: usize = 9;

/// Makes the repairs of call signs.
pub(crate) fn repair(rows: &mut Rows) {
    misspelt(rows);
    bare(rows);
}

/// "KMMYA-DT 49.1" beside "KMYA-DT 49.1": the same place on the dial, and one letter apart.
fn misspelt(rows: &mut Rows) {
    let dial_of = |row: &Row| {
        let dial = rows.dials[row.dial?];
        (row.station.is_some() || dial.kind.is_some()).then_some(dial)
    };
    let mut signs: BTreeMap<(u8, u8), HashMap<Sym, u32>> = BTreeMap::new();
    for row in rows.rows.values() {
        if let Some(DialRow {
            sign, major, minor, ..
        }) = dial_of(row)
        {
            let place = signs.entry((major, minor)).or_default();
            *place.entry(sign).or_default() += 1;
        }
    }
    let found: Vec<(RowId, DialRow, Sym)> = (rows.rows.iter())
        .filter_map(|(id, row)| {
            let dial = dial_of(row)?;
            let call = meant(
                &rows.texts,
                signs.get(&(dial.major, dial.minor))?,
                dial.sign,
            )?;
            Some((id, dial, call))
        })
        .collect();
    for (id, dial, call) in found {
        let row = &rows.rows[id];
        let before = rows.station(row).copied();
        let station = StationRow {
            call,
            kind: dial.kind,
            subchannel: Some(dial.minor),
            major: Some(dial.major),
            network: before.map_or(Interner::empty(), |station| station.network),
            extra: before.map_or(Interner::empty(), |station| station.extra),
            said: before.map_or(row.words, |station| station.said),
        };
        rows.rows[id].station = Some(rows.stations.push(station));
    }
}

/// The one call sign of four letters that a sign of another length is a misspelling of.
fn meant(texts: &Interner, signs: &HashMap<Sym, u32>, sign: Sym) -> Option<Sym> {
    // What is written so in several ways is meant.
    let is_rare = signs.get(&sign).is_none_or(|&rows| rows < 2);
    let written = texts.text(sign);
    if !(2..=SIGNS_ON_A_DIAL_MAX).contains(&signs.len()) || !is_rare || written.len() == 4 {
        return None;
    }
    let mut near = signs.keys().copied().filter(|&other| {
        let call = texts.text(other);
        other != sign
            && call.len() == 4
            && call.bytes().next() == written.bytes().next()
            && letters::at_most_one_edit(call, written)
    });
    near.next().filter(|_| near.next().is_none())
}

/// A call sign without its marks ("WXYZ News"), where the list knows the station and the other
/// words belong to it.
fn bare(rows: &mut Rows) {
    let north_american = ["us", "ca"].map(Country::from_alpha2);
    let mut open: Vec<(RowId, &str)> = Vec::new();
    for (id, row) in rows.rows.iter() {
        if row.station.is_some() || row.shift_hours > 0 || !row.maybe_call {
            continue;
        }
        let mut words = rows.words(row);
        let Some(call) = words.next() else { continue };
        let is_there = row.country.is_none()
            || north_american.contains(&row.country)
            || row.stated < Stated::GroupCode && words.next().is_some();
        if is_there && known::NOT_CALLS.binary_search(&call).is_err() {
            open.push((id, call));
        }
    }
    let wanted: HashSet<&str> = open.iter().map(|&(_, call)| call).collect();
    let mut said: HashMap<&str, HashSet<&str>> = HashMap::new();
    for row in rows.rows.values() {
        let Some(station) = rows.station(row) else {
            continue;
        };
        if let Some(&call) = wanted.get(rows.texts.text(station.call)) {
            let words = rows.texts.text(station.said).split(' ');
            said.entry(call).or_default().extend(words);
        }
    }
    let found: Vec<(RowId, String, String)> = open
        .into_iter()
        .filter(|(id, call)| {
            let Some(said) = said.get(call) else {
                return false;
            };
            let mut others = rows.words(&rows.rows[*id]).skip(1);
            others.all(|word| said.contains(word) || belongs_to_any(word))
        })
        .map(|(id, call)| {
            let words = rows.words(&rows.rows[id]);
            let networks: String = words.filter(|word| is_network(word)).collect();
            let networks = networks.get(..NETWORK_BYTES_MAX).unwrap_or(&networks);
            (id, call.to_owned(), networks.to_owned())
        })
        .collect();
    for (id, call, network) in found {
        let station = StationRow {
            call: rows.texts.sym(&call),
            kind: None,
            // In Canada a call sign without a number names the only channel there is.
            subchannel: call.starts_with('c').then_some(0),
            major: None,
            network: rows.texts.sym(&network),
            extra: Interner::empty(),
            said: rows.rows[id].words,
        };
        rows.rows[id].station = Some(rows.stations.push(station));
    }
}

/// Whether a word says nothing about which station it stands beside.
fn belongs_to_any(word: &str) -> bool {
    word.chars().all(char::is_numeric)
        || known::STATION_WORDS.binary_search(&word).is_ok()
        || known::US_STATES.binary_search(&word).is_ok()
        || is_network(word)
}

fn is_network(word: &str) -> bool {
    known::NETWORKS.binary_search(&word).is_ok()
}

/// Which sub-channel of a station.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Subchannel {
    /// The one of this number.
    Number(u8),
    /// One of several whose numbers nobody says: the one of this network.
    Of(Sym),
}

/// The sub-channel of each row of one call sign, and whether the station is a low-power one.
pub(crate) fn subchannels(rows: &Rows, ids: &[RowId]) -> Vec<(RowId, bool, Subchannel)> {
    let stations: Vec<(RowId, StationRow)> = (ids.iter())
        .filter_map(|&id| Some((id, *rows.station(&rows.rows[id])?)))
        .collect();
    let says_low = |station: &StationRow| station.kind.is_some_and(|kind| kind.is_low_power());
    let has_low = stations.iter().any(|(_, station)| says_low(station));
    let has_full = stations.iter().any(|(_, station)| {
        !says_low(station) && (station.kind.is_some() || station.major.is_some())
    });
    let is_low =
        |station: &StationRow| says_low(station) || has_low && !has_full && station.kind.is_none();
    let has_network = |station: &StationRow| station.network != Interner::empty();
    // Where a network is said to be, by its smallest number.
    let mut numbers: HashMap<(bool, Sym), u8> = HashMap::new();
    for (_, station) in stations.iter().filter(|(_, station)| has_network(station)) {
        if let Some(number @ 1..) = station.subchannel {
            let place = numbers
                .entry((is_low(station), station.network))
                .or_insert(number);
            *place = number.min(*place);
        }
    }
    // Networks of which nobody says where they are.
    let mut open: HashMap<bool, HashSet<Sym>> = HashMap::new();
    for (_, station) in stations.iter().filter(|(_, station)| has_network(station)) {
        let place = (is_low(station), station.network);
        if station.subchannel.is_none() && !numbers.contains_key(&place) {
            open.entry(place.0).or_default().insert(place.1);
        }
    }
    let main = |is_low: bool| {
        let networks = open.get(&is_low)?;
        let mut main = known::MAIN_NETWORKS.iter().filter_map(|network| {
            let network = rows.texts.find(network)?;
            networks.contains(&network).then_some(network)
        });
        main.next().filter(|_| main.next().is_none())
    };
    let number = |station: &StationRow| {
        let is_low = is_low(station);
        let said = numbers.get(&(is_low, station.network)).copied();
        let are_few = open.get(&is_low).is_none_or(|networks| networks.len() <= 1);
        match station.subchannel.or(said) {
            Some(number) => Subchannel::Number(number),
            None if are_few || !has_network(station) => Subchannel::Number(1),
            None if main(is_low) == Some(station.network) => Subchannel::Number(1),
            None => Subchannel::Of(station.network),
        }
    };
    let numbered = stations
        .iter()
        .map(|(id, station)| (*id, is_low(station), number(station)));
    numbered.collect()
}

/// The rows of each call sign.
pub(crate) fn by_call(rows: &Rows) -> Vec<Vec<RowId>> {
    let mut by_call: BTreeMap<Sym, Vec<RowId>> = BTreeMap::new();
    for (id, row) in rows.rows.iter() {
        if let Some(station) = rows.station(row) {
            by_call.entry(station.call).or_default().push(id);
        }
    }
    debug_assert!(by_call.keys().all(|call| call.at() < rows.texts.len()));
    by_call.into_values().collect()
}
