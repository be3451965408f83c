//! The steps of CI in their order, cheap ones first, and the closing line.

use std::process::ExitCode;
use std::time::Instant;

use crate::command::Command;
use crate::findings::report;
use crate::tally::Tally;
use crate::{deny, imports, tests, tidy};

/// A step: its name on the command line and what it does. A step that is one check counts as one.
type Step = (&'static str, fn() -> Tally);

const STEPS: &[Step] = &[
    ("format", format),
    ("tidy", || report(tidy::check())),
    ("imports", || report(imports::check())),
    ("scripts", scripts),
    ("lint", lint),
    ("test", tests::workspace),
    ("loom", tests::loom),
    ("miri", tests::miri),
    ("deny", deny::check),
    ("e2e", tests::end_to_end),
];

/// Every step, for `cargo xtask ci`.
pub(crate) fn names() -> Vec<&'static str> {
    STEPS.iter().map(|(name, _)| *name).collect()
}

/// Runs the named steps, all of them even when one fails, and prints the closing line.
pub(crate) fn run(names: &[&str]) -> ExitCode {
    let mut total = Tally::default();
    for name in names {
        let Some((_, step)) = STEPS.iter().find(|(known, _)| known == name) else {
            eprintln!("no task named `{name}`; run `cargo xtask` for the list");
            return ExitCode::from(2);
        };
        println!("== {name}");
        let start = Instant::now();
        let tally = step();
        println!("== {name}: {tally} in {} s", start.elapsed().as_secs());
        total += tally;
    }
    println!("{total}");
    total.exit_code()
}

fn format() -> Tally {
    Command::cargo(["fmt", "--all", "--check"])
        .remedy("run `cargo xtask fmt`")
        .check()
}

fn lint() -> Tally {
    Command::cargo([
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ])
    .remedy("mend what clippy names; an exception needs `#[expect(.., reason = \"..\")]`")
    .check()
}

fn scripts() -> Tally {
    let files = [
        "scripts/run",
        "scripts/test",
        "scripts/lib/machine.sh",
        "scripts/lib/packages.sh",
        "scripts/bench",
        "scripts/make-test-channel",
        ".ci/run",
    ];
    if !Command::new("shellcheck", ["--version"]).quiet().succeeds() {
        println!("skipped: shellcheck is not installed (apt-get install shellcheck)");
        return Tally::skipped(1);
    }
    Command::new("shellcheck", ["--external-sources"])
        .args(files)
        .remedy("mend what shellcheck names")
        .check()
}
