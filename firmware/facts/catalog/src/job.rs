//! From the bytes of a panel's list to a stored catalogue: one run of one thread that may block.

use std::{ops::ControlFlow, sync::Arc, time::SystemTime};

use bytes::Bytes;
use desk::catalog::{Shelf, TitleId};
use store::{CatalogState, PieceRow, Store, TitlePiece, TitleText, TitleWriter};
use sync::Groups;
use tokio::sync::mpsc;
use xtream::{Fields, Limits, Movie, Reader, Series};

use crate::{
    Account,
    error::Error,
    limits::{BATCH_BYTES, CATALOG_BYTES_MAX, OBJECT_BYTES_MAX, TITLES_MAX},
};

/// Bytes of a title's texts that are kept.
const NAME_BYTES_MAX: usize = 256;
const YEAR_BYTES_MAX: usize = 16;
const RATING_BYTES_MAX: usize = 8;
/// The address of a longer poster is left out: half of one leads nowhere.
const POSTER_BYTES_MAX: usize = 512;
/// A catalogue below this may lose what it likes.
const SHRINK_FROM: u64 = 20;

/// The shelf as the store knows it.
pub(crate) const fn stored(shelf: Shelf) -> store::Shelf {
    match shelf {
        Shelf::Movies => store::Shelf::Movies,
        Shelf::Series => store::Shelf::Series,
    }
}

/// Packs and stores one catalogue.
pub(crate) struct Job {
    store: Arc<Store>,
    source: u16,
    shelf: Shelf,
    account: u64,
    accept_shrink: bool,
    groups: Groups,
    writer: TitleWriter,
    /// Pieces that are not stored yet.
    batch: Vec<TitlePiece>,
    batch_bytes: usize,
    rows: Vec<PieceRow>,
    titles: u64,
    /// Of all pieces.
    bytes: u64,
    /// Titles without an id that can be part of an address.
    lost: u64,
    cut: String,
}

impl Job {
    pub(crate) fn new(store: Arc<Store>, account: &Account, shelf: Shelf, groups: Groups) -> Self {
        Self {
            store,
            source: account.id,
            shelf,
            account: account.digest(),
            accept_shrink: account.settings.accept_shrink,
            groups,
            writer: TitleWriter::default(),
            batch: Vec::new(),
            batch_bytes: 0,
            rows: Vec::new(),
            titles: 0,
            bytes: 0,
            lost: 0,
            cut: String::new(),
        }
    }

    /// Reads until the end, which is `None`, and stores. After an error nobody sees any of it.
    pub(crate) fn run(
        mut self,
        mut pieces: mpsc::Receiver<Option<Bytes>>,
    ) -> Result<CatalogState, Error> {
        let mut reader = Reader::new(Limits {
            object_bytes_max: OBJECT_BYTES_MAX,
            ..Limits::default()
        });
        while let Some(bytes) = pieces.blocking_recv().ok_or(Error::Aborted)? {
            match reader.push(&bytes, &mut |item| self.take(item.fields)) {
                Ok(()) => self.put(BATCH_BYTES)?,
                Err(xtream::Error::Stopped) => return self.save(),
                Err(error) => return Err(error.into()),
            }
        }
        match reader.finish() {
            // Nothing at all is what some panels say of an empty shelf.
            Err(xtream::Error::Empty) => {}
            Ok(summary) if summary.is_whole => self.lost += summary.unreadable,
            Ok(_) => return Err(Error::Cut),
            Err(error) => return Err(error.into()),
        }
        self.save()
    }

    fn take(&mut self, fields: Fields<'_>) -> ControlFlow<()> {
        if self.titles >= TITLES_MAX || self.bytes >= CATALOG_BYTES_MAX {
            self.cut = format!(
                "the panel lists more than the {} titles that are kept, which are at most {TITLES_MAX} and {} MiB",
                self.titles,
                CATALOG_BYTES_MAX >> 20
            );
            return ControlFlow::Break(());
        }
        let taken = match self.shelf {
            Shelf::Movies => Movie::of(fields).is_some_and(|movie| {
                self.push(&TitleText {
                    id: &movie.id,
                    name: &movie.name,
                    extension: &movie.extension,
                    category: &movie.category_id,
                    year: &movie.year,
                    rating: &movie.rating,
                    poster: movie.poster,
                })
            }),
            Shelf::Series => Series::of(fields).is_some_and(|series| {
                self.push(&TitleText {
                    id: &series.id,
                    name: &series.name,
                    extension: "",
                    category: &series.category_id,
                    year: &series.year,
                    rating: &series.rating,
                    poster: series.poster,
                })
            }),
        };
        self.lost += u64::from(!taken);
        ControlFlow::Continue(())
    }

    /// Takes a title whose category is the id of one; `false` where its id leads nowhere.
    fn push(&mut self, title: &TitleText<'_>) -> bool {
        if !TitleId::is_fit(title.id) {
            return false;
        }
        let group = self.groups.get(title.category);
        let fits = title.poster.len() <= POSTER_BYTES_MAX;
        let piece = self.writer.push(&TitleText {
            name: clipped(title.name, NAME_BYTES_MAX),
            category: group.map_or("", String::as_str),
            year: clipped(title.year, YEAR_BYTES_MAX),
            rating: clipped(title.rating, RATING_BYTES_MAX),
            poster: if fits { title.poster } else { "" },
            ..*title
        });
        self.titles += 1;
        self.keep(piece);
        true
    }

    fn keep(&mut self, piece: Option<TitlePiece>) {
        if let Some(piece) = piece {
            self.batch_bytes += piece.bytes();
            self.bytes += piece.bytes() as u64;
            self.batch.push(piece);
        }
    }

    /// Stores the batch where it has so many bytes.
    fn put(&mut self, bytes_min: usize) -> Result<(), Error> {
        if self.batch.is_empty() || self.batch_bytes < bytes_min {
            return Ok(());
        }
        let rows = self
            .store
            .put_titles(self.source, stored(self.shelf), &self.batch)?;
        self.rows.extend(rows);
        self.batch.clear();
        self.batch_bytes = 0;
        Ok(())
    }

    fn save(mut self) -> Result<CatalogState, Error> {
        let last = std::mem::take(&mut self.writer).finish();
        self.keep(last);
        self.put(0)?;
        let shelf = stored(self.shelf);
        let before = self.store.load_catalog(self.source, shelf)?;
        let before = before.map_or(0, |before| before.titles());
        let now = self.titles;
        if !self.accept_shrink && before >= SHRINK_FROM && now < before / 2 {
            return Err(Error::Shrunk { before, now });
        }
        if self.lost > 0 {
            tracing::info!(source = self.source, lost = self.lost, shelf = ?self.shelf, "titles of a panel cannot be read, or have no id");
        }
        let state = CatalogState {
            account: self.account,
            last_success: Some(SystemTime::now()),
            error: String::new(),
            cut: self.cut,
            pieces: self.rows,
        };
        self.store.save_catalog(self.source, shelf, &state)?;
        Ok(state)
    }
}

/// The beginning of a text, cut at a character.
pub(crate) fn clipped(text: &str, bytes_max: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes_max))
        .unwrap_or(text)
}
