//! For any input: no panic, every maximum kept, and the same entries however the bytes are cut.

#![allow(clippy::unwrap_used, reason = "in functions that the tests share")]

mod common;

use std::io::Write;

use common::{Owned, read_pieces};
use flate2::{Compression, write::GzEncoder};
use playlist::{Error, Limits, Summary};
use proptest::{collection::vec, prelude::*, sample::select};

/// Small, so that random input reaches the maxima.
fn tight() -> Limits {
    Limits {
        line_bytes_max: 60,
        text_bytes_max: 10,
        address_bytes_max: 30,
        headers_bytes_max: 40,
        entries_max: 20,
        inflated_bytes_max: 2000,
        prelude_bytes_max: 100,
        names_files: false,
        guides_max: 2,
        warnings_max: 3,
    }
}

/// Bytes that look like a list, more or less.
fn list() -> impl Strategy<Value = Vec<u8>> {
    let scrap = select(vec![
        "#EXTM3U",
        "#EXTINF:",
        "#EXTINF:-1 ",
        "#EXTGRP:",
        "#EXTVLCOPT:http-user-agent=",
        "#KODIPROP:",
        "#EXT-X-TARGETDURATION:6",
        "tvg-id=",
        "group-title=",
        "url-tvg=",
        "\"",
        "'",
        ",",
        "=",
        " ",
        "\t",
        "\n",
        "\r",
        "\r\n",
        "\0",
        "\u{feff}",
        "http://a.example/1",
        "https://b/",
        "file:///",
        "|",
        "%0a",
        "Referer=x",
        "&",
        "é",
        "€",
        "a",
        "Name",
        "<",
        "{",
        "1.5",
        "/",
    ]);
    let piece = prop_oneof![
        9 => scrap.prop_map(|text| text.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..4),
    ];
    vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn encodings(bytes: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let utf16 = |bytes: &[u8]| -> Vec<u8> {
        let units: Vec<u16> = String::from_utf8_lossy(bytes).encode_utf16().collect();
        [0xfeff]
            .iter()
            .chain(&units)
            .flat_map(|unit| unit.to_le_bytes())
            .collect()
    };
    (0..4_u8, any::<prop::sample::Index>()).prop_map(move |(kind, at)| match kind {
        0 => bytes.clone(),
        1 => utf16(&bytes),
        _ => {
            let (one, two) = bytes.split_at(at.index(bytes.len() + 1));
            let mut file = [one, two].map(gzip).concat();
            if kind == 3 {
                file.truncate(at.index(file.len() + 1));
            }
            file
        }
    })
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::default());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

/// The answer for `bytes` cut at `cuts`.
fn read_cut(bytes: &[u8], cuts: &[prop::sample::Index]) -> (Vec<Owned>, Result<Summary, Error>) {
    let mut places: Vec<_> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    read_pieces(
        places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]),
        tight(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_cut_of_the_bytes_changes_nothing(
        bytes in list().prop_flat_map(encodings),
        cuts in vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let whole = read_pieces([bytes.as_slice()], tight());
        prop_assert_eq!(&read_cut(&bytes, &cuts), &whole);
        prop_assert_eq!(&read_pieces(bytes.chunks(1), tight()), &whole);
    }

    #[test]
    fn every_maximum_is_kept(bytes in list().prop_flat_map(encodings)) {
        let limits = tight();
        let (entries, result) = read_pieces([bytes.as_slice()], limits);
        prop_assert!(entries.len() <= limits.entries_max);
        for Owned { name, url, group, tvg_id, headers, .. } in &entries {
            prop_assert!(!name.is_empty() && url.contains("://"));
            prop_assert!(url.len() <= limits.address_bytes_max);
            for text in [name, group, tvg_id] {
                prop_assert!(text.len() <= limits.text_bytes_max);
                prop_assert!(!text.contains(|c: char| c.is_ascii_control()));
            }
            for (name, value) in headers {
                prop_assert!(!name.is_empty() && !value.contains(char::is_control));
            }
        }
        if let Ok(summary) = result {
            prop_assert_eq!(summary.entries, entries.len());
            prop_assert!(summary.guides.len() <= limits.guides_max);
            prop_assert!(summary.warnings.first.len() <= limits.warnings_max);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in vec(any::<u8>(), 0..600), is_gzip: bool) {
        let magic: &[u8] = if is_gzip { b"\x1f\x8b\x08\x00\0\0\0\0\0\0" } else { b"" };
        let _ = read_pieces([magic, &bytes], tight());
    }

    #[test]
    fn what_is_written_well_is_read_back(
        rows in vec(("[A-Za-z0-9é &']{0,8}[a-z]", "[a-z]{1,9}", "([A-Za-z0-9, =']{0,12}[a-z])?"), 1..20),
    ) {
        let mut text = String::from("#EXTM3U\n");
        for (name, path, group) in &rows {
            text += &format!("#EXTINF:-1 group-title=\"{group}\",{name}\nhttp://a.example/{path}\n");
        }
        let (entries, result) = read_pieces([text.as_bytes()], Limits::default());
        prop_assert!(result.is_ok());
        prop_assert_eq!(entries.len(), rows.len());
        for (entry, (name, path, group)) in entries.iter().zip(&rows) {
            prop_assert_eq!(&entry.name, name.trim());
            prop_assert_eq!(&entry.url, &format!("http://a.example/{path}"));
            prop_assert_eq!(&entry.group, group.trim());
        }
    }
}
