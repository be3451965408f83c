//! Orders about sources.

use std::{fmt, num::ParseIntError, str::FromStr};

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::{Answer, SourceSettings};

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
    /// Another source.
    Add {
        /// What it is.
        settings: Box<SourceSettings>,
        /// Its number.
        answer: Answer<SourceId>,
    },
    /// Other settings for a source that the API added.
    Change {
        /// Which.
        source: SourceId,
        /// All of them. What is shown in place of a secret stands for the secret that is kept.
        settings: Box<SourceSettings>,
        /// That they hold.
        answer: Answer<()>,
    },
    /// No such source any more, and none of its channels.
    Remove {
        /// Which.
        source: SourceId,
        /// That it is gone.
        answer: Answer<()>,
    },
    /// Take the list that the source comes with next even if much of it is gone.
    Accept {
        /// Which.
        source: SourceId,
        /// That it will be.
        answer: Answer<()>,
    },
    /// Read this list, for a source without an address.
    Upload {
        /// Which.
        source: SourceId,
        /// The list.
        list: ListPieces,
        /// That it has been read, and its channels are in the lineup.
        answer: Answer<()>,
    },
}

/// Pieces of an uploaded list that may wait to be read. Each is what came from the socket at once,
/// 16 KiB at most.
pub const LIST_PIECES_MAX: usize = 4;

/// An uploaded list on its way: from whoever receives it to whoever reads it.
#[must_use]
pub fn upload() -> (ListUpload, ListPieces) {
    let (sender, receiver) = mpsc::channel(LIST_PIECES_MAX);
    (ListUpload(sender), ListPieces(receiver))
}

/// Where the pieces of an uploaded list go.
#[derive(Debug)]
pub struct ListUpload(mpsc::Sender<Result<Option<Bytes>, String>>);

/// Where they come from.
#[derive(Debug)]
pub struct ListPieces(mpsc::Receiver<Result<Option<Bytes>, String>>);

impl ListUpload {
    /// Hands on a piece; `None` is the end, and an error the reason why there will be no end. Comes
    /// back when there is room for another one. `false` where nobody reads them any more.
    pub async fn push(&self, piece: Result<Option<Bytes>, String>) -> bool {
        self.0.send(piece).await.is_ok()
    }
}

impl ListPieces {
    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// Why the list is not whole.
    pub async fn next(&mut self) -> Result<Option<Bytes>, String> {
        let broken_off = || Err("the upload was broken off".to_owned());
        self.0.recv().await.unwrap_or_else(broken_off)
    }
}
