//! M3U and M3U+ channel lists, read as a stream. No I/O.
//!
//! A [`Reader`] takes bytes as they arrive, gzip or plain, in whatever encoding real providers
//! send, and hands out one [`Entry`] at a time, borrowed from its own small buffers. It never holds
//! more than a line, one pending entry and, for gzip, one inflate window.
//!
//! The bytes pass these stages, each a module:
//! `gunzip` → the crate `charset` → `lines` → `list` (with `extinf` → `attributes`, and `headers`).
//!
//! What does not belong here: what a channel is and which number it gets (`lineup`), writing
//! lists for clients (`hdhomerun`), and the HLS playlists of one stream (`hls`).
#![deny(clippy::indexing_slicing)]

mod address;
mod attributes;
mod encoding;
mod entry;
mod error;
mod extinf;
mod gunzip;
mod headers;
mod limits;
mod lines;
mod list;
mod pending;
mod reader;
mod summary;

pub use entry::{Catchup, Entry, Headers};
pub use error::Error;
pub use gunzip::Gunzip;
pub use limits::Limits;
pub use reader::Reader;
pub use summary::{Summary, Trouble, Warning, Warnings};
