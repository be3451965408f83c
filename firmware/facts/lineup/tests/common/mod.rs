//! Imports of rows, for the tests of the whole crate.
#![allow(dead_code, reason = "each test crate uses a part")]
#![allow(clippy::unwrap_used, reason = "in functions that the tests share")]

use std::collections::HashSet;

use lineup::{
    AsListed, ChannelId, EntryText, GuideNumber, Imported, Importer, Known, Lineup, SourceKey,
};

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

impl Row {
    pub(crate) fn entry(&self) -> EntryText<'_> {
        EntryText {
            name: self.name.as_str().into(),
            url: self.url.as_str().into(),
            tvg_id: self.tvg_id.as_str().into(),
            group: self.group.as_str().into(),
            tvg_chno: self.chno.as_str().into(),
            ..EntryText::default()
        }
    }
}

pub(crate) fn source(index: u16) -> SourceKey<'static> {
    SourceKey {
        index,
        name: "source",
        priority: 0,
    }
}

pub(crate) fn import(rows: &[Row], known: &Known) -> Imported {
    let mut importer = Importer::new(64 << 20);
    for row in rows {
        importer
            .add(source(row.source), row.entry(), &AsListed)
            .unwrap();
    }
    let mut imported = importer.finish(known.clone(), None);
    // Back to the order of the rows.
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|&at| rows[at].source);
    let mut clusters = imported.clusters.clone();
    for (&at, &id) in order.iter().zip(&imported.clusters) {
        clusters[at] = id;
    }
    imported.clusters = clusters;
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
        known: Known { numbers, held },
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
        let order: Vec<_> = streams
            .map(|stream| (std::cmp::Reverse(stream.score), stream.source))
            .collect();
        assert!(order.is_sorted(), "the best first, then as configured");
    }
    assert!(held.iter().all(|row| numbers.find(row.id).is_some()));
    let owners: HashSet<_> = numbers.iter().map(|row| row.number).collect();
    assert_eq!(owners.len(), numbers.len(), "a number was given twice");
    for channel in lineup.iter() {
        assert_ne!(channel.number.major(), 0);
        assert_eq!(numbers.find(channel.id).unwrap().number, channel.number);
        assert_eq!(lineup.by_number(channel.number), Some(channel));
    }
}
