//! The guard of a command: a process of Dipole's own between Dipole and the command.
//!
//! A process group ends where somebody calls `setsid`, a parent's death signal
//! (`PR_SET_PDEATHSIG`) reaches children and no grandchildren, and neither helps when Dipole is
//! killed with `SIGKILL`. The guard is the *subreaper* (prctl(2), `PR_SET_CHILD_SUBREAPER`) of all
//! that the command starts, so that nothing of it can get away, and its standard input is a pipe
//! from Dipole, whose end it sees when Dipole closes it or dies in whatever way. Then, and when the
//! command itself ends, it kills everything that is left and ends with the command's status.
//!
//! It holds no stream: the command writes into Dipole's pipe directly.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::process::{Command, ExitCode, Stdio};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::prctl::set_child_subreaper;
use nix::sys::signal::{SigSet, Signal, kill};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, dup2_stdout};

use super::error::Outcome;

/// The first argument that makes a program of ours the guard of the others.
pub const GUARD: &str = "guard";

/// As shells say it: ended by signal `n` is 128 + n, and what cannot be run is 126.
const SIGNAL_BASE: i32 = 128;
const CANNOT_RUN: u8 = 126;
/// The highest signal of Linux.
const SIGNAL_MAX: i32 = 64;

/// Runs the command of these words and sweeps up behind it.
pub fn guard(words: impl Iterator<Item = OsString>) -> ExitCode {
    match run(words) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            let _: io::Result<()> = writeln!(io::stderr(), "{error}");
            ExitCode::from(CANNOT_RUN)
        }
    }
}

/// What the guard's exit code says of its command.
pub(super) fn code_of_guard(code: i32) -> Outcome {
    match code - SIGNAL_BASE {
        signal @ 1..=SIGNAL_MAX => Outcome::Signal(signal),
        _ => Outcome::Code(code),
    }
}

fn run(mut words: impl Iterator<Item = OsString>) -> io::Result<u8> {
    let program = words
        .next()
        .ok_or_else(|| io::Error::other("guard: there is no command"))?;
    set_child_subreaper(true)?;
    // Told to end are commands by Dipole, which the same signal has reached; the standard library
    // takes the mask off again in what it starts.
    let mut mask = SigSet::empty();
    mask.extend([
        Signal::SIGCHLD,
        Signal::SIGTERM,
        Signal::SIGINT,
        Signal::SIGHUP,
    ]);
    mask.thread_block()?;
    let signals = SignalFd::with_flags(&mask, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)?;
    let child = Command::new(program)
        .args(words)
        .stdin(Stdio::null())
        .spawn()?;
    let child = Pid::from_raw(i32::try_from(child.id()).map_err(io::Error::other)?);
    // The output ends when the command closes it.
    dup2_stdout(File::options().write(true).open("/dev/null")?)?;
    let watched = watch(child, &signals);
    sweep();
    watched
}

/// Waits for the end of the command, or of Dipole.
fn watch(child: Pid, signals: &SignalFd) -> io::Result<u8> {
    let lifeline = io::stdin();
    loop {
        let mut descriptors = [
            PollFd::new(lifeline.as_fd(), PollFlags::POLLIN),
            PollFd::new(signals.as_fd(), PollFlags::POLLIN),
        ];
        match poll(&mut descriptors, PollTimeout::NONE) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        let [of_dipole, of_signals] = descriptors.map(|it| it.any().unwrap_or(false));
        if of_dipole && io::stdin().read(&mut [0])? == 0 {
            return Ok(0);
        }
        if of_signals {
            while signals.read_signal()?.is_some() {}
        }
        if let Some(code) = reap(child) {
            return Ok(code);
        }
    }
}

/// Takes note of all that have ended; the exit code if the command is among them.
fn reap(child: Pid) -> Option<u8> {
    loop {
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::Exited(pid, code)) if pid == child => return u8::try_from(code).ok(),
            Ok(WaitStatus::Signaled(pid, signal, _)) if pid == child => {
                return u8::try_from(SIGNAL_BASE + signal as i32).ok();
            }
            Ok(WaitStatus::StillAlive) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

/// Kills all descendants, until there are none: what loses its parent becomes a child of ours.
fn sweep() {
    loop {
        for pid in descendants(Pid::this()) {
            // One that has gone meanwhile is what is wanted.
            let _ = kill(pid, Signal::SIGKILL);
        }
        match waitpid(None, None) {
            Ok(_) => {
                while matches!(waitpid(None, Some(WaitPidFlag::WNOHANG)), Ok(ended) if ended.pid().is_some())
                {
                }
            }
            Err(Errno::EINTR) => {}
            Err(_) => return,
        }
    }
}

/// All that were started by `ancestor` or by one of those, as /proc has it now.
fn descendants(ancestor: Pid) -> Vec<Pid> {
    let parents: Vec<(Pid, Pid)> = processes().collect();
    let mut found = vec![ancestor];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        let children = parents.iter().filter(|(_, of)| *of == parent);
        found.extend(children.map(|(pid, _)| *pid));
        next += 1;
    }
    found.remove(0);
    found
}

/// Each process and its parent.
fn processes() -> impl Iterator<Item = (Pid, Pid)> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| {
        let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        Some((Pid::from_raw(pid), Pid::from_raw(parent_in(&stat)?)))
    })
}

/// The fourth field of /proc/PID/stat (proc(5)); the second one, the name, may hold anything.
fn parent_in(stat: &str) -> Option<i32> {
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_ascii_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parent_is_read_behind_any_name() {
        for (stat, parent) in [
            ("12 (ffmpeg) S 7 12 12 0", Some(7)),
            ("12 (a) S 9 (b) R 7 12", Some(7)),
            ("12 (ffmpeg) S", None),
            ("", None),
        ] {
            assert_eq!(parent_in(stat), parent, "{stat}");
        }
    }

    #[test]
    fn a_guard_tells_how_its_command_ended() {
        assert_eq!(code_of_guard(0), Outcome::Code(0));
        assert_eq!(code_of_guard(126), Outcome::Code(126));
        assert_eq!(code_of_guard(128 + 9), Outcome::Signal(9));
        assert_eq!(code_of_guard(255), Outcome::Code(255));
    }

    #[test]
    fn descendants_are_found() {
        let mut child = Command::new("sh")
            .args(["-c", "sleep 1000 & echo $!; wait"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = [0; 16];
        let count = child.stdout.take().unwrap().read(&mut line).unwrap();
        let sleeper: i32 = String::from_utf8_lossy(&line[..count])
            .trim()
            .parse()
            .unwrap();
        let found = descendants(Pid::this());
        let child_pid = Pid::from_raw(i32::try_from(child.id()).unwrap());
        assert!(found.contains(&child_pid) && found.contains(&Pid::from_raw(sleeper)));
        kill(Pid::from_raw(sleeper), Signal::SIGKILL).unwrap();
        child.wait().unwrap();
    }
}
