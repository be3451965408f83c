//! For any input: no panic, every maximum kept, and the same whatever the pieces.

#![allow(clippy::unwrap_used, reason = "in functions that the tests share")]

mod common;

use common::read;
use proptest::{collection::vec, prelude::*, sample::select};
use xmltv::{Field, Kind, Limits};

/// Small, so that random input reaches the maxima.
fn tight() -> Limits {
    Limits {
        bytes_max: 5000,
        prelude_bytes_max: 4000,
        tag_bytes_max: 80,
        text_bytes_max: 12,
        fields_max: 3,
        item_bytes_max: 20,
    }
}

/// Bytes that look like a guide, more or less.
fn guide() -> impl Strategy<Value = Vec<u8>> {
    let scrap = select(vec![
        "<tv>",
        "</tv>",
        "<channel id=\"a\">",
        "</channel>",
        "<display-name>",
        "</display-name>",
        "<programme start=\"20260101\" channel=\"a\">",
        "</programme>",
        "<title lang='en'>",
        "</title>",
        "<rating>",
        "<value>",
        "</value>",
        "</rating>",
        "<new/>",
        "<icon src=\"x\"/>",
        "<x:y>",
        "</x:y>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?xml encoding=\"windows-1251\"?>",
        "<!DOCTYPE tv [",
        "<!ENTITY a \"b\">",
        "]>",
        "&amp;",
        "&",
        ";",
        "&#x41;",
        "&eacute;",
        "<",
        ">",
        "\"",
        "'",
        "/",
        "-",
        "]",
        "?",
        "é",
        "€",
        "a",
        " ",
        "\n",
        "\u{feff}",
        "\0",
    ]);
    let piece = prop_oneof![
        12 => scrap.prop_map(|text| text.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..4),
    ];
    (any::<bool>(), vec(piece, 0..60)).prop_map(|(is_guide, pieces)| {
        let head: &[u8] = if is_guide { b"<tv>" } else { b"" };
        [head, &pieces.concat()].concat()
    })
}

fn utf16(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_cut_of_the_bytes_changes_nothing(
        bytes in guide(),
        is_utf16: bool,
        cut in any::<prop::sample::Index>(),
    ) {
        let bytes = if is_utf16 { utf16(&bytes) } else { bytes };
        let (one, two) = bytes.split_at(cut.index(bytes.len() + 1));
        let whole = read([bytes.as_slice()], tight());
        prop_assert_eq!(&read([one, two], tight()), &whole);
        prop_assert_eq!(&read(bytes.chunks(1), tight()), &whole);
    }

    #[test]
    fn every_maximum_is_kept(bytes in guide()) {
        let limits = tight();
        let (kept, _) = read([bytes.as_slice()], limits);
        for programme in &kept.programmes {
            prop_assert!(!programme.channel.is_empty());
            prop_assert!(programme.stop.is_none_or(|stop| stop > programme.start));
            prop_assert!(programme.fields.len() <= limits.fields_max);
            for (_, _, text) in &programme.fields {
                prop_assert!(text.len() <= limits.text_bytes_max);
                prop_assert!(!text.contains(char::is_control) && text.trim() == text);
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in vec(any::<u8>(), 0..600)) {
        let _ = read([b"<tv>".as_slice(), &bytes], tight());
        let _ = read([bytes.as_slice()], tight());
    }

    #[test]
    fn what_is_written_is_read_back(
        id in "[!-~é€]{1,20}",
        words in vec("[!-~é€]{1,9}", 1..5),
        start in 0_i64..6_000_000_000,
        minutes in 1_i64..600,
    ) {
        let text = words.join(" ");
        let fields: Vec<_> = Kind::ALL.into_iter().skip(1).map(|kind| Field {
            kind,
            attribute: if kind.attribute().is_empty() { "" } else { &id },
            text: &text,
        }).collect();
        let mut out = String::new();
        xmltv::write_head(&mut out, &text).unwrap();
        xmltv::write_channel(&mut out, &id, [text.as_str()], &text).unwrap();
        let stop = start + minutes * 60;
        xmltv::write_programme(&mut out, &id, [start, stop], fields.iter().copied()).unwrap();
        xmltv::write_tail(&mut out).unwrap();
        let (kept, summary) = read([out.as_bytes()], Limits::default());
        prop_assert!(summary.unwrap().is_whole, "{}", out);
        prop_assert_eq!(&kept.channels, &[(id.clone(), vec![text.clone()])]);
        let programme = &kept.programmes[0];
        prop_assert_eq!((&programme.channel, programme.start, programme.stop), (&id, start, Some(stop)));
        for (read, field) in programme.fields.iter().zip(fields) {
            prop_assert_eq!((read.0, read.1.as_str(), read.2.as_str()), (field.kind, field.attribute, field.text));
        }
        prop_assert_eq!(programme.fields.len(), Kind::ALL.len() - 1);
    }
}
