//! The follower with time handed in.

use super::*;
use crate::Playlist;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn base() -> Url {
    Url::parse("http://h/").expect("constant")
}

fn parse(text: &str) -> MediaPlaylist {
    match Playlist::parse(text.as_bytes(), &base()) {
        Ok(Playlist::Media(media)) => media,
        other => panic!("{other:?}"),
    }
}

/// A live playlist of ten-second segments named after `prefix` and their numbers.
fn live(prefix: &str, sequences: std::ops::Range<u64>) -> MediaPlaylist {
    let first = sequences.start;
    let mut text = format!("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXT-X-MEDIA-SEQUENCE:{first}\n");
    for sequence in sequences {
        text.push_str(&format!(
            "#EXTINF:10,\n{prefix}{sequence}.ts?token={first}\n"
        ));
    }
    parse(&text)
}

/// All segments that can be had at `now`: a discontinuity is marked with an exclamation mark.
fn drain(follower: &mut Follower, now: Duration) -> Vec<String> {
    let mut out = Vec::new();
    while let Step::Segment(request) = follower.next(now) {
        let mark = if request.seam == Seam::Discontinuity {
            "!"
        } else {
            ""
        };
        out.push(format!(
            "{mark}{}",
            request.uri.path().trim_matches(['/', '.', 't', 's'])
        ));
    }
    out
}

fn follower() -> Follower {
    Follower::new(FollowerConfig::default())
}

#[test]
fn a_live_playlist_begins_three_target_durations_before_its_end() {
    let mut follower = follower();
    assert_eq!(follower.next(seconds(0)), Step::Reload { at: seconds(0) });
    follower.on_playlist(&live("", 100..110), seconds(0));
    assert_eq!(drain(&mut follower, seconds(0)), ["107", "108", "109"]);
}

#[test]
fn a_short_live_playlist_begins_at_its_first_segment() {
    let mut follower = follower();
    follower.on_playlist(&live("", 5..7), seconds(0));
    assert_eq!(drain(&mut follower, seconds(0)), ["5", "6"]);
}

#[test]
fn reloads_after_a_change_and_sooner_without_one() {
    let mut follower = follower();
    follower.on_playlist(&live("", 0..3), seconds(100));
    drain(&mut follower, seconds(100));
    assert_eq!(
        follower.next(seconds(101)),
        Step::Reload { at: seconds(110) }
    );
    follower.on_playlist(&live("", 0..3), seconds(110));
    assert_eq!(
        follower.next(seconds(110)),
        Step::Reload { at: seconds(115) }
    );
    follower.on_reload_failed(seconds(115));
    assert_eq!(
        follower.next(seconds(115)),
        Step::Reload { at: seconds(120) }
    );
    follower.on_playlist(&live("", 1..4), seconds(120));
    assert_eq!(drain(&mut follower, seconds(120)), ["3"]);
    assert_eq!(
        follower.next(seconds(120)),
        Step::Reload { at: seconds(130) }
    );
}

#[test]
fn a_wrong_target_duration_does_not_stop_the_reloads() {
    let mut follower = follower();
    let text = "#EXTM3U\n#EXT-X-TARGETDURATION:3600\n#EXTINF:6,\n0.ts\n";
    follower.on_playlist(&parse(text), seconds(0));
    drain(&mut follower, seconds(0));
    assert_eq!(follower.next(seconds(0)), Step::Reload { at: seconds(15) });
}

/// Rows: the first playlist, the second, what is fetched after it, missed, resets, stale.
#[test]
fn how_playlists_move() {
    let table = [
        (
            "slides",
            live("", 0..5),
            live("", 1..6),
            vec!["5"],
            (0, 0, 0),
        ),
        ("repeats", live("", 0..5), live("", 0..5), vec![], (0, 0, 0)),
        (
            "touches",
            live("", 0..5),
            live("", 5..7),
            vec!["5", "6"],
            (0, 0, 0),
        ),
        (
            "jumps",
            live("", 0..5),
            live("", 8..10),
            vec!["!8", "9"],
            (3, 0, 0),
        ),
        (
            "stale copy",
            live("", 2..7),
            live("", 0..5),
            vec![],
            (0, 0, 1),
        ),
        (
            "counts anew",
            live("", 900..905),
            live("", 0..5),
            vec!["!2", "3", "4"],
            (0, 1, 0),
        ),
        (
            "new names",
            live("", 2..7),
            live("b", 0..5),
            vec!["!b2", "b3", "b4"],
            (0, 1, 0),
        ),
        (
            "is empty",
            live("", 0..5),
            parse("#EXTM3U\n"),
            vec![],
            (0, 0, 0),
        ),
    ];
    for (name, first, second, fetched, (missed, resets, stale)) in table {
        let mut follower = follower();
        follower.on_playlist(&first, seconds(0));
        assert!(!drain(&mut follower, seconds(0)).is_empty());
        follower.on_playlist(&second, seconds(10));
        assert_eq!(drain(&mut follower, seconds(10)), fetched, "{name}");
        let counters = follower.counters();
        assert_eq!(
            (counters.missed, counters.resets, counters.stale),
            (missed, resets, stale),
            "{name}"
        );
    }
}

#[test]
fn discontinuities_gaps_and_losses_make_seams() {
    let mut follower = follower();
    let text = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-DISCONTINUITY\n#EXTINF:1,\n0.ts\n#EXTINF:1,\n1.ts\n\
        #EXT-X-DISCONTINUITY\n#EXTINF:1,\n2.ts\n#EXT-X-GAP\n#EXTINF:1,\n3.ts\n#EXTINF:1,\n4.ts\n\
        #EXTINF:1,\n5.ts\n#EXT-X-ENDLIST\n";
    follower.on_playlist(&parse(text), seconds(0));
    let mut out = Vec::new();
    while let Step::Segment(request) = follower.next(seconds(0)) {
        out.push((request.sequence, request.seam == Seam::Discontinuity));
        if request.sequence == 4 {
            follower.on_segment_lost();
        }
    }
    assert_eq!(
        out,
        [(0, false), (1, false), (2, true), (4, true), (5, true)]
    );
    assert_eq!(follower.next(seconds(0)), Step::Ended);
    let counters = follower.counters();
    assert_eq!(
        (counters.segments, counters.gaps, counters.missed),
        (5, 1, 1)
    );
}

#[test]
fn a_discontinuity_that_left_the_playlist_is_seen_by_its_number() {
    let mut follower = follower();
    let list = |first: u64, seams: u64| {
        parse(&format!(
            "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXT-X-MEDIA-SEQUENCE:{first}\n\
             #EXT-X-DISCONTINUITY-SEQUENCE:{seams}\n#EXTINF:10,\n{first}.ts\n"
        ))
    };
    follower.on_playlist(&list(4, 1), seconds(0));
    follower.on_playlist(&list(5, 1), seconds(10));
    follower.on_playlist(&list(6, 2), seconds(20));
    assert_eq!(drain(&mut follower, seconds(20)), ["4", "5", "!6"]);
}

#[test]
fn a_playlist_that_does_not_move_is_stalled_in_the_end() {
    let mut follower = follower();
    follower.on_playlist(&live("", 0..3), seconds(0));
    for _ in 0..3 {
        assert!(matches!(follower.next(seconds(0)), Step::Segment(_)));
    }
    // Playing out took long: the clock starts when there is nothing left.
    assert_eq!(
        follower.next(seconds(100)),
        Step::Reload { at: seconds(10) }
    );
    follower.on_playlist(&live("", 0..3), seconds(100));
    assert_eq!(
        follower.next(seconds(129)),
        Step::Reload { at: seconds(105) }
    );
    assert_eq!(follower.next(seconds(130)), Step::Stalled);
    follower.on_playlist(&live("", 1..4), seconds(131));
    assert_eq!(drain(&mut follower, seconds(131)), ["3"]);
    assert_eq!(
        follower.next(seconds(131)),
        Step::Reload { at: seconds(141) }
    );
}

#[test]
fn where_to_begin() {
    let list = |header: &str, footer: &str| {
        let segments: String = (0..10).map(|n| format!("#EXTINF:2,\n{n}.ts\n")).collect();
        parse(&format!(
            "#EXTM3U\n#EXT-X-TARGETDURATION:2\n{header}\n{segments}{footer}\n"
        ))
    };
    let table = [
        ("", "#EXT-X-ENDLIST", "0"),
        ("#EXT-X-PLAYLIST-TYPE:EVENT", "", "7"),
        ("#EXT-X-PLAYLIST-TYPE:VOD", "", "7"),
        ("#EXT-X-START:TIME-OFFSET=4.5", "#EXT-X-ENDLIST", "2"),
        ("#EXT-X-START:TIME-OFFSET=-4", "#EXT-X-ENDLIST", "8"),
        ("#EXT-X-START:TIME-OFFSET=1000", "#EXT-X-ENDLIST", "0"),
        ("#EXT-X-START:TIME-OFFSET=-10", "", "5"),
        ("#EXT-X-START:TIME-OFFSET=-1", "", "7"),
        ("#EXT-X-START:TIME-OFFSET=1", "", "7"),
    ];
    for (header, footer, first) in table {
        let mut follower = follower();
        follower.on_playlist(&list(header, footer), seconds(0));
        let fetched = drain(&mut follower, seconds(0));
        assert_eq!(
            fetched.first().map(String::as_str),
            Some(first),
            "{header} {footer}"
        );
    }
}

#[test]
fn keys_come_with_their_vector() {
    let mut follower = follower();
    let text = "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:258\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXTINF:1,\n0.ts\n";
    follower.on_playlist(&parse(text), seconds(0));
    let Step::Segment(request) = follower.next(seconds(0)) else {
        panic!("a segment")
    };
    let key = request.key.expect("a key");
    assert_eq!(
        (key.uri.as_str(), u128::from_be_bytes(key.iv)),
        ("http://h/k", 258)
    );
}

#[test]
fn refusals_come_as_a_step() {
    let map = "#EXT-X-MAP:URI=\"i\"";
    let key = "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://x\"";
    for tag in [
        key.to_owned(),
        format!("{key}\n{map}"),
        format!("{map}\n{key}"),
    ] {
        let refusal = Unsupported::Encryption {
            method: "SAMPLE-AES".into(),
        };
        let mut follower = follower();
        follower.on_playlist(
            &parse(&format!("#EXTM3U\n{tag}\n#EXTINF:1,\n0\n")),
            seconds(0),
        );
        assert_eq!(follower.next(seconds(0)), Step::Unsupported(refusal));
    }
}

#[test]
fn maps_come_with_the_key_that_stood_before_them() {
    let key = |n: u8| format!("#EXT-X-KEY:METHOD=AES-128,URI=\"k{n}\",IV=0x{n}\n");
    let map = "#EXT-X-MAP:URI=\"i\",BYTERANGE=\"100@20\"\n";
    for (tags, expected) in [
        (map.to_owned(), None),
        (format!("{map}{}", key(1)), None),
        (format!("{}{map}", key(1)), Some(("/k1", 1))),
        (format!("{}a\n{map}{}", key(1), key(2)), Some(("/k1", 1))),
    ] {
        let text = format!("#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:7\n{tags}b\n#EXT-X-ENDLIST\n");
        let media = parse(&text);
        let map = media
            .segments
            .last()
            .and_then(|segment| segment.map.clone());
        let mut follower = follower();
        follower.on_playlist(&media, seconds(0));
        let mut last = None;
        while let Step::Segment(request) = follower.next(seconds(0)) {
            last = request.map;
        }
        let found = last.expect("a map");
        assert_eq!(Some(found.map), map);
        let key = found.key.map(|key| (key.uri.path().to_owned(), key.iv[15]));
        let expected = expected.map(|(path, iv): (&str, u8)| (path.to_owned(), iv));
        assert_eq!(key, expected, "{tags}");
    }
}

#[test]
fn a_restart_begins_at_the_edge_with_a_seam() {
    let mut follower = follower();
    follower.on_playlist(&live("", 0..5), seconds(0));
    drain(&mut follower, seconds(0));
    follower.restart();
    assert_eq!(follower.next(seconds(1)), Step::Reload { at: seconds(0) });
    follower.on_playlist(&live("", 0..5), seconds(1));
    assert_eq!(drain(&mut follower, seconds(1)), ["!2", "3", "4"]);
}

#[test]
fn expired_addresses_are_taken_from_the_next_playlist() {
    let mut follower = follower();
    follower.on_playlist(&live("", 0..5), seconds(0));
    assert!(matches!(follower.next(seconds(0)), Step::Segment(request) if request.sequence == 2));
    assert!(matches!(follower.next(seconds(0)), Step::Segment(request) if request.sequence == 3));
    follower.on_addresses_expired();
    assert_eq!(follower.waiting(), 0);
    follower.on_playlist(&live("", 1..6), seconds(1));
    assert_eq!(drain(&mut follower, seconds(1)), ["3", "4", "5"]);
    let counters = follower.counters();
    assert_eq!((counters.segments, counters.missed), (4, 0));
}

#[test]
fn the_queue_is_bounded() {
    let config = FollowerConfig {
        waiting_max: 2,
        ..FollowerConfig::default()
    };
    let mut follower = Follower::new(config);
    follower.on_playlist(&live("", 0..3), seconds(0));
    follower.on_playlist(&live("", 2..5), seconds(10));
    assert_eq!(follower.waiting(), 2);
    assert_eq!(drain(&mut follower, seconds(10)), ["3", "4"]);
    assert_eq!(follower.counters().missed, 3);
}

proptest::proptest! {
    /// Whatever a server does: a continuous seam only between neighbours, a bounded queue, reloads
    /// not in the far future, no panic.
    #[test]
    fn any_order_of_playlists_is_survived(
        steps in proptest::collection::vec((0..60u64, 0..12u64, 0..3u8, 0..40u64, 0..4u8), 1..40),
    ) {
        let config = FollowerConfig { waiting_max: 8, ..FollowerConfig::default() };
        let mut follower = Follower::new(config);
        let mut now = seconds(0);
        let mut last = None;
        for (first, length, name, pause, event) in steps {
            now += seconds(pause);
            let names = ["", "a", "b"];
            match event {
                0 => follower.on_reload_failed(now),
                1 => follower.on_addresses_expired(),
                _ => follower.on_playlist(&live(names[usize::from(name)], first..first + length), now),
            }
            // The segment of an expired address comes again, as if it had not been handed out.
            last = if event == 1 { None } else { last };
            proptest::prop_assert!(follower.waiting() <= 8);
            for _ in 0..pause % 6 {
                match follower.next(now) {
                    Step::Segment(request) => {
                        let joins = last.is_none_or(|last: u64| request.sequence == last + 1);
                        proptest::prop_assert!(joins || request.seam == Seam::Discontinuity);
                        last = Some(request.sequence);
                    }
                    Step::Reload { at } => proptest::prop_assert!(at <= now + config.reload_max),
                    Step::Ended | Step::Stalled | Step::Unsupported(_) => {}
                }
            }
        }
    }
}
