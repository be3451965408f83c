//! The part of an import that computes and writes: one run of one thread that may block.

use std::{sync::Arc, time::SystemTime};

use bytes::Bytes;
use lineup::{Lineup, SourceKey};
use store::{Import, SourceState, Store};
use tokio::sync::mpsc;

use crate::{
    Config, Error,
    collect::{Collected, Collector},
    config,
    fetch::Validators,
    merge::{self, Merged},
    progress::{Gauge, Phase},
    rules::RuleBook,
};

/// What the thread is given to read, in order. A channel that closes without an `End` means that
/// nobody wants the import any more.
pub(crate) enum Piece {
    Bytes(Bytes),
    End {
        /// Of the list just read.
        validators: Validators,
        /// Why the transfer broke off, where it did.
        cut: Option<String>,
    },
}

/// One import of one source.
pub(crate) struct Job {
    pub(crate) index: usize,
    pub(crate) config: Arc<Config>,
    pub(crate) store: Arc<Store>,
    pub(crate) rules: RuleBook,
    /// The lineup that the import changes.
    pub(crate) previous: Arc<Lineup>,
    /// How far it has come, for whoever watches.
    pub(crate) gauge: Arc<Gauge>,
}

/// An import that has been stored and may be published.
pub(crate) struct Done {
    pub(crate) lineup: Lineup,
    /// The new state of the source.
    pub(crate) state: SourceState,
    pub(crate) warnings: Vec<String>,
}

impl Job {
    /// Reads until the end, decides, and stores. After an error nothing has changed.
    pub(crate) fn run(self, mut pieces: mpsc::Receiver<Piece>) -> Result<Done, Error> {
        let key = self.place();
        let (collected, validators) = self.collect(key, &mut pieces)?;
        let held = merge::held(&self.previous, key);
        let mut warnings = accept(&collected, held)?;

        let entries = collected.entries as u64;
        let known = self.store.load_numbers()?;
        let importer = collected.importer;
        let merged = merge::merge(importer, key, &self.previous, known, &self.config)?;
        let Merged {
            lineup,
            numbers,
            duplicates,
        } = merged;
        if duplicates > 0 {
            warnings.push(format!("{duplicates} entries are the same as another one"));
        }
        let source = &self.config.sources[self.index];
        let state = SourceState {
            url: source.url.clone().unwrap_or_default(),
            etag: validators.etag,
            last_modified: validators.last_modified,
            last_success: Some(SystemTime::now()),
            error: String::new(),
            entries,
        };
        self.gauge.enter(Phase::Storing);
        let saved = self.store.save_import(&Import {
            lineup: &lineup,
            numbers: &numbers,
            sources: &[(key, state.clone())],
        })?;
        let channels = merge::held(&lineup, key);
        tracing::info!(
            source = %source.name, entries, channels,
            written = saved.channels_written, removed = saved.channels_removed, "imported"
        );
        Ok(Done {
            lineup,
            state,
            warnings,
        })
    }

    fn place(&self) -> u16 {
        u16::try_from(self.index).expect("a configuration holds at most 65,534 sources")
    }

    fn collect(
        &self,
        index: u16,
        pieces: &mut mpsc::Receiver<Piece>,
    ) -> Result<(Collected, Validators), Error> {
        let source = &self.config.sources[self.index];
        let key = SourceKey {
            index,
            name: &source.name,
        };
        let Config {
            limits,
            import_bytes_max,
            ..
        } = *self.config;
        let folder = config::folder(source);
        let mut collector =
            Collector::of_file(key, limits, import_bytes_max, folder).shaped(self.rules.ready()?);
        loop {
            match pieces.blocking_recv().ok_or(Error::Aborted)? {
                Piece::Bytes(bytes) => {
                    let flow = collector.push(&bytes)?;
                    self.gauge.entries(collector.entries());
                    if flow.is_break() {
                        return Ok((collector.finish()?, Validators::default()));
                    }
                }
                Piece::End { cut: Some(why), .. } => {
                    return Ok((collector.finish_cut(why)?, Validators::default()));
                }
                Piece::End {
                    cut: None,
                    validators,
                } => return finish(collector, validators),
            }
        }
    }
}

/// A list with a part missing must be read again, whatever its validators say.
fn finish(
    collector: Collector<'_>,
    validators: Validators,
) -> Result<(Collected, Validators), Error> {
    let collected = collector.finish()?;
    let validators = match collected.cut {
        None => validators,
        Some(_) => Validators::default(),
    };
    Ok((collected, validators))
}

/// Whether a list takes the place of the `held` channels that its source has, and with what
/// warnings: a part of a list is better than nothing, and worse than the whole one of yesterday.
fn accept(collected: &Collected, held: usize) -> Result<Vec<String>, Error> {
    let mut warnings = Vec::new();
    if let Some(why) = &collected.cut {
        let why = why.clone();
        if held > 0 {
            return Err(Error::Cut { why, held });
        }
        warnings.push(format!(
            "the list is not whole ({why}); channels are missing"
        ));
    }
    warnings.extend(collected.warnings.iter().cloned());
    Ok(warnings)
}
