//! From the bytes of one list to the entries of one import.

use std::{ops::ControlFlow, path::PathBuf};

use lineup::{Full, Importer, SourceKey};
use playlist::{Limits, Reader, Summary};

use crate::{Error, shape::Shaper};

/// A reader, and an importer behind it.
pub(crate) struct Collector<'a> {
    reader: Reader,
    sink: Sink<'a>,
}

struct Sink<'a> {
    importer: Importer,
    source: SourceKey<'a>,
    /// The folder of a list that is a file and may name others: what relative paths begin at.
    folder: Option<PathBuf>,
    shaper: Option<Shaper>,
    /// Whether rules have left entries out.
    leaves_out: bool,
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
            reader: Reader::new(Limits {
                names_files,
                ..limits
            }),
            sink: Sink {
                importer: Importer::new(bytes_max),
                source,
                folder,
                shaper: None,
                leaves_out: false,
                full: None,
            },
        }
    }

    /// Entries go through these rules.
    pub(crate) fn shaped(mut self, shaper: Shaper) -> Self {
        self.sink.shaper = Some(shaper);
        self
    }

    /// Entries so far.
    pub(crate) fn entries(&self) -> usize {
        self.sink.importer.len()
    }

    /// Takes a piece. `Break` once the importer is full: the rest need not be read.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<ControlFlow<()>, Error> {
        let Self { reader, sink } = self;
        match reader.push(bytes, &mut |entry| sink.take(&entry)) {
            Ok(()) => Ok(ControlFlow::Continue(())),
            Err(playlist::Error::Stopped) => Ok(ControlFlow::Break(())),
            Err(error) => Err(error.into()),
        }
    }

    /// The end of a list that came whole, as far as the transfer knows; gzip may know better.
    pub(crate) fn finish(self) -> Result<Collected, Error> {
        let Self { reader, mut sink } = self;
        if sink.full.is_some() {
            return Ok(sink.collected(None));
        }
        match reader.finish(&mut |entry| sink.take(&entry)) {
            Ok(_) if sink.importer.is_empty() && sink.full.is_none() && !sink.leaves_out => {
                Err(Error::NoChannels)
            }
            Ok(summary) => Ok(sink.collected(Some(&summary))),
            Err(playlist::Error::Stopped) => Ok(sink.collected(None)),
            Err(error) => Err(error.into()),
        }
    }

    /// The end of a list whose transfer broke off. What stands in its last line may be half an
    /// address, which leads nowhere or elsewhere: it is left out.
    pub(crate) fn finish_cut(self, why: String) -> Result<Collected, Error> {
        let Self { reader, sink } = self;
        match reader.finish(&mut |_| ControlFlow::Continue(())) {
            Ok(summary) if !sink.importer.is_empty() => {
                let collected = sink.collected(Some(&summary));
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
        let shaper = self.shaper.as_ref();
        let shaped = shaper.map(|shaper| shaper.shape(self.source.name, entry));
        let added = match &shaped {
            None => self.importer.add(self.source, entry, None),
            // A rule leaves it out.
            Some(None) => {
                self.leaves_out = true;
                return ControlFlow::Continue(());
            }
            Some(Some(shaped)) => {
                let entry = &playlist::Entry {
                    name: &shaped.name,
                    group: &shaped.group,
                    tvg_id: &shaped.tvg_id,
                    logo: &shaped.logo,
                    ..*entry
                };
                self.importer.add(self.source, entry, shaped.numbers)
            }
        };
        match added {
            Ok(()) => ControlFlow::Continue(()),
            Err(full) => {
                self.full = Some(full);
                ControlFlow::Break(())
            }
        }
    }

    fn collected(self, summary: Option<&Summary>) -> Collected {
        let is_whole = summary.is_none_or(|summary| summary.is_whole);
        let cut = match &self.full {
            Some(full) => Some(full.to_string()),
            None if is_whole => None,
            None => Some("the gzip file ends early or is damaged".to_owned()),
        };
        Collected {
            entries: self.importer.len(),
            importer: self.importer,
            warnings: summary.map(warnings).unwrap_or_default(),
            cut,
        }
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
