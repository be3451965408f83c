//! What is borne and what is told when playlists and segments fail, on a paused clock.

use std::time::Duration;

use tokio::time::Instant;
use url::Url;

use super::testing::{Answer, Provider, Recorder, packets};
use super::tests::{live, play_from, with_numbers};
use super::{Error, HlsConfig, play};

const DONE: &str = "#EXT-X-ENDLIST\n";

fn millis_since(begun: Instant) -> u128 {
    begun.elapsed().as_millis()
}

#[tokio::test(start_paused = true)]
async fn a_list_that_fails_twice_is_given_up_with_its_reason() {
    let not_found = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlist\n";
    for (answer, reason) in [
        (Answer::Status(500), "500"),
        (Answer::Status(404), "404"),
        (Answer::NoConnection, "h:80"),
        ("<html>".into(), "playlist"),
        ("{\"error\":1}".into(), "playlist"),
        ("".into(), "playlist"),
        (not_found.into(), "master"),
    ] {
        let list = live(0..3, "");
        let provider = Provider::default().on("/list", list).on("/list", answer);
        let mut provider = with_numbers(provider, 0..3);
        let begun = Instant::now();
        let (outcome, story) = play_from(&mut provider).await;
        let Err(Error::PlaylistLost(found)) = outcome else {
            panic!("{outcome:?}")
        };
        assert!(found.to_string().contains(reason), "{found}");
        assert_eq!(story, "01|11|21");
        assert_eq!(
            millis_since(begun),
            2500,
            "a target duration and a half second"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_that_fails_once_is_nobodys_business() {
    let provider = Provider::default()
        .on("/list", live(0..3, ""))
        .on("/list", Answer::Status(503))
        .on("/list", live(1..4, ""))
        .on("/list", Answer::Status(503))
        .on("/list", live(2..5, DONE));
    let mut provider = with_numbers(provider, 0..5);
    let (outcome, story) = play_from(&mut provider).await;
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!(story, "01|11|21|31|41");
}

#[tokio::test(start_paused = true)]
async fn failures_are_borne_while_read_ahead_plays() {
    let provider = Provider::default()
        .on("/list", live(0..3, ""))
        .on("/list", Answer::Status(503));
    let mut provider = with_numbers(provider, 0..3);
    let begun = Instant::now();
    let mut recorder = Recorder::default();
    recorder.plays_until = Some(begun + Duration::from_secs(8));
    let address = Url::parse("http://h/list").expect("constant");
    let outcome = play(
        &mut provider,
        &mut recorder,
        &address,
        &HlsConfig::default(),
    )
    .await;
    assert!(
        matches!(outcome, Err(Error::PlaylistLost(_))),
        "{outcome:?}"
    );
    assert_eq!(
        millis_since(begun),
        5000,
        "three seconds before it is used up"
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_answer_is_left_when_nothing_plays_any_more() {
    let provider = Provider::default()
        .on("/list", live(0..3, ""))
        .on("/list", Answer::Silence);
    let mut provider = with_numbers(provider, 0..3);
    let begun = Instant::now();
    let (outcome, _) = play_from(&mut provider).await;
    let error = outcome.expect_err("no list");
    assert!(
        error.to_string().contains("has not answered for 4 s"),
        "{error}"
    );
    assert_eq!(millis_since(begun), 6000);
}

#[tokio::test(start_paused = true)]
async fn the_newest_segment_is_asked_for_twice_and_then_passed_over() {
    for (answers, expected) in [
        (
            vec![Answer::Status(404), packets(b'2', 1).into()],
            "01|11|21|31",
        ),
        (vec![Answer::Status(404)], "01|11|!31"),
        (vec!["<html>".into()], "01|11|!31"),
        // What has begun is not begun again.
        (vec![Answer::Broken(packets(b'2', 1))], "01|11|21!31"),
    ] {
        let mut provider = Provider::default()
            .on("/list", live(0..3, ""))
            .on("/list", live(1..4, DONE));
        for answer in answers {
            provider = provider.on("/2.ts", answer);
        }
        provider = with_numbers(with_numbers(provider, 0..2), 3..4);
        let (outcome, story) = play_from(&mut provider).await;
        assert!(outcome.is_ok(), "{outcome:?}");
        assert_eq!(story, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_whose_newest_segments_all_fail_is_given_up() {
    let provider = Provider::default()
        .on("/list", live(0..3, ""))
        .on("/list", live(1..4, ""))
        .on("/list", live(2..5, ""));
    let mut provider = with_numbers(provider, 0..3);
    let begun = Instant::now();
    let (outcome, story) = play_from(&mut provider).await;
    let Err(Error::SegmentsLost { in_row: 2, .. }) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(story, "01|11|21|!");
    assert_eq!(millis_since(begun), 4500, "two lists and two second tries");
}

#[tokio::test(start_paused = true)]
async fn a_lost_segment_with_no_list_behind_it_is_the_end() {
    let provider = Provider::default()
        .on("/list", live(0..3, ""))
        .on("/list", Answer::Status(503));
    let mut provider = with_numbers(provider, 0..2);
    let (outcome, _) = play_from(&mut provider).await;
    assert!(
        matches!(outcome, Err(Error::PlaylistLost(_))),
        "{outcome:?}"
    );
    assert_eq!(provider.requests_of("/2.ts"), 2);
    assert_eq!(provider.requests_of("/list"), 2);
}
