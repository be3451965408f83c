//! What is needed from whoever has the programmes.
//!
//! The daemon connects it to `guide`, which this crate does not know.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use lineup::{ChannelId, Lineup};
use serde::Serialize;

/// A guide cannot be gone on with; the text is for the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct GuideError(pub String);

/// The guide that a channel has its programmes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GuideMatch {
    /// Name of the guide.
    pub guide: String,
    /// How certain it is that the guide's channel is this one, from 1 to 100.
    pub confidence_percent: u8,
    /// Why it is, in words.
    pub reason: String,
}

/// Which channels of guides are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuideQuery {
    /// Words of a name or an id; empty: only what is likely for `channel`.
    pub text: String,
    /// The channel of the lineup that a programme is chosen for.
    pub channel: Option<ChannelId>,
    /// Answers at most.
    pub limit: usize,
}

/// A channel of a guide that a channel of the lineup can be given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GuideCandidate {
    /// Name of the guide: what a choice calls `source`.
    pub source: String,
    /// Id of the channel in it: what a choice calls `channel`.
    pub channel: String,
    /// Its names there.
    pub names: Vec<String>,
    /// How likely it is the channel that was asked for, from 1 to 100; `null` where it was searched for.
    pub confidence_percent: Option<u8>,
    /// Why, in words.
    pub reason: Option<String>,
}

/// The answer to a query, once it is there.
pub type GuideChannels =
    Pin<Box<dyn Future<Output = Result<Vec<GuideCandidate>, GuideError>> + Send>>;

/// Which channels of a lineup a guide is for: whether that at a place in it is.
pub type GuidePart = Arc<dyn Fn(&Lineup, usize) -> bool + Send + Sync>;

/// Gives the guide of the lineup, or of a part of it.
pub trait GuideOpener: Send + Sync + 'static {
    /// Another one whenever the guide is.
    fn revision(&self, part: Option<&GuidePart>) -> u64;

    /// What was found for a channel, in the order in which guides are asked.
    fn found(&self, channel: ChannelId) -> Vec<GuideMatch>;

    /// Channels of guides, those that are likely first.
    fn channels(&self, query: GuideQuery) -> GuideChannels;

    /// The guide, gzipped or not. Nothing is read before the first piece is asked for.
    fn open(&self, is_gzipped: bool, part: Option<GuidePart>) -> Box<dyn GuideDocument>;
}

/// A guide on its way to one client.
pub trait GuideDocument: Send {
    /// The next piece, some 16 KiB; `None` at the end. One is read at a time, and only while this is
    /// polled for it.
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, GuideError>>>;
}
