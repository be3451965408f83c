//! The follower where the server offers parts (low-latency HLS).

use super::*;
use crate::Playlist;

const PART: u64 = 500;

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn parse(text: &str) -> MediaPlaylist {
    let base = Url::parse("http://h/").expect("constant");
    match Playlist::parse(text.as_bytes(), &base) {
        Ok(Playlist::Media(media)) => media,
        other => panic!("{other:?}"),
    }
}

const HEAD: &str = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-PART-INF:PART-TARGET=0.5\n";
const CONTROL: &str = "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.5\n";

/// Segments `first..open` of four parts each, of which the last two name theirs, then so many parts of
/// segment `open`. `extra` stands behind the head.
fn list(first: u64, open: u64, parts: usize, extra: &str) -> MediaPlaylist {
    let mut text = format!("{HEAD}{extra}#EXT-X-MEDIA-SEQUENCE:{first}\n");
    let part = |sequence: u64, part: usize| {
        let independent = if part.is_multiple_of(2) {
            ",INDEPENDENT=YES"
        } else {
            ""
        };
        format!("#EXT-X-PART:DURATION=0.5,URI=\"{sequence}.{part}\"{independent}\n")
    };
    for sequence in first..open {
        if sequence + 2 >= open {
            (0..4).for_each(|place| text.push_str(&part(sequence, place)));
        }
        text.push_str(&format!("#EXTINF:2,\n{sequence}\n"));
    }
    (0..parts).for_each(|place| text.push_str(&part(open, place)));
    text.push_str(&format!(
        "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"{open}.{parts}\"\n"
    ));
    parse(&text)
}

/// What can be fetched at `now`; `!` marks a discontinuity.
fn drain(follower: &mut Follower, now: u64) -> Vec<String> {
    let mut out = Vec::new();
    while let Step::Segment(request) = follower.next(millis(now)) {
        let mark = if request.seam == Seam::Discontinuity {
            "!"
        } else {
            ""
        };
        out.push(format!(
            "{mark}{}",
            request.uri.path().trim_start_matches('/')
        ));
    }
    out
}

fn begun(media: &MediaPlaylist) -> (Follower, Vec<String>) {
    let mut follower = Follower::new(FollowerConfig::default());
    follower.on_playlist(media, millis(0));
    let fetched = drain(&mut follower, 0);
    (follower, fetched)
}

#[test]
fn parts_are_read_with_the_segment_that_they_are_of() {
    let text = format!(
        "{HEAD}{CONTROL}#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-MAP:URI=\"i\"\n\
         #EXT-X-PART:DURATION=0.5,URI=\"f\",BYTERANGE=\"100@0\",INDEPENDENT=YES\n\
         #EXT-X-PART:DURATION=0.5,URI=\"f\",BYTERANGE=\"50\"\n#EXTINF:1,\n7.mp4\n\
         #EXT-X-DISCONTINUITY\n#EXT-X-PART:DURATION=0.25,URI=\"a b\",GAP=YES\n\
         #EXT-X-PART:DURATION=x,URI=\"g\"\n#EXT-X-PART:DURATION=0.5\n\
         #EXT-X-RENDITION-REPORT:URI=\"../r\"\n"
    );
    let media = parse(&text);
    assert_eq!(media.part_control.distance(), Some(millis(1500)));
    assert!(media.part_control.can_block_reload);
    assert_eq!(media.segments.len(), 1);
    let parts = &media.segments[0].parts;
    let ranges: Vec<_> = parts.iter().filter_map(|part| part.byte_range).collect();
    assert_eq!((ranges[0].offset, ranges[0].length), (0, 100));
    assert_eq!((ranges[1].offset, ranges[1].length), (100, 50));
    assert!(parts[0].independent && !parts[1].independent);
    let open = media.open.expect("the segment that is made");
    assert_eq!((open.sequence, open.discontinuity), (8, true));
    assert!(open.map.is_some(), "the map goes on");
    assert_eq!(open.parts.len(), 1, "what cannot be read is left out");
    assert!(open.parts[0].gap && open.parts[0].uri.path() == "/a%20b");
    // Without parts nothing is open, whatever stands behind the last segment.
    let media = parse("#EXTM3U\n#EXTINF:1,\na\n#EXT-X-DISCONTINUITY\n");
    assert!(media.open.is_none() && media.segments.len() == 1);
}

/// Rows: what stands in the head, first and open segment, its parts, what is fetched.
#[test]
fn playing_begins_at_the_distance_that_the_server_asks_for() {
    let map = "#EXT-X-MAP:URI=\"i\"\n";
    let far = "#EXT-X-SERVER-CONTROL:PART-HOLD-BACK=3.5\n";
    let near = "#EXT-X-SERVER-CONTROL:PART-HOLD-BACK=0.1\n";
    let back = "#EXT-X-START:TIME-OFFSET=-4\n";
    let key = "#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n";
    for (extra, parts, fetched) in [
        // A transport stream has its tables at the begin of a segment.
        (CONTROL.to_owned(), 0, "19"),
        (CONTROL.to_owned(), 2, "19 20.0 20.1"),
        (CONTROL.to_owned(), 3, "20.0 20.1 20.2"),
        (format!("{CONTROL}{map}"), 2, "19.2 19.3 20.0 20.1"),
        (format!("{CONTROL}{map}"), 0, "19"),
        (format!("{CONTROL}{map}"), 1, "19.2 19.3 20.0"),
        (far.to_owned(), 1, "18 19 20.0"),
        (near.to_owned(), 3, "20.0 20.1 20.2"),
        (back.to_owned(), 1, "18 19 20.0"),
        // As if there were no parts.
        (key.to_owned(), 3, "17 18 19"),
    ] {
        let (_, found) = begun(&list(10, 20, parts, &extra));
        assert_eq!(found.join(" "), fetched, "{extra}{parts}");
    }
    let config = FollowerConfig {
        parts: false,
        ..FollowerConfig::default()
    };
    let mut follower = Follower::new(config);
    follower.on_playlist(&list(10, 20, 3, CONTROL), millis(0));
    assert_eq!(drain(&mut follower, 0), ["17", "18", "19"]);
    assert_eq!(follower.blocking(), None);
}

#[test]
fn parts_come_once_and_a_segment_that_was_begun_is_ended_by_them() {
    let (mut follower, first) = begun(&list(10, 20, 3, CONTROL));
    assert_eq!(first, ["20.0", "20.1", "20.2"]);
    for (now, media, fetched) in [
        (500, list(10, 20, 3, CONTROL), ""),
        (500, list(10, 20, 4, CONTROL), "20.3"),
        (1000, list(11, 21, 0, CONTROL), ""),
        (1000, list(11, 21, 1, CONTROL), "21.0"),
        // The whole segment appears: only its end is wanted.
        (2500, list(12, 22, 1, CONTROL), "21.1 21.2 21.3 22.0"),
        // One that was slept through is fetched in one piece.
        (
            6000,
            list(14, 24, 2, CONTROL),
            "22.1 22.2 22.3 23 24.0 24.1",
        ),
    ] {
        follower.on_playlist(&media, millis(now));
        assert_eq!(drain(&mut follower, now).join(" "), fetched, "{now} ms");
    }
    let counters = follower.counters();
    assert_eq!((counters.segments, counters.missed), (1, 0));
    assert_eq!(counters.parts, 14);
}

#[test]
fn reloads_wait_at_the_server_or_come_with_each_part() {
    let (mut follower, _) = begun(&list(10, 20, 3, CONTROL));
    let missing = follower.blocking().expect("it can wait");
    assert_eq!((missing.sequence, missing.part), (20, 3));
    assert_eq!(follower.next(millis(0)), Step::Reload { at: millis(100) });
    // It came back at once, and with nothing: so it is not asked all the time.
    follower.on_playlist(&list(10, 20, 3, CONTROL), millis(100));
    assert_eq!(follower.next(millis(100)), Step::Reload { at: millis(350) });
    // A list that stands still is asked for as if it had no parts.
    follower.on_playlist(&list(10, 20, 3, CONTROL), millis(2100));
    assert_eq!(
        follower.next(millis(2100)),
        Step::Reload { at: millis(3100) }
    );
    follower.on_playlist(&list(11, 21, 0, CONTROL), millis(3200));
    drain(&mut follower, 3200);
    let missing = follower.blocking().expect("it can wait");
    assert_eq!((missing.sequence, missing.part), (21, 0));
    follower.on_blocking_failed();
    assert!(follower.blocking().is_some(), "once is nothing");
    follower.on_blocking_failed();
    assert_eq!(follower.blocking(), None);
    follower.on_playlist(&list(11, 21, 1, CONTROL), millis(4000));
    drain(&mut follower, 4000);
    assert_eq!(
        follower.next(millis(4000)),
        Step::Reload {
            at: millis(4000 + PART)
        }
    );
}

#[test]
fn a_part_that_cannot_be_had_takes_the_rest_of_its_segment_along() {
    let (mut follower, _) = begun(&list(10, 20, 3, CONTROL));
    for (lost, open) in [(21, 22), (22, 23)] {
        follower.on_playlist(&list(11, lost, 2, CONTROL), millis(1000));
        while let Step::Segment(request) = follower.next(millis(1000)) {
            if (request.sequence, request.part) == (lost, Some(0)) {
                follower.on_segment_lost();
            }
        }
        follower.on_playlist(&list(12, open, 0, CONTROL), millis(2000));
        assert_eq!(
            drain(&mut follower, 2000),
            [""; 0],
            "the rest of {lost} is not wanted"
        );
    }
    // Twice is enough: from here on segments are whole.
    assert_eq!(follower.blocking(), None);
    follower.on_playlist(&list(13, 23, 3, CONTROL), millis(3000));
    assert_eq!(drain(&mut follower, 3000), [""; 0]);
    follower.on_playlist(&list(14, 24, 3, CONTROL), millis(5000));
    assert_eq!(drain(&mut follower, 5000), ["!23"]);
    assert_eq!(follower.counters().missed, 2);
}

#[test]
fn a_part_of_which_nothing_came_comes_again() {
    let (mut follower, _) = begun(&list(10, 20, 3, CONTROL));
    // Once: it may be late.
    assert!(follower.on_refused());
    follower.on_playlist(&list(10, 20, 4, CONTROL), millis(500));
    assert_eq!(drain(&mut follower, 500), ["20.2", "20.3"]);
    follower.on_given();
    // Twice, at the begin of a segment: its parts are in the segment as well.
    for now in [1000, 1100] {
        follower.on_playlist(&list(11, 21, 1, CONTROL), millis(now));
        assert_eq!(drain(&mut follower, now), ["21.0"]);
        assert!(follower.on_refused());
    }
    assert_eq!(follower.blocking(), None);
    follower.on_playlist(&list(11, 21, 2, CONTROL), millis(1200));
    assert_eq!(drain(&mut follower, 1200), [""; 0]);
    follower.on_playlist(&list(12, 22, 2, CONTROL), millis(3000));
    assert_eq!(drain(&mut follower, 3000), ["21"]);
    assert_eq!(follower.counters().missed, 0);
    assert!(!follower.on_refused(), "a segment is lost");
}

#[test]
fn a_part_in_the_middle_that_does_not_come_is_lost() {
    let (mut follower, _) = begun(&list(10, 20, 3, CONTROL));
    assert!(follower.on_refused());
    follower.on_playlist(&list(10, 20, 3, CONTROL), millis(100));
    assert_eq!(drain(&mut follower, 100), ["20.2"]);
    assert!(!follower.on_refused());
}

#[test]
fn where_the_first_part_cannot_be_had_whole_segments_are_there_at_once() {
    let mut follower = Follower::new(FollowerConfig::default());
    for now in [0, 100] {
        follower.on_playlist(&list(10, 20, 3, CONTROL), millis(now));
        assert!(matches!(follower.next(millis(now)), Step::Segment(it) if it.part == Some(0)));
        assert!(follower.on_refused());
        assert!(matches!(follower.next(millis(now)), Step::Reload { .. }));
    }
    assert_eq!(follower.blocking(), None);
    follower.on_playlist(&list(10, 20, 4, CONTROL), millis(200));
    assert_eq!(drain(&mut follower, 200), ["17", "18", "19"]);
}

#[test]
fn parts_that_have_left_the_playlist_are_a_seam() {
    let (mut follower, _) = begun(&list(
        10,
        20,
        1,
        &format!("{CONTROL}#EXT-X-MAP:URI=\"i\"\n"),
    ));
    follower.on_playlist(&list(15, 25, 0, CONTROL), millis(8000));
    assert_eq!(drain(&mut follower, 8000), ["!21", "22", "23", "24"]);
    assert_eq!(follower.counters().missed, 1);
    follower.on_playlist(&list(15, 25, 2, CONTROL), millis(9000));
    assert_eq!(drain(&mut follower, 9000), ["25.0", "25.1"]);
    // A delta update, which nobody has asked for: numbers tell where it is.
    let skip = format!(
        "{HEAD}{CONTROL}#EXT-X-MEDIA-SEQUENCE:20\n#EXT-X-SKIP:SKIPPED-SEGMENTS=4\n\
        #EXTINF:2,\n24\n#EXT-X-PART:DURATION=0.5,URI=\"25.0\"\n#EXT-X-PART:DURATION=0.5,URI=\"25.1\"\n\
        #EXT-X-PART:DURATION=0.5,URI=\"25.2\"\n"
    );
    follower.on_playlist(&parse(&skip), millis(9500));
    assert_eq!(drain(&mut follower, 9500), ["25.2"]);
}

#[test]
fn a_part_whose_address_has_expired_is_taken_from_the_next_playlist() {
    let (mut follower, _) = begun(&list(10, 20, 3, CONTROL));
    follower.on_playlist(&list(11, 21, 1, CONTROL), millis(1000));
    assert!(
        matches!(follower.next(millis(1000)), Step::Segment(request) if request.part == Some(3))
    );
    follower.on_addresses_expired();
    follower.on_playlist(&list(11, 21, 2, CONTROL), millis(1500));
    assert_eq!(drain(&mut follower, 1500), ["20.3", "21.0", "21.1"]);
}

proptest::proptest! {
    /// Whatever a server does with its parts: no byte comes twice, a continuous seam only between
    /// neighbours, reloads not all the time and not in the far future.
    #[test]
    fn any_order_of_playlists_with_parts_is_survived(
        steps in proptest::collection::vec((0..30u64, 0..6u64, 0..5usize, 0..3000u64, 0..9u8), 1..60),
    ) {
        let config = FollowerConfig { waiting_max: 16, ..FollowerConfig::default() };
        let mut follower = Follower::new(config);
        let (mut now, mut last, mut edge) = (0, None::<(u64, Option<usize>)>, 0);
        for (jump, length, parts, pause, event) in steps {
            now += pause;
            match event {
                0 => follower.on_reload_failed(millis(now)),
                1 => { follower.on_addresses_expired(); last = None; }
                2 => follower.on_segment_lost(),
                3 => follower.on_blocking_failed(),
                5 => last = if follower.on_refused() { None } else { last },
                6 => follower.on_given(),
                _ => {
                    // Mostly onwards, at times anywhere.
                    edge = if event == 4 { jump } else { edge + jump % 2 };
                    follower.on_playlist(&list(edge.saturating_sub(length), edge, parts, CONTROL), millis(now));
                }
            }
            proptest::prop_assert!(follower.waiting() <= 16);
            for _ in 0..pause % 12 {
                match follower.next(millis(now)) {
                    Step::Segment(request) => {
                        let place = (request.sequence, request.part);
                        let joins = last.is_none_or(|(sequence, part)| match request.part {
                            Some(next @ 1..) => (sequence, part) == (request.sequence, Some(next - 1)),
                            _ => sequence + 1 == request.sequence,
                        });
                        proptest::prop_assert!(joins || request.seam == Seam::Discontinuity, "{last:?} {place:?}");
                        last = Some(place);
                    }
                    Step::Reload { at } => {
                        proptest::prop_assert!(at <= millis(now) + config.reload_max);
                    }
                    Step::Ended | Step::Stalled | Step::Unsupported(_) => break,
                }
            }
        }
    }
}
