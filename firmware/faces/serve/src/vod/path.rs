//! `/vod/<channel id>.<extension>` and `/vod/v<GuideNumber>.<extension>`: players that choose a demuxer
//! by the address want the extension; it means nothing here and may be left out. `/vod/movie/<id>.<extension>`
//! and `/vod/episode/<id>.<extension>`: films of accounts, where the extension is part of the address.

use base::{ChannelId, ChannelSpec, GuideNumber, StreamSpec};
use desk::catalog::{FilmKind, TitleId};
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
    /// `movie/3-12.mkv`: a film of an account; which one is read from the path again.
    Film(FilmKind),
}

impl VodPath {
    /// Whether a path is below `/vod/`, and the channel where it names one.
    pub(crate) fn looks_like(path: &str) -> Option<Option<Self>> {
        let name = path.strip_prefix("/vod/")?;
        if let Some((kind, _, _)) = film_of(name) {
            return Some(Some(Self::Film(kind)));
        }
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
            Self::Film(_) => None,
        };
        let mut spec = lineup.spec(index?)?;
        spec.streams.retain(is_film);
        (!spec.streams.is_empty()).then_some(spec)
    }
}

/// The film of an account that a path behind `/vod/` names, and the extension of its file.
pub(crate) fn film_of(name: &str) -> Option<(FilmKind, TitleId, &str)> {
    let (kind, file) = name.split_once('/')?;
    let kind = match kind {
        "movie" => FilmKind::Movie,
        "episode" => FilmKind::Episode,
        _ => return None,
    };
    let (id, extension) = file.rsplit_once('.')?;
    Some((kind, TitleId::parse(id)?, extension))
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
            (
                "/vod/movie/3-12.mkv",
                Some(Some(VodPath::Film(FilmKind::Movie))),
            ),
            (
                "/vod/episode/3-ab-1.mp4",
                Some(Some(VodPath::Film(FilmKind::Episode))),
            ),
            ("/vod/movie/3-12", Some(None)),
            ("/vod/movie/12.mkv", Some(None)),
            ("/vod/movie/3-../x.mkv", Some(None)),
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
