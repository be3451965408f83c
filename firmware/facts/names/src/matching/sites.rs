//! Countries of sites: a guide that numbers its channels (`4711.some-site`) is made for somewhere,
//! and its names show for where.

use std::collections::HashMap;

use crate::{
    Country, Stated,
    merge::{
        rows::{Row, Rows},
        table::Sym,
    },
};

/// Names of a site that are seen in countries, so many at least, before they show its own.
const NAMES_MIN: usize = 12;
/// Of a hundred of them, so many are seen in that country.
const SEEN_PERCENT_MIN: usize = 60;

/// The sites whose ids name no country, numbered from 1.
#[derive(Debug, Default)]
pub(super) struct Sites(HashMap<Box<str>, u16>);

impl Sites {
    /// The number of an id's site; 0 where it has none.
    pub(super) fn number(&mut self, id: &str) -> u16 {
        let site = match id.split_once('.') {
            Some((number, site))
                if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) =>
            {
                site
            }
            _ => return 0,
        };
        if let Some(&number) = self.0.get(site) {
            return number;
        }
        let Ok(number) = u16::try_from(self.0.len() + 1) else {
            return 0;
        };
        self.0.insert(site.into(), number);
        number
    }
}

/// Gives the names of each site the country in which most of them are seen, where they say none.
/// The source of a row is the number of its site.
pub(super) fn settle(rows: &mut Rows) {
    let is_open = |row: &Row| row.source > 0 && row.country.is_none() && row.station.is_none();
    let mut seen: Vec<(Sym, Country)> = Vec::new();
    let mut open: Vec<(u16, Sym)> = Vec::new();
    for row in rows.rows.values() {
        if is_open(row) {
            open.push((row.source, row.key));
        } else if let Some(country) = row.country {
            seen.push((row.key, country));
        }
    }
    seen.sort_unstable();
    seen.dedup();
    open.sort_unstable();
    open.dedup();
    let sites = open.chunk_by(|a, b| a.0 == b.0);
    let found: HashMap<u16, Country> = sites
        .filter_map(|names| Some((names.first()?.0, country(names, &seen)?)))
        .collect();
    for row in rows.rows.values_mut() {
        if is_open(row)
            && let Some(&country) = found.get(&row.source)
        {
            row.country = Some(country);
            row.stated = Stated::Group;
        }
    }
}

/// The country in which most of these names are seen.
fn country(names: &[(u16, Sym)], seen: &[(Sym, Country)]) -> Option<Country> {
    let mut counts: HashMap<Country, usize> = HashMap::new();
    let mut known = 0;
    for &(_, key) in names {
        let begin = seen.partition_point(|&(other, _)| other < key);
        let countries = seen
            .iter()
            .skip(begin)
            .take_while(|(other, _)| *other == key);
        let before = counts.values().sum::<usize>();
        for &(_, country) in countries {
            *counts.entry(country).or_default() += 1;
        }
        known += usize::from(counts.values().sum::<usize>() > before);
    }
    let best = counts
        .into_iter()
        .max_by_key(|&(country, count)| (count, country))?;
    (known >= NAMES_MIN && best.1 * 100 >= known * SEEN_PERCENT_MIN).then_some(best.0)
}
