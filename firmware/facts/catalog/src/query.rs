//! Pages of catalogues, and single titles.

use std::{ops::ControlFlow, sync::Arc};

use desk::catalog::{CatalogError, FilmKind, Shelf, Title, TitleId, Titles, TitlesWish};
use store::{Store, TitleText};
use tokio::{task, time::timeout};

use crate::{
    Catalog,
    film::path,
    job::stored,
    limits::{LOOKED_AT_MAX, PAGE_BYTES_MAX, PAGE_TITLES_MAX, QUERY_WAIT_MAX},
};

impl Catalog {
    /// A page of titles.
    ///
    /// # Errors
    /// Where others ask too much at the moment, or the store cannot be read.
    pub async fn titles(&self, wish: TitlesWish) -> Result<Titles, CatalogError> {
        let accounts = Arc::clone(&self.accounts.borrow());
        let catalogs = self.board.views(wish.shelf, &accounts);
        let listed = accounts.iter().filter(|account| account.is_listed());
        let sources: Vec<u16> = listed
            .map(|account| account.id)
            .filter(|id| wish.source.is_none_or(|source| source == *id))
            .collect();
        let page = self.search(move |store| Page::new(&wish).fill(store, &sources));
        let Page { titles, next, .. } = page.await?;
        Ok(Titles {
            titles,
            next: next.map(|(source, place)| format!("{source}.{place}")),
            catalogs,
        })
    }

    /// One title.
    ///
    /// # Errors
    /// [`CatalogError::NotFound`] where no catalogue has it; else as for [`Self::titles`].
    pub async fn title(&self, shelf: Shelf, title: TitleId) -> Result<Title, CatalogError> {
        let is_listed = self
            .accounts
            .borrow()
            .iter()
            .any(|account| account.id == title.source && account.is_listed());
        if !is_listed {
            return Err(CatalogError::NotFound);
        }
        let found = self.search(move |store| {
            let mut found = None;
            store.each_title(title.source, stored(shelf), 0, &mut |_, text| {
                if text.id != title.id {
                    return ControlFlow::Continue(());
                }
                found = Some(told(title.source, shelf, text));
                ControlFlow::Break(())
            })?;
            Ok(found)
        });
        found.await?.ok_or(CatalogError::NotFound)
    }

    /// Looks through catalogues on a thread that may block, once it is this question's turn.
    async fn search<T: Send + 'static>(
        &self,
        search: impl FnOnce(&Store) -> Result<T, store::Error> + Send + 'static,
    ) -> Result<T, CatalogError> {
        let turn = Arc::clone(&self.queries).acquire_owned();
        let Ok(Ok(turn)) = timeout(QUERY_WAIT_MAX, turn).await else {
            return Err(CatalogError::Busy);
        };
        let store = Arc::clone(&self.store);
        let searched = task::spawn_blocking(move || {
            let found = search(&store);
            drop(turn);
            found
        });
        match searched.await {
            Ok(found) => found.map_err(|error| CatalogError::Storage(error.to_string())),
            Err(_) => Err(CatalogError::Busy),
        }
    }
}

/// A page that is being filled.
struct Page {
    shelf: Shelf,
    words: Vec<String>,
    category: Option<String>,
    limit: usize,
    /// Where it begins.
    from: (u16, u64),
    titles: Vec<Title>,
    bytes: usize,
    looked_at: u64,
    /// Where the next one begins.
    next: Option<(u16, u64)>,
}

impl Page {
    fn new(wish: &TitlesWish) -> Self {
        let words = wish.words.split_whitespace().map(str::to_lowercase);
        Self {
            shelf: wish.shelf,
            words: words.collect(),
            category: wish.category.as_deref().map(str::to_lowercase),
            limit: wish.limit.clamp(1, PAGE_TITLES_MAX),
            from: wish.from,
            titles: Vec::new(),
            bytes: 0,
            looked_at: 0,
            next: None,
        }
    }

    fn fill(mut self, store: &Store, sources: &[u16]) -> Result<Self, store::Error> {
        let (first, place) = self.from;
        for source in sources.iter().copied().filter(|source| *source >= first) {
            let from = if source == first { place } else { 0 };
            store.each_title(source, stored(self.shelf), from, &mut |place, title| {
                self.look(source, place, title)
            })?;
            if self.next.is_some() {
                break;
            }
        }
        Ok(self)
    }

    fn look(&mut self, source: u16, place: u64, title: &TitleText<'_>) -> ControlFlow<()> {
        let is_full = self.titles.len() >= self.limit
            || self.bytes >= PAGE_BYTES_MAX
            || self.looked_at >= LOOKED_AT_MAX;
        if is_full {
            self.next = Some((source, place));
            return ControlFlow::Break(());
        }
        self.looked_at += 1;
        if self.wants(title) {
            let title = told(source, self.shelf, title);
            self.bytes += title.name.len() + title.category.len() + title.poster.len() + 128;
            self.titles.push(title);
        }
        ControlFlow::Continue(())
    }

    fn wants(&self, title: &TitleText<'_>) -> bool {
        let is_of = |category: &String| title.category.to_lowercase() == *category;
        if !self.category.as_ref().is_none_or(is_of) {
            return false;
        }
        if self.words.is_empty() {
            return true;
        }
        let name = title.name.to_lowercase();
        self.words.iter().all(|word| name.contains(word.as_str()))
    }
}

fn told(source: u16, shelf: Shelf, title: &TitleText<'_>) -> Title {
    let is_film = shelf == Shelf::Movies;
    Title {
        id: format!("{source}-{}", title.id),
        source,
        name: title.name.to_owned(),
        category: title.category.to_owned(),
        year: title.year.to_owned(),
        rating: title.rating.to_owned(),
        poster: title.poster.to_owned(),
        path: is_film.then(|| path(FilmKind::Movie, source, title.id, title.extension)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(words: &str) -> TitlesWish {
        TitlesWish {
            shelf: Shelf::Movies,
            words: words.to_owned(),
            source: None,
            category: None,
            from: (0, 0),
            limit: 2,
        }
    }

    fn title<'a>(id: &'a str, name: &'a str, category: &'a str) -> TitleText<'a> {
        TitleText {
            id,
            name,
            category,
            extension: "mkv",
            ..TitleText::default()
        }
    }

    #[test]
    fn names_are_found_by_their_words_in_any_case() {
        let text = title("1", "Die Brücke am Fluß", "Drama");
        for (words, category, expected) in [
            ("", None, true),
            ("BRÜCKE", None, true),
            ("fluß die", None, true),
            ("brücken", None, false),
            ("", Some("DRAMA"), true),
            ("brücke", Some("Comedy"), false),
        ] {
            let page = Page::new(&TitlesWish {
                category: category.map(str::to_owned),
                ..wish(words)
            });
            assert_eq!(page.wants(&text), expected, "{words} {category:?}");
        }
    }

    #[test]
    fn a_page_says_where_the_next_one_begins() {
        let mut page = Page::new(&wish("film"));
        let texts = [("1", "Film 1"), ("2", "x"), ("3", "Film 3"), ("4", "y")];
        let mut places = (7..).zip(texts);
        let ended = places.find(|(place, (id, name))| {
            let look = page.look(3, *place, &title(id, name, ""));
            look.is_break()
        });
        assert!(ended.is_some());
        assert_eq!(page.next, Some((3, 10)));
        let paths = page.titles.iter().map(|it| it.path.as_deref());
        let expected = ["/vod/movie/3-1.mkv", "/vod/movie/3-3.mkv"].map(Some);
        assert!(paths.eq(expected));
    }

    #[test]
    fn so_many_titles_are_looked_at_for_a_page() {
        let mut page = Page::new(&wish("nowhere"));
        let text = title("1", "Film", "");
        let looked = (0..).find(|place| page.look(0, *place, &text).is_break());
        assert_eq!(looked, Some(LOOKED_AT_MAX));
        assert_eq!(page.next, Some((0, LOOKED_AT_MAX)));
    }
}
