//! Repairs: what one name leaves open and the rest of the list shows.

use std::collections::{HashMap, HashSet};

use super::{
    rows::{Row, Rows},
    table::{RowId, Sym},
};
use crate::{Country, Feed, Language, NumberWord};

/// Makes all repairs of names. Those of call signs come before: see
/// [`stations`](super::stations).
pub(crate) fn names(rows: &mut Rows) {
    plus_signs(rows);
    plus_hours(rows);
    spelled_numbers(rows);
    spellings(rows);
    pacific(rows);
    areas(rows);
}

/// Rows that are told apart by their names.
fn named(rows: &Rows) -> impl Iterator<Item = (RowId, &Row)> {
    rows.rows.iter().filter(|(_, row)| row.station.is_none())
}

fn keys(rows: &Rows) -> HashSet<Sym> {
    named(rows).map(|(_, row)| row.key).collect()
}

/// "A+B": the sign is a plus of the name or stands for "and", whichever the list knows.
fn plus_signs(rows: &mut Rows) {
    let open: Vec<RowId> = named(rows)
        .filter(|(_, row)| row.plus_inside)
        .map(|(id, _)| id)
        .collect();
    if open.is_empty() {
        return;
    }
    let known: HashSet<Sym> = named(rows)
        .filter(|(_, row)| !row.plus_inside)
        .map(|(_, row)| row.key)
        .collect();
    for id in open {
        let Row { key, glued, .. } = rows.rows[id];
        let without = |sym| rows.texts.text(sym).replacen("plus", "", 1);
        let (with_and, glued) = (without(key), without(glued));
        let with_and = rows.texts.find(&with_and).filter(|sym| known.contains(sym));
        if let (Some(with_and), false) = (with_and, known.contains(&key)) {
            rows.rows[id].key = with_and;
            rows.rows[id].glued = rows.texts.sym(&glued);
        }
    }
}

/// "Name Plus 1" is "Name" an hour later, where the list has that and no "Name Plus".
fn plus_hours(rows: &mut Rows) {
    let open: Vec<(RowId, u8)> = named(rows)
        .filter(|(_, row)| row.shift_hours == 0)
        .filter_map(|(id, row)| Some((id, plus_hour(rows, row)?)))
        .collect();
    if open.is_empty() {
        return;
    }
    let known: HashSet<(Sym, Option<Country>)> =
        named(rows).map(|(_, row)| (row.key, row.country)).collect();
    for (id, hours) in open {
        let row = rows.rows[id];
        let cut = |sym, end: &str| rows.texts.text(sym).strip_suffix(end).map(str::to_owned);
        let digit = if hours == 1 { "1" } else { "2" };
        let plus = format!("plus{digit}");
        let (Some(base), Some(glued), Some(words)) = (
            cut(row.key, &plus),
            cut(row.glued, &plus),
            cut(row.words, &format!(" plus {digit}")),
        ) else {
            continue;
        };
        let is_known = |name: &str| {
            let sym = rows.texts.find(name);
            sym.is_some_and(|sym| known.contains(&(sym, row.country)))
        };
        if is_known(&base) && !is_known(&format!("{base}plus")) {
            let row = &mut rows.rows[id];
            row.key = rows.texts.sym(&base);
            row.glued = rows.texts.sym(&glued);
            row.words = rows.texts.sym(&words);
            row.shift_hours = hours;
        }
    }
}

/// The hours that "Name Plus 1" may mean.
fn plus_hour(rows: &Rows, row: &Row) -> Option<u8> {
    let mut words = rows.words(row);
    let hours = match words.next_back()? {
        "1" => 1,
        "2" => 2,
        _ => return None,
    };
    let is_plus = words.next_back()? == "plus";
    (is_plus && words.next().is_some()).then_some(hours)
}

/// "Un" and "Eins" beside each other are two language editions, not two spellings of 1.
fn spelled_numbers(rows: &mut Rows) {
    let mut spelled: HashMap<Sym, (NumberWord, bool)> = HashMap::new();
    for (_, row) in named(rows) {
        if let Some(word) = row.number_word {
            let (first, are_several) = spelled.entry(row.key).or_insert((word, false));
            *are_several |= *first != word;
        }
    }
    for row in rows.rows.values_mut() {
        if let (Some(word), None) = (row.number_word, row.station)
            && spelled
                .get(&row.key)
                .is_some_and(|&(_, are_several)| are_several)
        {
            row.language = row.language.or(Some(Language::Of(word)));
        }
    }
}

/// Glued and spaced spellings of one name share the shorter key.
fn spellings(rows: &mut Rows) {
    let mut shortest: HashMap<Sym, Sym> = HashMap::new();
    for (_, row) in named(rows) {
        let order = |sym| {
            let text = rows.texts.text(sym);
            (text.chars().count(), text)
        };
        let best = shortest.entry(row.glued).or_insert(row.key);
        if *best != row.key && order(row.key) < order(*best) {
            *best = row.key;
        }
    }
    for row in rows.rows.values_mut() {
        if row.station.is_none()
            && let Some(&key) = shortest.get(&row.glued)
        {
            row.key = key;
        }
    }
}

/// Canada has a West and a Pacific feed of some channels; the United States have one feed under
/// either name.
fn pacific(rows: &mut Rows) {
    const ZONES: [&str; 4] = ["ontario", "quebec", "alberta", "manitoba"];
    let is_open = |row: &Row| row.pacific && row.feed == Some(Feed::West);
    if !named(rows).any(|(_, row)| is_open(row)) {
        return;
    }
    let known = keys(rows);
    let [us, canada] = ["us", "ca"].map(Country::from_alpha2);
    let mut entries: HashMap<(Sym, Option<Country>), u32> = HashMap::new();
    for (id, row) in named(rows) {
        *entries.entry((row.key, row.country)).or_default() += rows.weights[id];
    }
    let entries = |key, country| entries.get(&(key, country)).copied().unwrap_or_default();
    let has_zones = |rows: &Rows, key| {
        let name = rows.texts.text(key);
        let mut zones = ZONES
            .iter()
            .filter_map(|zone| rows.texts.find(&format!("{name}{zone}")));
        zones.any(|zone| known.contains(&zone))
    };
    let found: Vec<RowId> = (rows.rows.iter())
        .filter(|(_, row)| is_open(row))
        .filter(|(_, row)| {
            let canadian = entries(row.key, canada);
            has_zones(rows, row.key) || canadian > 0 && canadian * 2 >= entries(row.key, us)
        })
        .map(|(id, _)| id)
        .collect();
    for id in found {
        rows.rows[id].feed = Some(Feed::Pacific);
    }
}

/// A feed named for a country and one named for an area around it, both in that country, are two.
fn areas(rows: &mut Rows) {
    let own: HashSet<(Sym, Option<Country>)> = (rows.rows.values())
        .filter(|row| row.says_edition && row.area_around.is_none())
        .map(|row| (row.key, row.country))
        .collect();
    for row in rows.rows.values_mut() {
        if row.area_around.is_some() && !row.says_edition && own.contains(&(row.key, row.country)) {
            row.area = row.area_around;
        }
    }
}
