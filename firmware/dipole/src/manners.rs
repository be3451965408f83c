//! How each source wants to be asked. Changes while streams run: each stream is asked for as its source
//! says at that moment.

use std::sync::Arc;

use base::Lock;
use desk::{RtspTransport, SourceSettings};
use upstream::{command::Profile, http, rtsp};

/// How a source wants to be asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Manners {
    /// Its user agent.
    pub(crate) user_agent: Option<String>,
    /// How the packets of its RTSP streams come.
    pub(crate) rtsp_transport: rtsp::Transport,
    /// Its headers; those of a playlist entry come on top.
    pub(crate) headers: Vec<(String, String)>,
    /// The network interface at which its groups are joined.
    pub(crate) interface: Option<String>,
    /// Whose certificates are accepted.
    pub(crate) trust: http::Trust,
    /// Its list is a file of this machine: it may name others.
    pub(crate) is_file: bool,
    /// The command that plays its streams.
    pub(crate) command: Option<Profile>,
}

impl Manners {
    /// As its settings say; `command` is the one that they name.
    pub(crate) fn of(settings: &SourceSettings, command: Option<Profile>) -> Self {
        let headers = settings.headers.iter();
        Self {
            user_agent: settings.user_agent.clone(),
            rtsp_transport: match settings.rtsp_transport {
                RtspTransport::Tcp => rtsp::Transport::Tcp,
                RtspTransport::Udp => rtsp::Transport::Udp,
            },
            headers: headers
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            interface: settings.interface.clone(),
            trust: if settings.tls_verify {
                http::Trust::Authorities
            } else {
                http::Trust::Anybody
            },
            is_file: sync::is_file(settings),
            command,
        }
    }
}

/// Those of all sources. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct AllManners(Arc<Lock<Vec<Arc<Manners>>>>);

impl AllManners {
    /// Those of a source; of one that is not there, nothing in particular.
    pub(crate) fn of(&self, source: u16) -> Arc<Manners> {
        let known = self.0.lock().get(usize::from(source)).cloned();
        known.unwrap_or_default()
    }

    /// By number of the source, from now on.
    pub(crate) fn set(&self, all: impl IntoIterator<Item = (u16, Manners)>) {
        let mut places: Vec<Arc<Manners>> = Vec::new();
        for (id, manners) in all {
            let place = usize::from(id);
            if places.len() <= place {
                places.resize_with(place + 1, Arc::default);
            }
            places[place] = Arc::new(manners);
        }
        *self.0.lock() = places;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_is_what_was_set_last() {
        let all = AllManners::default();
        let asks = |source| all.of(source).user_agent.clone();
        let manners = |agent: &str| Manners {
            user_agent: Some(agent.to_owned()),
            ..Manners::default()
        };
        all.set([(0, manners("a")), (3, manners("b"))]);
        assert_eq!(
            (asks(0), asks(2), asks(3)),
            (Some("a".into()), None, Some("b".into()))
        );
        all.set([(2, manners("c"))]);
        assert_eq!((asks(0), asks(2), asks(3)), (None, Some("c".into()), None));
        assert_eq!(asks(u16::MAX), None);
    }
}
