//! `POST /api/v1/sources/<id>/list`: a list on its way from a client to whoever reads it, some
//! pieces at a time and never whole.

use std::pin::pin;

use bytes::Bytes;
use desk::{ListUpload, SourceId, SourceOrder};
use hyper::{
    Response, StatusCode,
    body::{Body as _, Incoming},
};

use crate::{
    api::{
        not_done, refused,
        upload::{Fed, Take, closing, feed},
    },
    asked::Asked,
    body::Body,
    respond,
    shared::Shared,
};

/// Bytes of an uploaded list as they come, gzip or not: 250,000 entries.
const LIST_BYTES_MAX: u64 = 64 << 20;

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
    let mut pieces = Pieces(pieces);
    let mut fed = pin!(feed(body, LIST_BYTES_MAX, &mut pieces));
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

fn too_large() -> Response<Body> {
    respond::problem(
        StatusCode::PAYLOAD_TOO_LARGE,
        "an uploaded list is at most 64 MiB: compress it with gzip, or leave out what is not wanted",
    )
}

/// Hands the list on.
struct Pieces(ListUpload);

impl Take for Pieces {
    async fn take(&mut self, piece: Bytes) -> bool {
        self.0.push(Ok(Some(piece))).await
    }

    async fn end(&mut self, fed: &Fed) -> bool {
        let end = match fed {
            Fed::Whole => Ok(None),
            Fed::TooLarge => Err("it is larger than 64 MiB".to_owned()),
            Fed::Lost | Fed::Unwanted => Err("it did not come to its end".to_owned()),
        };
        self.0.push(end).await
    }
}
