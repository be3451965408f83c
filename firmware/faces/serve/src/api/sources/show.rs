//! The sources as they are.

use desk::{SourceSettings, public};
use hyper::{Response, StatusCode};
use serde::Serialize;

use crate::{body::Body, config::SourceView, respond, shared::Shared};

#[derive(Serialize)]
struct All<'a> {
    sources: Vec<Shown<'a>>,
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    view: &'a SourceView,
    /// Where it is set: what the configuration file sets cannot be changed here.
    set_in: &'static str,
    settings: &'a SourceSettings,
}

impl<'a> From<&'a SourceView> for Shown<'a> {
    fn from(view: &'a SourceView) -> Self {
        Self {
            view,
            set_in: if view.is_of_file {
                "config file"
            } else {
                "api"
            },
            settings: &view.settings,
        }
    }
}

/// `GET /api/v1/sources`
pub(crate) fn sources(shared: &Shared) -> Response<Body> {
    let views = shared.feeds.sources.borrow();
    let sources = views.iter().map(Shown::from).collect();
    respond::json(&All { sources })
}

/// `GET /api/v1/sources/<id>`
pub(crate) fn source(shared: &Shared, id: u16) -> Response<Body> {
    let views = shared.feeds.sources.borrow();
    match views.iter().find(|view| view.id == id) {
        Some(view) => respond::json(&Shown::from(view)),
        None => respond::problem(StatusCode::NOT_FOUND, &format!("there is no source {id}")),
    }
}

#[derive(Serialize)]
struct Offer {
    all: List,
    shelves: Vec<Shelf>,
}

#[derive(Serialize)]
struct Shelf {
    name: &'static str,
    lists: Vec<List>,
}

#[derive(Serialize)]
struct List {
    /// To be taken for a source's `url`.
    url: String,
    name: &'static str,
}

impl From<public::PublicList> for List {
    fn from(list: public::PublicList) -> Self {
        Self {
            url: list.url,
            name: list.name,
        }
    }
}

/// `GET /api/v1/sources/public`
pub(crate) fn public_lists() -> Response<Body> {
    let shelf = |shelf: public::Shelf| Shelf {
        name: shelf.name,
        lists: shelf.lists().map(List::from).collect(),
    };
    respond::json(&Offer {
        all: public::everything().into(),
        shelves: public::SHELVES.map(shelf).into(),
    })
}
