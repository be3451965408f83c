//! What players take and the standard does not, on data of our own.

#![expect(clippy::panic, reason = "helpers of tests outside of test functions")]

use std::time::Duration;

use hls::{ByteRange, Error, KeyMethod, Limits, MediaPlaylist, Playlist, Segment, Unsupported};
use proptest::prelude::*;
use url::Url;

fn base() -> Url {
    Url::parse("http://h.example/a/b.m3u8").expect("constant")
}

fn media(text: &str) -> MediaPlaylist {
    match Playlist::parse(text.as_bytes(), &base()) {
        Ok(Playlist::Media(media)) => media,
        other => panic!("{other:?} from {text:?}"),
    }
}

fn paths(media: &MediaPlaylist) -> Vec<&str> {
    media
        .segments
        .iter()
        .map(|segment| segment.uri.path())
        .collect()
}

#[test]
fn untidy_lines_leave_the_segments_alone() {
    let table: &[(&str, &[&str])] = &[
        ("#EXTM3U\n#EXTINF:2,one, two, three\n1.ts\n", &["/a/1.ts"]),
        (
            "#EXTM3U\n#EXT-X-TARGETDURATION:9.5\n#EXTINF:2\n1.ts",
            &["/a/1.ts"],
        ),
        ("#EXTM3U\r\n\r\n  #EXTINF:2,\r\n\t1.ts \r\n", &["/a/1.ts"]),
        (
            "\u{feff}#EXTM3U\n#EXTINF:-1,Radio\n1.ts\n2.ts\n",
            &["/a/1.ts", "/a/2.ts"],
        ),
        ("#EXTM3U\r#EXTINF:2,\r1.ts\r", &["/a/1.ts"]),
        (
            "#EXTM3U\n#EXT-X-KEY:METHOD\n#EXTINF:2,\n1.ts?a=b\n",
            &["/a/1.ts"],
        ),
        (
            "#EXTM3U\n#EXT-X-VERSION:3.1\n#EXT-X-START:PRECISE\n#EXTINF:2,\n1.ts\n",
            &["/a/1.ts"],
        ),
        (
            "#EXTM3U\n#EXT-X-DISCONTINUITY-ODD\n#EXTINF:2,\n1.ts\n",
            &["/a/1.ts"],
        ),
        (
            "#EXTINF:2,\nhttp://\n#EXTINF:2,\nfile:///x\n#EXTINF:2,\n1.ts\n",
            &["/a/1.ts"],
        ),
        (
            "#EXTM3U\n#EXTINF:2,\n/x y/\u{fc}.ts\n",
            &["/x%20y/%C3%BC.ts"],
        ),
        (
            "#EXTM3U\n#EXTINF:2,\n#EXT-X-BYTERANGE:0\n0.ts\n1.ts\n",
            &["/a/1.ts"],
        ),
    ];
    for (text, expected) in table {
        assert_eq!(paths(&media(text)), *expected, "{text:?}");
    }
}

#[test]
fn text_that_is_not_utf8_is_read_to_the_end() {
    let text = b"#EXTM3U\n#EXTINF:2,caf\xe9\n1.ts\n#EXTINF:2,\n2.ts\n";
    let Ok(Playlist::Media(media)) = Playlist::parse(text, &base()) else {
        panic!("media")
    };
    assert_eq!(paths(&media), ["/a/1.ts", "/a/2.ts"]);

    // One character for each sequence that cannot be read, and none of it between the lines.
    let text = b"#EXTM3U\n1\xff\xfe.ts\n2\xe2\x82.ts\n3\xe9.ts\n";
    let Ok(Playlist::Media(media)) = Playlist::parse(text, &base()) else {
        panic!("media")
    };
    assert_eq!(paths(&media), ["/a/1%1A%1A.ts", "/a/2%1A.ts", "/a/3%1A.ts"]);
}

#[test]
fn numbers_have_holes_where_a_segment_is_unusable() {
    let list = media("#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:5\n1.ts\nfile:///x\n3.ts\n");
    let sequences: Vec<_> = list
        .segments
        .iter()
        .map(|segment| segment.sequence)
        .collect();
    assert_eq!(sequences, [5, 7]);
}

#[test]
fn target_durations() {
    let table = [
        ("#EXT-X-TARGETDURATION:4\n#EXTINF:9,\n1.ts", 4),
        ("#EXT-X-TARGETDURATION:3.2\n#EXTINF:3,\n1.ts", 4),
        ("#EXT-X-TARGETDURATION:0\n#EXTINF:8,\n1.ts", 8),
        (
            "#EXT-X-TARGETDURATION:-4\n#EXTINF:8,\n1.ts\n#EXTINF:9,\n2.ts",
            9,
        ),
        ("#EXT-X-TARGETDURATION:inf\n1.ts", 6),
    ];
    for (text, seconds) in table {
        let target = media(&format!("#EXTM3U\n{text}\n")).target_duration;
        assert_eq!(target, Duration::from_secs(seconds), "{text}");
    }
}

#[test]
fn byte_ranges_without_offsets_follow_one_another() {
    let list = media(
        "#EXTM3U\n#EXT-X-BYTERANGE:10\na\n#EXT-X-BYTERANGE:5\na\n#EXT-X-BYTERANGE:7@100\na\n\
         #EXT-X-BYTERANGE:3\na\n#EXT-X-BYTERANGE:3\nb\n#EXT-X-BYTERANGE:18446744073709551615@9\nb\n\
         c\n",
    );
    let ranges: Vec<_> = list
        .segments
        .iter()
        .map(|segment| segment.byte_range)
        .collect();
    let range = |offset, length| Some(ByteRange { offset, length });
    let expected = [
        range(0, 10),
        range(10, 5),
        range(100, 7),
        range(107, 3),
        range(0, 3),
        None,
    ];
    assert_eq!(ranges, expected);
}

#[test]
fn keys_last_until_the_next() {
    let list = media(
        "#EXTM3U\n0.ts\n#EXT-X-KEY:METHOD=AES-128,URI=\"k,1\",IV=0X0f\n1.ts\n2.ts\n\
         #EXT-X-KEY:METHOD=NONE\n3.ts\n#EXT-X-KEY:METHOD=AES-128,URI=k2\n4.ts\n",
    );
    let keys: Vec<_> = list
        .segments
        .iter()
        .map(|s| {
            s.key
                .as_ref()
                .and_then(|key| key.uri.as_ref())
                .map(Url::path)
        })
        .collect();
    assert_eq!(
        keys,
        [None, Some("/a/k,1"), Some("/a/k,1"), None, Some("/a/k2")]
    );
    let iv_of = |segment: &Segment| {
        segment
            .key
            .as_ref()
            .map(|key| key.iv_of(segment.sequence)[15])
    };
    let ivs: Vec<_> = list.segments.iter().map(iv_of).collect();
    assert_eq!(ivs, [None, Some(15), Some(15), None, Some(4)]);
}

#[test]
fn refusals_name_the_method() {
    let table = [
        ("METHOD=SAMPLE-AES,URI=\"skd://x\"", "SAMPLE-AES"),
        (
            "METHOD=SAMPLE-AES-CTR,URI=\"data:x\",KEYFORMAT=\"urn:uuid:edef\"",
            "SAMPLE-AES-CTR (urn:uuid:edef)",
        ),
        (
            "METHOD=AES-128,URI=\"k\",KEYFORMAT=\"com.apple.streamingkeydelivery\"",
            "AES-128 (com.apple.streamingkeydelivery)",
        ),
        ("METHOD=AES-128", "AES-128 without a usable key address"),
    ];
    for (attributes, method) in table {
        let list = media(&format!("#EXTM3U\n#EXT-X-KEY:{attributes}\n1.ts\n"));
        let refusal = list.segments[0].check();
        assert_eq!(
            refusal,
            Err(Unsupported::Encryption {
                method: method.to_owned()
            })
        );
    }
    let fragmented = media("#EXTM3U\n#EXT-X-MAP:URI=\"init.mp4\"\n1.m4s\n2.m4s\n");
    assert_eq!(fragmented.segments[1].check(), Ok(()));
}

#[test]
fn a_plain_key_is_taken_among_those_of_drm_systems() {
    let plain = "#EXT-X-KEY:METHOD=AES-128,URI=\"plain\"\n";
    let drm = "#EXT-X-KEY:METHOD=AES-128,URI=\"drm\",KEYFORMAT=\"com.widevine\"\n";
    for keys in [format!("{plain}{drm}"), format!("{drm}{plain}")] {
        let list = media(&format!("#EXTM3U\n{keys}1.ts\n"));
        let key = list.segments[0].key.as_ref().expect("a key");
        assert_eq!(
            (&key.method, key.uri.as_ref().map(Url::path)),
            (&KeyMethod::Aes128, Some("/a/plain"))
        );
    }
}

#[test]
fn discontinuities_are_counted_on() {
    let list = media(
        "#EXTM3U\n#EXT-X-DISCONTINUITY-SEQUENCE:7\n1.ts\n#EXT-X-DISCONTINUITY\n2.ts\n3.ts\n\
         #EXT-X-DISCONTINUITY\n#EXT-X-GAP\n4.ts\n",
    );
    let found: Vec<_> = list
        .segments
        .iter()
        .map(|s| (s.discontinuity_sequence, s.discontinuity, s.gap))
        .collect();
    assert_eq!(
        found,
        [
            (7, false, false),
            (8, true, false),
            (8, false, false),
            (9, true, true)
        ]
    );
}

#[test]
fn limits() {
    let limits = Limits {
        playlist_bytes_max: 400,
        line_bytes_max: 100,
        addresses_bytes_max: 165,
        segments_max: 3,
        lines_max: 12,
        variants_max: 2,
        renditions_max: 1,
    };
    let parse = |text: &str| Playlist::parse_within(text.as_bytes(), &base(), &limits);
    let long = "x".repeat(401);
    assert!(matches!(
        parse(&long),
        Err(Error::TooLong {
            bytes: 401,
            bytes_max: 400
        })
    ));
    let address = format!("#EXTM3U\n\n{}\n", "x".repeat(101));
    assert!(matches!(
        parse(&address),
        Err(Error::AddressTooLong {
            line: 3,
            bytes_max: 100
        })
    ));
    let variants = "#EXT-X-STREAM-INF:BANDWIDTH=1\na\n".repeat(3);
    assert!(matches!(
        parse(&variants),
        Err(Error::TooManyVariants { variants: 3, .. })
    ));
    let addresses =
        |length: usize| format!("#EXTM3U\n{}", format!("{}\n", "é".repeat(length)).repeat(3));
    // 19 bytes of the base and six for each letter.
    assert!(parse(&addresses(6)).is_ok());
    assert!(matches!(
        parse(&addresses(7)),
        Err(Error::AddressesTooLong { bytes_max: 165 })
    ));
    let tags = format!("#EXTM3U\n{}a\n", "#EXT-X-GAP\n".repeat(12));
    assert!(matches!(
        parse(&tags),
        Err(Error::TooManyLines { lines_max: 12 })
    ));
    let ended = "#EXTM3U\na\nb\nc\nd\n#EXT-X-ENDLIST\n";
    assert!(matches!(
        parse(ended),
        Err(Error::TooManySegments { segments: 4, .. })
    ));
}

#[test]
fn a_long_live_playlist_keeps_its_newest_segments() {
    let limits = Limits {
        segments_max: 2,
        ..Limits::default()
    };
    let text = "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:10\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n\
        #EXTINF:1,\n0.ts\n#EXT-X-DISCONTINUITY\n#EXT-X-GAP\n1.ts\n#EXTINF:2,\n2.ts\n#EXTINF:3,\n3.ts\n";
    let parsed = Playlist::parse_within(text.as_bytes(), &base(), &limits);
    let Ok(Playlist::Media(list)) = parsed else {
        panic!("media")
    };
    let found: Vec<_> = list
        .segments
        .iter()
        .map(|s| {
            (
                s.sequence,
                s.discontinuity_sequence,
                s.duration.as_secs(),
                s.key.is_some(),
                s.gap,
            )
        })
        .collect();
    assert_eq!(found, [(12, 1, 2, true, false), (13, 1, 3, true, false)]);
}

/// Lines as they come in playlists, whole and damaged.
fn line() -> impl Strategy<Value = String> {
    let tags = prop::sample::select(vec![
        "#EXTM3U",
        "#EXTINF:",
        "#EXT-X-TARGETDURATION:",
        "#EXT-X-MEDIA-SEQUENCE:",
        "#EXT-X-KEY:METHOD=",
        "#EXT-X-MAP:URI=",
        "#EXT-X-BYTERANGE:",
        "#EXT-X-DISCONTINUITY",
        "#EXT-X-STREAM-INF:BANDWIDTH=",
        "#EXT-X-MEDIA:TYPE=",
        "#EXT-X-SKIP:SKIPPED-SEGMENTS=",
        "#EXT-X-START:TIME-OFFSET=",
        "#EXT-X-ENDLIST",
        "#EXT-X-DISCONTINUITY-SEQUENCE:",
        "#EXT-X-PROGRAM-DATE-TIME:",
        "#EXT-X-PLAYLIST-TYPE:",
        "#EXT-X-I-FRAME-STREAM-INF:URI=",
        "#EXT-X-GAP",
        "#EXT-X-PART-INF:PART-TARGET=",
        "#EXT-X-PART:DURATION=1,URI=",
        "#EXT-X-PART:URI=a,DURATION=",
        "#EXT-X-SERVER-CONTROL:PART-HOLD-BACK=",
        "",
    ]);
    let values = prop_oneof![
        any::<u64>().prop_map(|n| n.to_string()),
        any::<f64>().prop_map(|n| n.to_string()),
        "[A-Z0-9\",=@ .\\-]{0,24}",
        "\\PC{0,24}",
        Just("2026-01-31T23:59:59.999+01:00".to_owned()),
        Just("AES-128,URI=\"k\",IV=0x1".to_owned()),
    ];
    (tags, values).prop_map(|(tag, value)| format!("{tag}{value}"))
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..2048)) {
        let _ = Playlist::parse(&bytes, &base());
    }

    /// The parser behind the sieve takes all that comes through it, and makes one segment of each
    /// address line: nothing of a tag turns into an address.
    #[test]
    fn the_sieve_leaves_nothing_to_misread(lines in prop::collection::vec(line(), 0..60)) {
        let text = format!("#EXTM3U\n{}\n", lines.join("\n"));
        match Playlist::parse(text.as_bytes(), &base()) {
            Ok(Playlist::Media(media)) => {
                let addresses = text.split(['\n', '\r']).map(str::trim);
                let addresses = addresses.filter(|l| !l.is_empty() && !l.starts_with('#')).count();
                prop_assert!(media.segments.len() <= addresses, "{text}");
                let rising = media.segments.windows(2).all(|pair| pair[0].sequence < pair[1].sequence);
                prop_assert!(rising);
            }
            Ok(Playlist::Master(master)) => {
                prop_assert!(master.choose(hls::Preference::Best).is_some());
            }
            Err(error) => prop_assert!(error != Error::Parser, "{text}"),
        }
    }

    /// A tidy playlist comes back as it was written.
    #[test]
    fn what_is_written_is_read(
        first in 0..u64::MAX / 4,
        segments in prop::collection::vec((1..20_000u32, any::<bool>(), 1..1_000_000u64), 1..50),
    ) {
        let mut text = format!("#EXTM3U\n#EXT-X-TARGETDURATION:20\n#EXT-X-MEDIA-SEQUENCE:{first}\n");
        for (index, (ms, seam, length)) in segments.iter().enumerate() {
            let seam = if *seam { "#EXT-X-DISCONTINUITY\n" } else { "" };
            let seconds = f64::from(*ms) / 1000.0;
            text.push_str(&format!("{seam}#EXTINF:{seconds},t\n#EXT-X-BYTERANGE:{length}@7\n{index}.ts\n"));
        }
        let media = media(&text);
        prop_assert_eq!(media.segments.len(), segments.len());
        for ((index, (ms, seam, length)), read) in segments.iter().enumerate().zip(&media.segments) {
            prop_assert_eq!(read.sequence, first + index as u64);
            prop_assert_eq!(read.discontinuity, *seam);
            prop_assert_eq!(read.byte_range, Some(ByteRange { offset: 7, length: *length }));
            let ms = u128::from(*ms);
            prop_assert!(read.duration.as_millis().abs_diff(ms) <= 1);
        }
    }
}
