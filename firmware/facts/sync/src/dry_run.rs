//! An import without a store or a network, to see what would come of a list.

use std::io::Read;

use lineup::{AsListed, ChannelId, EntryText, Importer, Known, Lineup, Reason, SourceKey};
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
    /// Streams that their channels do not keep, since they have better ones.
    pub surplus: usize,
    /// The channels of the most streams, the largest first; at most [`MERGES_MAX`].
    pub merges: Vec<Merge>,
    /// The channel of each entry, in the order of the list.
    pub clusters: Vec<ChannelId>,
    /// What is wrong with the list; bounded by [`Limits::warnings_max`].
    pub warnings: Vec<String>,
    /// Why entries are missing at the end, where they are.
    pub cut: Option<String>,
}

/// Channels whose streams a report tells.
pub const MERGES_MAX: usize = 10;

/// What became one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    /// What it is called.
    pub name: String,
    /// Its streams, the best first.
    pub streams: Vec<Stream>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// Its name in the list.
    pub name: String,
    /// Its group there.
    pub group: String,
    /// Its score; see [`lineup::Channel::score`].
    pub score: u16,
    /// Why it belongs to the channel.
    pub reason: Option<Reason>,
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
        surplus: imported.lineup.len() + imported.backups - imported.lineup.all_streams().len(),
        merges: merges(&imported.lineup),
        duplicates: imported.duplicates,
        backups: imported.backups,
        clusters: imported.clusters,
        warnings: collected.warnings,
        cut: collected.cut,
    })
}

fn merges(lineup: &Lineup) -> Vec<Merge> {
    let mut largest: Vec<usize> = (0..lineup.len()).collect();
    // Stable: those of one size stay in the order of their numbers.
    largest.sort_by_key(|&index| std::cmp::Reverse(lineup.streams(index).len()));
    largest.truncate(MERGES_MAX);
    largest.retain(|&index| lineup.streams(index).len() > 1);
    let merge = |index| {
        let streams = lineup.streams(index).map(|stream| Stream {
            name: stream.name.to_owned(),
            group: stream.group.to_owned(),
            score: stream.score,
            reason: stream.reason,
        });
        Merge {
            name: lineup.get(index).map_or("", |it| it.name).to_owned(),
            streams: streams.collect(),
        }
    };
    largest.into_iter().map(merge).collect()
}
