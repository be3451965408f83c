//! `dipole guard`: nothing that a command has started is left behind, however it tries to get away.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(10);

/// Starts a guard over a script that notes its processes in `pids`.
fn guarded(folder: &Path, script: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_dipole"))
        .args(["guard", "sh", "-c", script])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the guard starts")
}

fn alive(folder: &Path) -> Vec<String> {
    let pids = fs::read_to_string(folder.join("pids")).unwrap_or_default();
    let is_alive = |pid: &&str| Path::new("/proc").join(pid).exists();
    pids.split_whitespace()
        .filter(is_alive)
        .map(ToOwned::to_owned)
        .collect()
}

fn await_that(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        std::thread::yield_now();
    }
}

/// Ignores signals, leaves its process group, loses its parents.
const RUNAWAYS: &str = "trap '' TERM INT HUP; echo $$ >> pids; \
    setsid sh -c 'trap \"\" TERM HUP; echo $$ >> pids; sleep 1000 & echo $! >> pids; wait' & \
    (setsid sh -c 'echo $$ >> pids; exec sleep 1000' &) ; wait";

#[test]
fn what_a_command_started_dies_when_its_lifeline_is_cut() {
    let folder = tempfile::tempdir().unwrap();
    let mut guard = guarded(folder.path(), RUNAWAYS);
    await_that("four processes", || alive(folder.path()).len() == 4);
    drop(guard.stdin.take());
    guard.wait().unwrap();
    // Not a moment later: who waits for the guard has waited for all.
    assert_eq!(alive(folder.path()), Vec::<String>::new());
}

#[test]
fn a_guard_is_not_talked_out_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut guard = guarded(folder.path(), RUNAWAYS);
    await_that("four processes", || alive(folder.path()).len() == 4);
    for signal in ["-TERM", "-INT", "-HUP"] {
        Command::new("kill")
            .args([signal, &guard.id().to_string()])
            .status()
            .unwrap();
    }
    assert!(guard.try_wait().unwrap().is_none());
    assert_eq!(alive(folder.path()).len(), 4);
    drop(guard.stdin.take());
    guard.wait().unwrap();
    assert_eq!(alive(folder.path()), Vec::<String>::new());
}

#[test]
fn a_command_that_ends_takes_its_children_along() {
    for (script, code) in [
        (
            "echo $$ >> pids; setsid sleep 1000 & echo $! >> pids; exit 7",
            7,
        ),
        ("sleep 1000 & echo $! >> pids; kill -9 $$", 128 + 9),
        ("exec /no/such/program 2>/dev/null", 127),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut guard = guarded(folder.path(), script);
        // Else `wait` would close it.
        let _lifeline = guard.stdin.take();
        assert_eq!(guard.wait().unwrap().code(), Some(code), "{script}");
        assert_eq!(alive(folder.path()), Vec::<String>::new(), "{script}");
    }
}

#[test]
fn what_cannot_be_run_is_told() {
    for words in [&["guard"][..], &["guard", "/no/such/program"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_dipole"))
            .args(words)
            .stdin(Stdio::piped())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(126));
        assert!(!output.stderr.is_empty());
    }
}
