//! The adapter between tuners, which want streams played, and `upstream`, which plays them.

use std::sync::Arc;

use base::StreamSpec;
use ingest::Ingest;
use tuner::{FailureKind, Opener, PlayError, Playing};
use upstream::{PlayRequest, Player, film, hls, http};

/// How a source wants to be asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Manners {
    /// Its user agent.
    pub(crate) user_agent: Option<String>,
    /// Its headers; those of a playlist entry come on top.
    pub(crate) headers: Vec<(String, String)>,
    /// Its list is a file of this machine: it may name others.
    pub(crate) is_file: bool,
}

/// Plays the streams of all sources.
pub(crate) struct Upstreams {
    player: Player,
    /// By source index.
    manners: Arc<[Manners]>,
}

impl Upstreams {
    /// Plays with `player`, asking as `manners` says.
    pub(crate) fn new(player: Player, manners: Vec<Manners>) -> Self {
        Self {
            player,
            manners: manners.into(),
        }
    }

    fn request(&self, stream: &StreamSpec) -> PlayRequest {
        let manners = self
            .manners
            .get(usize::from(stream.source))
            .cloned()
            .unwrap_or_default();
        let is_users = |name: &str| {
            stream
                .headers
                .iter()
                .any(|(own, _)| own.eq_ignore_ascii_case(name))
        };
        let mut headers = manners.headers;
        headers.retain(|(name, _)| !is_users(name));
        headers.extend(stream.headers.iter().cloned());
        PlayRequest {
            url: stream.url.clone(),
            user_agent: manners.user_agent.filter(|_| !is_users("User-Agent")),
            headers,
            is_built_in: stream.is_built_in() || manners.is_file,
        }
    }
}

impl Opener for Upstreams {
    fn play<'a>(&'a self, stream: &'a StreamSpec, ingest: &'a mut Ingest) -> Playing<'a> {
        Box::pin(async move {
            let request = self.request(stream);
            self.player
                .play(&request, ingest)
                .await
                .map_err(|error| PlayError {
                    message: error.to_string(),
                    kind: kind_of(&error),
                })
        })
    }
}

/// What may be done about an error.
fn kind_of(error: &upstream::Error) -> FailureKind {
    use upstream::Error;
    match error {
        _ if says_no(error) => FailureKind::Refused,
        Error::Hls(hls::Error::Stalled(_)) => FailureKind::Stalled,
        _ if error.is_temporary() => FailureKind::Broken,
        _ => FailureKind::Hopeless,
    }
}

/// An answer came, and it is not a stream: to ask again at once is to be told so again. An error of
/// the server itself or "too many connections" passes sooner.
fn says_no(error: &upstream::Error) -> bool {
    use upstream::Error;
    match error {
        Error::NotAStream { .. } | Error::Empty => true,
        Error::Http(error) => is_refusal(error),
        Error::Hls(error) => says_no_in_hls(error),
        Error::Film(film::Error::Http(error)) => is_refusal(error),
        _ => false,
    }
}

fn says_no_in_hls(error: &hls::Error) -> bool {
    use hls::Error;
    match error {
        Error::Fetch { source, .. } => is_refusal(source),
        Error::NotMedia { content, .. } => *content == hls::Content::Nothing,
        Error::SegmentsLost { last, .. } => says_no_in_hls(last),
        // It was a playlist a moment ago, and is a web page or nothing now.
        Error::PlaylistLost(last) => {
            matches!(**last, Error::Playlist(_) | Error::NestedMaster(_)) || says_no_in_hls(last)
        }
        _ => false,
    }
}

fn is_refusal(error: &http::Error) -> bool {
    // Not for ever: an account may be unlocked and an address come back.
    matches!(
        error,
        http::Error::Status {
            code: 401 | 403 | 404 | 410,
            ..
        }
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use upstream::kind::Kind;

    #[test]
    fn errors_are_told_apart_by_what_may_be_done() {
        let status = |code| http::Error::Status {
            host: "h:80".to_owned(),
            code,
        };
        let fetch = |code| hls::Error::Fetch {
            address: "http://h/".to_owned(),
            source: status(code),
        };
        let lost = |code| hls::Error::SegmentsLost {
            in_row: 8,
            last: Box::new(fetch(code)),
        };
        let unanswered = || hls::Error::NoAnswer {
            address: "http://h/".to_owned(),
            seconds: 2,
        };
        let playlist_lost = |last| hls::Error::PlaylistLost(Box::new(last));
        let kind = Kind::Html;
        for (error, kind) in [
            (upstream::Error::from(status(404)), FailureKind::Refused),
            (status(403).into(), FailureKind::Refused),
            (status(503).into(), FailureKind::Broken),
            (status(458).into(), FailureKind::Broken),
            (status(400).into(), FailureKind::Hopeless),
            (fetch(410).into(), FailureKind::Refused),
            (fetch(502).into(), FailureKind::Broken),
            (lost(404).into(), FailureKind::Refused),
            (hls::Error::Stalled(None).into(), FailureKind::Stalled),
            (playlist_lost(fetch(404)).into(), FailureKind::Refused),
            (playlist_lost(fetch(503)).into(), FailureKind::Broken),
            (playlist_lost(unanswered()).into(), FailureKind::Broken),
            (
                playlist_lost(hls::Error::NestedMaster("http://h/".to_owned())).into(),
                FailureKind::Refused,
            ),
            (upstream::Error::NotAStream { kind }, FailureKind::Refused),
            (upstream::Error::Empty, FailureKind::Refused),
            (upstream::Error::LocalFile, FailureKind::Hopeless),
        ] {
            assert_eq!(kind_of(&error), kind, "{error}");
        }
    }
}
