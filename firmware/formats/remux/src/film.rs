//! Films: files that are read where it is wanted, and not only from front to back.
//!
//! ```text
//! Film::ask -> the bytes that are wanted -> Film::next -> Begin, Data, End of units
//! ```
//!
//! A film says by itself where it wants to be read, one place at a time, so that one connection is
//! enough: first its tables, then picture and sound from where they lie.

mod ask;
mod fragmented;
mod matroska;
mod plain;

use fmp4::{Survey, Surveyed};

use crate::error::Error;
use crate::source::Piece;
use crate::stream::StreamInfo;
pub use ask::Ask;
use ask::{AHEAD_BYTES_MAX, TIGHT_BYTES_MAX};
use fragmented::Fragmented;
use matroska::Matroska;
use plain::Plain;

/// Upper bound of the memory that a [`Film`] holds, in bytes: tables, what waits for its turn, the
/// pieces in the making. Sound is fetched ahead only where nothing waits in the buffer.
pub const FILM_BYTES_MAX: usize =
    fmp4::FILM_BYTES_MAX + TIGHT_BYTES_MAX + crate::PIECES_BYTES + 16 * 1024;

const _: () = assert!(
    crate::SOURCE_BYTES_MAX * 2 + AHEAD_BYTES_MAX <= FILM_BYTES_MAX,
    "films in fragments hold no more"
);

/// A film.
#[derive(Debug)]
pub struct Film {
    state: State,
}

#[derive(Debug)]
enum State {
    /// The tables are looked for.
    Survey(Survey),
    Plain(Box<Plain>),
    Fragmented(Box<Fragmented>),
    Matroska(Box<Matroska>),
}

impl Default for Film {
    fn default() -> Self {
        Self::mp4()
    }
}

impl Film {
    /// An MP4 file, of which nothing is known.
    #[must_use]
    pub fn mp4() -> Self {
        Self {
            state: State::Survey(Survey::new()),
        }
    }

    /// A Matroska file, of which nothing is known.
    #[must_use]
    pub fn matroska() -> Self {
        Self {
            state: State::Matroska(Box::default()),
        }
    }

    /// The streams that units belong to, by index.
    #[must_use]
    pub fn streams(&self) -> &[StreamInfo] {
        match &self.state {
            State::Survey(_) => &[],
            State::Plain(film) => film.streams(),
            State::Fragmented(film) => film.streams(),
            State::Matroska(film) => film.streams(),
        }
    }

    /// Why sound is left out, where it is; told once.
    pub fn left_out(&mut self) -> Option<String> {
        match &mut self.state {
            State::Survey(_) => None,
            State::Plain(film) => film.left_out(),
            State::Fragmented(film) => film.left_out(),
            State::Matroska(film) => film.left_out(),
        }
    }

    /// Where the bytes for [`Self::next`] begin.
    #[must_use]
    pub fn at(&self) -> u64 {
        match &self.state {
            State::Survey(survey) => survey.at(),
            State::Plain(film) => film.at(),
            State::Fragmented(film) => film.at(),
            State::Matroska(film) => film.at(),
        }
    }

    /// What to fetch when [`Self::next`] has given `None`; `None` at the end of the film.
    ///
    /// # Errors
    /// The tables lie.
    pub fn ask(&mut self) -> Result<Option<Ask>, Error> {
        match &mut self.state {
            State::Survey(survey) => Ok(Some(Ask {
                at: survey.at(),
                until: u64::MAX,
            })),
            State::Plain(film) => film.ask(),
            State::Fragmented(film) => Ok(film.ask()),
            State::Matroska(film) => Ok(film.ask()),
        }
    }

    /// Takes bytes off the front of `input`, which begin at [`Self::at`], up to the next piece.
    /// `None`: more is wanted, from where [`Self::at`] then is; what is left of `input` may be of
    /// another place.
    ///
    /// # Errors
    /// The film cannot be read, or holds what cannot be given out.
    pub fn next(&mut self, input: &mut &[u8]) -> Result<Option<Piece<'_>>, Error> {
        if let State::Survey(survey) = &mut self.state {
            match survey.next(input)? {
                None => return Ok(None),
                Some(Surveyed::Fragmented) => {
                    // Its reader begins at the front of the file.
                    self.state = State::Fragmented(Box::default());
                    return Ok(None);
                }
                Some(Surveyed::Plain(index)) => {
                    self.state = State::Plain(Box::new(Plain::new(*index, survey.at())?));
                    return Ok(Some(Piece::Streams));
                }
            }
        }
        match &mut self.state {
            State::Survey(_) => Ok(None),
            State::Plain(film) => film.next(input),
            State::Fragmented(film) => film.next(input),
            State::Matroska(film) => film.next(input),
        }
    }

    /// The file has ended where more of it was wanted: what is whole of it is given out. Returns
    /// `false` where that is nothing.
    pub fn end(&mut self) -> bool {
        match &mut self.state {
            State::Survey(_) => return false,
            State::Plain(film) => film.end(),
            State::Fragmented(film) => film.end(),
            State::Matroska(film) => return film.end(),
        }
        true
    }
}
