//! Imports of rows, for the tests of the whole crate.
#![allow(dead_code, reason = "each test crate uses a part")]
#![allow(clippy::unwrap_used, reason = "in functions that the tests share")]

use std::collections::HashSet;

use lineup::{ChannelId, GuideNumber, Imported, Importer, Lineup, Numbers, SourceKey};
use playlist::Entry;

/// An entry, and its source.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Row {
    pub(crate) source: u16,
    pub(crate) name: String,
    pub(crate) tvg_id: String,
    pub(crate) group: String,
    pub(crate) url: String,
    pub(crate) chno: String,
}

pub(crate) fn row(name: &str, url: &str, chno: &str) -> Row {
    let [name, url, chno] = [name, url, chno].map(str::to_owned);
    Row {
        source: 0,
        name,
        tvg_id: String::new(),
        group: String::new(),
        url,
        chno,
    }
}

pub(crate) fn import(rows: &[Row], known: &Numbers) -> Imported {
    let mut importer = Importer::new(64 << 20);
    for row in rows {
        let entry = Entry {
            name: &row.name,
            url: &row.url,
            tvg_id: &row.tvg_id,
            group: &row.group,
            tvg_chno: &row.chno,
            ..Entry::default()
        };
        let name = format!("source {}", row.source);
        importer
            .add(
                SourceKey {
                    index: row.source,
                    name: &name,
                },
                &entry,
                None,
            )
            .unwrap();
    }
    let imported = importer.finish(known);
    check(rows, &imported);
    imported
}

/// Id and number of each row.
pub(crate) fn given(imported: &Imported) -> Vec<(ChannelId, GuideNumber)> {
    let number = |id: &ChannelId| imported.lineup.by_id(*id).unwrap().number;
    imported
        .clusters
        .iter()
        .map(|id| (*id, number(id)))
        .collect()
}

/// What holds after every import.
fn check(rows: &[Row], imported: &Imported) {
    let Imported {
        lineup,
        numbers,
        clusters,
        duplicates,
        backups,
        ..
    } = imported;
    assert_eq!(
        (clusters.len(), lineup.len() + duplicates + backups),
        (rows.len(), rows.len())
    );
    let ids: HashSet<_> = clusters.iter().collect();
    assert_eq!(ids.len(), lineup.len());
    for (row, id) in rows.iter().zip(clusters) {
        let streams = lineup.streams_of(*id);
        assert!(streams.len() > 0);
        let Row {
            source, name, url, ..
        } = row;
        let is_one_of_them = streams
            .clone()
            .any(|stream| (stream.source, stream.name, stream.url) == (*source, &**name, &**url));
        assert!(is_one_of_them || streams.len() == Lineup::STREAMS_MAX);
        let sources: Vec<u16> = streams.map(|stream| stream.source).collect();
        assert!(sources.is_sorted(), "the order of the configuration");
    }
    let owners: HashSet<_> = numbers.iter().map(|row| row.number).collect();
    assert_eq!(owners.len(), numbers.len(), "a number was given twice");
    for channel in lineup.iter() {
        assert_ne!(channel.number.major(), 0);
        assert_eq!(numbers.find(channel.id).unwrap().number, channel.number);
        assert_eq!(lineup.by_number(channel.number), Some(channel));
    }
}
