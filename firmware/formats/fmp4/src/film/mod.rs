//! Plain MP4 files (films): where the samples lie that no fragment speaks of.
//!
//! The tables of a film of three hours have eight megabytes and more. They are not held: each is
//! read through a window that follows the film, and whoever has the file
//! fetches what is [asked for](Place). Only where all of them are small
//! (`TABLES_BYTES_MAX`) are they held whole, and then the file can be read from its
//! front to its end without ever going back.

mod index;
mod limits;
mod samples;
mod survey;
mod table;

pub use index::{Index, Unknown};
pub use limits::Place;
use limits::{HEADER_BYTES_MAX, TABLE_WINDOW_BYTES, TABLES_BYTES_MAX, TABLES_MAX};
pub use samples::Placed;
pub use survey::{Survey, Surveyed};
pub use table::Window;

/// Upper bound of what reading a film's tables holds, in bytes: the header and what was made of it,
/// and the tables whole or a window of each.
pub const FILM_BYTES_MAX: usize = 2 * HEADER_BYTES_MAX + TABLES_BYTES_MAX;

const _: () = assert!(
    TABLES_MAX * TABLE_WINDOW_BYTES <= TABLES_BYTES_MAX,
    "windows need no more room than whole tables"
);
