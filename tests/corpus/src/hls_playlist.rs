//! HLS playlists: read, choose, follow, without a panic and without an endless loop.

use std::time::Duration;

use hls::{Follower, FollowerConfig, Playlist, Preference, Step};
use url::Url;

/// More steps than any playlist of a fuzzer's size has segments.
const STEPS_MAX: usize = 10_000;

pub(crate) fn feed(bytes: &[u8]) {
    let base = Url::parse("http://provider.example/live/index.m3u8").expect("a good address");
    match Playlist::parse(bytes, &base) {
        Ok(Playlist::Master(master)) => {
            for preference in [Preference::Best, Preference::Auto, Preference::Worst] {
                let _ = master.choose(preference);
            }
        }
        Ok(Playlist::Media(media)) => follow(&media),
        Err(error) => assert!(!error.to_string().is_empty(), "an error says something"),
    }
}

/// The same playlist again and again, as a server that has stopped would give it.
fn follow(media: &hls::MediaPlaylist) {
    let mut follower = Follower::new(FollowerConfig::default());
    let mut now = Duration::ZERO;
    follower.on_playlist(media, now);
    for reloads in 0..3 {
        for step in 0.. {
            assert!(step < STEPS_MAX, "the follower never comes to an end");
            match follower.next(now) {
                Step::Segment(_) => {}
                Step::Reload { at } => {
                    now = now.max(at);
                    break;
                }
                _ => return,
            }
        }
        if reloads == 1 {
            follower.on_reload_failed(now);
        } else {
            follower.on_playlist(media, now);
        }
    }
}
