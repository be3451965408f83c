//! Names and types of the tables, and of the single facts in [`META`]. What is in a file has these
//! for ever; a change is a step of the schema.

use redb::TableDefinition;

/// Single facts by name.
pub(crate) const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");
/// The lineup as it was derived from the lists: a row per channel, by channel id.
pub(crate) const CHANNELS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("channels");
/// Every number ever given, by channel id, so that a channel that comes back finds its own.
pub(crate) const NUMBERS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("numbers");
/// The channel that holds each key of an entry, by the key.
pub(crate) const HELD: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("held");
/// The last good list of each source in pieces, by its number and that of the piece.
pub(crate) const LISTS: TableDefinition<'_, (u16, u32), &[u8]> = TableDefinition::new("lists");
/// What is known of each source, by its name: in files of schema 1 only.
pub(crate) const SOURCES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("sources");
/// What was decided of each channel, by channel id.
pub(crate) const DECISIONS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("decisions");
/// The channel that an entry belongs to by hand, by the keys of its name and of its address.
pub(crate) const HOMES: TableDefinition<'_, (u64, u64), u64> = TableDefinition::new("homes");
/// The log of what was decided, by its number: what is told of each change.
pub(crate) const CHANGES: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("changes");
/// What each change of the log did, by the same number.
pub(crate) const TURNS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("turns");
/// Which sources there are, by their number.
pub(crate) const SOURCE_BOOK: TableDefinition<'_, u16, &[u8]> = TableDefinition::new("source_book");
/// What is known of each source, by its number.
pub(crate) const SOURCE_STATES: TableDefinition<'_, u16, &[u8]> =
    TableDefinition::new("source_states");
/// What is known of each source of guides, by its name.
pub(crate) const GUIDES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("guides");
/// Channels of the guides: rows of many, by the guide's id and their place.
pub(crate) const GUIDE_CHANNELS: TableDefinition<'_, (u32, u32), &[u8]> =
    TableDefinition::new("guide_channels");
/// Programmes: rows of some, by the guide's id, the channel's key and the start of the first one.
pub(crate) const GUIDE_BLOCKS: TableDefinition<'_, (u32, u64, u32), &[u8]> =
    TableDefinition::new("guide_blocks");
/// What is known of each catalogue of films or series, by source and shelf.
pub(crate) const CATALOGS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("catalogs");
/// Their titles in pieces, by source, shelf and what is in the piece.
pub(crate) const TITLES: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("titles");

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
