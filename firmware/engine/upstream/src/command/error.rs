//! Why a command brings no stream. No text here holds an address's secrets.

use std::fmt;
use std::io;

use crate::kind::Kind;

/// A command brings no stream, or no longer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such program.
    #[error(
        "the command {name} needs the program {program}, which is not on this machine: install it, or correct `run` in its [[command]]"
    )]
    Absent {
        /// The profile.
        name: String,
        /// What was looked for.
        program: String,
    },
    /// The program is there and does not start.
    #[error("the command {name} cannot be started: {cause}")]
    Start {
        /// The profile.
        name: String,
        /// From the kernel.
        cause: io::Error,
    },
    /// An address that no command gets.
    #[error("the command {name} does not get this address: {reason}")]
    Address {
        /// The profile.
        name: String,
        /// Why.
        reason: String,
    },
    /// As many commands run as may.
    #[error("{max} commands run already, one for each tuner: no further one is started")]
    AllInUse {
        /// How many may run.
        max: usize,
    },
    /// The output is something else.
    #[error(
        "the command {name} puts out {kind}: it must write a transport stream to its standard output (ffmpeg: -f mpegts -)"
    )]
    NotTransportStream {
        /// The profile.
        name: String,
        /// What it is.
        kind: Kind,
    },
    /// Nothing came for too long.
    #[error("the command {name} has put out nothing for {seconds} s{}", said(last.as_deref()))]
    Silent {
        /// The profile.
        name: String,
        /// For how long.
        seconds: u64,
        /// Its last line of standard error.
        last: Option<String>,
    },
    /// The pipe is broken.
    #[error("the output of the command {name} cannot be read: {cause}")]
    Read {
        /// The profile.
        name: String,
        /// From the kernel.
        cause: io::Error,
    },
    /// It ended.
    #[error(
        "the command {name} {outcome}{}: try its `run` by hand; DIPOLE_LOG=debug logs all it says",
        said(last.as_deref())
    )]
    Ended {
        /// The profile.
        name: String,
        /// How.
        outcome: Outcome,
        /// Its last line of standard error.
        last: Option<String>,
    },
    /// The ring takes nothing more.
    #[error(transparent)]
    Ingest(#[from] ingest::Error),
}

impl Error {
    /// Whether the same command may work a little later without anybody changing a setting.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Absent { .. } | Self::Start { .. } | Self::Address { .. } => false,
            Self::AllInUse { .. }
            | Self::NotTransportStream { .. }
            | Self::Silent { .. }
            | Self::Read { .. }
            | Self::Ended { .. }
            | Self::Ingest(_) => true,
        }
    }
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// By itself.
    Code(i32),
    /// By a signal.
    Signal(i32),
    /// It runs on and has closed its output.
    ClosedItsOutput,
}

impl Outcome {
    /// Whether it ended as a stream does that is over.
    pub(super) const fn is_good(self) -> bool {
        matches!(self, Self::Code(0))
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "ended with code {code}"),
            Self::Signal(signal) => write!(f, "was ended by signal {signal}"),
            Self::ClosedItsOutput => f.write_str("closed its output"),
        }
    }
}

/// A profile that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// Too few or too many arguments.
    #[error("the program and its arguments, 1 to 64")]
    Count,
    /// No name, or one that cannot be shown.
    #[error("an argument that is no text, or longer than 4096 bytes")]
    Argument,
    /// `{url}` is missing.
    #[error("one argument must hold {{url}}, the address of the stream")]
    NoUrl,
    /// The program itself would come from the playlist.
    #[error("the program may not hold {{url}} or {{user_agent}}: a playlist would choose it")]
    ProgramFilled,
    /// A shell would read the address.
    #[error(
        "a shell may get {{url}} and {{user_agent}} only as arguments of their own behind its script: [\"sh\", \"-c\", \"… \\\"$1\\\"\", \"sh\", \"{{url}}\"]"
    )]
    Shell,
}

fn said(last: Option<&str>) -> String {
    last.map(|line| format!(" ({line})")).unwrap_or_default()
}
