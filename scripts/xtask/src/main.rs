//! The task runner: everything CI does, as one command that works the same on any machine.
//!
//! A module per task. What does not belong here: anything the daemon needs, and anything that
//! installs programs on the machine (`scripts/test` does that, and says so).
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a task runner speaks on the terminal"
)]

mod ci;
mod command;
mod deny;
mod findings;
mod imports;
mod modules;
mod tally;
mod tests;
mod tidy;
mod tokens;
mod workspace;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask <task>
  ci        everything below, closing with the line `N passed, N failed[, N skipped]`
  fmt       format all code
  tidy      lengths, headers, words and paths that do not belong in the tree
  imports   the table of allowed imports, and no circle of files inside a crate
  lint      clippy on everything, warnings are errors
  test      unit, property and documentation tests
  loom      the ring under every interleaving
  miri      the ring under Miri, where the nightly toolchain has it
  deny      licences, registries, duplicate versions
  scripts   shellcheck on our shell scripts
  e2e       the real daemon with real clients in network namespaces (needs root)";

fn main() -> ExitCode {
    let tasks: Vec<String> = std::env::args().skip(1).collect();
    if tasks.is_empty() {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    }
    let names: Vec<&str> = tasks.iter().map(String::as_str).collect();
    match names.as_slice() {
        ["fmt"] => command::Command::cargo(["fmt", "--all"]).exit_code(),
        ["ci"] => ci::run(&ci::names()),
        names => ci::run(names),
    }
}
