//! A body that is too long to be kept, on its way to whoever takes it: some pieces at a time and never
//! whole.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::{
    Response,
    body::Incoming,
    header::{CONNECTION, HeaderValue},
};
use tokio::time::timeout;

use crate::body::Body;

/// Between two pieces.
const PIECE_MAX: Duration = Duration::from_secs(30);

/// Who takes the pieces.
pub(super) trait Take {
    /// A piece; whether more is wanted. Comes back when there is room for another one.
    async fn take(&mut self, piece: Bytes) -> bool;

    /// How it ended; whether that was wanted.
    async fn end(&mut self, fed: &Fed) -> bool;
}

/// How the body came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fed {
    /// With its last byte.
    Whole,
    /// Nobody wanted more of it.
    Unwanted,
    /// There was too much of it.
    TooLarge,
    /// It did not come.
    Lost,
}

/// Hands on the body, to its end or up to so many bytes.
pub(super) async fn feed(mut body: Incoming, bytes_max: u64, to: &mut impl Take) -> Fed {
    let fed = pieces(&mut body, bytes_max, to).await;
    if fed != Fed::Unwanted && !to.end(&fed).await && fed == Fed::Whole {
        return Fed::Unwanted;
    }
    fed
}

async fn pieces(body: &mut Incoming, bytes_max: u64, to: &mut impl Take) -> Fed {
    let mut bytes = 0;
    loop {
        let piece = match timeout(PIECE_MAX, body.frame()).await {
            Ok(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
            Ok(None) => return Fed::Whole,
            Ok(Some(Err(_))) | Err(_) => return Fed::Lost,
        };
        bytes += piece.len() as u64;
        if bytes > bytes_max {
            return Fed::TooLarge;
        }
        if !piece.is_empty() && !to.take(piece).await {
            return Fed::Unwanted;
        }
    }
}

/// The rest of the body is not read: the connection cannot be used again.
pub(super) fn closing(mut response: Response<Body>) -> Response<Body> {
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(CONNECTION, close);
    response
}
