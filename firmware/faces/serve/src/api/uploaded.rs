//! `POST /api/v1/sources/<id>/list` and `/api/v1/guides/<id>/file`: a list or a guide on its way from a
//! client to whoever reads it; and which addresses take a body that is not kept.

use std::pin::pin;

use bytes::Bytes;
use desk::{GuideId, GuideOrder, ListUpload, SourceId, SourceOrder};
use hyper::{
    Response, StatusCode,
    body::{Body as _, Incoming},
};

use super::{
    backup::restore,
    not_done, refused,
    upload::{Fed, Take, closing, feed},
};
use crate::{asked::Asked, body::Body, respond, shared::Shared};

/// Bytes of an uploaded list as they come, gzip or not: 250,000 entries.
const LIST_BYTES_MAX: u64 = 64 << 20;
/// The same of a guide, which is put aside as a file: a fortnight of 20,000 channels as gzip.
const GUIDE_BYTES_MAX: u64 = 256 << 20;

/// What is uploaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Uploaded {
    /// The list of the source of this number.
    List(u16),
    /// The guide of this number.
    Guide(u32),
    /// A backup, to be restored.
    Backup,
}

/// Takes it; answered when its channels are in the lineup, its programmes in the guide or its facts in
/// the place of ours, or when it is clear that they will not be.
pub(crate) async fn upload(
    shared: &Shared,
    asked: &Asked,
    what: Uploaded,
    body: Incoming,
) -> Response<Body> {
    let file = match what {
        Uploaded::List(id) => File::List(SourceId(id)),
        Uploaded::Guide(id) => File::Guide(GuideId(id)),
        Uploaded::Backup => return restore(shared, asked, body).await,
    };
    if let Some(refusal) = refused(asked) {
        return closing(refusal);
    }
    if body.size_hint().lower() > file.bytes_max() {
        return closing(file.too_large());
    }
    let (pieces, list) = desk::upload();
    let mut ordered = pin!(file.order(shared, list));
    let mut pieces = Pieces(pieces);
    let mut fed = pin!(feed(body, file.bytes_max(), &mut pieces));
    let (answer, fed) = tokio::select! {
        answer = &mut ordered => (answer, Fed::Unwanted),
        fed = &mut fed => (ordered.await, fed),
    };
    match (answer, fed) {
        (Ok(()), Fed::Whole) => respond::empty(StatusCode::NO_CONTENT),
        (Ok(()), _) => closing(respond::empty(StatusCode::NO_CONTENT)),
        (Err(_), Fed::TooLarge) => closing(file.too_large()),
        (Err(refused), Fed::Whole) => not_done(&refused),
        (Err(refused), _) => closing(not_done(&refused)),
    }
}

/// A list or a guide.
#[derive(Clone, Copy)]
enum File {
    List(SourceId),
    Guide(GuideId),
}

impl File {
    const fn bytes_max(self) -> u64 {
        match self {
            Self::List(_) => LIST_BYTES_MAX,
            Self::Guide(_) => GUIDE_BYTES_MAX,
        }
    }

    /// Has it taken by whoever reads such a file.
    async fn order(self, shared: &Shared, file: desk::ListPieces) -> Result<(), desk::Refused> {
        let desk = &shared.feeds.desk;
        match self {
            Self::List(source) => {
                let list = file;
                let order = |answer| SourceOrder::Upload {
                    source,
                    list,
                    answer,
                };
                desk.ask(order).await
            }
            Self::Guide(guide) => {
                let order = |answer| GuideOrder::Upload {
                    guide,
                    file,
                    answer,
                };
                desk.ask_guides(order).await
            }
        }
    }

    fn too_large(self) -> Response<Body> {
        let kind = match self {
            Self::List(_) => "list",
            Self::Guide(_) => "guide",
        };
        let mib = self.bytes_max() >> 20;
        let detail = format!(
            "an uploaded {kind} is at most {mib} MiB: compress it with gzip, or leave out what is not wanted"
        );
        respond::problem(StatusCode::PAYLOAD_TOO_LARGE, &detail)
    }
}

/// Hands it on.
struct Pieces(ListUpload);

impl Take for Pieces {
    async fn take(&mut self, piece: Bytes) -> bool {
        self.0.push(Ok(Some(piece))).await
    }

    async fn end(&mut self, fed: &Fed) -> bool {
        let end = match fed {
            Fed::Whole => Ok(None),
            Fed::TooLarge => Err("it is too large".to_owned()),
            Fed::Lost | Fed::Unwanted => Err("it did not come to its end".to_owned()),
        };
        self.0.push(end).await
    }
}
