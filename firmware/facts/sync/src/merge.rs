//! One lineup of the channels just imported and those of all other sources.

use lineup::{Channel, Full, Imported, Importer, Lineup, LineupBuilder, Numbers, Remembered};
use store::Snapshot;

use crate::{Config, TestChannel, test_channel};

/// The lineup to publish, and the numbers to remember with it.
pub(crate) struct Merged {
    pub(crate) lineup: Lineup,
    pub(crate) numbers: Numbers,
    /// Entries that were the same as another.
    pub(crate) duplicates: usize,
}

/// Gives the collected entries of the source `index` their ids and numbers and puts them in the
/// place of what `previous` holds of that source.
///
/// Channels carried over keep id and number: both are in `known`, where no newcomer takes them. An
/// entry that is a stream of one of them is found to be so by what they have in common, gets its
/// id, and by that becomes its stream when both are joined.
pub(crate) fn merge(
    importer: Importer,
    index: u16,
    previous: &Lineup,
    mut known: Numbers,
    config: &Config,
) -> Result<Merged, Full> {
    for channel in others(previous, index) {
        let row = remembered(&channel, &known);
        known.insert(Remembered {
            key: channel.key(),
            ..row
        });
    }
    let test = match config.test_channel {
        TestChannel::Always => Some(test_channel::beside(&mut known)),
        TestChannel::Auto | TestChannel::Never => None,
    };
    let Imported {
        lineup,
        mut numbers,
        duplicates,
        ..
    } = importer
        .numbered(config.numbering.clone(), false)
        .finish_beside(&known, previous);
    let kept = others(previous, index)
        // Two sources whose hashes agree, once in many years: the newer keeps the id.
        .filter(|stream| {
            let imported = lineup.by_id(stream.id);
            imported.is_none_or(|channel| channel.key() == stream.key())
        })
        .chain(test);
    for channel in kept.clone() {
        let row = Remembered {
            last_seen: numbers.generation(),
            ..remembered(&channel, &known)
        };
        numbers.insert(row);
    }
    let joined = join(&lineup, kept, config)?;
    Ok(Merged {
        lineup: joined.unwrap_or(lineup),
        numbers,
        duplicates,
    })
}

/// Both together; `None` where the imported lineup is all there is, since a copy costs as much
/// memory again.
fn join<'a>(
    imported: &Lineup,
    mut kept: impl Iterator<Item = Channel<'a>> + Clone,
    config: &Config,
) -> Result<Option<Lineup>, Full> {
    if kept.clone().next().is_none() {
        return imported.is_empty().then(|| lonely(config)).transpose();
    }
    let mut builder = LineupBuilder::new(config.lineup_bytes_max);
    for stream in imported.all_streams() {
        builder.push(stream)?;
    }
    kept.try_for_each(|channel| builder.push(channel))?;
    Ok(Some(builder.build()))
}

/// The lineup before any source has channels.
pub(crate) fn lonely(config: &Config) -> Result<Lineup, Full> {
    let mut builder = LineupBuilder::new(config.lineup_bytes_max);
    match config.test_channel {
        TestChannel::Auto | TestChannel::Always => builder.push(test_channel::alone())?,
        TestChannel::Never => {}
    }
    Ok(builder.build())
}

/// The lineup of the last run, under the configuration of this one: sources may be gone with their
/// channels. `test` is the test channel where it stays beside others.
pub(crate) fn restore(
    snapshot: &Snapshot,
    test: Option<Channel<'_>>,
    config: &Config,
) -> Result<Lineup, Full> {
    let mut builder = LineupBuilder::new(config.lineup_bytes_max);
    let mut count = 0;
    for stream in snapshot.lineup.all_streams() {
        if config.sources.is_enabled(stream.source) {
            builder.push(stream)?;
            count += 1;
        }
    }
    match test {
        Some(test) => builder.push(test)?,
        None if count == 0 => return lonely(config),
        None => {}
    }
    Ok(builder.build())
}

/// Whether a stream belongs into the lineup: the test channel's, and those of sources that are there.
pub(crate) fn belongs(stream: &Channel<'_>, config: &Config) -> bool {
    stream.source == Channel::BUILT_IN || config.sources.is_enabled(stream.source)
}

/// Channels that have a stream of the source `index`.
pub(crate) fn held(lineup: &Lineup, index: u16) -> usize {
    (0..lineup.len())
        .filter(|&place| {
            let mut streams = lineup.streams(place);
            streams.any(|stream| stream.source == index)
        })
        .count()
}

/// Streams of all sources but `index`. The test channel is no source's.
fn others(lineup: &Lineup, index: u16) -> impl Iterator<Item = Channel<'_>> + Clone {
    lineup
        .all_streams()
        .filter(move |stream| stream.source != index && stream.source != Channel::BUILT_IN)
}

/// What is known of a channel, or as much as it says itself.
fn remembered(channel: &Channel<'_>, known: &Numbers) -> Remembered {
    known.find(channel.id).unwrap_or(Remembered {
        id: channel.id,
        number: channel.number,
        last_seen: known.generation(),
        mark: 0,
        key: channel.key(),
    })
}
