//! What a tuner is asked to play: a channel, and the streams that can stand for it.

use std::fmt;

use super::{ChannelId, GuideNumber};

/// A channel to be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelSpec {
    /// The channel.
    pub channel: ChannelId,
    /// Its number.
    pub number: GuideNumber,
    /// Its name.
    pub name: String,
    /// Its streams, the primary first, then the backups in the order in which they are tried; from
    /// 1 to [`ChannelSpec::STREAMS_MAX`].
    pub streams: Vec<StreamSpec>,
}

impl ChannelSpec {
    /// Streams of one channel that are ever tried: a round over sixteen dead ones takes a minute.
    pub const STREAMS_MAX: usize = 16;
}

/// One stream to be played: an address and how to ask for it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct StreamSpec {
    /// Address of the stream.
    pub url: String,
    /// Request headers that the playlist gives for it.
    pub headers: Vec<(String, String)>,
    /// Index of the source, in the order of the configuration; [`StreamSpec::BUILT_IN`] is none.
    pub source: u16,
}

impl StreamSpec {
    /// The `source` of what Dipole brings with it.
    pub const BUILT_IN: u16 = u16::MAX;

    /// Whether Dipole brings it with it: the test channel.
    #[must_use]
    pub const fn is_built_in(&self) -> bool {
        self.source == Self::BUILT_IN
    }

    /// Whether the address is that of a film and not of a channel: it may end. Xtream Codes panels
    /// put films under `/movie/` and `/series/`; elsewhere a container's extension tells.
    #[must_use]
    pub fn is_vod(&self) -> bool {
        const EXTENSIONS: [&str; 6] = ["mp4", "mkv", "avi", "m4v", "mov", "webm"];
        let path = self.url.split(['?', '#']).next().unwrap_or_default();
        let extension = path
            .rsplit('/')
            .next()
            .and_then(|file| file.rsplit_once('.'))
            .map_or("", |(_, extension)| extension);
        path.contains("/movie/")
            || path.contains("/series/")
            || EXTENSIONS
                .iter()
                .any(|known| known.eq_ignore_ascii_case(extension))
    }
}

/// Without address and headers, which hold accounts and tokens.
impl fmt::Debug for StreamSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamSpec")
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn films_are_told_by_their_address() {
        for (url, is_vod) in [
            ("http://a.example/live/u/p/1.ts", false),
            ("http://a.example/u/p/1", false),
            ("http://a.example/live.m3u8?x=/movie/", false),
            ("http://a.example/movie/u/p/1.ts", true),
            ("http://a.example/series/u/p/1.ts?t=1", true),
            ("http://a.example/film.MKV?token=1", true),
            ("", false),
        ] {
            let stream = StreamSpec {
                url: url.to_owned(),
                headers: Vec::new(),
                source: 0,
            };
            assert_eq!(stream.is_vod(), is_vod, "{url}");
            assert!(url.is_empty() || !format!("{stream:?}").contains("example"));
        }
    }
}
