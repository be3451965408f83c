//! What a program that ends has cost.
//!
//! From a process as small as this one: a child is booked the resident memory that its parent had
//! at the fork, and a Python interpreter's would hide that of the program.

use std::{
    io,
    process::{Command, Stdio},
    time::Instant,
};

use nix::sys::{
    resource::{UsageWho, getrusage},
    time::TimeValLike as _,
};
use serde::Serialize;

/// Time and memory from start to end.
#[derive(Debug, Serialize)]
pub(crate) struct Cost {
    is_success: bool,
    wall_s: f64,
    cpu_s: f64,
    peak_rss_bytes: i64,
}

/// Runs a program to its end; what it prints is thrown away.
pub(crate) fn run(command: &mut Command) -> io::Result<Cost> {
    let began = Instant::now();
    let status = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()?;
    let wall_s = began.elapsed().as_secs_f64();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let cpu = usage.user_time() + usage.system_time();
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    Ok(Cost {
        is_success: status.success(),
        wall_s,
        cpu_s: cpu.num_microseconds() as f64 / 1e6,
        peak_rss_bytes: usage.max_rss() * 1024,
    })
}
