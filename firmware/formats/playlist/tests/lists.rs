//! What real lists do to a reader, on data of our own.

#![allow(clippy::unwrap_used, reason = "in functions that the tests share")]

mod common;

use std::{io::Write, ops::ControlFlow};

use common::{read, read_pieces};
use flate2::{Compression, write::GzEncoder};
use playlist::{Error, Limits, Reader, Trouble, Warning};

/// Names and addresses, after making sure that the list was accepted.
fn entries(list: &str) -> Vec<(String, String)> {
    let (entries, result) = read(list.as_bytes());
    result.unwrap();
    entries
        .into_iter()
        .map(|entry| (entry.name, entry.url))
        .collect()
}

#[track_caller]
fn assert_entries(list: &str, expected: &[(&str, &str)]) {
    let expected: Vec<_> = expected
        .iter()
        .map(|&(n, u)| (n.to_owned(), u.to_owned()))
        .collect();
    assert_eq!(entries(list), expected, "{list}");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::default());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

#[test]
fn an_entry_has_all_its_fields() {
    let list = "#EXTM3U url-tvg=\"http://g.example/a.xml\"\n\
        #EXTVLCOPT:http-referrer=http://early.example/\n\
        #EXTINF:-1 tvg-id=\"i\" tvg-name=\"n\" tvg-logo=\"http://l.example/1.png\" tvg-chno=\"5.1\" \
        tvg-shift=\"+1\" group-title=\"G\" catchup=\"append\" catchup-days=\"3\" \
        catchup-source=\"?utc=${start}\" user-agent=\"A/1\",The Name\n\
        #EXTGRP:not this\n\
        #KODIPROP:inputstream.adaptive.stream_headers=X-Token=a%20b&Referer=http://late.example/\n\
        http://s.example/1|User-Agent=B%2F2\n";
    let mut reader = Reader::new(Limits::default());
    let mut count = 0;
    let mut each = |entry: playlist::Entry<'_>| {
        count += 1;
        assert_eq!((entry.name, entry.url), ("The Name", "http://s.example/1"));
        assert_eq!(
            (entry.tvg_id, entry.tvg_name, entry.tvg_chno),
            ("i", "n", "5.1")
        );
        assert_eq!((entry.group, entry.logo), ("G", "http://l.example/1.png"));
        assert_eq!((entry.tvg_shift, entry.duration_s), ("+1", Some(-1.0)));
        let catchup = (entry.catchup.mode, entry.catchup.source, entry.catchup.days);
        assert_eq!(catchup, ("append", "?utc=${start}", "3"));
        assert_eq!(
            entry.headers.as_str(),
            "X-Token: a b\nReferer: http://late.example/\nUser-Agent: B/2"
        );
        assert_eq!(entry.line, 6);
        ControlFlow::Continue(())
    };
    reader.push(list.as_bytes(), &mut each).unwrap();
    let summary = reader.finish(&mut each).unwrap();
    assert_eq!((count, summary.entries, summary.warnings.count), (1, 1, 0));
    assert_eq!(summary.guides, ["http://g.example/a.xml"]);
    assert!(summary.is_whole);
}

#[test]
fn nothing_of_an_entry_leaks_into_the_next() {
    let (entries, _) = read(
        b"#EXTINF:5 tvg-id=\"a\" tvg-logo=\"l\",A\n#EXTGRP:g\n#EXTVLCOPT:http-user-agent=u\n\
          http://a.example/1\n#EXTINF:,B\nhttp://a.example/2\nhttp://a.example/3.ts\n",
    );
    let [_, second, third] = entries.as_slice() else {
        panic!("{entries:?}")
    };
    for (entry, name) in [(second, "B"), (third, "3")] {
        assert_eq!(entry.name, name);
        assert_eq!(
            (
                entry.tvg_id.as_str(),
                entry.group.as_str(),
                entry.logo.as_str()
            ),
            ("", "", "")
        );
        assert_eq!((entry.headers.len(), entry.duration_s), (0, None));
    }
}

#[test]
fn real_lists_are_ugly() {
    let (a, b) = (("A", "http://a.example/1"), ("B", "http://a.example/2"));
    assert_entries("#EXTM3U\n#EXTINF:-1,A\nhttp://a.example/1", &[a]);
    assert_entries(
        "\u{feff}#extm3u\r\n\r\n#extinf:-1,A\r\nhttp://a.example/1\r\n",
        &[a],
    );
    assert_entries("#EXTM3U\r#EXTINF:-1,A\rhttp://a.example/1\r", &[a]);
    assert_entries("#EXTINF -1 , A \n\0\0\n\t http://a.example/1 \n", &[a]);
    assert_entries("#EXTINF:-1,A\x01\nhttp://a.exam\0ple/1", &[a]);
    assert_entries(
        "#EXTINF:-1,Lost\n#EXTINF:-1,A\nhttp://a.example/1\n#EXTINF:-1,End",
        &[a],
    );
    assert_entries("#EXTINF:-1,A\nbroken title\nhttp://a.example/1\n", &[a]);
    // A refused address takes its #EXTINF with it.
    assert_entries(
        "#EXTINF:-1,X\nfile:///etc/passwd\nhttp://a.example/A.ts",
        &[("A", "http://a.example/A.ts")],
    );
    // Two lists glued together.
    assert_entries(
        "\u{feff}#EXTM3U\n#EXTINF:,A\nhttp://a.example/1\n\u{feff}#EXTM3U\n#EXTINF:,B\nhttp://a.example/2",
        &[a, b],
    );
    // A list may be empty as long as it is one, and an HLS tag may stand in one.
    assert_entries("#EXTM3U\n", &[]);
    assert_entries(
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:,A\nhttp://a.example/1\n#EXT-X-ENDLIST",
        &[a],
    );
    // Names: title, tvg-name, tvg-id, address.
    assert_entries(
        "#EXTINF:-1 tvg-name=\"A\" tvg-id=\"x\",\nhttp://a.example/1",
        &[a],
    );
    assert_entries("#EXTINF:-1 tvg-id=\"A\"\nhttp://a.example/1", &[a]);
    assert_entries("#EXTINF:-1 A\nhttp://a.example/1", &[a]);
}

#[test]
fn other_files_are_refused_by_name() {
    let stream = "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\nhttp://a.example/1.ts\n";
    let master = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://a.example/1.m3u8\n";
    for (list, error) in [
        ("", Error::Empty),
        (" \r\n\0\n\t", Error::Empty),
        ("\u{feff}", Error::Empty),
        ("\n <!DOCTYPE html>\nhttp://a.example/1\n", Error::Markup),
        ("<?xml version=\"1.0\"?><tv/>", Error::Markup),
        ("{\"user_info\":{\"auth\":0}}", Error::Json),
        ("[]", Error::Json),
        ("Access denied", Error::NotAPlaylist),
        ("# a comment", Error::NotAPlaylist),
        (stream, Error::SingleStream { line: 2 }),
        (master, Error::SingleStream { line: 2 }),
    ] {
        let (entries, result) = read(list.as_bytes());
        assert_eq!((entries.len(), result), (0, Err(error)), "{list}");
    }
}

#[test]
fn a_live_stream_is_refused_early() {
    let packet = [0x47; 188];
    let mut reader = Reader::new(Limits::default());
    let mut each = |_: playlist::Entry<'_>| ControlFlow::Continue(());
    let refused_after = (1..10_000).find(|_| reader.push(&packet, &mut each).is_err());
    assert!(
        refused_after.is_some_and(|packets| packets * 188 < 200 << 10),
        "{refused_after:?}"
    );
}

#[test]
fn what_was_wrong_is_told_with_its_line() {
    let list = "#EXTM3U\n#EXTINF:-1,Lost\n#EXTINF:-1,X\njavascript:alert(1)\nstray words\n\
        http://a.example/1|X-A=1%0aB\n#EXTINF:-1,End\n";
    let (entries, result) = read(list.as_bytes());
    let warnings = result.unwrap().warnings;
    let expected = [
        (2, Trouble::NoAddress),
        (4, Trouble::AddressRefused),
        (5, Trouble::StrayText),
        (6, Trouble::HeaderRefused),
        (7, Trouble::NoAddress),
    ]
    .map(|(line, trouble)| Warning { line, trouble });
    assert_eq!(
        (entries.len(), warnings.first.as_slice()),
        (1, expected.as_slice())
    );
    let first = warnings.first.first().unwrap().to_string();
    assert!(first.starts_with("line 2: no address"), "{first}");
}

#[test]
fn warnings_and_guides_are_bounded() {
    let guides: Vec<_> = (0..100).map(|n| format!("http://g.example/{n}")).collect();
    let mut list = format!("#EXTM3U x-tvg-url=\"{}\"\n", guides.join(","));
    list.push_str(&"stray words\n".repeat(1000));
    let summary = read(list.as_bytes()).1.unwrap();
    assert_eq!(
        (summary.warnings.first.len(), summary.warnings.count),
        (32, 1000)
    );
    assert_eq!(summary.guides, guides[..16]);
}

#[test]
fn a_line_of_ten_mebibytes_does_no_harm() {
    let list = format!(
        "#EXTM3U\n#EXTINF:-1,First\nhttp://h1.example/1\n#EXTINF:-1 group-title=\"{}\",{}\n\
         http://h1.example/2\n#EXTINF:-1,Last\nhttp://h1.example/3\n",
        "x".repeat(100),
        "é".repeat(5 << 20)
    );
    let (entries, result) = read_pieces(list.as_bytes().chunks(8000), Limits::default());
    let names: Vec<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["First", "é".repeat(512).as_str(), "Last"]);
    let cut = Warning {
        line: 4,
        trouble: Trouble::LineCut,
    };
    assert_eq!(result.unwrap().warnings.first, [cut]);
}

#[test]
fn half_an_address_is_none() {
    let list = format!(
        "#EXTINF:-1,A\nhttp://a.example/{}\nhttp://a.example/b",
        "x".repeat(100_000)
    );
    let (entries, result) = read(list.as_bytes());
    let troubles: Vec<_> = result
        .unwrap()
        .warnings
        .first
        .iter()
        .map(|w| w.trouble)
        .collect();
    assert_eq!((entries.len(), entries[0].name.as_str()), (1, "b"));
    assert_eq!(troubles, [Trouble::LineCut, Trouble::AddressTooLong]);
}

#[test]
fn maxima_are_errors_that_name_them() {
    let list = "http://a.example/1\n".repeat(11);
    let limits = Limits {
        entries_max: 10,
        ..Limits::default()
    };
    let (entries, result) = read_pieces([list.as_bytes()], limits);
    assert_eq!(
        (entries.len(), result),
        (10, Err(Error::TooManyEntries { entries_max: 10 }))
    );

    let limits = Limits {
        inflated_bytes_max: 1 << 20,
        ..Limits::default()
    };
    let bomb = gzip(&[b"#EXTM3U\n".as_slice(), &vec![b'#'; 50 << 20]].concat());
    let (_, result) = read_pieces([bomb.as_slice()], limits);
    assert_eq!(result, Err(Error::TooLong { bytes_max: 1 << 20 }));
}

#[test]
fn whoever_takes_the_entries_can_stop() {
    let mut reader = Reader::new(Limits::default());
    let result = reader.push(b"http://a.example/1\nhttp://a.example/2\n", &mut |entry| {
        assert_eq!(entry.url, "http://a.example/1");
        ControlFlow::Break(())
    });
    assert_eq!(result, Err(Error::Stopped));
}

#[test]
fn a_cut_gzip_file_keeps_its_beginning_and_says_so() {
    let list: String = (0..5000)
        .map(|n| format!("#EXTINF:-1,N{n}\nhttp://a.example/{n}\n"))
        .collect();
    let file = gzip(list.as_bytes());
    let (all, result) = read(&file);
    assert!(all.len() == 5000 && result.unwrap().is_whole);
    let (some, result) = read(&file[..file.len() / 2]);
    let summary = result.unwrap();
    assert!(some.len() > 1000 && all.starts_with(&some[..some.len() - 1]) && !summary.is_whole);
    assert_eq!(
        summary.warnings.first.first().unwrap().trouble,
        Trouble::GzipCut
    );
}
