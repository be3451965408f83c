//! Names of the tables, and of the single facts in [`META`]. What is in a file has these for ever; a
//! change is a step of the schema.
//!
//! A key is a number or a text, and a row is bytes: redb is compiled once for each pair of types, at
//! some 60 KiB of program. A key of several parts is one of them: [`crate::table::key`].

use redb::TableDefinition;

/// A table of rows by number.
pub(crate) type ByNumber = TableDefinition<'static, u64, &'static [u8]>;
/// A table of rows by text.
pub(crate) type ByText = TableDefinition<'static, &'static str, &'static [u8]>;

/// Single facts by name.
pub(crate) const META: ByText = TableDefinition::new("meta");
/// The lineup as it was derived from the lists: a row per channel, by channel id.
pub(crate) const CHANNELS: ByNumber = TableDefinition::new("channels");
/// Every number ever given, by channel id, so that a channel that comes back finds its own.
pub(crate) const NUMBERS: ByNumber = TableDefinition::new("numbers");
/// The channel that holds each key of an entry, by the key.
pub(crate) const HELD: ByNumber = TableDefinition::new("held");
/// The last good list of each source in pieces, by its number and that of the piece.
pub(crate) const LISTS: ByNumber = TableDefinition::new("list_pieces");
/// What is known of each source, by its name: in files of schema 1 only.
pub(crate) const SOURCES: ByText = TableDefinition::new("sources");
/// What was decided of each channel, by channel id.
pub(crate) const DECISIONS: ByNumber = TableDefinition::new("decisions");
/// The channel that an entry belongs to by hand, by the keys of its name and of its address.
pub(crate) const HOMES: ByText = TableDefinition::new("homes");
/// The log of what was decided, by its number: what is told of each change.
pub(crate) const CHANGES: ByNumber = TableDefinition::new("changes");
/// What each change of the log did, by the same number.
pub(crate) const TURNS: ByNumber = TableDefinition::new("turns");
/// Which sources there are, by their number.
pub(crate) const SOURCE_BOOK: ByNumber = TableDefinition::new("source_rows");
/// What is known of each source, by its number.
pub(crate) const SOURCE_STATES: ByNumber = TableDefinition::new("source_dealings");
/// What is known of each source of guides, by its name.
pub(crate) const GUIDES: ByText = TableDefinition::new("guides");
/// Channels of the guides: rows of many, by the guide's id and their place.
pub(crate) const GUIDE_CHANNELS: ByNumber = TableDefinition::new("guide_listings");
/// Programmes: rows of some, by the guide's id, the channel's key and the start of the first one.
pub(crate) const GUIDE_BLOCKS: ByText = TableDefinition::new("guide_programmes");
/// What is known of each catalogue of films or series, by source and shelf.
pub(crate) const CATALOGS: ByNumber = TableDefinition::new("catalogs");
/// Their titles in pieces, by source, shelf and what is in the piece.
pub(crate) const TITLES: ByNumber = TableDefinition::new("titles");

/// In [`META`]: how many steps have been applied.
pub(crate) const META_SCHEMA: &str = "schema";
/// In [`META`]: the identity.
pub(crate) const META_DEVICE: &str = "device";
/// In [`META`]: the import that gave the latest numbers.
pub(crate) const META_GENERATION: &str = "generation";
/// In [`META`]: the sources that the lineup was derived from, and how.
pub(crate) const META_LINEUP: &str = "lineup";
/// In [`META`]: the owner's rules.
pub(crate) const META_RULES: &str = "rules";
