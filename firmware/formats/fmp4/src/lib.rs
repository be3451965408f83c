//! MP4: fragmented (CMAF), read as a stream of samples; films, read by their sample tables. No I/O.
//!
//! The way through: bytes in any cut → [`Reader::next`] → [`Event`]s. A `moov` becomes a [`Movie`],
//! a `moof` the table of the samples that follow, and the samples go by as slices of what was put
//! in. Only one `moov` or `moof` is held at a time, at most [`HELD_BYTES_MAX`] bytes of it.
//!
//! Of a film, [`Survey`] finds the tables, wherever they lie, and [`Index`] tells where each sample
//! is; whoever has the file brings the bytes that they ask for.
//!
//! Sources: ISO/IEC 14496-12 (boxes), 14496-15 (AVC and HEVC in them), 14496-14 (`esds`),
//! ETSI TS 102 366 annex F (AC-3), ISO/IEC 23000-19 (CMAF).
//!
//! What does not belong here: what a sample holds, other containers, decryption.
#![forbid(unsafe_code)]
#![deny(clippy::indexing_slicing)]

mod boxes;
mod error;
mod fields;
mod film;
mod four_cc;
mod fragment;
mod movie;
mod reader;
mod run;
mod sample;
mod sample_entry;

pub use error::Error;
pub use film::{FILM_BYTES_MAX, Index, Place, Placed, Survey, Surveyed, Unknown, Window};
pub use four_cc::FourCc;
pub use fragment::{RUNS_MAX, SAMPLES_MAX};
pub use movie::{Movie, TRACKS_MAX, Track, Tracks};
pub use reader::{Event, HELD_BYTES_MAX, Reader};
pub use sample::SampleHead;
pub use sample_entry::{Codec, NalConfig};
