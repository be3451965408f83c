//! One film and one series of source 3.

use base::StreamSpec;
use desk::catalog::{
    CatalogError, FilmKind, Programmes, SeriesView, Shelf, Title, TitleId, Titles, TitlesWish,
};
use lineup::ChannelId;
use serve::{Answering, CatalogOpener};

pub(crate) struct Shelves;

fn film() -> Title {
    Title {
        id: "3-12".to_owned(),
        source: 3,
        name: "Film".to_owned(),
        path: Some("/vod/movie/3-12.mkv".to_owned()),
        ..Title::default()
    }
}

impl CatalogOpener for Shelves {
    fn titles(&self, wish: TitlesWish) -> Answering<'_, Titles> {
        Box::pin(async move {
            Ok(Titles {
                titles: vec![film()],
                next: (wish.words == "more").then(|| "3.1".to_owned()),
                catalogs: Vec::new(),
            })
        })
    }

    fn title(&self, _: Shelf, id: TitleId) -> Answering<'_, Title> {
        Box::pin(async move {
            let is_there = id == TitleId::parse("3-12").unwrap();
            is_there.then(film).ok_or(CatalogError::NotFound)
        })
    }

    fn series(&self, _: TitleId) -> Answering<'_, SeriesView> {
        Box::pin(async { Err(CatalogError::Panel("502".to_owned())) })
    }

    fn programmes(&self, _: ChannelId) -> Answering<'_, Programmes> {
        Box::pin(async { Ok(Programmes::default()) })
    }

    fn film(&self, kind: FilmKind, id: &TitleId, extension: &str) -> Option<StreamSpec> {
        let is_there = kind == FilmKind::Movie && id.source == 3;
        is_there.then(|| StreamSpec {
            url: format!("http://films.example/movie/u/p/{}.{extension}", id.id),
            headers: Vec::new(),
            source: 3,
        })
    }
}
