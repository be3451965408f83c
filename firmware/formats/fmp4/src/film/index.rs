//! The samples of all tracks of a film.

use super::limits::{Place, TABLE_WINDOW_BYTES, TABLES_BYTES_MAX};
use super::samples::{Placed, TrackTables, Walk};
use super::table::{Unread, Window};
use crate::error::Error;
use crate::movie::Movie;

/// Where the samples of a film lie, track by track.
#[derive(Clone, Debug)]
pub struct Index {
    movie: Movie,
    /// By the index of the track in the movie.
    tracks: Vec<(TrackTables, Walk)>,
    /// All tables are held.
    is_whole: bool,
}

/// Why the next sample is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// An entry of a table is not held: [`Index::place`] says which bytes hold it.
    Window(Window),
    /// The tables lie.
    Error(Error),
}

impl From<Unread> for Unknown {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::Window(window) => Self::Window(window),
            Unread::Error(error) => Self::Error(error),
        }
    }
}

impl Index {
    pub(super) fn new(movie: Movie, tables: Vec<TrackTables>, is_whole: bool) -> Self {
        Self {
            movie,
            tracks: tables
                .into_iter()
                .map(|tables| (tables, Walk::default()))
                .collect(),
            is_whole,
        }
    }

    /// Tracks, time scales, codecs.
    #[must_use]
    pub const fn movie(&self) -> &Movie {
        &self.movie
    }

    /// Whether every table is held, so that nothing will be asked for.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Lets go of the tables of tracks that are not wanted.
    pub fn keep(&mut self, is_wanted: impl Fn(usize) -> bool) {
        for (track, place) in self.tracks.iter_mut().enumerate() {
            if !is_wanted(track) {
                place.0 = TrackTables::default();
            }
        }
    }

    /// The next sample of a track; `None` behind its last one, and for a track without tables.
    ///
    /// # Errors
    /// Its place is not known (yet).
    pub fn peek(&mut self, track: usize) -> Result<Option<Placed>, Unknown> {
        let Some((tables, walk)) = self.tracks.get_mut(track) else {
            return Ok(None);
        };
        if tables.count() == 0 {
            return Ok(None);
        }
        Ok(walk.peek(track, tables)?)
    }

    /// Goes on behind the sample that [`Self::peek`] gave.
    pub fn pass(&mut self, placed: &Placed) {
        if let Some((_, walk)) = self.tracks.get_mut(placed.head.track) {
            walk.pass(placed);
        }
    }

    /// How far the next samples of a track reach, as long as `go_on` says so of each and no more has
    /// to be asked for: behind the last one of them, in the file.
    #[must_use]
    pub fn reach(&self, track: usize, mut go_on: impl FnMut(&Placed) -> bool) -> Option<u64> {
        let (tables, walk) = self.tracks.get(track)?;
        let mut walk = *walk;
        let mut end = None;
        while let Ok(Some(placed)) = walk.peek(track, tables)
            && go_on(&placed)
        {
            end = end.max(Some(placed.at.saturating_add(placed.head.size.into())));
            walk.pass(&placed);
        }
        end
    }

    /// A table of which little is left, while there is time to ask for more of it.
    #[must_use]
    pub fn low(&self) -> Option<Window> {
        let mut tables = self.tracks.iter().flat_map(|(tables, walk)| {
            let low = move |table: &&super::table::Table| table.is_low(walk.next_entry(table.kind));
            tables.0.iter().filter(low)
        });
        tables.next().map(|table| table.window)
    }

    /// The bytes that fill a window from where it is needed.
    #[must_use]
    pub fn place(&self, window: Window) -> Option<Place> {
        self.tracks.iter().find_map(|(tables, walk)| {
            let table = tables.0.iter().find(|table| table.window == window)?;
            Some(table.place(walk.next_entry(table.kind)))
        })
    }

    /// Takes bytes for a window in, which begin at `at` of the file, front to back.
    pub fn fill(&mut self, window: Window, at: u64, bytes: &[u8]) {
        let bytes_max = if self.is_whole {
            TABLES_BYTES_MAX
        } else {
            TABLE_WINDOW_BYTES
        };
        let mut tables = self.tracks.iter_mut().flat_map(|(tables, _)| &mut tables.0);
        if let Some(table) = tables.find(|table| table.window == window) {
            table.hold(at, bytes, bytes_max);
        }
    }
}
