//! A program that runs: its output, its words, and its end.
//!
//! Its pipes are not on the reactor: they are looked at on the beat, as connections are.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, Read as _};
use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;

use super::error::{Error, Outcome};
use super::floor::Place;
use super::guard::code_of_guard;
use super::profile::Profile;
use super::words::Words;

/// Capacity of the pipe: 75 ms at 27 Mbit/s. It stands in the plan in the place of an upstream's
/// receive buffer, which is as large.
const PIPE_BYTES: i32 = 256 * 1024;
/// Of the environment, what a command may need and what is no secret of Dipole's.
const ENVIRONMENT: [&str; 11] = [
    "PATH",
    "HOME",
    "LANG",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
];
const PATH_DEFAULT: &str = "/usr/local/bin:/usr/bin:/bin";
/// How long the guard may take to sweep up. Some milliseconds are usual.
const SWEEP_MAX: Duration = Duration::from_millis(300);
/// How long what was killed may take to be gone.
const DYING_MAX: Duration = Duration::from_millis(500);
const LOOK: Duration = Duration::from_millis(1);
/// Reads of standard error in one look, together twice what its pipe holds: a command that floods it
/// is not listened to for ever.
const LISTENS_MAX: usize = 32;

/// What a look at the output gave.
pub(super) enum Read {
    Bytes(usize),
    NothingYet,
    End,
}

/// A program that runs. Dropping it kills it and what it has started, and waits until they are gone.
#[derive(Debug)]
pub(super) struct Process {
    /// `None` once it was reaped or left behind.
    child: Option<Child>,
    stdout: ChildStdout,
    stderr: ChildStderr,
    /// Its guard reads this; that it is closed, by us or by our death, is the sign to sweep up.
    lifeline: Option<ChildStdin>,
    is_guarded: bool,
    words: Words,
    place: Place,
}

impl Process {
    pub(super) fn start(profile: &Profile, url: &str, user_agent: &str) -> Result<Self, Error> {
        let floor = profile.floor();
        let place = floor.take().ok_or(Error::AllInUse { max: floor.max() })?;
        let program = find(profile.program()).ok_or_else(|| Error::Absent {
            name: profile.name().to_owned(),
            program: profile.program().to_owned(),
        })?;
        let failed = |cause| Error::Start {
            name: profile.name().to_owned(),
            cause,
        };
        let arguments = profile.arguments(url, user_agent);
        let guard = profile.guard();
        let mut child = command(guard, &program, &arguments)
            .spawn()
            .map_err(failed)?;
        let (lifeline, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdout), Some(stderr)) = (stdout, stderr) else {
            return Err(failed(io::Error::other("it has no pipes")));
        };
        let process = Self {
            child: Some(child),
            stdout,
            stderr,
            lifeline,
            is_guarded: !guard.is_empty(),
            words: Words::new(profile.name(), url),
            place,
        };
        process.set_pipes().map_err(failed)?;
        Ok(process)
    }

    fn set_pipes(&self) -> io::Result<()> {
        // A machine with little room for pipes leaves it at 64 KiB: then it is read more often.
        let _ = fcntl(&self.stdout, FcntlArg::F_SETPIPE_SZ(PIPE_BYTES));
        do_not_block(&self.stdout)?;
        do_not_block(&self.stderr)
    }

    /// Reads what has been put out.
    pub(super) fn read(&mut self, room: &mut [u8]) -> io::Result<Read> {
        match self.stdout.read(room) {
            Ok(0) => Ok(Read::End),
            Ok(count) => Ok(Read::Bytes(count)),
            Err(error) if is_nothing_yet(&error) => Ok(Read::NothingYet),
            Err(error) => Err(error),
        }
    }

    /// Reads what has been said.
    pub(super) fn listen(&mut self) {
        self.words.look();
        let mut room = [0; 4096];
        for _ in 0..LISTENS_MAX {
            match self.stderr.read(&mut room) {
                Ok(count @ 1..) => self.words.push(room.get(..count).unwrap_or_default()),
                // What a command says is not worth a stream.
                Ok(0) | Err(_) => return,
            }
        }
    }

    pub(super) fn last_words(&self) -> Option<String> {
        self.words.last()
    }

    /// How it ended, if it has.
    pub(super) fn outcome(&self) -> Option<Outcome> {
        match self.status()? {
            WaitStatus::Exited(_, code) if self.is_guarded => Some(code_of_guard(code)),
            WaitStatus::Exited(_, code) => Some(Outcome::Code(code)),
            WaitStatus::Signaled(_, signal, _) => Some(Outcome::Signal(signal as i32)),
            _ => None,
        }
    }

    /// Looks without reaping: as long as the dead leader is there, its number, which is also that of
    /// the group, is nobody else's.
    fn status(&self) -> Option<WaitStatus> {
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        waitid(Id::Pid(pid(self.child.as_ref()?)?), flags).ok()
    }

    fn is_gone_within(&self, max: Duration) -> bool {
        let until = Instant::now() + max;
        loop {
            if self.outcome().is_some() {
                return true;
            }
            if Instant::now() > until {
                return false;
            }
            thread::sleep(LOOK);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        if self.is_guarded {
            self.is_gone_within(SWEEP_MAX);
        }
        if let Some(group) = self.child.as_ref().and_then(pid) {
            // That the group is empty is how it mostly is behind a guard.
            let _ = killpg(group, Signal::SIGKILL);
        }
        self.is_gone_within(DYING_MAX);
        if let Some(mut child) = self.child.take()
            && matches!(child.try_wait(), Ok(None))
        {
            tracing::warn!(pid = child.id(), "a command was killed and does not die");
            self.place.leave_behind(child);
        }
    }
}

fn command(guard: &[OsString], program: &Path, arguments: &[String]) -> Command {
    let mut command = match guard {
        [first, rest @ ..] => {
            let mut command = Command::new(first);
            command.args(rest).arg(program).stdin(Stdio::piped());
            command
        }
        [] => {
            let mut command = Command::new(program);
            command.stdin(Stdio::null());
            command
        }
    };
    command
        .args(arguments)
        .env_clear()
        .envs(kept(&|name| env::var_os(name)))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    command
}

fn kept(environment: &dyn Fn(&str) -> Option<OsString>) -> Vec<(&'static str, OsString)> {
    let mut kept: Vec<_> = ENVIRONMENT
        .into_iter()
        .filter_map(|name| Some((name, environment(name)?)))
        .collect();
    if !kept.iter().any(|(name, _)| *name == "PATH") {
        kept.push(("PATH", PATH_DEFAULT.into()));
    }
    kept
}

/// The program's file: as a shell would find it, and nothing where it would not.
fn find(program: &str) -> Option<PathBuf> {
    if program.contains('/') {
        return Some(PathBuf::from(program)).filter(|file| is_program(file));
    }
    let path = env::var_os("PATH").unwrap_or_else(|| PATH_DEFAULT.into());
    find_in(&path, program)
}

fn find_in(path: &OsStr, program: &str) -> Option<PathBuf> {
    env::split_paths(path)
        // A program that lies where somebody happened to start Dipole is none.
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(program))
        .find(|file| is_program(file))
}

fn is_program(file: &Path) -> bool {
    let metadata = file.metadata();
    metadata.is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

fn pid(child: &Child) -> Option<Pid> {
    i32::try_from(child.id()).ok().map(Pid::from_raw)
}

fn do_not_block(pipe: &impl AsFd) -> io::Result<()> {
    let flags = OFlag::from_bits_retain(fcntl(pipe, FcntlArg::F_GETFL)?);
    fcntl(pipe, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
    Ok(())
}

fn is_nothing_yet(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_is_what_a_command_needs() {
        let ours = |name: &str| match name {
            "HOME" => Some("/home/x".into()),
            "https_proxy" => Some("http://p:1".into()),
            _ => None,
        };
        let kept = kept(&ours);
        let names: Vec<_> = kept.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["HOME", "https_proxy", "PATH"]);
    }

    #[test]
    fn programs_are_found_as_a_shell_does() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("text"), "x").unwrap();
        std::fs::create_dir(folder.path().join("folder")).unwrap();
        let path =
            env::join_paths([Path::new("/nowhere"), folder.path(), Path::new("/bin")]).unwrap();
        assert!(find_in(&path, "sh").is_some());
        for none in ["text", "folder", "no-such-program", "../bin"] {
            assert_eq!(find_in(&path, none), None, "{none}");
        }
        assert_eq!(find_in(OsStr::new(".:"), "sh"), None);
        assert!(find("/bin/sh").is_some() && find("/bin/no-such").is_none());
    }
}
