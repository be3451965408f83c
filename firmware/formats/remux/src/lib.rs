//! From films, fMP4, packed audio, transport streams and RTP payloads to one MPEG transport stream. No I/O.
//!
//! ```text
//! bytes -> Source -> Begin, Data, End of units -> Mux -> transport packets
//! ```
//!
//! A unit is what one PES packet carries: a picture, a frame of sound, or what stood in a PES packet
//! before. A [`Source`] reads one file of them; whoever has two of them (picture and sound apart)
//! asks each for its next unit and gives [`Mux`] the one that is decoded first. Units stream
//! through: nothing here holds a whole segment, and a picture only where it has to wait for
//! another track of its own file (at most [`HOLD_BYTES_MAX`]).
//!
//! What does not belong here: fetching, pacing, decoding, and mending streams that are transport
//! streams already (`mpegts::Conditioner`, through which the output goes like any other stream).
#![forbid(unsafe_code)]
#![deny(clippy::indexing_slicing)]

mod adts;
mod error;
mod film;
mod hold;
mod mux;
mod nal;
mod reorder;
mod rtp;
mod source;
mod sps;
mod stream;

pub use error::Error;
pub use film::{Ask, FILM_BYTES_MAX, Film};
pub use hold::HOLD_BYTES_MAX;
pub use mux::{Mux, Stats};
pub use rtp::{RTP_PROGRAM_BYTES_MAX, RtpAudio, RtpPayload, RtpProgram, RtpVideo};
pub use source::{Fmp4Source, PackedSource, Piece, Source, TsSource, Wanted};
pub use stream::{StreamInfo, UnitHead};

/// Upper bound of the memory that one [`Source`] holds, in bytes: the held box of the reader, the
/// units that wait, the piece being converted, tables and parameter sets.
pub const SOURCE_BYTES_MAX: usize =
    fmp4::HELD_BYTES_MAX + HOLD_BYTES_MAX + source::GROWTH_BYTES_MAX + PIECES_BYTES + REST_BYTES;

/// The piece given out last and the one in the making; start codes may make 2.5 bytes of one.
const PIECES_BYTES: usize = 5 * source::PIECE_BYTES_MAX / 2 + source::PIECE_BYTES_MAX;
/// The runs of a fragment (24 KiB) and the header of the stream as it was read, which is no longer
/// than the box it was in, with its parameter sets once more.
const REST_BYTES: usize = 24 * 1024 + fmp4::HELD_BYTES_MAX + 8 * 1024;
