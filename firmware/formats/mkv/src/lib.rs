//! Matroska, read from front to back as a stream of frames. No I/O.
//!
//! The way through: bytes in any cut → [`Reader::next`] → [`Event`]s. The description of the tracks is
//! held (at most [`HELD_BYTES_MAX`] bytes), frames go by as slices of what was put in, and what
//! nobody reads (cues, attachments, tags) is passed over: [`Reader::at`] then lies behind it.
//!
//! Sources: RFC 8794 (EBML), RFC 9559 (Matroska).
//!
//! What does not belong here: what a frame holds, seeking, decompression.
#![forbid(unsafe_code)]
#![deny(clippy::indexing_slicing)]

mod block;
mod element;
mod error;
mod reader;
mod track;

pub use error::Error;
pub use reader::{Event, FrameHead, HELD_BYTES_MAX, Reader};
pub use track::{TRACKS_MAX, Track, TrackKind};
