//! cargo-deny: licences, registries, duplicate versions (`deny.toml`).
//!
//! The advisory database is left out on purpose: fetching it needs a network that a build machine
//! may not have, and a result that changes by the day does not belong in a gate.

use std::path::PathBuf;

use crate::command::Command;
use crate::tally::Tally;
use crate::workspace;

/// The version that `deny.toml` was written for.
const VERSION: &str = "0.20.2";

/// Checks the dependency tree; installs cargo-deny under `target/tools` where it is missing.
pub(crate) fn check() -> Tally {
    let Some(program) = installed().or_else(install) else {
        println!("remedy: `cargo install --locked cargo-deny`, then try again");
        return Tally::one(false);
    };
    let args = ["--all-features", "check", "bans", "licenses", "sources"];
    Command::new(program, args)
        .remedy("drop the dependency, or add a dated and reasoned entry to deny.toml")
        .check()
}

fn tools() -> PathBuf {
    workspace::root().join("target/tools")
}

fn installed() -> Option<PathBuf> {
    let candidates = [tools().join("bin/cargo-deny"), PathBuf::from("cargo-deny")];
    candidates
        .into_iter()
        .find(|program| Command::new(program, ["--version"]).quiet().succeeds())
}

/// A debug build: it compiles in half the time, and runs once.
fn install() -> Option<PathBuf> {
    println!("cargo-deny is missing: installing {VERSION} under target/tools");
    let args = ["install", "--quiet", "--locked", "--debug", "cargo-deny"];
    Command::cargo(args)
        .args(["--version", VERSION, "--root", "target/tools"])
        .succeeds()
        .then(|| tools().join("bin/cargo-deny"))
}
