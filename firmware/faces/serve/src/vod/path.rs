//! `/vod/<channel id>.<extension>` and `/vod/v<GuideNumber>.<extension>`: players that choose a demuxer
//! by the address want the extension; it means nothing here and may be left out.

use base::{ChannelId, ChannelSpec, GuideNumber, StreamSpec};
use lineup::Lineup;

/// Letters and digits of an extension, at most.
const EXTENSION_BYTES_MAX: usize = 5;
/// Hex digits of a [`ChannelId`].
const ID_DIGITS: usize = 16;

/// The channel that a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VodPath {
    /// `v5.1`
    Number(GuideNumber),
    /// `00c0ffee00c0ffee`
    Id(ChannelId),
}

impl VodPath {
    /// Whether a path is below `/vod/`, and the channel where it names one.
    pub(crate) fn looks_like(path: &str) -> Option<Option<Self>> {
        let name = path.strip_prefix("/vod/")?;
        // As it stands first: `v5.1` is channel 5.1, and not channel 5 with an extension.
        Some(Self::named(name).or_else(|| {
            let (name, extension) = name.rsplit_once('.')?;
            is_extension(extension).then(|| Self::named(name))?
        }))
    }

    fn named(name: &str) -> Option<Self> {
        if let Some(number) = name.strip_prefix('v') {
            return number.parse().ok().map(Self::Number);
        }
        let is_id = name.len() == ID_DIGITS && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_id.then(|| name.parse().ok().map(Self::Id))?
    }

    /// The channel, if there is one, with those of its streams that are films.
    pub(crate) fn find(self, lineup: &Lineup) -> Option<ChannelSpec> {
        let index = match self {
            Self::Number(number) => lineup.index_of(number),
            Self::Id(id) => lineup.index_of_id(id),
        };
        let mut spec = lineup.spec(index?)?;
        spec.streams.retain(is_film);
        (!spec.streams.is_empty()).then_some(spec)
    }
}

/// The path at which the channel at `index` is had as a file, if it is a film.
pub(crate) fn of_channel(lineup: &Lineup, index: usize) -> Option<String> {
    let mut streams = lineup.streams(index);
    let (id, film) = streams.find_map(|stream| {
        let spec = stream.stream();
        is_film(&spec).then_some((stream.id, spec))
    })?;
    Some(match extension_of(&film.url) {
        Some(extension) => format!("/vod/{id}.{}", extension.to_ascii_lowercase()),
        None => format!("/vod/{id}"),
    })
}

/// Whether a stream is the file of a film that a provider has.
fn is_film(stream: &StreamSpec) -> bool {
    let scheme = stream.url.split(':').next().unwrap_or_default().trim();
    let is_http = ["http", "https"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known));
    is_http && stream.is_vod() && extension_of(&stream.url).is_none_or(|it| it != "m3u8")
}

fn extension_of(url: &str) -> Option<&str> {
    let path = url.split(['?', '#']).next()?;
    let (_, extension) = path.rsplit('/').next()?.rsplit_once('.')?;
    is_extension(extension).then_some(extension)
}

fn is_extension(text: &str) -> bool {
    (1..=EXTENSION_BYTES_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_paths() {
        let number = |text: &str| Some(Some(VodPath::Number(text.parse().unwrap())));
        let id = |id| Some(Some(VodPath::Id(ChannelId(id))));
        for (path, expected) in [
            ("/vod/v12", number("12")),
            ("/vod/v12.mkv", number("12")),
            ("/vod/v12.1", number("12.1")),
            ("/vod/v12.1.mp4", number("12.1")),
            ("/vod/00c0ffee00c0ffee", id(0x00c0_ffee_00c0_ffee)),
            ("/vod/00C0FFEE00C0FFEE.MKV", id(0x00c0_ffee_00c0_ffee)),
            ("/vod/00c0ffee", Some(None)),
            ("/vod/+0c0ffee00c0ffee", Some(None)),
            ("/vod/v0.mkv", Some(None)),
            ("/vod/v12.1.mp4.mkv", Some(None)),
            ("/vod/v12.longext", Some(None)),
            ("/vod/v12.", Some(None)),
            ("/vod/", Some(None)),
            ("/vod", None),
            ("/auto/v12", None),
        ] {
            assert_eq!(VodPath::looks_like(path), expected, "{path}");
        }
    }

    #[test]
    fn films_are_files_at_a_provider() {
        for (url, expected) in [
            ("http://a.example/movie/u/p/1.mkv?x=1", true),
            ("HTTPS://a.example/film.mp4", true),
            ("http://a.example/movie/u/p/1", true),
            ("http://a.example/movie/u/p/1.m3u8", false),
            ("http://a.example/live/1.ts", false),
            ("/films/film.mp4", false),
            ("rtsp://a.example/film.mp4", false),
        ] {
            let stream = StreamSpec {
                url: url.to_owned(),
                headers: Vec::new(),
                source: 0,
            };
            assert_eq!(is_film(&stream), expected, "{url}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(path: String) {
            let _ = VodPath::looks_like(&path);
            let _ = VodPath::looks_like(&format!("/vod/{path}"));
            let _ = extension_of(&path);
        }
    }
}
