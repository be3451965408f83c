//! Catalogues of films and series: what an account has besides channels.
//!
//! A catalogue of 100,000 films is some 20 MB of text. It is never in memory: its titles are packed
//! into pieces as they arrive, each piece is stored under a key made of what is in it, and a catalogue
//! is the list of its pieces, which is replaced in one transaction once all of them are there. So one
//! that breaks off changes nothing that anybody sees, one that is the same writes no piece, and one
//! with a title more writes one. Pieces that no list names are swept with the next list.
//!
//! What does not belong here: reading panels, searching (`catalog`).

mod state;
mod table;
mod title;
mod writer;

pub use state::{CatalogState, PieceRow};
pub(crate) use table::{each, find, keep, load, note, put, save};
pub use title::{Shelf, TitleText};
pub use writer::{TITLE_WRITER_BYTES, TitlePiece, TitleWriter};
