//! `POST /api/v1/sources/<id>/list` and `/api/v1/guides/<id>/file`: a list or a guide on its way from a
//! client to whoever reads it, some pieces at a time and never whole.

use std::{pin::pin, time::Duration};

use desk::{GuideId, GuideOrder, ListUpload, SourceId, SourceOrder};
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
/// The same of a guide, which is put aside as a file: a fortnight of 20,000 channels as gzip.
const GUIDE_BYTES_MAX: u64 = 256 << 20;
/// Between two pieces.
const PIECE_MAX: Duration = Duration::from_secs(30);

/// What is uploaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Uploaded {
    /// The list of the source of this number.
    List(u16),
    /// The guide of this number.
    Guide(u32),
}

impl Uploaded {
    const fn bytes_max(self) -> u64 {
        match self {
            Self::List(_) => LIST_BYTES_MAX,
            Self::Guide(_) => GUIDE_BYTES_MAX,
        }
    }
}

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

/// Takes it; answered when its channels are in the lineup, or its programmes in the guide, or when it is
/// clear that they will not be.
pub(crate) async fn upload(
    shared: &Shared,
    asked: &Asked,
    what: Uploaded,
    body: Incoming,
) -> Response<Body> {
    if let Some(refusal) = refused(asked) {
        return closing(refusal);
    }
    if body.size_hint().lower() > what.bytes_max() {
        return closing(too_large(what));
    }
    let (pieces, file) = desk::upload();
    let desk = &shared.feeds.desk;
    let mut ordered = pin!(async {
        match what {
            Uploaded::List(id) => {
                let (source, list) = (SourceId(id), file);
                let order = |answer| SourceOrder::Upload {
                    source,
                    list,
                    answer,
                };
                desk.ask(order).await
            }
            Uploaded::Guide(id) => {
                let guide = GuideId(id);
                let order = |answer| GuideOrder::Upload {
                    guide,
                    file,
                    answer,
                };
                desk.ask_guides(order).await
            }
        }
    });
    let mut fed = pin!(feed(body, pieces, what.bytes_max()));
    let (answer, fed) = tokio::select! {
        answer = &mut ordered => (answer, Fed::Unwanted),
        fed = &mut fed => (ordered.await, fed),
    };
    match (answer, fed) {
        (Ok(()), Fed::Whole) => respond::empty(StatusCode::NO_CONTENT),
        (Ok(()), _) => closing(respond::empty(StatusCode::NO_CONTENT)),
        (Err(_), Fed::TooLarge) => closing(too_large(what)),
        (Err(refused), Fed::Whole) => not_done(&refused),
        (Err(refused), _) => closing(not_done(&refused)),
    }
}

async fn feed(mut body: Incoming, pieces: ListUpload, bytes_max: u64) -> Fed {
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
        if bytes > bytes_max {
            pieces.push(Err("it is too large".to_owned())).await;
            return Fed::TooLarge;
        }
        if !piece.is_empty() && !pieces.push(Ok(Some(piece))).await {
            return Fed::Unwanted;
        }
    }
}

fn too_large(what: Uploaded) -> Response<Body> {
    let (kind, mib) = match what {
        Uploaded::List(_) => ("list", LIST_BYTES_MAX >> 20),
        Uploaded::Guide(_) => ("guide", GUIDE_BYTES_MAX >> 20),
    };
    let detail = format!(
        "an uploaded {kind} is at most {mib} MiB: compress it with gzip, or leave out what is not wanted"
    );
    respond::problem(StatusCode::PAYLOAD_TOO_LARGE, &detail)
}

/// The rest of the body is not read: the connection cannot be used again.
fn closing(mut response: Response<Body>) -> Response<Body> {
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(CONNECTION, close);
    response
}
