//! A guide as the body of a response.

use std::{
    fmt,
    task::{Context, Poll},
};

use bytes::Bytes;
use tokio::sync::OwnedSemaphorePermit;

use super::door::{GuideDocument, GuideError};

/// A guide on its way, and its place among those.
pub(crate) struct GuideBody {
    document: Box<dyn GuideDocument>,
    _place: OwnedSemaphorePermit,
}

impl fmt::Debug for GuideBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuideBody").finish_non_exhaustive()
    }
}

impl GuideBody {
    pub(super) fn new(document: Box<dyn GuideDocument>, place: OwnedSemaphorePermit) -> Self {
        Self {
            document,
            _place: place,
        }
    }

    pub(crate) fn poll_piece(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, GuideError>>> {
        self.document.poll_piece(cx)
    }
}
