//! What must survive a pulled plug, in redb. The only crate that names redb.
//!
//! One file, `dipole.redb`, in the data folder. It holds the identity of the device, the last good
//! list of each source and what is known of it, the lineup derived from all lists, the numbers and
//! ids given so far, the programmes of the guide, and the films and series of accounts. Every call that returns
//! `Ok` has been synced to the disk ([`redb::Durability::Immediate`]); one that does not has
//! changed nothing. Calls block: async callers go through `spawn_blocking`.
//!
//! What does not belong here: what a channel is (`lineup`), when a source is read (`sync`), the
//! configuration (a file that the owner writes), and anything that may be lost: counters, logs.

mod book;
mod catalog;
mod channels;
mod codec;
mod decisions;
mod device;
mod error;
mod facts;
mod fault;
mod first_schema;
mod guide;
mod import;
mod keys;
mod known;
mod list;
mod lists;
mod rules;
mod schema;
mod source;
mod store;
mod table;
mod tables;

pub use book::SourceRow;
pub use catalog::{
    CatalogState, PieceRow, Shelf, TITLE_WRITER_BYTES, TitlePiece, TitleText, TitleWriter,
};
pub use device::Device;
pub use error::Error;
pub use facts::{BadFacts, Facts, FactsBuilder, NextLists, Section, decode_entry, encode_entry};
pub use guide::{GuideRows, GuideSaved, GuideState, NextRows};
pub use import::{Choices, Import, Saved, Snapshot};
pub use list::{List, ListFull, ListWriter, WRITER_BYTES};
pub use rules::RulesRow;
pub use source::SourceState;
pub use store::{FILE, Options, Store};
