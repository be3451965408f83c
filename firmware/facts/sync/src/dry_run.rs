//! An import without a store or a network, to see what would come of a list.

use std::io::Read;

use lineup::{ChannelId, EntryText, Importer, Known, Lineup, Reason, SourceKey, Verdict};
use playlist::Limits;

use crate::{
    Error, RulesConfig,
    collect::{Collector, Folder, Sink},
    shape::Shaper,
};

/// Bytes read at a time.
const PIECE_BYTES: usize = 64 << 10;

/// What would come of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Entries in the list.
    pub entries: usize,
    /// Of these, the ones that rules leave out.
    pub left_out: usize,
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
    /// The channel of each entry, in the order of the list; `None` of one that is left out.
    pub clusters: Vec<Option<ChannelId>>,
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
    shaper: Shaper,
    /// Whether each entry is in the importer.
    is_kept: Vec<bool>,
}

impl Sink for Alone<'_> {
    fn take(&mut self, entry: EntryText<'_>) -> Result<(), String> {
        if self.is_kept.len() == Importer::ENTRIES_MAX {
            return Err(format!("more than {} entries", Importer::ENTRIES_MAX));
        }
        let added = self.importer.add(self.source, entry, &self.shaper);
        let verdict = added.map_err(|full| full.to_string())?;
        self.is_kept.push(verdict == Verdict::Keep);
        Ok(())
    }

    fn entries(&self) -> u64 {
        self.is_kept.len() as u64
    }
}

/// Imports the list that `list` reads as the source of this name, into at most `bytes_max` bytes,
/// through these rules.
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
    let alone = Alone {
        importer: Importer::new(bytes_max),
        source: SourceKey {
            index: 0,
            name: source,
            priority: 0,
        },
        shaper: rules.ready()?,
        is_kept: Vec::new(),
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
    let Alone {
        importer, is_kept, ..
    } = collected.sink;
    let left_out = is_kept.len() - importer.len();
    let imported = importer.finish(Known::new(), None);
    let mut kept = imported.clusters.into_iter();
    let clusters = is_kept
        .iter()
        .map(|&it| if it { kept.next() } else { None });
    Ok(Report {
        entries: is_kept.len(),
        left_out,
        channels: imported.lineup.len(),
        surplus: imported.lineup.len() + imported.backups - imported.lineup.all_streams().len(),
        merges: merges(&imported.lineup),
        duplicates: imported.duplicates,
        backups: imported.backups,
        clusters: clusters.collect(),
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
