//! XMLTV guides, read as a stream and written. No I/O.
//!
//! A [`Reader`] takes bytes as they arrive, in pieces of any size, and hands each channel and each
//! programme to a [`Sink`], borrowed from its own small buffers: it never holds more than one tag
//! and one programme, however long the guide is. Nothing is expanded but characters, so a guide
//! cannot make itself larger than it is, and nothing is nested but a count.
//!
//! The bytes pass these stages, each a module but the first: the crate `charset` → `markup` → `guide` (with
//! `attributes`, `encoding` and `entities` for each text). `xmltv.dtd` is what a guide should look
//! like; what real ones do besides (bare `&`, HTML entities, Latin-1 under the name of UTF-8, tags
//! that are never closed) is read as it was meant, because one bad programme must not cost a
//! week's guide.
//!
//! quick-xml would be the crate for this, but it pulls from a `BufRead`, holds whatever one event
//! takes, and ends at the first thing that is no XML.
//!
//! What does not belong here: gzip, where guides come from, which channel of the lineup a channel
//! of the guide is (`guide`).
#![deny(clippy::indexing_slicing)]

mod attributes;
mod encoding;
mod entities;
mod error;
mod fields;
mod guide;
mod limits;
mod markup;
mod reader;
pub mod time;
mod writer;

pub use error::Error;
pub use fields::{Field, Fields, FieldsBuf, Kind};
pub use guide::{Channel, Programme, Sink, Skipped};
pub use limits::Limits;
pub use reader::{Reader, Summary};
pub use writer::{write_channel, write_head, write_programme, write_tail};
