//! The audience: many clients in one process, swept on a tick so that their wake-ups are not on the
//! server's account.
//!
//! Most clients have their bytes thrown away inside the kernel; one in [`Config::check_every`] is
//! read and checked. A joiner comes and goes on a thread of its own and takes times.

mod client;
mod fleet;
mod joiner;
mod report;
mod server;

use std::{
    io::{self, Write as _},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use fleet::Fleet;
use joiner::Joins;
use report::Report;
use server::{Cost, Server};

/// How often every client's socket is emptied.
const SWEEP: Duration = Duration::from_millis(20);

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

/// Loads a server and prints the report. A line `window over` precedes it where
/// [`Config::after`] is set.
pub(crate) fn run(config: &Config) -> Result<(), Error> {
    if config.server_pid == 0 || config.urls.is_empty() {
        return Err(Error::Asked);
    }
    raise_descriptor_limit();
    let server = Server::new(config.server_pid);
    let idle = server.cost().map_err(Error::Server)?;
    let mut fleet = Fleet::new(config)?;
    fleet.connect_all();
    fleet.sweep_for(config.warmup);

    let is_over = Arc::new(AtomicBool::new(false));
    let joiner = {
        let (urls, is_over) = (config.urls.clone(), Arc::clone(&is_over));
        thread::spawn(move || Joins::take(&urls, &is_over))
    };
    fleet.begin_window();
    let (before, began) = (server.cost().map_err(Error::Server)?, Instant::now());
    fleet.sweep_for(config.window);
    let after = server.cost().map_err(Error::Server)?;
    let window = began.elapsed();
    is_over.store(true, Ordering::Relaxed);

    let cost = Cost::over(&idle, &before, &after);
    let mut report = Report::new(&mut fleet, window, &cost);
    let mut out = io::stdout();
    if !config.after.is_zero() {
        writeln!(out, "window over")?;
        out.flush()?;
        fleet.sweep_for(config.after);
    }
    report.joins = joiner.join().unwrap_or_default().summary();
    serde_json::to_writer(&mut out, &report).map_err(io::Error::from)?;
    writeln!(out)?;
    Ok(())
}

/// A descriptor for each client; what is refused shows as a client that cannot connect.
fn raise_descriptor_limit() {
    if let Ok((_, hard)) = getrlimit(Resource::RLIMIT_NOFILE) {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, hard.min(65_536), hard);
    }
}
