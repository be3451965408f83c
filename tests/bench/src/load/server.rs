//! What a server costs: CPU and memory of its processes, TCP memory of the kernel.

use std::{collections::HashSet, fs, io};

/// Parts of a second in which `/proc/PID/stat` counts (proc(5): `sysconf(_SC_CLK_TCK)`, 100 on
/// every Linux that Dipole runs on).
const TICKS_PER_SECOND: u64 = 100;
/// Bytes of a page, in which `/proc/net/sockstat` counts TCP memory.
const PAGE_BYTES: u64 = 4096;

/// A server by its first process.
pub(crate) struct Server {
    pid: u32,
}

/// What it has cost at one moment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reading {
    cpu_ticks: u64,
    processes: usize,
    rss_bytes: u64,
    pss_bytes: u64,
    anonymous_bytes: u64,
    tcp_bytes: u64,
}

/// What it cost over a window.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub(crate) struct Cost {
    /// User and system time of all its processes.
    pub(crate) cpu_s: f64,
    processes: usize,
    rss_bytes: u64,
    pss_bytes: u64,
    /// Of the resident pages those that stand for no file.
    anonymous_bytes: u64,
    /// The same before the first client.
    rss_idle_bytes: u64,
    /// What the kernel's TCP holds more than before the first client: of both ends and of
    /// everything else on the machine.
    tcp_grown_bytes: u64,
}

impl Cost {
    /// The difference of two readings, beside the one before any client.
    pub(crate) fn over(idle: &Reading, before: &Reading, after: &Reading) -> Self {
        let ticks = after.cpu_ticks.saturating_sub(before.cpu_ticks);
        #[expect(clippy::cast_precision_loss, reason = "ticks of a window are few")]
        Self {
            cpu_s: ticks as f64 / TICKS_PER_SECOND as f64,
            processes: after.processes,
            rss_bytes: after.rss_bytes,
            pss_bytes: after.pss_bytes,
            anonymous_bytes: after.anonymous_bytes,
            rss_idle_bytes: idle.rss_bytes,
            tcp_grown_bytes: after.tcp_bytes.saturating_sub(idle.tcp_bytes),
        }
    }
}

impl Server {
    /// The server whose first process this is.
    pub(crate) fn new(pid: u32) -> Self {
        Self { pid }
    }

    /// Reads what it has cost so far.
    pub(crate) fn cost(&self) -> io::Result<Reading> {
        let mut reading = Reading {
            tcp_bytes: tcp_bytes()?,
            ..Reading::default()
        };
        for (_, cpu_ticks, pid) in self.processes()? {
            reading.processes += 1;
            reading.cpu_ticks += cpu_ticks;
            let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
            reading.rss_bytes += kilobytes(&rollup, "Rss:");
            reading.pss_bytes += kilobytes(&rollup, "Pss:");
            reading.anonymous_bytes += kilobytes(&rollup, "Anonymous:");
        }
        if reading.processes == 0 {
            return Err(io::Error::new(
                io::ErrorKind::NotFound,
                "the server is gone",
            ));
        }
        Ok(reading)
    }

    /// (parent, CPU ticks, pid) of the process and all below it.
    fn processes(&self) -> io::Result<Vec<(u32, u64, u32)>> {
        let mut all: Vec<_> = fs::read_dir("/proc")?
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
            .filter_map(|pid| stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?))
            .collect();
        let mut family = HashSet::from([self.pid]);
        loop {
            let before = family.len();
            let below = all.iter().filter(|(parent, _, _)| family.contains(parent));
            let below: Vec<u32> = below.map(|(_, _, pid)| *pid).collect();
            family.extend(below);
            if family.len() == before {
                break;
            }
        }
        all.retain(|(_, _, pid)| family.contains(pid));
        Ok(all)
    }
}

/// (parent, utime + stime, pid) of a line of `/proc/PID/stat`: fields 4, 14 + 15 and 1 of proc(5).
fn stat(line: &str) -> Option<(u32, u64, u32)> {
    let pid = line.split(' ').next()?.parse().ok()?;
    // The name in parentheses may hold spaces and parentheses.
    let (_, rest) = line.rsplit_once(") ")?;
    let field = |number: usize| rest.split(' ').nth(number - 3);
    let parent = field(4)?.parse().ok()?;
    let user: u64 = field(14)?.parse().ok()?;
    let system: u64 = field(15)?.parse().ok()?;
    Some((parent, user + system, pid))
}

/// The figure of a line such as `Rss:   1234 kB`, in bytes.
fn kilobytes(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let figure = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    figure.unwrap_or(0) * 1024
}

/// `TCP: inuse 5 orphan 0 tw 0 alloc 8 mem 3` of `/proc/net/sockstat`: the last one, in bytes.
fn tcp_bytes() -> io::Result<u64> {
    let text = fs::read_to_string("/proc/net/sockstat")?;
    let line = text.lines().find(|line| line.starts_with("TCP:"));
    let pages = line.and_then(|line| line.split_whitespace().last()?.parse::<u64>().ok());
    Ok(pages.unwrap_or(0) * PAGE_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_spaces_does_not_shift_the_fields() {
        let line = "42 (a) b (c) S 7 42 42 0 -1 4194560 1 2 3 4 150 50 0 0 20 0 1 0";
        assert_eq!(stat(line), Some((7, 200, 42)));
        assert_eq!(kilobytes("Rss:    5 kB\nPss:    3 kB\n", "Pss:"), 3072);
    }

    #[test]
    fn this_process_is_one_and_has_memory() {
        let reading = Server::new(std::process::id()).cost().unwrap();
        assert!(reading.processes >= 1 && reading.rss_bytes > 0);
    }
}
