//! `GET /api/v1/movies` and `GET /api/v1/series`: films and series of accounts, a page at a time.
//! `GET /api/v1/movies/<id>`: one film; `GET /api/v1/series/<id>`: a series with its episodes.
//! `GET /api/v1/channels/<id>/epg`: what is on at a channel, and what comes.

use desk::catalog::{CatalogError, Shelf, TitleId, TitlesWish};
use hyper::{Response, StatusCode};
use lineup::ChannelId;
use serde::Serialize;

use crate::{asked::Asked, body::Body, query, respond, shared::Shared};

/// Titles of a page where nothing is said.
const LIMIT: usize = 50;
/// Bytes of what is searched for.
const WORDS_BYTES_MAX: usize = 256;

pub(crate) async fn titles(shared: &Shared, asked: &Asked, shelf: Shelf) -> Response<Body> {
    match wish(asked.query(), shelf) {
        Ok(wish) => told(shared.feeds.catalog.titles(wish).await),
        Err(why) => respond::problem(StatusCode::BAD_REQUEST, why),
    }
}

pub(crate) async fn title(shared: &Shared, asked: &Asked, shelf: Shelf) -> Response<Body> {
    let path = query::decoded(asked.request.uri().path());
    let id = path.rsplit_once('/').and_then(|(_, id)| TitleId::parse(id));
    let catalog = &shared.feeds.catalog;
    match (id, shelf) {
        (None, _) => told::<()>(Err(CatalogError::NotFound)),
        (Some(id), Shelf::Movies) => told(catalog.title(shelf, id).await),
        (Some(id), Shelf::Series) => told(catalog.series(id).await),
    }
}

pub(crate) async fn programmes(shared: &Shared, id: ChannelId) -> Response<Body> {
    let is_there = shared.feeds.lineup.borrow().index_of_id(id).is_some();
    if !is_there {
        return respond::problem(StatusCode::NOT_FOUND, "there is no such channel");
    }
    told(shared.feeds.catalog.programmes(id).await)
}

fn told<T: Serialize>(answer: Result<T, CatalogError>) -> Response<Body> {
    let error = match answer {
        Ok(answer) => return respond::json(&answer),
        Err(error) => error,
    };
    let status = match error {
        CatalogError::NotFound => StatusCode::NOT_FOUND,
        CatalogError::Busy => StatusCode::SERVICE_UNAVAILABLE,
        CatalogError::Panel(_) => StatusCode::BAD_GATEWAY,
        CatalogError::Storage(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    respond::problem(status, &error.to_string())
}

/// What a query asks for.
fn wish(text: Option<&str>, shelf: Shelf) -> Result<TitlesWish, &'static str> {
    let mut wish = TitlesWish {
        shelf,
        words: String::new(),
        source: None,
        category: None,
        from: (0, 0),
        limit: LIMIT,
    };
    for (key, value) in query::pairs(text) {
        // Forms write a space so.
        let spaced = || value.replace('+', " ");
        match &*key {
            "q" if value.len() <= WORDS_BYTES_MAX => wish.words = spaced(),
            "q" => return Err("q is at most 256 bytes of words"),
            "category" => wish.category = Some(value.into_owned()),
            "source" => {
                let source = value.parse().map_err(|_| "source is the id of a source")?;
                wish.source = Some(source);
            }
            "cursor" => wish.from = cursor(&value).ok_or("cursor is the `next` of a page")?,
            "limit" => wish.limit = value.parse().map_err(|_| "limit is from 1 to 200")?,
            _ => return Err("q, source, category, cursor and limit are understood here"),
        }
    }
    if !(1..=200).contains(&wish.limit) {
        return Err("limit is from 1 to 200");
    }
    Ok(wish)
}

fn cursor(text: &str) -> Option<(u16, u64)> {
    let (source, place) = text.split_once('.')?;
    Some((source.parse().ok()?, place.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_say_what_is_wanted() {
        let read = |text| wish(Some(text), Shelf::Movies);
        let all = read("q=the+end%20now&source=3&category=Sci-Fi%2BFantasy&cursor=3.70&limit=200");
        let all = all.unwrap();
        assert_eq!(all.words, "the end now");
        assert_eq!(all.category.as_deref(), Some("Sci-Fi+Fantasy"));
        assert_eq!((all.source, all.from, all.limit), (Some(3), (3, 70), 200));
        for wrong in [
            "limit=0",
            "limit=201",
            "limit=x",
            "source=a",
            "cursor=3",
            "page=2",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        let long = format!("q={}", "x".repeat(300));
        assert!(wish(Some(&long), Shelf::Movies).is_err());
        assert_eq!(read("").unwrap().limit, LIMIT);
    }
}
