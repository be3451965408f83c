//! From the bytes of one list to the entries of one import.

use std::{ops::ControlFlow, path::PathBuf};

use lineup::{Full, Importer, SourceKey};
use playlist::{Limits, Reader};

use crate::{
    Error,
    panel::LiveList,
    syntax::{Ended, Syntax},
};

/// A reader, and an importer behind it.
pub(crate) struct Collector<'a> {
    syntax: Syntax,
    sink: Sink<'a>,
}

struct Sink<'a> {
    importer: Importer,
    source: SourceKey<'a>,
    /// The folder of a list that is a file and may name others: what relative paths begin at.
    folder: Option<PathBuf>,
    full: Option<Full>,
}

/// A list that was read to its end, or as far as it went.
pub(crate) struct Collected {
    pub(crate) importer: Importer,
    pub(crate) entries: usize,
    pub(crate) warnings: Vec<String>,
    /// Why entries may be missing at the end.
    pub(crate) cut: Option<String>,
}

impl<'a> Collector<'a> {
    pub(crate) fn new(source: SourceKey<'a>, limits: Limits, bytes_max: usize) -> Self {
        Self::of_file(source, limits, bytes_max, None)
    }

    /// `folder`: that of a list which is a local file; it may name local files.
    pub(crate) fn of_file(
        source: SourceKey<'a>,
        limits: Limits,
        bytes_max: usize,
        folder: Option<PathBuf>,
    ) -> Self {
        let names_files = folder.is_some();
        Self {
            syntax: Syntax::Playlist(Box::new(Reader::new(Limits {
                names_files,
                ..limits
            }))),
            sink: Sink {
                importer: Importer::new(bytes_max),
                source,
                folder,
                full: None,
            },
        }
    }

    /// Entries so far.
    pub(crate) fn entries(&self) -> usize {
        self.sink.importer.len()
    }

    /// The list is a panel's live streams. To be said before the first byte.
    pub(crate) fn read_panel(&mut self, list: Box<LiveList>) {
        self.syntax = Syntax::Panel(list);
    }

    /// Takes a piece. `Break` once the importer is full: the rest need not be read.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<ControlFlow<()>, Error> {
        let Self { syntax, sink } = self;
        syntax.push(bytes, &mut |entry| sink.take(entry))
    }

    /// The end of a list that came whole, as far as the transfer knows; the list may know better.
    pub(crate) fn finish(self) -> Result<Collected, Error> {
        let Self { syntax, mut sink } = self;
        if sink.full.is_some() {
            return Ok(sink.collected(Ended::default()));
        }
        let ended = syntax.finish(&mut |entry| sink.take(entry))?;
        if sink.importer.is_empty() && sink.full.is_none() {
            return Err(Error::NoChannels);
        }
        Ok(sink.collected(ended))
    }

    /// The end of a list whose transfer broke off. What stands in its last line may be half an
    /// address, which leads nowhere or elsewhere: it is left out.
    pub(crate) fn finish_cut(self, why: String) -> Result<Collected, Error> {
        let Self { syntax, sink } = self;
        match syntax.finish(&mut |_| ControlFlow::Continue(())) {
            Ok(ended) if !sink.importer.is_empty() => {
                let collected = sink.collected(ended);
                Ok(Collected {
                    cut: Some(why),
                    ..collected
                })
            }
            // That the little which came is no list says less than why there is no more of it.
            _ => Err(Error::Cut { why, held: 0 }),
        }
    }
}

impl Sink<'_> {
    fn take(&mut self, entry: &playlist::Entry<'_>) -> ControlFlow<()> {
        let path = self.folder.as_ref().filter(|_| !entry.url.contains("://"));
        let path = path.map(|folder| folder.join(entry.url).display().to_string());
        let entry = &playlist::Entry {
            url: path.as_deref().unwrap_or(entry.url),
            ..*entry
        };
        match self.importer.add(self.source, entry) {
            Ok(()) => ControlFlow::Continue(()),
            Err(full) => {
                self.full = Some(full);
                ControlFlow::Break(())
            }
        }
    }

    fn collected(self, ended: Ended) -> Collected {
        let full = self.full.map(|full| full.to_string());
        Collected {
            entries: self.importer.len(),
            importer: self.importer,
            warnings: ended.warnings,
            cut: full.or_else(|| ended.cut.map(str::to_owned)),
        }
    }
}
