//! Why a catalogue could not be read. These texts stand on the page: they name no password.

use sync::HostCause;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// No host gave what was asked for; the last one's reason.
    #[error("the panel cannot be used: {0}")]
    Host(HostCause),
    /// What came is no list of titles.
    #[error("{0}")]
    Answer(#[from] xtream::Error),
    /// The list ends in the middle.
    #[error("the list ends in the middle: what there was stays")]
    Cut,
    /// Most of it is gone.
    #[error(
        "the list has {now} titles and had {before}: it is held back; set accept_shrink on the source to take it"
    )]
    Shrunk {
        /// Before.
        before: u64,
        /// Now.
        now: u64,
    },
    /// It took too long.
    #[error("the list was not complete after {} minutes", crate::limits::READ_TIME_MAX.as_secs() / 60)]
    TooSlow,
    /// It could not be stored.
    #[error("the list could not be stored: {0}")]
    Store(#[from] store::Error),
    /// Nobody wants it any more.
    #[error("the reading was broken off")]
    Aborted,
}
