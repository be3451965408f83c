//! From the bytes of one list to its entries.

use std::{ops::ControlFlow, path::PathBuf};

use lineup::EntryText;
use playlist::{Limits, Reader, Summary};
use store::ListWriter;

use crate::Error;

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
    reader: Reader,
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
}

impl<S: Sink> Collector<S> {
    /// A list that lies in `folder` may name files there.
    pub(crate) fn new(limits: Limits, folder: Folder, sink: S) -> Self {
        let names_files = folder.0.is_some();
        Self {
            reader: Reader::new(Limits {
                names_files,
                ..limits
            }),
            folder,
            sink,
            full: None,
        }
    }

    /// Entries so far.
    pub(crate) fn entries(&self) -> u64 {
        self.sink.entries()
    }

    /// Takes a piece. `Break` once the sink is full: the rest need not be read.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<ControlFlow<()>, Error> {
        let Self {
            reader,
            folder,
            sink,
            full,
        } = self;
        match reader.push(bytes, &mut |entry| take(&entry, folder, sink, full)) {
            Ok(()) => Ok(ControlFlow::Continue(())),
            Err(playlist::Error::Stopped) => Ok(ControlFlow::Break(())),
            Err(error) => Err(error.into()),
        }
    }

    /// The end of a list that came whole, as far as the transfer knows; gzip may know better.
    pub(crate) fn finish(self) -> Result<Collected<S>, Error> {
        let Self {
            reader,
            folder,
            mut sink,
            mut full,
        } = self;
        if full.is_some() {
            return Ok(collected(sink, full, None));
        }
        match reader.finish(&mut |entry| take(&entry, &folder, &mut sink, &mut full)) {
            Ok(_) if sink.entries() == 0 && full.is_none() => Err(Error::NoChannels),
            Ok(summary) => Ok(collected(sink, full, Some(&summary))),
            Err(playlist::Error::Stopped) => Ok(collected(sink, full, None)),
            Err(error) => Err(error.into()),
        }
    }

    /// The end of a list whose transfer broke off. What stands in its last line may be half an
    /// address, which leads nowhere or elsewhere: it is left out.
    pub(crate) fn finish_cut(self, why: String) -> Result<Collected<S>, Error> {
        let Self { reader, sink, .. } = self;
        match reader.finish(&mut |_| ControlFlow::Continue(())) {
            Ok(summary) if sink.entries() > 0 => Ok(Collected {
                cut: Some(why),
                ..collected(sink, None, Some(&summary))
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

fn collected<S>(sink: S, full: Option<String>, summary: Option<&Summary>) -> Collected<S> {
    let is_whole = summary.is_none_or(|summary| summary.is_whole);
    let cut = match full {
        Some(full) => Some(full),
        None if is_whole => None,
        None => Some("the gzip file ends early or is damaged".to_owned()),
    };
    Collected {
        sink,
        warnings: summary.map(warnings).unwrap_or_default(),
        cut,
    }
}

/// The warnings of a list, and how many more there were.
fn warnings(summary: &Summary) -> Vec<String> {
    let mut texts: Vec<String> = summary
        .warnings
        .first
        .iter()
        .map(ToString::to_string)
        .collect();
    let more = summary.warnings.count.saturating_sub(texts.len() as u64);
    if more > 0 {
        texts.push(format!("and {more} more"));
    }
    texts
}
