//! `POST /api/v1/sources/<id>/list`: a list on its way from a client to whoever reads it, some
//! pieces at a time and never whole.

use std::{pin::pin, time::Duration};

use desk::{ListUpload, SourceId, SourceOrder};
use http_body_util::BodyExt as _;
use hyper::{
    Response, StatusCode,
    body::{Body as _, Incoming},
    header::{CONNECTION, HeaderValue},
};
use tokio::time::timeout;

use crate::{
    api::{not_done, refused},
    asked::Asked,
    body::Body,
    respond,
    shared::Shared,
};

/// Bytes of an uploaded list as they come, gzip or not: 250,000 entries.
const LIST_BYTES_MAX: u64 = 64 << 20;
/// Between two pieces.
const PIECE_MAX: Duration = Duration::from_secs(30);

/// How the body came to its end.
enum Fed {
    /// With its last byte.
    Whole,
    /// Nobody wanted more of it.
    Unwanted,
    TooLarge,
    /// It did not come.
    Lost,
}

/// Takes the list; answered when its channels are in the lineup, or when it is clear that they will
/// not be.
pub(crate) async fn upload(
    shared: &Shared,
    asked: &Asked,
    id: u16,
    body: Incoming,
) -> Response<Body> {
    if let Some(refusal) = refused(asked) {
        return closing(refusal);
    }
    if body.size_hint().lower() > LIST_BYTES_MAX {
        return closing(too_large());
    }
    let (pieces, list) = desk::upload();
    let source = SourceId(id);
    let desk = &shared.feeds.desk;
    let mut ordered = pin!(desk.ask(|answer| SourceOrder::Upload {
        source,
        list,
        answer
    }));
    let mut fed = pin!(feed(body, pieces));
    let (answer, fed) = tokio::select! {
        answer = &mut ordered => (answer, Fed::Unwanted),
        fed = &mut fed => (ordered.await, fed),
    };
    match (answer, fed) {
        (Ok(()), Fed::Whole) => respond::empty(StatusCode::NO_CONTENT),
        (Ok(()), _) => closing(respond::empty(StatusCode::NO_CONTENT)),
        (Err(_), Fed::TooLarge) => closing(too_large()),
        (Err(refused), Fed::Whole) => not_done(&refused),
        (Err(refused), _) => closing(not_done(&refused)),
    }
}

async fn feed(mut body: Incoming, pieces: ListUpload) -> Fed {
    let mut bytes = 0;
    loop {
        let piece = match timeout(PIECE_MAX, body.frame()).await {
            Ok(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
            Ok(None) if pieces.push(Ok(None)).await => return Fed::Whole,
            Ok(None) => return Fed::Unwanted,
            Ok(Some(Err(_))) | Err(_) => {
                let why = "it did not come to its end";
                pieces.push(Err(why.to_owned())).await;
                return Fed::Lost;
            }
        };
        bytes += piece.len() as u64;
        if bytes > LIST_BYTES_MAX {
            pieces
                .push(Err("it is larger than 64 MiB".to_owned()))
                .await;
            return Fed::TooLarge;
        }
        if !piece.is_empty() && !pieces.push(Ok(Some(piece))).await {
            return Fed::Unwanted;
        }
    }
}

fn too_large() -> Response<Body> {
    respond::problem(
        StatusCode::PAYLOAD_TOO_LARGE,
        "an uploaded list is at most 64 MiB: compress it with gzip, or leave out what is not wanted",
    )
}

/// The rest of the body is not read: the connection cannot be used again.
fn closing(mut response: Response<Body>) -> Response<Body> {
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(CONNECTION, close);
    response
}
