//! An import without a store or a network, to see what would come of a list.

use std::io::Read;

use lineup::{ChannelId, Numbers, SourceKey};
use playlist::Limits;

use crate::{Error, RulesConfig, collect::Collector};

/// Bytes read at a time.
const PIECE_BYTES: usize = 64 << 10;

/// What would come of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Entries in the list.
    pub entries: usize,
    /// Channels that they make.
    pub channels: usize,
    /// Entries that are the same as another.
    pub duplicates: usize,
    /// Entries that are backups of another.
    pub backups: usize,
    /// The channel of each entry, in the order of the list.
    pub clusters: Vec<ChannelId>,
    /// What is wrong with the list; bounded by [`Limits::warnings_max`].
    pub warnings: Vec<String>,
    /// Why entries are missing at the end, where they are.
    pub cut: Option<String>,
}

/// Imports the list that `list` reads as the source of this name, into at most `bytes_max` bytes, through
/// these rules.
///
/// # Errors
/// Where the list cannot be read or is none.
pub fn dry_run(
    mut list: impl Read,
    source: &str,
    limits: Limits,
    bytes_max: usize,
    rules: &RulesConfig,
) -> Result<Report, Error> {
    let key = SourceKey {
        index: 0,
        name: source,
    };
    let mut collector = Collector::new(key, limits, bytes_max).shaped(rules.ready()?);
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let len = match list.read(&mut piece) {
            Ok(len) => len,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(cause) => return Err(Error::Read { cause }),
        };
        if len == 0 || collector.push(&piece[..len])?.is_break() {
            break;
        }
    }
    let collected = collector.finish()?;
    let imported = collected.importer.finish(&Numbers::new());
    Ok(Report {
        entries: collected.entries,
        channels: imported.lineup.len(),
        duplicates: imported.duplicates,
        backups: imported.backups,
        clusters: imported.clusters,
        warnings: collected.warnings,
        cut: collected.cut,
    })
}
