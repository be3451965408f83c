//! The ugly lists beside the repository, and what is expected of each.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "in functions that the tests share"
)]

mod common;

use std::{fs, path::PathBuf};

use common::{Owned, read};
use serde_json::Value;

fn folder() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../../shared/data/parse"
    ))
}

#[test]
fn every_list_is_read_as_expected() {
    let Ok(expected) = fs::read(folder().join("expected.json")) else {
        eprintln!("skipped: no ../shared");
        return;
    };
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let mut lists = 0;
    for (file, expected) in expected.as_object().unwrap() {
        if [".m3u", ".m3u8", ".m3u.gz"]
            .iter()
            .any(|end| file.ends_with(end))
        {
            lists += 1;
            check(file, expected);
        }
    }
    assert!(lists > 20, "{lists}");
}

fn check(file: &str, expected: &Value) {
    let (entries, result) = read(&fs::read(folder().join(file)).unwrap());
    if expected["refuse"] == true {
        let error = result.expect_err(file);
        assert_eq!(entries.len(), 0, "{file}: {error}");
        return;
    }
    let summary = result.unwrap_or_else(|error| panic!("{file}: {error}"));
    assert_eq!(summary.is_whole, expected["warn"] != true, "{file}");
    if let Some(entries_min) = expected["min_entries"].as_u64() {
        assert!(
            entries.len() as u64 >= entries_min,
            "{file}: {}",
            entries.len()
        );
    }
    if let Some(rows) = expected["entries"].as_array() {
        assert_eq!(entries.len(), rows.len(), "{file}");
        for (entry, row) in entries.iter().zip(rows) {
            assert_matches(file, &row[0], &entry.name);
            assert_matches(file, &row[1], &entry.url);
            assert!(!entry.name.is_empty(), "{file}");
        }
    }
    check_column(file, &expected["groups"], &entries, |entry| &entry.group);
    check_column(file, &expected["ids"], &entries, |entry| &entry.tvg_id);
    check_headers(file, &expected["headers"], &entries);
    if let Some(guides) = expected["guides"].as_array() {
        assert_eq!(&summary.guides, guides, "{file}");
    }
}

fn check_column(file: &str, column: &Value, entries: &[Owned], of: fn(&Owned) -> &String) {
    for (value, entry) in column.as_array().into_iter().flatten().zip(entries) {
        assert_matches(file, value, of(entry));
    }
}

fn check_headers(file: &str, column: &Value, entries: &[Owned]) {
    for (headers, entry) in column.as_array().into_iter().flatten().zip(entries) {
        let headers = headers.as_object().unwrap();
        assert_eq!(
            headers.len(),
            entry.headers.len(),
            "{file}: {:?}",
            entry.headers
        );
        for (name, value) in &entry.headers {
            assert_eq!(headers[name], value.as_str(), "{file}");
        }
    }
}

/// A null is not checked.
fn assert_matches(file: &str, expected: &Value, text: &str) {
    assert!(
        expected.is_null() || expected == text,
        "{file}: {text:?} instead of {expected}"
    );
}
