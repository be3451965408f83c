//! Names and types of the tables, and of the single facts in [`META`]. What is in a file has these
//! for ever; a change is a step of the schema.

use redb::TableDefinition;

/// Single facts by name.
pub(crate) const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");
/// The lineup: a row per channel, by channel id.
pub(crate) const CHANNELS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("channels");
/// Every number ever given, by channel id, so that a channel that comes back finds its own.
pub(crate) const NUMBERS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("numbers");
/// What is known of each source, by its name: in files of schema 1 only.
pub(crate) const SOURCES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("sources");
/// Which sources there are, by their number.
pub(crate) const SOURCE_BOOK: TableDefinition<'_, u16, &[u8]> = TableDefinition::new("source_book");
/// What is known of each source, by its number.
pub(crate) const SOURCE_STATES: TableDefinition<'_, u16, &[u8]> =
    TableDefinition::new("source_states");

/// In [`META`]: how many steps have been applied.
pub(crate) const META_SCHEMA: &str = "schema";
/// In [`META`]: the identity.
pub(crate) const META_DEVICE: &str = "device";
/// In [`META`]: the import that gave the latest numbers.
pub(crate) const META_GENERATION: &str = "generation";
/// In [`META`]: names of the sources whose index the channels of the lineup carry; in files of
/// schema 1 only.
pub(crate) const META_LINEUP: &str = "lineup";
/// In [`META`]: the owner's rules.
pub(crate) const META_RULES: &str = "rules";
