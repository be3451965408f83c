//! From the bytes of one list to its entries.

use std::{ops::ControlFlow, path::PathBuf};

use lineup::EntryText;
use playlist::{Limits, Reader};
use store::ListWriter;

use crate::{
    Error,
    panel::LiveList,
    syntax::{Ended, Syntax},
};

/// Where the entries of a list go.
pub(crate) trait Sink {
    /// Takes an entry, or says why no further one fits.
    fn take(&mut self, entry: EntryText<'_>) -> Result<(), String>;
    /// Entries taken so far.
    fn entries(&self) -> u64;
}

impl Sink for ListWriter {
    fn take(&mut self, entry: EntryText<'_>) -> Result<(), String> {
        self.push(&entry).map_err(|full| full.to_string())
    }

    fn entries(&self) -> u64 {
        Self::entries(self)
    }
}

/// A reader, and what takes its entries behind it.
pub(crate) struct Collector<S> {
    syntax: Syntax,
    folder: Folder,
    sink: S,
    /// Why no further entry fits.
    full: Option<String>,
}

/// The folder of a list that is a file and may name others: what relative paths begin at.
#[derive(Default)]
pub(crate) struct Folder(pub(crate) Option<PathBuf>);

/// A list that was read to its end, or as far as it went.
pub(crate) struct Collected<S> {
    pub(crate) sink: S,
    pub(crate) warnings: Vec<String>,
    /// Why entries may be missing at the end.
    pub(crate) cut: Option<String>,
    /// Addresses of guides that the head of the list names.
    pub(crate) guides: Vec<String>,
}

impl<S: Sink> Collector<S> {
    /// A list that lies in `folder` may name files there.
    pub(crate) fn new(limits: Limits, folder: Folder, sink: S) -> Self {
        let names_files = folder.0.is_some();
        Self {
            syntax: Syntax::Playlist(Box::new(Reader::new(Limits {
                names_files,
                ..limits
            }))),
            folder,
            sink,
            full: None,
        }
    }

    /// Entries so far.
    pub(crate) fn entries(&self) -> u64 {
        self.sink.entries()
    }

    /// The list is a panel's live streams. To be said before the first byte.
    pub(crate) fn read_panel(&mut self, list: Box<LiveList>) {
        self.syntax = Syntax::Panel(list);
    }

    /// Takes a piece. `Break` once the sink is full: the rest need not be read.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<ControlFlow<()>, Error> {
        let Self {
            syntax,
            folder,
            sink,
            full,
        } = self;
        syntax.push(bytes, &mut |entry| take(entry, folder, sink, full))
    }

    /// The end of a list that came whole, as far as the transfer knows; the list may know better.
    pub(crate) fn finish(self) -> Result<Collected<S>, Error> {
        let Self {
            syntax,
            folder,
            mut sink,
            mut full,
        } = self;
        if full.is_some() {
            return Ok(collected(sink, full, Ended::default()));
        }
        let ended = syntax.finish(&mut |entry| take(entry, &folder, &mut sink, &mut full))?;
        if sink.entries() == 0 && full.is_none() {
            return Err(Error::NoChannels);
        }
        Ok(collected(sink, full, ended))
    }

    /// The end of a list whose transfer broke off. What stands in its last line may be half an
    /// address, which leads nowhere or elsewhere: it is left out.
    pub(crate) fn finish_cut(self, why: String) -> Result<Collected<S>, Error> {
        let Self { syntax, sink, .. } = self;
        match syntax.finish(&mut |_| ControlFlow::Continue(())) {
            Ok(ended) if sink.entries() > 0 => Ok(Collected {
                cut: Some(why),
                ..collected(sink, None, ended)
            }),
            // That the little which came is no list says less than why there is no more of it.
            _ => Err(Error::Cut { why, held: 0 }),
        }
    }
}

fn take(
    entry: &playlist::Entry<'_>,
    folder: &Folder,
    sink: &mut impl Sink,
    full: &mut Option<String>,
) -> ControlFlow<()> {
    let path = folder.0.as_ref().filter(|_| !entry.url.contains("://"));
    let path = path.map(|folder| folder.join(entry.url).display().to_string());
    let mut entry = EntryText::from(entry);
    if let Some(path) = path {
        entry.url = path.into();
    }
    match sink.take(entry) {
        Ok(()) => ControlFlow::Continue(()),
        Err(why) => {
            *full = Some(why);
            ControlFlow::Break(())
        }
    }
}

fn collected<S>(sink: S, full: Option<String>, ended: Ended) -> Collected<S> {
    Collected {
        sink,
        warnings: ended.warnings,
        cut: full.or_else(|| ended.cut.map(str::to_owned)),
        guides: ended.guides,
    }
}
