//! Playlists that come gzipped.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};

use super::Error;
use super::testing::Provider;
use super::tests::{ENDED, play_from, with_segments};

fn gzipped(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).expect("a Vec takes all");
    encoder.finish().expect("a Vec takes all")
}

#[tokio::test(start_paused = true)]
async fn a_gzipped_list_is_inflated() {
    let mut provider = with_segments(Provider::default().on("/list", gzipped(ENDED.as_bytes())));
    let (outcome, story) = play_from(&mut provider).await;
    assert!(outcome.is_ok());
    assert_eq!(story, "a2|b3!c4");
}

#[tokio::test(start_paused = true)]
async fn gzip_that_is_no_list_is_refused() {
    let bytes_max = hls::Limits::default().playlist_bytes_max;
    let whole = gzipped(ENDED.as_bytes());
    let (front, _) = whole.split_at(whole.len() / 2);
    // A thousand times as long once inflated, and stopped one byte behind the limit.
    let bomb = gzipped(&vec![b'\n'; 8 * bytes_max]);
    assert!(bomb.len() < bytes_max / 10);
    let long = [whole.as_slice(), &vec![0; bytes_max]].concat();

    for (answer, is_right) in [
        (
            front.to_vec(),
            (|error| matches!(error, Error::Gzip(_))) as fn(&Error) -> bool,
        ),
        (vec![0x1f, 0x8b], |error| matches!(error, Error::Gzip(_))),
        (bomb, is_too_long),
        (long, is_too_long),
        (gzipped(b"<html>"), |error| {
            let markup = hls::NotPlaylist::Markup;
            matches!(error, Error::Playlist(hls::Error::NotPlaylist(kind)) if *kind == markup)
        }),
    ] {
        let mut provider = Provider::default().on("/list", answer);
        let (outcome, story) = play_from(&mut provider).await;
        assert!(outcome.as_ref().is_err_and(is_right), "{outcome:?}");
        assert_eq!(story, "");
    }
}

fn is_too_long(error: &Error) -> bool {
    matches!(error, Error::Playlist(hls::Error::TooLong { bytes, bytes_max }) if *bytes == bytes_max + 1)
}
