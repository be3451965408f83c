//! The audience: many clients in one process, swept on a tick so that their wake-ups are not on the
//! server's account.
//!
//! Most clients have their bytes thrown away inside the kernel; one in [`Config::check_every`] is
//! read and checked. A joiner comes and goes on a thread of its own and takes times.

mod client;
mod config;
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
    time::Instant,
};

use nix::sys::resource::{Resource, getrlimit, setrlimit};

pub(crate) use config::{Config, Error};
use fleet::Fleet;
use joiner::Joins;
use report::Report;
use server::{Cost, Server};

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
