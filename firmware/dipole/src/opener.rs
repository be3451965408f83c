//! The adapter between tuners, which want streams played, and `upstream`, which plays them.

use std::sync::Arc;

use base::StreamSpec;
use ingest::Ingest;
use lineup::Channel;
use tuner::{Opener, PlayError, Playing};
use upstream::{PlayRequest, Player};

/// How a source wants to be asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Manners {
    /// Its user agent.
    pub(crate) user_agent: Option<String>,
    /// Its headers; those of a playlist entry come on top.
    pub(crate) headers: Vec<(String, String)>,
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
            is_built_in: stream.source == Channel::BUILT_IN,
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
                    is_temporary: error.is_temporary(),
                })
        })
    }
}
