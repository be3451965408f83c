//! Orders about sources.

use std::{fmt, num::ParseIntError, str::FromStr};

use crate::Answer;

/// The lasting number of a source. Channels and streams name their source by it; it stays over
/// restarts and renames, and is given to another source only after its own is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u16);

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for SourceId {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// What can be asked of sources.
#[derive(Debug)]
pub enum SourceOrder {
    /// Read the list of one source now, or those of all. Answered as soon as it is due, not when it
    /// has been read.
    Refresh {
        /// Which; `None` for all.
        source: Option<SourceId>,
        /// That it is due.
        answer: Answer<()>,
    },
    /// Break off the reading that is going on; its channels stay as they were.
    Cancel {
        /// Which.
        source: SourceId,
        /// That it has ended.
        answer: Answer<()>,
    },
}
