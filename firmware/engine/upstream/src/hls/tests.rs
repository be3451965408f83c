//! The driver against a scripted provider, on a paused clock.

use tokio::time::Instant;
use url::Url;

use super::testing::{Answer, Provider, Recorder, encrypt, packets};
use super::{Content, Error, HlsConfig, play};

pub(super) const ENDED: &str = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\na.ts\n#EXTINF:2,\nb.ts\n\
    #EXT-X-DISCONTINUITY\n#EXTINF:2,\nc.ts\n#EXT-X-ENDLIST\n";

/// Plays `/list` and returns how it ended and what was taken in.
pub(super) async fn play_from(provider: &mut Provider) -> (Result<(), Error>, String) {
    let address = Url::parse("http://h/list").expect("constant");
    let mut recorder = Recorder::default();
    let outcome = play(provider, &mut recorder, &address, &HlsConfig::default()).await;
    (outcome, recorder.story())
}

pub(super) fn with_segments(provider: Provider) -> Provider {
    provider
        .on("/a.ts", packets(b'a', 2))
        .on("/b.ts", packets(b'b', 3))
        .on("/c.ts", packets(b'c', 4))
}

#[tokio::test(start_paused = true)]
async fn a_finished_list_is_played_once() {
    let mut provider = with_segments(Provider::default().on("/list", ENDED));
    let (outcome, story) = play_from(&mut provider).await;
    assert!(outcome.is_ok());
    assert_eq!(story, "a2|b3!c4");
    assert_eq!(provider.requests, ["/list", "/a.ts", "/b.ts", "/c.ts"]);
}

#[tokio::test(start_paused = true)]
async fn the_best_variant_is_followed_through_redirects() {
    let master = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow/list\n\
        #EXT-X-STREAM-INF:BANDWIDTH=2\nhigh/list\n";
    let moved = Answer::MovedTo("/elsewhere/list", ENDED.as_bytes().to_vec());
    let mut provider = Provider::default()
        .on("/list", master)
        .on("/high/list", moved)
        .on("/elsewhere/a.ts", packets(b'a', 1))
        .on("/elsewhere/b.ts", packets(b'b', 1))
        .on("/elsewhere/c.ts", packets(b'c', 1));
    let (outcome, story) = play_from(&mut provider).await;
    assert!(outcome.is_ok());
    assert_eq!(story, "a1|b1!c1");
}

/// A live list of two-second segments named by their numbers.
pub(super) fn live(sequences: std::ops::Range<u64>, footer: &str) -> String {
    let mut text = format!(
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:{}\n",
        sequences.start
    );
    for sequence in sequences {
        text.push_str(&format!("#EXTINF:2,\n{sequence}.ts\n"));
    }
    text + footer
}

pub(super) fn with_numbers(provider: Provider, sequences: std::ops::Range<u64>) -> Provider {
    sequences.fold(provider, |provider, n| {
        let mark = b'0' + u8::try_from(n).expect("one digit");
        provider.on(&format!("/{n}.ts"), packets(mark, 1))
    })
}

#[tokio::test(start_paused = true)]
async fn a_live_list_is_reloaded_when_it_is_due() {
    let provider = Provider::default()
        .on("/list", live(0..5, ""))
        .on("/list", live(0..5, ""))
        .on("/list", live(1..6, ""))
        .on("/list", live(6..8, "#EXT-X-ENDLIST\n"));
    let mut provider = with_numbers(provider, 0..8);
    let begun = Instant::now();
    let (outcome, story) = play_from(&mut provider).await;
    assert!(outcome.is_ok());
    assert_eq!(story, "21|31|41|51|61|71");
    // After a change 2 s, without one 1 s, after the next change 2 s.
    assert_eq!(begun.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_lost_segment_is_passed_over_with_a_seam() {
    let broken = Answer::Broken(packets(b'b', 1));
    for (answer, expected) in [
        (Answer::Status(404), "a2|!c4"),
        (Answer::NoConnection, "a2|!c4"),
        (broken, "a2|b1!c4"),
        ("<html>".into(), "a2|!c4"),
    ] {
        let list = ENDED.replace("#EXT-X-DISCONTINUITY\n", "");
        let mut provider = Provider::default()
            .on("/list", list)
            .on("/a.ts", packets(b'a', 2))
            .on("/b.ts", answer)
            .on("/c.ts", packets(b'c', 4));
        let (outcome, story) = play_from(&mut provider).await;
        assert!(outcome.is_ok());
        assert_eq!(story, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_but_lost_segments_is_an_error() {
    let mut provider = Provider::default().on("/list", live(0..9, "#EXT-X-ENDLIST\n"));
    let (outcome, story) = play_from(&mut provider).await;
    assert!(
        matches!(outcome, Err(Error::SegmentsLost { in_row: 8, .. })),
        "{outcome:?}"
    );
    assert_eq!(story, "|||||||".replace('|', "!"));
}

#[tokio::test(start_paused = true)]
async fn an_expired_token_is_renewed_from_the_channel_address() {
    let master = |token: u8| format!("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nmedia?{token}\n");
    let media = |token: u8| ENDED.replace(".ts", &format!(".ts?{token}"));
    let mut provider = Provider::default()
        .on("/list", master(1))
        .on("/list", master(2))
        .on("/media?1", media(1))
        .on("/media?2", media(2))
        .on("/a.ts?1", packets(b'a', 1))
        .on("/b.ts?1", Answer::Status(403))
        .on("/b.ts?2", packets(b'b', 1))
        .on("/c.ts?2", packets(b'c', 1));
    let (outcome, story) = play_from(&mut provider).await;
    assert!(outcome.is_ok());
    assert_eq!(story, "a1||b1!c1");
    assert_eq!(provider.requests_of("/list"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_segment_that_stays_forbidden_is_passed_over() {
    let provider = Provider::default()
        .on("/list", ENDED)
        .on("/a.ts", Answer::Status(403));
    let mut provider = provider
        .on("/b.ts", packets(b'b', 1))
        .on("/c.ts", packets(b'c', 1));
    let (outcome, story) = play_from(&mut provider).await;
    assert!(outcome.is_ok());
    assert!(story.ends_with("b1!c1"), "{story}");
    assert_eq!(provider.requests_of("/list"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_expires_is_looked_up_anew() {
    let mut provider = Provider::default()
        .on(
            "/list",
            Answer::MovedTo("/session1", live(0..3, "").into_bytes()),
        )
        .on(
            "/list",
            Answer::MovedTo("/session2", live(1..4, "").into_bytes()),
        )
        .on("/session1", Answer::Status(410))
        .on("/session2", live(2..5, "#EXT-X-ENDLIST\n"));
    provider = with_numbers(provider, 0..5);
    let (outcome, story) = play_from(&mut provider).await;
    assert!(outcome.is_ok());
    assert_eq!(story, "01|11|21|31|41");
}

#[tokio::test(start_paused = true)]
async fn encrypted_segments_and_a_key_fetched_once() {
    let list = ENDED.replace(
        "#EXTINF:2,\na.ts",
        "#EXT-X-KEY:METHOD=AES-128,URI=\"key\"\n#EXTINF:2,\na.ts",
    );
    let key = *b"sixteen byte key";
    let sealed = |mark: u8, count: usize, sequence: u128| {
        encrypt(&packets(mark, count), &key, &sequence.to_be_bytes())
    };
    let mut provider = Provider::default()
        .on("/list", list)
        .on("/key", key.to_vec())
        .on("/a.ts", sealed(b'a', 200, 0))
        .on("/b.ts", sealed(b'b', 3, 1))
        .on("/c.ts", sealed(b'c', 1, 2));
    let (outcome, story) = play_from(&mut provider).await;
    assert!(outcome.is_ok());
    assert_eq!(story, "a200|b3!c1");
    assert_eq!(provider.requests_of("/key"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_key_of_another_length_is_refused() {
    let list = "#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"key\"\n#EXTINF:2,\na.ts\n";
    for length in [0, 15, 17, 5000] {
        let list = format!("{list}{}", "b.ts\n".repeat(9));
        let mut provider = Provider::default()
            .on("/list", list + "#EXT-X-ENDLIST")
            .on("/key", vec![1; length]);
        let (outcome, _) = play_from(&mut provider).await;
        let Err(Error::SegmentsLost { last, .. }) = outcome else {
            panic!("{outcome:?}")
        };
        assert!(matches!(*last, Error::Key(_)), "{length}: {last}");
    }
}

#[tokio::test(start_paused = true)]
async fn byte_ranges() {
    let list =
        "#EXTM3U\n#EXT-X-BYTERANGE:376@0\nfile\n#EXT-X-BYTERANGE:188\nfile\n#EXT-X-ENDLIST\n";
    let file = [packets(b'x', 2), packets(b'y', 1), packets(b'z', 5)].concat();
    let mut provider = Provider::default()
        .on("/list", list)
        .on("/file", file.clone());
    let (outcome, story) = play_from(&mut provider).await;
    assert!(outcome.is_ok());
    assert_eq!(story, "x2|y1");
    // A server that ignores ranges: the first part is cut off the front, the second one is lost.
    let mut provider = Provider::default()
        .on("/list", list)
        .on("/file", Answer::Whole(file));
    let (outcome, story) = play_from(&mut provider).await;
    assert!(outcome.is_ok());
    assert_eq!(story, "x2|");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_played_is_refused_at_once() {
    for (bytes, content) in [
        (b"WEBVTT\n\n\n".to_vec(), Content::Subtitles),
        (b"WEBVTT\r\nX-TIMESTAMP-MAP".to_vec(), Content::Subtitles),
    ] {
        let mut provider = Provider::default().on("/list", ENDED).on("/a.ts", bytes);
        let (outcome, _) = play_from(&mut provider).await;
        let Err(Error::NotMedia { content: found, .. }) = outcome else {
            panic!("{outcome:?}");
        };
        assert_eq!(found, content);
        assert_eq!(provider.requests.len(), 2);
    }
    let tag = "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://x\"";
    let mut provider = Provider::default().on("/list", format!("#EXTM3U\n{tag}\na.ts\n"));
    let (outcome, _) = play_from(&mut provider).await;
    assert!(matches!(outcome, Err(Error::Unsupported(_))), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn the_first_playlist_has_no_second_try() {
    let nested = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlist\n";
    let mut provider = Provider::default().on("/list", nested);
    assert!(matches!(
        play_from(&mut provider).await.0,
        Err(Error::NestedMaster(_))
    ));
    let mut provider = Provider::default().on("/list", "<html>");
    assert!(matches!(
        play_from(&mut provider).await.0,
        Err(Error::Playlist(_))
    ));
    let mut provider = Provider::default();
    assert!(matches!(
        play_from(&mut provider).await.0,
        Err(Error::Fetch { .. })
    ));
    let mut provider = Provider::default().on("/list", vec![b'x'; 2 * 1024 * 1024]);
    let too_long = Error::Playlist(hls::Error::TooLong {
        bytes: 1_048_577,
        bytes_max: 1_048_576,
    });
    let (outcome, _) = play_from(&mut provider).await;
    assert_eq!(
        outcome.expect_err("too long").to_string(),
        too_long.to_string()
    );
}

#[tokio::test(start_paused = true)]
async fn messages_hold_no_account() {
    let list = "#EXTM3U\n/live/secret/secret/1.ts?token=secret\n#EXT-X-ENDLIST\n"
        .replace("#EXT-X-ENDLIST", &"/live/secret/secret/2.ts\n".repeat(7));
    let mut provider = Provider::default().on("/list", list + "#EXT-X-ENDLIST\n");
    let (outcome, _) = play_from(&mut provider).await;
    let error = outcome.expect_err("no segment is there");
    let mut texts = format!("{error} {error:?}");
    let mut source = std::error::Error::source(&error);
    while let Some(error) = source {
        texts.push_str(&error.to_string());
        source = error.source();
    }
    assert!(texts.contains("http://h/live/…/2.ts"), "{texts}");
    assert!(!texts.contains("secret"), "{texts}");
}
