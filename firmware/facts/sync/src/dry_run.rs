//! An import without a store or a network, to see what would come of a list.

use std::io::Read;

use lineup::{AsListed, ChannelId, EntryText, Importer, Known, SourceKey};
use playlist::Limits;

use crate::{
    Error,
    collect::{Collector, Folder, Sink},
};

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

/// The entries of the one list, straight into the importer.
struct Alone<'a> {
    importer: Importer,
    source: SourceKey<'a>,
}

impl Sink for Alone<'_> {
    fn take(&mut self, entry: EntryText<'_>) -> Result<(), String> {
        let added = self.importer.add(self.source, entry, &AsListed);
        added.map(|_| ()).map_err(|full| full.to_string())
    }

    fn entries(&self) -> u64 {
        self.importer.len() as u64
    }
}

/// Imports the list that `list` reads as the source of this name, into at most `bytes_max` bytes.
///
/// # Errors
/// Where the list cannot be read or is none.
pub fn dry_run(
    mut list: impl Read,
    source: &str,
    limits: Limits,
    bytes_max: usize,
) -> Result<Report, Error> {
    let alone = Alone {
        importer: Importer::new(bytes_max),
        source: SourceKey {
            index: 0,
            name: source,
            priority: 0,
        },
    };
    let mut collector = Collector::new(limits, Folder::default(), alone);
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
    let entries = collected.sink.importer.len();
    let imported = collected.sink.importer.finish(Known::new(), None);
    Ok(Report {
        entries,
        channels: imported.lineup.len(),
        duplicates: imported.duplicates,
        backups: imported.backups,
        clusters: imported.clusters,
        warnings: collected.warnings,
        cut: collected.cut,
    })
}
