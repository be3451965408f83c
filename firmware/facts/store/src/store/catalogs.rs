//! What the store does for catalogues of films and series.

use std::ops::ControlFlow;

use redb::ReadableTable as _;

use super::Store;
use crate::{
    CatalogState, Error, PieceRow, Shelf, TitlePiece, TitleText, catalog, tables::CATALOGS,
};

impl Store {
    /// What is known of a catalogue.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn load_catalog(&self, source: u16, shelf: Shelf) -> Result<Option<CatalogState>, Error> {
        self.read(|transaction| catalog::load(transaction, source, shelf))
    }

    /// Stores pieces of a catalogue that is being read. Nobody sees them before [`Self::save_catalog`].
    /// Nothing is written where all of them are there.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn put_titles(
        &self,
        source: u16,
        shelf: Shelf,
        pieces: &[TitlePiece],
    ) -> Result<Vec<PieceRow>, Error> {
        let found = self.read(|transaction| catalog::find(transaction, source, shelf, pieces))?;
        match found {
            Some(rows) => Ok(rows),
            None => self.write(|transaction| catalog::put(transaction, source, shelf, pieces)),
        }
    }

    /// Puts a catalogue whose pieces are all stored in the place of the one before.
    ///
    /// # Errors
    /// After any [`Error`] the store holds what it held before.
    pub fn save_catalog(
        &self,
        source: u16,
        shelf: Shelf,
        state: &CatalogState,
    ) -> Result<(), Error> {
        let before = self.load_catalog(source, shelf)?;
        if before.as_ref() == Some(state) {
            return Ok(());
        }
        let is_same = before.is_some_and(|before| before.pieces == state.pieces);
        self.write(|transaction| {
            if is_same {
                return catalog::note(transaction, source, shelf, state);
            }
            catalog::save(transaction, source, shelf, state)
        })
    }

    /// Forgets the catalogues of all sources but these.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn keep_catalogs(&self, is_kept: impl Fn(u16) -> bool) -> Result<(), Error> {
        let has_others = self.read(|transaction| {
            let table = transaction.open_table(CATALOGS)?;
            for row in table.iter()? {
                if !is_kept(u16::try_from(row?.0.value() >> 8).unwrap_or(u16::MAX)) {
                    return Ok(true);
                }
            }
            Ok(false)
        })?;
        if !has_others {
            return Ok(());
        }
        self.write(|transaction| catalog::keep(transaction, is_kept))
    }

    /// Gives the titles of a catalogue to `take` with their places, from the place `from` on, until it
    /// has had enough. A piece is in memory at a time.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn each_title(
        &self,
        source: u16,
        shelf: Shelf,
        from: u64,
        take: &mut dyn FnMut(u64, &TitleText<'_>) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        self.read(|transaction| catalog::each(transaction, source, shelf, from, take))
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use crate::{CatalogState, Options, Shelf, Store, TitlePiece, TitleText, TitleWriter};

    fn pieces(names: impl IntoIterator<Item = String>) -> Vec<TitlePiece> {
        let mut writer = TitleWriter::default();
        let mut pieces = Vec::new();
        for (n, name) in names.into_iter().enumerate() {
            let (id, poster) = (n.to_string(), format!("http://p.example/{name}/x.jpg"));
            pieces.extend(writer.push(&TitleText {
                id: &id,
                name: &name,
                extension: "mkv",
                poster: &poster,
                ..TitleText::default()
            }));
        }
        pieces.extend(writer.finish());
        pieces
    }

    fn save(store: &Store, source: u16, shelf: Shelf, names: Vec<String>) -> CatalogState {
        let mut state = CatalogState::default();
        for piece in pieces(names).chunks(2) {
            let rows = store.put_titles(source, shelf, piece).unwrap();
            state.pieces.extend(rows);
        }
        store.save_catalog(source, shelf, &state).unwrap();
        state
    }

    fn names(store: &Store, source: u16, shelf: Shelf, from: u64) -> Vec<String> {
        let mut names = Vec::new();
        let read = store.each_title(source, shelf, from, &mut |place, title| {
            assert_eq!(place, from + names.len() as u64);
            names.push(title.name.to_owned());
            ControlFlow::Continue(())
        });
        read.unwrap();
        names
    }

    fn numbered(count: usize) -> Vec<String> {
        (0..count).map(|n| format!("Film {n}")).collect()
    }

    #[test]
    fn a_catalogue_comes_back_from_any_place() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            cache_bytes: 1 << 20,
        };
        let store = Store::open(folder.path(), options).unwrap();
        let state = save(&store, 3, Shelf::Movies, numbered(5000));
        assert!(state.pieces.len() > 3, "{}", state.pieces.len());
        assert_eq!(state.titles(), 5000);
        for from in [0, 1, 2500, 4999, 5000, 9000] {
            let expected: Vec<_> = numbered(5000).into_iter().skip(from).collect();
            assert_eq!(names(&store, 3, Shelf::Movies, from as u64), expected);
        }
        assert_eq!(names(&store, 3, Shelf::Series, 0), [""; 0]);
        assert_eq!(names(&store, 2, Shelf::Movies, 0), [""; 0]);
    }

    #[test]
    fn what_is_put_is_not_seen_and_what_is_not_named_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            cache_bytes: 1 << 20,
        };
        let store = Store::open(folder.path(), options).unwrap();
        save(&store, 3, Shelf::Movies, numbered(10));
        save(&store, 3, Shelf::Series, numbered(4));
        save(&store, 4, Shelf::Movies, numbered(7));
        // A reading that breaks off.
        let half = pieces(vec!["other".to_owned()]);
        store.put_titles(3, Shelf::Movies, &half).unwrap();
        assert_eq!(names(&store, 3, Shelf::Movies, 0), numbered(10));
        let found = |pieces: &[TitlePiece]| {
            store
                .read(|transaction| crate::catalog::find(transaction, 3, Shelf::Movies, pieces))
                .unwrap()
                .is_some()
        };
        assert!(found(&half));
        save(&store, 3, Shelf::Movies, numbered(11));
        assert!(!found(&half), "no list names it");
        assert_eq!(names(&store, 3, Shelf::Series, 0), numbered(4));
        store.keep_catalogs(|source| source == 4).unwrap();
        assert_eq!(names(&store, 3, Shelf::Movies, 0), [""; 0]);
        assert_eq!(store.load_catalog(3, Shelf::Series).unwrap(), None);
        assert_eq!(names(&store, 4, Shelf::Movies, 0), numbered(7));
    }

    #[test]
    fn one_title_more_changes_one_piece() {
        let before = pieces(numbered(8000));
        let mut longer = numbered(8000);
        longer.insert(4000, "Another".to_owned());
        // Ids stay as they are.
        let after = pieces(numbered(8000).into_iter().chain(["last".to_owned()]));
        let differ = after.iter().filter(|piece| !before.contains(piece)).count();
        assert_eq!(differ, 1);
        assert!(pieces(longer).iter().any(|piece| before.contains(piece)));
    }
}
