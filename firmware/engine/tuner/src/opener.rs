//! What the tuner needs from whoever can open streams.

use std::{future::Future, pin::Pin};

use ingest::Ingest;
use lineup::{Channel, ChannelId, GuideNumber};

/// One stream to be played: a channel's address and how to ask for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamSpec {
    /// The channel it belongs to.
    pub channel: ChannelId,
    /// The channel's number.
    pub number: GuideNumber,
    /// The channel's name.
    pub name: String,
    /// Address of the stream.
    pub url: String,
    /// Request headers that the playlist gives for it.
    pub headers: Vec<(String, String)>,
    /// Index of the source, as in [`Channel::source`].
    pub source: u16,
}

impl StreamSpec {
    /// The stream of a channel.
    #[must_use]
    pub fn of(channel: &Channel<'_>) -> Self {
        let headers = channel
            .headers
            .lines()
            .filter_map(|line| line.split_once(": "));
        Self {
            channel: channel.id,
            number: channel.number,
            name: channel.name.to_owned(),
            url: channel.url.to_owned(),
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            source: channel.source,
        }
    }
}

/// A stream could not be played, or no longer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PlayError {
    /// What happened and what to do next, without secrets.
    pub message: String,
    /// Whether another try may help.
    pub is_temporary: bool,
}

/// A stream being played; it ends when the stream does. Dropping it closes the connection at once.
pub type Playing<'a> = Pin<Box<dyn Future<Output = Result<(), PlayError>> + Send + 'a>>;

/// Opens streams.
pub trait Opener: Send + Sync + 'static {
    /// Plays `stream` into `ingest` until it ends (`Ok`) or fails.
    fn play<'a>(&'a self, stream: &'a StreamSpec, ingest: &'a mut Ingest) -> Playing<'a>;
}
