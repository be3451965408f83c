//! Whatever happens to a list, ids and numbers stay.

mod common;

use common::{Row, given, import};
use lineup::Known;
use names::{
    NameEntry,
    merge::{Merger, Options},
};
use proptest::{collection::vec, prelude::*, sample::select};

/// Rows of which many share names, ids and wishes.
fn wild() -> impl Strategy<Value = Vec<Row>> {
    let texts = |texts: &[&'static str]| select(texts.to_vec()).prop_map(str::to_owned);
    let row = (
        0..2_u16,
        texts(&["A", "a ", "B", "C", "D"]),
        texts(&["", "", "x", "y"]),
        texts(&["", "News", "Sport"]),
        texts(&["u1", "u2", "u3", "u4", "u5", "u6"]),
        texts(&["", "", "1", "2", "3", "5.1", "40", "0", "no"]),
    )
        .prop_map(|(source, name, tvg_id, group, url, chno)| Row {
            source,
            name,
            tvg_id,
            group,
            url,
            chno,
        });
    vec(row, 0..40)
}

/// The same, where an id belongs to one name, so that what is one channel does not depend on what
/// else is in the list.
fn pool() -> impl Strategy<Value = Vec<Row>> {
    wild().prop_map(|mut rows| {
        for row in &mut rows {
            if !row.tvg_id.is_empty() {
                row.tvg_id = row.name.trim().to_ascii_lowercase();
            }
        }
        rows
    })
}

fn without_twins(rows: Vec<Row>) -> Vec<Row> {
    let mut kept: Vec<Row> = Vec::new();
    for row in rows {
        let is_twin = |other: &Row| {
            (other.source, &other.name, &other.url) == (row.source, &row.name, &row.url)
        };
        if !kept.iter().any(is_twin) {
            kept.push(row);
        }
    }
    kept
}

/// Some rows of `pool` in some order.
fn pick(pool: &[Row], order: &[u16]) -> Vec<Row> {
    let mut keyed: Vec<_> = pool
        .iter()
        .zip(order)
        .filter(|(_, key)| **key % 3 > 0)
        .collect();
    keyed.sort_by_key(|(_, key)| **key);
    keyed.into_iter().map(|(row, _)| row.clone()).collect()
}

fn shuffle(pool: &[Row], order: &[u16]) -> Vec<Row> {
    let mut keyed: Vec<_> = pool.iter().zip(order).collect();
    keyed.sort_by_key(|(_, key)| **key);
    keyed.into_iter().map(|(row, _)| row.clone()).collect()
}

fn orders() -> impl Strategy<Value = Vec<u16>> {
    vec(any::<u16>(), 40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn from_import_to_import(
        pool in pool().prop_map(without_twins),
        rounds in vec(orders(), 2..7),
    ) {
        let mut known = Known::new();
        let mut before: Vec<(Row, _)> = Vec::new();
        for order in &rounds {
            let rows = pick(&pool, order);
            let imported = import(&rows, &known);
            let now: Vec<_> = rows.into_iter().zip(given(&imported)).collect();
            for (row, was) in &before {
                if let Some((_, is)) = now.iter().find(|(other, _)| other == row) {
                    prop_assert_eq!(is, was);
                }
            }
            before = now;
            known = Known {
                numbers: imported.known.numbers.iter().collect(),
                held: imported.known.held.iter().collect(),
            };
        }
    }

    #[test]
    fn shrunk_and_grown_again(
        pool in pool().prop_map(without_twins),
        some in orders(),
        again in orders(),
    ) {
        let first = import(&pool, &Known::new());
        let shrunk = import(&pick(&pool, &some), &first.known);
        let rows = shuffle(&pool, &again);
        let last = import(&rows, &shrunk.known);
        for (row, is) in rows.iter().zip(given(&last)) {
            let at = pool.iter().position(|other| other == row);
            prop_assert_eq!(at.map(|at| given(&first)[at]), Some(is));
        }
    }

    #[test]
    fn the_order_of_the_list_is_not_in_the_ids(pool in pool(), order in orders()) {
        let first = import(&pool, &Known::new());
        let rows = shuffle(&pool, &order);
        let shuffled = import(&rows, &Known::new());
        for (row, id) in rows.iter().zip(&shuffled.clusters) {
            let at = pool.iter().position(|other| other == row);
            prop_assert_eq!(at.map(|at| first.clusters[at]), Some(*id));
        }
    }

    /// The rows of one channel are those that [`names::merge`] puts together.
    #[test]
    fn channels_are_joined_by_their_names(pool in wild().prop_map(without_twins)) {
        let imported = import(&pool, &Known::new());
        let mut merger = Merger::new(Options::default());
        for row in &pool {
            let entry = NameEntry {
                name: &row.name,
                group: &row.group,
                tvg_id: &row.tvg_id,
                home: None,
            };
            merger.add(entry.name, &names::read(&entry), row.source, "");
        }
        let merged = merger.finish();
        for (a, one) in merged.clusters().iter().zip(&imported.clusters) {
            for (b, other) in merged.clusters().iter().zip(&imported.clusters) {
                prop_assert_eq!(a == b, one == other);
            }
        }
    }

    /// A channel of which a single stream is left, or that gets others, in whatever order, is the
    /// channel that it was.
    #[test]
    fn backups_come_and_go(
        pool in pool().prop_map(without_twins),
        rounds in vec(orders(), 1..6),
    ) {
        let first = import(&pool, &Known::new());
        let was: Vec<_> = pool.iter().zip(given(&first)).collect();
        let mut known = first.known;
        for order in &rounds {
            let rows = pick(&pool, order);
            let imported = import(&rows, &known);
            for (row, is) in rows.iter().zip(given(&imported)) {
                let before = was.iter().find(|(other, _)| *other == row);
                prop_assert_eq!(before.map(|(_, was)| *was), Some(is));
            }
            known = imported.known;
        }
    }

    /// `import` itself checks that nothing is given twice, also with twins and lists that change.
    #[test]
    fn never_twice(pools in vec(wild(), 1..6)) {
        let mut known = Known::new();
        for rows in &pools {
            known = import(rows, &known).known;
        }
    }
}
