//! How much of an audience, and why there is none.

use std::{io, time::Duration};

/// How often every client's socket is emptied.
pub(super) const SWEEP: Duration = Duration::from_millis(20);

/// How much of an audience.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// Channel N is at URL N.
    pub(crate) urls: Vec<String>,
    /// Clients, spread evenly over the channels.
    pub(crate) clients: usize,
    /// Further clients that ask and then read nothing.
    pub(crate) stalled: usize,
    /// One in so many clients is read and checked.
    pub(crate) check_every: usize,
    /// Whether a stream that ends is asked for again instead of counted as an error.
    pub(crate) is_again: bool,
    /// Whose costs are read: this process and its children.
    pub(crate) server_pid: u32,
    /// Between the last connect and the window.
    pub(crate) warmup: Duration,
    /// Over which is counted.
    pub(crate) window: Duration,
    /// Behind the window, for who wants to look at the server under load.
    pub(crate) after: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            urls: Vec::new(),
            clients: 100,
            stalled: 0,
            check_every: 10,
            is_again: false,
            server_pid: 0,
            warmup: Duration::from_secs(4),
            window: Duration::from_secs(30),
            after: Duration::ZERO,
        }
    }
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The command line is not enough.
    #[error("load needs --pid and at least one URL of the form http://127.0.0.1:PORT/PATH")]
    Asked,
    /// `/proc` did not tell.
    #[error("what the server costs cannot be read: {0}")]
    Server(io::Error),
    /// The report could not be printed.
    #[error("the report could not be printed: {0}")]
    Print(#[from] io::Error),
}
