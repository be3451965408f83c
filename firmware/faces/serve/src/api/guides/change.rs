//! Changes of the guides.

use desk::{GuideId, GuideOrder, GuideSettings, Refused};
use hyper::{Method, Response, StatusCode};
use serde_json::{Map, Value};

use crate::{
    api::{Verb, created, posted, refused, told},
    asked::Asked,
    body::Body,
    shared::Shared,
};

/// `POST /api/v1/guides`: one more, and its number.
pub(crate) async fn guides_post(shared: &Shared, asked: &Asked) -> Response<Body> {
    if let Some(refusal) = refused(asked) {
        return refusal;
    }
    let added = match posted::<GuideSettings>(asked) {
        Ok(settings) => {
            let settings = Box::new(settings);
            let order = |answer| GuideOrder::Add { settings, answer };
            shared.feeds.desk.ask_guides(order).await
        }
        Err(refused) => Err(refused),
    };
    created(added.map(|GuideId(id)| id))
}

/// `PUT`, `PATCH` and `DELETE /api/v1/guides/<id>`
pub(crate) async fn guide_change(shared: &Shared, asked: &Asked, id: u32) -> Response<Body> {
    if let Some(refusal) = refused(asked) {
        return refusal;
    }
    let (desk, guide) = (&shared.feeds.desk, GuideId(id));
    let settings = match *asked.request.method() {
        Method::DELETE => {
            let order = |answer| GuideOrder::Remove { guide, answer };
            return told(desk.ask_guides(order).await, StatusCode::NO_CONTENT);
        }
        Method::PATCH => patched(shared, asked, id),
        _ => posted::<GuideSettings>(asked),
    };
    let changed = match settings {
        Ok(settings) => {
            let settings = Box::new(settings);
            let order = |answer| GuideOrder::Change {
                guide,
                settings,
                answer,
            };
            desk.ask_guides(order).await
        }
        Err(refused) => Err(refused),
    };
    told(changed, StatusCode::NO_CONTENT)
}

/// The settings that are shown with those over them that came. What is shown in place of a secret stands
/// for it.
fn patched(shared: &Shared, asked: &Asked, id: u32) -> Result<GuideSettings, Refused> {
    let views = shared.feeds.guides.borrow();
    let view = views.iter().find(|view| view.id == id);
    let view = view.ok_or_else(|| Refused::NotFound(format!("there is no guide {id}")))?;
    let wrong = |error: serde_json::Error| {
        Refused::Invalid(format!(
            "the settings of a guide are not like that: {error}"
        ))
    };
    let mut settings = serde_json::to_value(&view.settings).map_err(wrong)?;
    if let Value::Object(settings) = &mut settings {
        settings.extend(posted::<Map<String, Value>>(asked)?);
    }
    serde_json::from_value(settings).map_err(wrong)
}

/// `POST /api/v1/guides/refresh` and `/api/v1/guides/<id>/<verb>`; `None` stands for all.
pub(crate) async fn guide_order(
    shared: &Shared,
    asked: &Asked,
    id: Option<u32>,
    verb: Verb,
) -> Response<Body> {
    if let Some(refusal) = refused(asked) {
        return refusal;
    }
    let guide = id.map(GuideId);
    let desk = &shared.feeds.desk;
    let done = match (verb, guide) {
        (Verb::Refresh, guide) => {
            desk.ask_guides(|answer| GuideOrder::Refresh { guide, answer })
                .await
        }
        (Verb::Cancel, Some(guide)) => {
            desk.ask_guides(|answer| GuideOrder::Cancel { guide, answer })
                .await
        }
        _ => Err(Refused::Invalid("say which guide".to_owned())),
    };
    told(done, StatusCode::ACCEPTED)
}
