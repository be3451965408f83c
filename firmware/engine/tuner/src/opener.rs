//! What the tuner needs from whoever can open streams.

use std::{future::Future, pin::Pin};

use base::StreamSpec;
use ingest::Ingest;

use crate::failover::FailureKind;

/// A stream could not be played, or no longer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PlayError {
    /// What happened and what to do next, without secrets.
    pub message: String,
    /// What may be done about it.
    pub kind: FailureKind,
}

/// A stream being played; it ends when the stream does. Dropping it closes the connection **before
/// the drop returns**: the provider's slot is given to the next one right after that.
pub type Playing<'a> = Pin<Box<dyn Future<Output = Result<(), PlayError>> + Send + 'a>>;

/// Opens streams.
pub trait Opener: Send + Sync + 'static {
    /// Plays `stream` into `ingest` until it ends (`Ok`) or fails. One try: what follows is the
    /// tuner's decision.
    fn play<'a>(&'a self, stream: &'a StreamSpec, ingest: &'a mut Ingest) -> Playing<'a>;
}
