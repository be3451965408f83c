//! Low-latency HLS against a scripted provider, on a paused clock.

use std::time::Duration;

use tokio::time::{Instant, timeout};
use url::Url;

use super::testing::{Answer, Provider, Recorder, packets};
use super::tests::play_from;
use super::{Error, HlsConfig, play};

const HEAD: &str = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-PART-INF:PART-TARGET=1\n\
    #EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=3\n#EXT-X-MEDIA-SEQUENCE:0\n";

/// Segments 0 to `open` of two parts each, then so many parts of segment `open`.
fn list(open: u64, parts: usize, footer: &str) -> String {
    let mut text = HEAD.to_owned();
    let part = |sequence, place| format!("#EXT-X-PART:DURATION=1,URI=\"{sequence}.{place}\"\n");
    for sequence in 0..open {
        (0..2).for_each(|place| text.push_str(&part(sequence, place)));
        text.push_str(&format!("#EXTINF:2,\n{sequence}.ts\n"));
    }
    (0..parts).for_each(|place| text.push_str(&part(open, place)));
    text + footer
}

/// Segments of three packets, parts of one and two.
fn with_media(provider: Provider, sequences: std::ops::Range<u8>) -> Provider {
    sequences.fold(provider, |provider, n| {
        let mark = b'0' + n;
        provider
            .on(&format!("/{n}.ts"), packets(mark, 3))
            .on(&format!("/{n}.0"), packets(mark, 1))
            .on(&format!("/{n}.1"), packets(mark, 2))
    })
}

fn waiting_for(sequence: u64, part: usize) -> String {
    format!("/list?_HLS_msn={sequence}&_HLS_part={part}")
}

const DONE: &str = "#EXT-X-ENDLIST\n";

#[tokio::test(start_paused = true)]
async fn parts_are_fetched_as_they_come_and_no_byte_twice() {
    let provider = Provider::default()
        .on("/list", list(4, 1, ""))
        .on(&waiting_for(4, 1), list(5, 0, ""))
        .on(&waiting_for(5, 0), list(5, 1, ""))
        .on(&waiting_for(5, 1), list(6, 0, DONE));
    let mut provider = with_media(provider, 0..6);
    let (outcome, story) = play_from(&mut provider).await;
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!(
        story, "33|43|53",
        "parts of one segment run on without a seam"
    );
    let expected = [
        "/list",
        "/3.ts",
        "/4.0",
        &waiting_for(4, 1),
        "/4.1",
        &waiting_for(5, 0),
        "/5.0",
        &waiting_for(5, 1),
        "/5.1",
    ];
    assert_eq!(provider.requests, expected);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_knows_nothing_of_waiting_is_asked_without() {
    for answer in [Answer::Status(400), Answer::Status(404), "<html>".into()] {
        let provider = Provider::default()
            .on("/list", list(4, 1, ""))
            .on("/list", list(5, 0, ""))
            .on("/list", list(5, 1, ""))
            .on("/list", list(6, 0, DONE))
            .on(&waiting_for(4, 1), answer.clone())
            .on(&waiting_for(5, 0), answer.clone())
            .on(&waiting_for(5, 1), answer);
        let mut provider = with_media(provider, 0..6);
        let (outcome, story) = play_from(&mut provider).await;
        assert!(outcome.is_ok(), "{outcome:?}");
        assert_eq!(story, "33|43|53");
        assert_eq!(
            provider.requests_of(&waiting_for(5, 1)),
            0,
            "twice is enough"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_waits_is_no_failure_for_three_target_durations() {
    let provider = Provider::default()
        .on("/list", list(4, 1, ""))
        .on(&waiting_for(4, 1), Answer::Silence);
    let mut provider = with_media(provider, 0..5);
    let begun = Instant::now();
    let (outcome, story) = play_from(&mut provider).await;
    assert!(
        matches!(outcome, Err(Error::PlaylistLost(_))),
        "{outcome:?}"
    );
    assert_eq!(story, "33|41");
    assert_eq!(
        begun.elapsed().as_millis(),
        6100,
        "three times two seconds, and a pause"
    );
}

#[tokio::test(start_paused = true)]
async fn a_first_part_that_is_missing_makes_segments_whole() {
    let near = list(5, 2, "").replace("PART-TARGET=1", "PART-TARGET=0.5");
    let near = near.replace("BACK=3", "BACK=1.5");
    let provider = Provider::default().on("/list", near);
    let mut provider = (0..5_u8).fold(provider, |provider, n| {
        provider.on(&format!("/{n}.ts"), packets(b'0' + n, 3))
    });
    let address = Url::parse("http://h/list").expect("constant");
    let mut recorder = Recorder::default();
    let config = HlsConfig::default();
    let playing = play(&mut provider, &mut recorder, &address, &config);
    let ended = timeout(Duration::from_secs(3), playing).await;
    assert!(ended.is_err(), "{ended:?}");
    assert_eq!(recorder.story(), "||23|33|43");
    assert_eq!(provider.requests_of("/5.0"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_redirect_of_a_request_that_waits_leaves_no_number_behind() {
    let moved = |to, list: String| Answer::MovedTo(to, list.into_bytes());
    let provider = Provider::default()
        .on("/list", list(4, 1, ""))
        .on(
            &waiting_for(4, 1),
            moved("/edge?t=1&_HLS_msn=4&_HLS_part=1", list(5, 0, "")),
        )
        .on("/edge?t=1&_HLS_msn=5&_HLS_part=0", list(5, 2, DONE));
    let mut provider = with_media(provider, 0..6);
    let (outcome, story) = play_from(&mut provider).await;
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!(story, "33|43");
}
