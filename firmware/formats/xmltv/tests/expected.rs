//! The ugly guides beside the repository, and what is expected of each.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "in functions that the tests share"
)]

mod common;

use std::{collections::BTreeSet, fs, io::Read as _, path::PathBuf};

use common::{Kept, read};
use serde_json::Value;
use xmltv::{Kind, Limits, Summary, time::Stamp};

fn folder() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../../shared/data/parse"
    ))
}

#[test]
fn every_guide_is_read_as_expected() {
    let Ok(expected) = fs::read(folder().join("expected.json")) else {
        eprintln!("skipped: no ../shared");
        return;
    };
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let mut guides = 0;
    for (file, expected) in expected.as_object().unwrap() {
        if file.ends_with(".xml") || file.ends_with(".xml.gz") {
            guides += 1;
            check(file, expected);
        }
    }
    assert!(guides >= 18, "{guides}");
}

/// What gzip gives, as far as it goes.
fn unpacked(bytes: Vec<u8>) -> Vec<u8> {
    if !bytes.starts_with(b"\x1f\x8b") {
        return bytes;
    }
    let (mut out, mut piece) = (Vec::new(), [0; 4096]);
    let mut gzip = flate2::read::MultiGzDecoder::new(bytes.as_slice());
    while let Ok(len @ 1..) = gzip.read(&mut piece) {
        out.extend_from_slice(&piece[..len]);
    }
    out
}

fn check(file: &str, expected: &Value) {
    let bytes = unpacked(fs::read(folder().join(file)).unwrap());
    let (kept, summary) = read([bytes.as_slice()], Limits::default());
    assert_eq!(read(bytes.chunks(1), Limits::default()).0, kept, "{file}");
    if expected["refuse"] == true {
        assert!(summary.is_err(), "{file}");
        return;
    }
    let summary = summary.unwrap_or_else(|error| panic!("{file}: {error}"));
    check_counts(file, expected, &kept, summary);
    for (place, name) in expected["names"]
        .as_array()
        .into_iter()
        .flatten()
        .enumerate()
    {
        assert_eq!(name, kept.channels[0].1[place].as_str(), "{file}");
    }
    for (place, title) in expected["titles"]
        .as_array()
        .into_iter()
        .flatten()
        .enumerate()
    {
        let (kind, _, text) = &kept.programmes[place].fields[0];
        assert_eq!(
            (*kind, title.as_str()),
            (Kind::Title, Some(text.as_str())),
            "{file}"
        );
    }
    for (place, start) in expected["starts_utc"]
        .as_array()
        .into_iter()
        .flatten()
        .enumerate()
    {
        let digits: String = start
            .as_str()
            .unwrap()
            .chars()
            .filter(char::is_ascii_digit)
            .collect();
        let stamp = Stamp(kept.programmes[place].start).to_string();
        assert_eq!(stamp, format!("{digits} +0000"), "{file}");
    }
}

fn check_counts(file: &str, expected: &Value, kept: &Kept, summary: Summary) {
    let ids: BTreeSet<_> = kept.channels.iter().map(|(id, _)| id).collect();
    if let Some(channels) = expected["channels"].as_u64() {
        assert_eq!(ids.len() as u64, channels, "{file}");
    }
    if let Some(programmes) = expected["programmes"].as_u64() {
        assert_eq!(kept.programmes.len() as u64, programmes, "{file}");
        let counted = programmes..=programmes + 1;
        assert!(counted.contains(&summary.programmes), "{file}");
    }
    if let Some(programmes_min) = expected["min_programmes"].as_u64() {
        assert!(kept.programmes.len() as u64 >= programmes_min, "{file}");
    }
    let warns = expected["warn"] == true;
    let is_deep = file == "deep.xml";
    assert!(is_deep || summary.is_whole != warns, "{file}");
    let longest = kept.channels.iter().flat_map(|(_, names)| names);
    assert!(
        longest.into_iter().all(|name| name.len() < 100),
        "{file}: expanded"
    );
}
