//! The 82 real and deliberately broken playlists of the shared data, against the facts beside them.

#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use std::path::PathBuf;
use std::time::Duration;

use hls::{
    Error, Follower, FollowerConfig, MasterPlaylist, MediaPlaylist, NotPlaylist, Playlist,
    PlaylistKind, RenditionKind, Step,
};
use serde_json::Value;
use url::Url;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/data/hls");

fn base() -> Url {
    Url::parse("http://base.example/dir/list.m3u8?token=1").expect("constant")
}

/// Every playlist with its facts, or nothing in a clone without the shared data.
fn playlists() -> Vec<(String, Vec<u8>, Value)> {
    let folder = PathBuf::from(FOLDER);
    let Ok(expected) = std::fs::read(folder.join("expected.json")) else {
        eprintln!("skipped: no ../shared");
        return Vec::new();
    };
    let expected: Value = serde_json::from_slice(&expected).expect("expected.json");
    let facts = expected.as_object().expect("an object by file name");
    let read = |name: &String| std::fs::read(folder.join(name)).expect("a file that is named");
    facts
        .iter()
        .map(|(name, facts)| (name.clone(), read(name), facts.clone()))
        .collect()
}

fn number(facts: &Value, name: &str) -> usize {
    facts[name]
        .as_u64()
        .map_or(0, |n| usize::try_from(n).expect("a small count"))
}

fn text<'a>(facts: &'a Value, name: &str) -> Option<&'a str> {
    facts[name].as_str()
}

fn resolved(facts: &Value, name: &str) -> Option<Url> {
    text(facts, name).map(|uri| base().join(uri.trim()).expect("an address of the facts"))
}

#[test]
fn the_facts_hold() {
    for (name, bytes, facts) in playlists() {
        match Playlist::parse(&bytes, &base()) {
            Ok(Playlist::Master(master)) => {
                assert_eq!(text(&facts, "kind"), Some("master"), "{name}");
                check_master(&name, &master, &facts);
            }
            Ok(Playlist::Media(media)) => {
                assert_eq!(text(&facts, "kind"), Some("media"), "{name}");
                check_media(&name, &media, &facts);
            }
            Err(error) => {
                assert_eq!(name, "videojs__empty.m3u8", "{error}");
                assert_eq!(error, Error::NotPlaylist(NotPlaylist::Empty));
            }
        }
    }
}

fn check_master(name: &str, master: &MasterPlaylist, facts: &Value) {
    let iframes = master
        .variants
        .iter()
        .filter(|variant| variant.iframes_only)
        .count();
    assert_eq!(
        iframes,
        number(facts, "iframe_variants"),
        "{name}: iframe_variants"
    );
    assert_eq!(
        master.variants.len() - iframes,
        number(facts, "variants"),
        "{name}: variants"
    );
    assert_eq!(
        master.renditions.len(),
        number(facts, "renditions"),
        "{name}: renditions"
    );
    for fact in ["first_uri", "last_uri"] {
        let uri = resolved(facts, fact);
        let variants = master.variants.iter().map(|variant| &variant.uri);
        let renditions = master
            .renditions
            .iter()
            .filter_map(|rendition| rendition.uri.as_ref());
        assert!(
            variants
                .chain(renditions)
                .any(|found| Some(found) == uri.as_ref()),
            "{name}"
        );
    }
    let groups = master
        .variants
        .iter()
        .filter_map(|variant| variant.audio_group.as_ref());
    for group in groups {
        let is_it = |r: &&hls::Rendition| r.kind == RenditionKind::Audio && r.group == *group;
        assert!(
            master.renditions.iter().any(|r| is_it(&r)),
            "{name}: audio group {group}"
        );
    }
}

fn check_media(name: &str, media: &MediaPlaylist, facts: &Value) {
    let segments = &media.segments;
    let count = |is: &dyn Fn(&hls::Segment) -> bool| segments.iter().filter(|s| is(s)).count();
    assert_eq!(segments.len(), number(facts, "uris"), "{name}: uris");
    assert_eq!(
        segments.first().map(|s| s.uri.clone()),
        resolved(facts, "first_uri"),
        "{name}"
    );
    assert_eq!(
        segments.last().map(|s| s.uri.clone()),
        resolved(facts, "last_uri"),
        "{name}"
    );
    assert_eq!(
        count(&|s| s.byte_range.is_some()),
        number(facts, "byteranges"),
        "{name}: ranges"
    );
    assert_eq!(
        count(&|s| s.discontinuity),
        number(facts, "discontinuities"),
        "{name}: seams"
    );
    let dates = count(&|s| s.program_date_time_ms.is_some());
    assert_eq!(dates, number(facts, "pdt"), "{name}: dates");
    assert_eq!(media.ended, facts["endlist"] == true, "{name}: endlist");
    assert_eq!(
        media.iframes_only,
        facts["iframes_only"] == true,
        "{name}: iframes_only"
    );
    if !segments.is_empty() {
        assert_eq!(
            count(&|s| s.key.is_some()) > 0,
            number(facts, "keys") > 0,
            "{name}: keys"
        );
        assert_eq!(
            count(&|s| s.map.is_some()) > 0,
            number(facts, "maps") > 0,
            "{name}: maps"
        );
    }
    let kind = match text(facts, "type") {
        Some("VOD") => Some(PlaylistKind::Vod),
        Some("EVENT") => Some(PlaylistKind::Event),
        _ => None,
    };
    assert_eq!(media.kind, kind, "{name}: type");
    check_numbers(name, media, facts);
}

fn check_numbers(name: &str, media: &MediaPlaylist, facts: &Value) {
    let stated = |fact| text(facts, fact).and_then(|value| value.parse::<u64>().ok());
    assert_eq!(
        media.media_sequence,
        stated("media_sequence").unwrap_or(0),
        "{name}"
    );
    assert_eq!(
        media.discontinuity_sequence,
        stated("discontinuity_sequence").unwrap_or(0),
        "{name}"
    );
    match stated("target").filter(|target| *target > 0) {
        Some(target) => assert_eq!(media.target_duration, Duration::from_secs(target), "{name}"),
        None => assert!(media.target_duration >= Duration::from_secs(1), "{name}"),
    }
    // The sum of the stated durations, where each segment has exactly one that can be read.
    let complete = number(facts, "extinf") == number(facts, "uris");
    if let (true, Some(seconds)) = (complete, facts["seconds"].as_f64()) {
        let sum: f64 = media
            .segments
            .iter()
            .map(|segment| segment.duration.as_secs_f64())
            .sum();
        let is_untidy = name == "videojs__extinf.m3u8";
        assert!(
            is_untidy || (sum - seconds).abs() < 0.01,
            "{name}: {sum} for {seconds}"
        );
    }
}

#[test]
fn every_finished_playlist_plays_from_start_to_end() {
    for (name, bytes, facts) in playlists() {
        let Ok(Playlist::Media(media)) = Playlist::parse(&bytes, &base()) else {
            continue;
        };
        if !media.ended || number(&facts, "maps") > 0 || media.start_offset_seconds.is_some() {
            continue;
        }
        let mut follower = Follower::new(FollowerConfig::default());
        follower.on_playlist(&media, Duration::ZERO);
        let mut fetched = 0;
        while let Step::Segment(_) = follower.next(Duration::ZERO) {
            fetched += 1;
        }
        assert_eq!(fetched, media.segments.len(), "{name}");
        assert_eq!(follower.next(Duration::ZERO), Step::Ended, "{name}");
    }
}

#[test]
fn known_playlists_in_detail() {
    for (name, bytes, _) in playlists() {
        let Ok(Playlist::Media(media)) = Playlist::parse(&bytes, &base()) else {
            continue;
        };
        match name.as_str() {
            "videojs__encrypted.m3u8" => encrypted(&media),
            "videojs__fmp4.m3u8" => {
                let first = media.segments.first().expect("a segment");
                assert_eq!(first.check(), Ok(()));
                assert!(first.map.is_some());
            }
            "m3u8rs__media-playlist-with-byterange.m3u8" => {
                let ranges = media
                    .segments
                    .iter()
                    .filter_map(|segment| segment.byte_range);
                let ends: Vec<_> = ranges.map(|range| (range.offset, range.end())).collect();
                let mut sorted = ends.clone();
                sorted.sort_unstable();
                assert_eq!(ends, sorted);
            }
            "videojs__liveStart30sBefore.m3u8" => {
                let mut follower = Follower::new(FollowerConfig::default());
                follower.on_playlist(&media, Duration::ZERO);
                let Step::Segment(request) = follower.next(Duration::ZERO) else {
                    panic!("a segment");
                };
                assert_eq!(request.uri.path(), "/dir/007.ts");
            }
            _ => {}
        }
    }
}

fn encrypted(media: &MediaPlaylist) {
    let ivs: Vec<_> = media
        .segments
        .iter()
        .map(|segment| {
            segment
                .key
                .as_ref()
                .map(|key| u128::from_be_bytes(key.iv_of(segment.sequence)))
        })
        .collect();
    let stated = 0x14B_B69D_61E4;
    assert_eq!(
        ivs,
        [
            Some(7794),
            Some(7795),
            Some(7796),
            Some(7797),
            Some(stated),
            None
        ]
    );
    let key = media
        .segments
        .first()
        .and_then(|segment| segment.key.clone())
        .expect("a key");
    assert_eq!(
        key.uri.as_ref().map(Url::as_str),
        Some("https://priv.example.com/key.php?r=52")
    );
}
