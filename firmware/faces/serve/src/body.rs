//! Response bodies: nothing, bytes that are there, a file, or a lineup or a guide written while
//! it is sent.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

use crate::{
    file::FileBody,
    guide::{body::GuideBody, door::GuideError},
    lineup_document::LineupPieces,
};

/// The body of a response; its length is known but for a guide's.
#[derive(Debug)]
pub(crate) enum Body {
    /// Nothing, or sent already.
    Empty,
    /// All of it.
    Bytes(Bytes),
    /// A lineup, in pieces.
    Lineup(LineupPieces),
    /// A guide, in pieces.
    Guide(GuideBody),
    /// A file, in pieces.
    File(FileBody),
}

impl Body {
    /// Bytes still to be sent; `None` where nobody knows.
    pub(crate) fn remaining_bytes(&self) -> Option<u64> {
        Some(match self {
            Self::Empty => 0,
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Lineup(pieces) => pieces.remaining_bytes(),
            Self::Guide(_) => return None,
            Self::File(file) => file.remaining_bytes(),
        })
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
    type Error = GuideError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, GuideError>>> {
        let body = self.get_mut();
        let piece = match body {
            Self::Empty => None,
            Self::Bytes(bytes) => Some(std::mem::take(bytes)),
            Self::Lineup(pieces) => pieces.next(),
            Self::Guide(guide) => {
                return guide
                    .poll_piece(cx)
                    .map(|piece| Some(piece?.map(Frame::data)));
            }
            Self::File(file) => {
                return file
                    .poll_piece(cx)
                    .map(|piece| Some(piece?.map(Frame::data)));
            }
        };
        if body.remaining_bytes() == Some(0) {
            *body = Self::Empty;
        }
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.remaining_bytes() == Some(0)
    }

    fn size_hint(&self) -> SizeHint {
        self.remaining_bytes()
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
