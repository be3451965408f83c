//! What would come of a list, without a store: our own lists, and all of those beside the
//! repository.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, path::Path};

use lineup::Reason;
use sync::{Error, Report, dry_run};

const SHARED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/data/parse");

fn rules() -> sync::RulesConfig {
    sync::RulesConfig {
        bytes_max: 1 << 20,
        ..sync::RulesConfig::default()
    }
}

fn read(list: &[u8]) -> Result<Report, Error> {
    dry_run(
        list,
        "test",
        playlist::Limits::default(),
        16 << 20,
        &rules(),
    )
}

#[test]
fn counts_entries_channels_and_duplicates() {
    let list = "#EXTM3U\n#EXTINF:-1,One\nhttp://a.example/1\n#EXTINF:-1,Two\nhttp://a.example/2\n\
                #EXTINF:-1,One\nhttp://a.example/1\nnonsense\n#EXTINF:-1,ONE\nhttp://b.example/1\n";
    let report = read(list.as_bytes()).unwrap();
    assert_eq!((report.entries, report.channels), (4, 2));
    assert_eq!((report.duplicates, report.backups), (1, 1));
    assert_eq!(report.clusters.len(), 4);
    assert_eq!(report.clusters[0], report.clusters[3]);
    assert_eq!(report.clusters[0], report.clusters[2]);
    assert_ne!(report.clusters[0], report.clusters[1]);
    assert_eq!((report.warnings.len(), report.cut), (1, None));
    let [merge] = &report.merges[..] else {
        panic!("{:?}", report.merges)
    };
    let names: Vec<_> = merge.streams.iter().map(|it| it.name.as_str()).collect();
    assert_eq!((merge.name.as_str(), names), ("One", vec!["One", "ONE"]));
    let reasons = merge.streams.iter().map(|stream| stream.reason);
    assert!(reasons.eq([Some(Reason::SameName); 2]));
}

#[test]
fn tells_what_a_channel_does_not_keep() {
    let entry = |n| format!("#EXTINF:-1,News\nhttp://a.example/{n}\n");
    let list: String = (0..20).map(entry).collect();
    let report = read(list.as_bytes()).unwrap();
    assert_eq!(
        (report.channels, report.backups, report.surplus),
        (1, 19, 4)
    );
    assert_eq!(report.merges[0].streams.len(), 16);
}

#[test]
fn refuses_what_is_no_list_and_tells_what_does_not_fit() {
    assert!(matches!(read(b"<html>"), Err(Error::List(_))));
    let list: String = (0..999)
        .map(|n| format!("#EXTINF:-1,{n}\nhttp://a.example/{n}\n"))
        .collect();
    let report = dry_run(
        list.as_bytes(),
        "test",
        playlist::Limits::default(),
        20_000,
        &rules(),
    )
    .unwrap();
    assert!(report.entries < 999);
    assert!(report.cut.unwrap().contains("memory.budget"));
}

#[test]
fn reads_the_lists_beside_the_repository_as_stated() {
    let Ok(expected) = fs::read(Path::new(SHARED).join("expected.json")) else {
        eprintln!("skipped: no ../shared");
        return;
    };
    let expected: serde_json::Value = serde_json::from_slice(&expected).unwrap();
    let is_list = |name: &str| name.contains(".m3u");
    let mut lists = 0;
    for (name, facts) in expected
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| is_list(name))
    {
        lists += 1;
        let result = read(&fs::read(Path::new(SHARED).join(name)).unwrap());
        if facts.get("refuse").is_some() {
            assert!(result.is_err(), "{name}: {result:?}");
            continue;
        }
        let report = result.unwrap_or_else(|error| panic!("{name}: {error}"));
        if let Some(entries) = facts.get("entries").and_then(|entries| entries.as_array()) {
            assert_eq!(report.entries, entries.len(), "{name}");
        }
        if facts.get("warn").is_some() {
            assert!(
                report.cut.is_some() || !report.warnings.is_empty(),
                "{name}"
            );
        }
        assert_eq!(
            report.channels + report.duplicates + report.backups,
            report.entries,
            "{name}"
        );
        assert_eq!(report.clusters.len(), report.entries, "{name}");
    }
    assert!(lists > 10);
}
