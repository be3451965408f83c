//! What the bytes of a list are read with.

use std::ops::ControlFlow;

use playlist::{Entry, Reader, Summary};

use crate::{
    Error,
    panel::{LiveList, PanelError},
};

/// A reader of lists.
pub(crate) enum Syntax {
    /// M3U.
    Playlist(Box<Reader>),
    /// The live streams of a panel.
    Panel(Box<LiveList>),
}

/// How a list ended.
#[derive(Default)]
pub(crate) struct Ended {
    pub(crate) warnings: Vec<String>,
    /// Why entries may be missing at the end, as far as the list itself shows.
    pub(crate) cut: Option<&'static str>,
    /// Addresses of guides that the head of the list names.
    pub(crate) guides: Vec<String>,
}

/// Whoever takes the entries.
pub(crate) type Each<'a> = &'a mut dyn FnMut(&Entry<'_>) -> ControlFlow<()>;

impl Syntax {
    /// Takes a piece; `Break` where whoever takes the entries wants no more.
    pub(crate) fn push(&mut self, bytes: &[u8], each: Each<'_>) -> Result<ControlFlow<()>, Error> {
        match self {
            Self::Playlist(reader) => match reader.push(bytes, &mut |entry| each(&entry)) {
                Ok(()) => Ok(ControlFlow::Continue(())),
                Err(playlist::Error::Stopped) => Ok(ControlFlow::Break(())),
                Err(error) => Err(error.into()),
            },
            Self::Panel(list) => match list.push(bytes, each) {
                Ok(()) => Ok(ControlFlow::Continue(())),
                Err(xtream::Error::Stopped) => Ok(ControlFlow::Break(())),
                Err(error) => Err(PanelError::from(error).into()),
            },
        }
    }

    /// The end of the list, as far as it came.
    pub(crate) fn finish(self, each: Each<'_>) -> Result<Ended, Error> {
        match self {
            Self::Playlist(reader) => match reader.finish(&mut |entry| each(&entry)) {
                Ok(summary) => Ok(Ended {
                    warnings: warnings(&summary),
                    cut: (!summary.is_whole).then_some("the gzip file ends early or is damaged"),
                    guides: summary.guides,
                }),
                Err(playlist::Error::Stopped) => Ok(Ended::default()),
                Err(error) => Err(error.into()),
            },
            Self::Panel(list) => {
                let ended = list.finish().map_err(PanelError::from)?;
                Ok(Ended {
                    warnings: ended.warnings,
                    cut: (!ended.is_whole).then_some("the panel's answer ends in the middle"),
                    guides: Vec::new(),
                })
            }
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
