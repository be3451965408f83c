//! Response bodies: nothing, bytes that are there, or a lineup written while it is sent.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

use crate::lineup_document::LineupPieces;

/// The body of a response; its length is always known.
#[derive(Debug)]
pub(crate) enum Body {
    /// Nothing, or sent already.
    Empty,
    /// All of it.
    Bytes(Bytes),
    /// A lineup, in pieces.
    Lineup(LineupPieces),
}

impl Body {
    /// Bytes still to be sent.
    pub(crate) fn remaining_bytes(&self) -> u64 {
        match self {
            Self::Empty => 0,
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Lineup(pieces) => pieces.remaining_bytes(),
        }
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Self::Bytes(text.into())
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let body = self.get_mut();
        let piece = match body {
            Self::Empty => None,
            Self::Bytes(bytes) => Some(std::mem::take(bytes)),
            Self::Lineup(pieces) => pieces.next(),
        };
        if body.remaining_bytes() == 0 {
            *body = Self::Empty;
        }
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.remaining_bytes() == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.remaining_bytes())
    }
}
