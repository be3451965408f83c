//! Why a client does not get a stream, in the words of a HDHomeRun.

use std::net::IpAddr;

/// A request for a stream is refused. Shown as the value of `X-HDHomeRun-Error`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// `/tunerK` with a K that there is not.
    #[error("801 Unknown Channel")]
    UnknownTuner,
    /// The asked tuner plays another channel or is locked by another client.
    #[error("804 Tuner In Use")]
    TunerInUse,
    /// No tuner is free, or the provider allows no further connection.
    #[error("805 All Tuners In Use")]
    AllTunersInUse,
    /// The stream cannot be opened; the text says why, for the log and the page.
    #[error("806 Tune Failed")]
    TuneFailed(String),
    /// The stream was opened and nothing playable came in time.
    #[error("807 No Video Data")]
    NoVideoData,
}

impl Refusal {
    /// The number in front.
    #[must_use]
    pub fn code(&self) -> u16 {
        match self {
            Self::UnknownTuner => 801,
            Self::TunerInUse => 804,
            Self::AllTunersInUse => 805,
            Self::TuneFailed(_) => 806,
            Self::NoVideoData => 807,
        }
    }
}

/// A tuner is locked, or streaming to somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("resource locked by {0}")]
pub struct LockedBy(pub IpAddr);
