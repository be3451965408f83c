//! Files of units: what a segment of HLS may be besides a transport stream that passes as it is.

mod ac3;
mod fmp4;
mod frame;
mod look;
mod packed;
mod tracks;
mod ts;

pub use self::fmp4::Fmp4Source;
pub(crate) use self::fmp4::GROWTH_BYTES_MAX;
pub use packed::PackedSource;
pub(crate) use tracks::{Chosen, Lane};
pub use ts::TsSource;

use crate::error::Error;
use crate::stream::{StreamInfo, UnitHead};

/// Most bytes of a unit that are given out in one piece.
pub(crate) const PIECE_BYTES_MAX: usize = 16 * 1024;

/// What is wanted of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Picture and sound, or what there is of them.
    All,
    /// The picture: the sound is in a file of its own.
    Video,
    /// The sound.
    Audio,
}

/// What comes by. Units do not overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// [`Source::streams`] are others now.
    Streams,
    /// A fragment begins whose streams lie far apart ([`Fmp4Source::split`]).
    Apart,
    /// A unit begins.
    Begin(UnitHead),
    /// Its next bytes.
    Data(&'a [u8]),
    /// It is whole.
    End,
}

/// Reads one file of units.
#[derive(Debug)]
pub enum Source {
    /// Fragmented MP4.
    Fmp4(Box<Fmp4Source>),
    /// One stream of a transport stream.
    Ts(Box<TsSource>),
    /// Frames of sound with nothing around them.
    Packed(Box<PackedSource>),
}

impl Source {
    /// The streams that units belong to, by index.
    #[must_use]
    pub fn streams(&self) -> &[StreamInfo] {
        match self {
            Self::Fmp4(source) => source.streams(),
            Self::Ts(source) => source.streams(),
            Self::Packed(source) => source.streams(),
        }
    }

    /// The bytes that follow begin a segment, at this byte of its resource.
    pub fn begin(&mut self, position: u64) {
        match self {
            Self::Fmp4(source) => source.begin(position),
            Self::Ts(source) => source.begin(),
            Self::Packed(source) => source.begin(),
        }
    }

    /// Takes bytes off the front of `input` up to the next piece; `None` when all are taken.
    ///
    /// # Errors
    /// What follows of the segment cannot be read; go on with [`Self::begin`].
    pub fn next(&mut self, input: &mut &[u8]) -> Result<Option<Piece<'_>>, Error> {
        match self {
            Self::Fmp4(source) => source.next(input),
            Self::Ts(source) => Ok(source.next(input)),
            Self::Packed(source) => source.next(input),
        }
    }

    /// The segment has ended: what is left, piece by piece, then `None`.
    ///
    /// # Errors
    /// It is not whole.
    pub fn finish(&mut self) -> Result<Option<Piece<'_>>, Error> {
        match self {
            Self::Fmp4(source) => source.finish(),
            Self::Ts(source) => Ok(source.finish()),
            Self::Packed(source) => source.finish(),
        }
    }
}
