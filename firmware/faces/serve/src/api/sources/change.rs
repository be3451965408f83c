//! Changes of the sources.

use desk::{Refused, SourceId, SourceOrder, SourceSettings};
use hyper::{Method, Response, StatusCode};

use super::Verb;
use crate::{
    api::{created, posted, refused, told},
    asked::Asked,
    body::Body,
    shared::Shared,
};

/// `POST /api/v1/sources`: one more, and its number.
pub(crate) async fn sources_post(shared: &Shared, asked: &Asked) -> Response<Body> {
    if let Some(refusal) = refused(asked) {
        return refusal;
    }
    let added = match posted::<SourceSettings>(asked) {
        Ok(settings) => {
            let settings = Box::new(settings);
            let order = |answer| SourceOrder::Add { settings, answer };
            shared.feeds.desk.ask(order).await
        }
        Err(refused) => Err(refused),
    };
    created(added.map(|SourceId(id)| id.into()))
}

/// `PUT` and `DELETE /api/v1/sources/<id>`
pub(crate) async fn source_change(shared: &Shared, asked: &Asked, id: u16) -> Response<Body> {
    if let Some(refusal) = refused(asked) {
        return refusal;
    }
    let (desk, source) = (&shared.feeds.desk, SourceId(id));
    let changed = if asked.request.method() == Method::DELETE {
        let order = |answer| SourceOrder::Remove { source, answer };
        desk.ask(order).await
    } else {
        match posted::<SourceSettings>(asked) {
            Ok(settings) => {
                let settings = Box::new(settings);
                let order = |answer| SourceOrder::Change {
                    source,
                    settings,
                    answer,
                };
                desk.ask(order).await
            }
            Err(refused) => Err(refused),
        }
    };
    told(changed, StatusCode::NO_CONTENT)
}

/// `POST /api/v1/sources/refresh` and `/api/v1/sources/<id>/<verb>`; `None` stands for all.
pub(crate) async fn order(
    shared: &Shared,
    asked: &Asked,
    id: Option<u16>,
    verb: Verb,
) -> Response<Body> {
    if let Some(refusal) = refused(asked) {
        return refusal;
    }
    let desk = &shared.feeds.desk;
    let id = id.map(SourceId);
    let done = match (verb, id) {
        (Verb::Refresh, id) => desk.refresh(id).await,
        (Verb::Cancel, Some(source)) => {
            desk.ask(|answer| SourceOrder::Cancel { source, answer })
                .await
        }
        (Verb::Accept, Some(source)) => {
            desk.ask(|answer| SourceOrder::Accept { source, answer })
                .await
        }
        (Verb::Cancel | Verb::Accept, None) => Err(Refused::Invalid("say which source".to_owned())),
    };
    told(done, StatusCode::ACCEPTED)
}
