//! Names as they are published and as providers decorate them, from `../shared/data`, where that
//! is at hand.

use std::path::PathBuf;

use names::{NameEntry, Parts, read};

/// Of so many names read again from their own words one may differ: a second reading may peel one
/// feed more ("Net Pacifique - Pacific").
const UNSTABLE_SHARE_MAX: usize = 2_000;

struct Entry {
    name: String,
    group: String,
}

/// The entries of a list of the shared data, if that is here.
fn entries(file: &str) -> Option<Vec<Entry>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("../../../../shared/data/merge").join(file);
    let text = std::fs::read_to_string(path).ok()?;
    let lines = text.lines().filter(|line| line.starts_with("#EXTINF"));
    Some(lines.map(entry).collect())
}

/// These lists quote every attribute and have no comma in their groups.
fn entry(line: &str) -> Entry {
    let group = line
        .split_once("group-title=\"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .map_or("", |(group, _)| group);
    let behind_quotes = line.rsplit_once("\",").map(|(_, name)| name);
    let name = behind_quotes.or_else(|| line.split_once(',').map(|(_, name)| name));
    Entry {
        name: name.unwrap_or_default().trim().to_owned(),
        group: group.to_owned(),
    }
}

fn read_entry(entry: &Entry) -> Parts {
    read(&NameEntry {
        name: &entry.name,
        group: &entry.group,
        ..NameEntry::default()
    })
}

#[test]
fn every_published_name_reads_to_a_name() {
    for file in ["merge_real.m3u", "merge_decorated.m3u"] {
        let Some(entries) = entries(file) else {
            eprintln!("skipped: no ../shared");
            return;
        };
        assert!(entries.len() > 1_000, "{file}: only {}", entries.len());
        for entry in &entries {
            let parts = read_entry(entry);
            assert!(!parts.is_unreadable(), "{:?}", entry.name);
            assert!(
                parts.key().chars().any(char::is_alphanumeric),
                "{:?}",
                entry.name
            );
        }
    }
}

#[test]
fn decoration_that_providers_invent_is_read() {
    let Some(entries) = entries("merge_decorated.m3u") else {
        eprintln!("skipped: no ../shared");
        return;
    };
    let all = entries.len();
    let with_country = entries.iter().filter(|e| read_entry(e).country.is_some());
    assert!(
        with_country.count() * 10 > all * 9,
        "nine in ten say a country"
    );
    for entry in &entries {
        let parts = read_entry(entry);
        let stays = |mark: &str| parts.words().skip(1).any(|word| word == mark);
        for mark in ["hd", "fhd", "uhd", "4k", "hevc", "1080p", "720p", "vip"] {
            assert!(
                !stays(mark),
                "{:?} keeps {mark}: {}",
                entry.name,
                parts.joined_words()
            );
        }
    }
}

#[test]
fn words_read_again_are_the_same_name() {
    let mut differ = Vec::new();
    let mut all = 0;
    for file in ["merge_real.m3u", "merge_decorated.m3u"] {
        let Some(entries) = entries(file) else {
            eprintln!("skipped: no ../shared");
            return;
        };
        for entry in entries {
            let parts = read_entry(&entry);
            if parts.station.is_some() {
                continue;
            }
            all += 1;
            let again = read_entry(&Entry {
                name: parts.joined_words().to_owned(),
                group: entry.group,
            });
            if again.key() != parts.key() {
                differ.push(entry.name);
            }
        }
    }
    assert!(
        differ.len() * UNSTABLE_SHARE_MAX <= all,
        "{differ:?} of {all}"
    );
}
