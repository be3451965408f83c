//! What is needed from whoever can ask a provider for a film.
//!
//! The daemon connects it to `upstream`, which this crate does not know.

use std::{future::Future, pin::Pin};

use base::StreamSpec;
use bytes::Bytes;

/// A film's file cannot be had, or no longer: what happened, without secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct VodError(pub String);

/// The head of a provider's answer: what of it matters to a client. Values are visible ASCII.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VodHead {
    /// The status code; redirects have been followed.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Content-Length`, where it is a number.
    pub content_length: Option<u64>,
    /// `Content-Range`, as it came.
    pub content_range: Option<String>,
    /// `Content-Encoding`.
    pub content_encoding: Option<String>,
    /// `Accept-Ranges`.
    pub accept_ranges: Option<String>,
    /// `ETag`.
    pub etag: Option<String>,
    /// `Last-Modified`.
    pub last_modified: Option<String>,
}

/// A provider's answer.
pub struct VodAnswer {
    /// Its head.
    pub head: VodHead,
    /// What follows. Dropping it closes the connection **before the drop returns**: the provider's
    /// slot is given to the next one right after that.
    pub body: Box<dyn VodBody>,
}

/// A body being read.
pub trait VodBody: Send {
    /// The next piece, at most [`PIECE_BYTES_MAX`](super::PIECE_BYTES_MAX) long; `None` at the proper
    /// end. Nothing is read from the provider but while this is awaited.
    fn next(&mut self) -> Reading<'_>;
}

/// A piece being read.
pub type Reading<'a> = Pin<Box<dyn Future<Output = Result<Option<Bytes>, VodError>> + Send + 'a>>;

/// A provider being asked.
pub type Opening<'a> = Pin<Box<dyn Future<Output = Result<VodAnswer, VodError>> + Send + 'a>>;

/// Asks providers for films.
pub trait VodOpener: Send + Sync + 'static {
    /// One GET for `stream`, with these request headers besides those of the stream and its source.
    /// Every status but a redirect is an answer.
    fn open<'a>(
        &'a self,
        stream: &'a StreamSpec,
        headers: Vec<(&'static str, String)>,
    ) -> Opening<'a>;
}
