//! The part of an import that computes and writes: one run of one thread that may block.

use std::{sync::Arc, time::SystemTime};

use bytes::Bytes;
use desk::SourceSettings;
use lineup::Lineup;
use store::{Import, List, ListWriter, SourceState, Store, WRITER_BYTES};
use tokio::sync::mpsc;

use crate::{
    Config, Error,
    collect::{Collected, Collector, Folder},
    config,
    fetch::Validators,
    panel::LiveList,
    progress::{Gauge, Phase},
    rebuild::{self, Rebuild, Rebuilt},
    rules::RuleBook,
    shrink,
};

/// What the thread is given to read, in order. A channel that closes without an `End` means that
/// nobody wants the import any more.
pub(crate) enum Piece {
    /// What the bytes are to be read with, where they are a panel's; comes first.
    Panel(Box<LiveList>),
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
    /// Number of the source.
    pub(crate) index: u16,
    pub(crate) config: Arc<Config>,
    pub(crate) store: Arc<Store>,
    pub(crate) rules: RuleBook,
    /// The lineup that the import changes.
    pub(crate) previous: Arc<Lineup>,
    /// What is known of the source.
    pub(crate) state: SourceState,
    /// Whether a list is taken however much it has shrunk.
    pub(crate) accept_shrink: bool,
    /// How far it has come, for whoever watches.
    pub(crate) gauge: Arc<Gauge>,
}

/// How an import ended well.
pub(crate) enum Ended {
    /// The list is the one that the store has. The new state of the source, which is not stored yet.
    Unchanged(SourceState),
    Imported(Done),
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
    pub(crate) fn run(self, mut pieces: mpsc::Receiver<Piece>) -> Result<Ended, Error> {
        let (collected, validators) = self.collect(&mut pieces)?;
        let held = self.held();
        let Collected {
            sink,
            mut warnings,
            cut,
            guides,
        } = collected;
        if let (Some(why), true) = (&cut, held > 0) {
            // A part of a list is better than nothing, and worse than the whole one of yesterday.
            let why = why.clone();
            return Err(Error::Cut { why, held });
        }
        let mut list = sink.finish();
        let state = self.next_state(&list, validators, guides);
        let before = &self.state;
        if cut.is_none() && before.list == state.list {
            return Ok(Ended::Unchanged(state));
        }
        if !self.accept_shrink {
            shrink::check(before, &state)?;
        }
        let rebuilt = self.rebuild(&list, held)?;
        let full = rebuilt.cut.as_ref().map(|(_, full)| full.to_string());
        if let Some((entries, _)) = rebuilt.cut {
            list = list.first(entries);
        }
        for why in cut.into_iter().chain(full) {
            let missing = format!("the list is not whole ({why}); channels are missing");
            warnings.insert(0, missing);
        }
        if rebuilt.duplicates > 0 {
            let duplicates = rebuilt.duplicates;
            warnings.push(format!("{duplicates} entries are the same as another one"));
        }
        let is_whole = rebuilt.cut.is_none();
        let state = SourceState {
            entries: list.entries(),
            list: Some(list.hash()),
            ..if is_whole { state } else { unvalidated(state) }
        };
        self.save(rebuilt, &list, state, warnings)
    }

    /// The state of the source once it has this list.
    fn next_state(&self, list: &List, validators: Validators, guides: Vec<String>) -> SourceState {
        SourceState {
            url: self.source().url.clone().unwrap_or_default(),
            etag: validators.etag,
            last_modified: validators.last_modified,
            last_success: Some(SystemTime::now()),
            error: String::new(),
            entries: list.entries(),
            list: Some(list.hash()),
            guides,
        }
    }

    fn rebuild(&self, list: &List, held: usize) -> Result<Rebuilt, Error> {
        let may_cut = self.state.list.is_none();
        let rebuild = Rebuild {
            config: &self.config,
            store: &self.store,
            rules: &self.rules,
            decisions: Arc::new(self.store.load_decisions()?),
            fresh: Some((self.index, list)),
            may_cut,
        };
        match rebuild.run() {
            Err(Error::Full(full)) if !may_cut => Err(Error::Cut {
                why: full.to_string(),
                held,
            }),
            rebuilt => rebuilt,
        }
    }

    fn save(
        &self,
        rebuilt: Rebuilt,
        list: &List,
        state: SourceState,
        warnings: Vec<String>,
    ) -> Result<Ended, Error> {
        self.gauge.enter(Phase::Storing);
        let saved = self.store.save_import(&Import {
            lineup: &rebuilt.lineup,
            known: &rebuilt.known,
            sources: &self.config.sources.deriving().collect::<Vec<_>>(),
            choices: rebuilt.choices,
            states: &[(self.index, state.clone())],
            list: Some((self.index, list)),
        })?;
        tracing::info!(
            source = %self.source().name, entries = state.entries, channels = rebuilt.lineup.len(),
            written = saved.channels_written, removed = saved.channels_removed,
            pieces = saved.pieces_written, "imported"
        );
        Ok(Ended::Imported(Done {
            lineup: rebuilt.lineup,
            state,
            warnings,
        }))
    }

    fn source(&self) -> &SourceSettings {
        &self.config.sources[usize::from(self.index)]
    }

    /// Channels that the source has.
    fn held(&self) -> usize {
        let channels = rebuild::channels_of(&self.previous);
        channels.get(usize::from(self.index)).copied().unwrap_or(0)
    }

    fn collect(
        &self,
        pieces: &mut mpsc::Receiver<Piece>,
    ) -> Result<(Collected<ListWriter>, Validators), Error> {
        // The other half is for the lineup that is made of it.
        let bytes_max = (self.config.import_bytes_max / 2).saturating_sub(WRITER_BYTES);
        let writer = ListWriter::new(bytes_max);
        let folder = Folder(config::folder(self.source()));
        let mut collector = Collector::new(self.config.limits, folder, writer);
        loop {
            match pieces.blocking_recv().ok_or(Error::Aborted)? {
                Piece::Panel(list) => collector.read_panel(list),
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
    collector: Collector<ListWriter>,
    validators: Validators,
) -> Result<(Collected<ListWriter>, Validators), Error> {
    let collected = collector.finish()?;
    let validators = match collected.cut {
        None => validators,
        Some(_) => Validators::default(),
    };
    Ok((collected, validators))
}

fn unvalidated(state: SourceState) -> SourceState {
    SourceState {
        etag: String::new(),
        last_modified: String::new(),
        ..state
    }
}
