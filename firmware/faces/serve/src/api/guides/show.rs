//! The guides as they are.

use desk::GuideSettings;
use hyper::{Response, StatusCode};
use serde::Serialize;

use crate::{body::Body, config::GuideView, respond, shared::Shared};

#[derive(Serialize)]
struct All<'a> {
    guides: Vec<Shown<'a>>,
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    view: &'a GuideView,
    settings: &'a GuideSettings,
}

impl<'a> From<&'a GuideView> for Shown<'a> {
    fn from(view: &'a GuideView) -> Self {
        Self {
            view,
            settings: &view.settings,
        }
    }
}

/// `GET /api/v1/guides`, in the order in which they are asked.
pub(crate) fn guides(shared: &Shared) -> Response<Body> {
    let views = shared.feeds.guides.borrow();
    let guides = views.iter().map(Shown::from).collect();
    respond::json(&All { guides })
}

/// `GET /api/v1/guides/<id>`
pub(crate) fn guide(shared: &Shared, id: u32) -> Response<Body> {
    let views = shared.feeds.guides.borrow();
    match views.iter().find(|view| view.id == id) {
        Some(view) => respond::json(&Shown::from(view)),
        None => respond::problem(StatusCode::NOT_FOUND, &format!("there is no guide {id}")),
    }
}
