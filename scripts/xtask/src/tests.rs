//! The kinds of tests, each run by its own tool and counted alike.

use crate::command::Command;
use crate::tally::Tally;

/// What a test prints when what it needs is not on this machine.
const SKIP_MARK: &str = "skipped:";

/// Unit, property and documentation tests of all crates.
pub(crate) fn workspace() -> Tally {
    // Passing tests show their output too, so that a test which left itself out is seen and counted.
    cargo_test(["--workspace", "--no-fail-fast"], &["--show-output"])
}

/// By its path: rustls brings another package of this name.
const RING: &str = "firmware/engine/ring/Cargo.toml";

/// The ring under every interleaving that loom finds.
pub(crate) fn loom() -> Tally {
    let command = Command::cargo(["test", "--manifest-path", RING, "--test", "loom"])
        .args(["--release", "--target-dir", "target/loom"])
        .env("RUSTFLAGS", "--cfg loom")
        // A model check needs speed, not size: whole-program optimisation would cost a minute.
        .env("CARGO_PROFILE_RELEASE_LTO", "off");
    count(command)
}

/// The ring under Miri: the crate whose `unsafe` is about memory.
pub(crate) fn miri() -> Tally {
    if !nightly_miri().args(["--version"]).quiet().succeeds() {
        println!("skipped: no Miri here (rustup component add --toolchain nightly miri)");
        return Tally::skipped(1);
    }
    let command = nightly_miri()
        .args(["test", "--manifest-path", RING, "--lib"])
        .args(["--target-dir", "target/miri"])
        // Property tests are for the compiled run: Miri is a hundred times slower.
        .env("PROPTEST_CASES", "4")
        .env("MIRIFLAGS", "-Zmiri-disable-isolation");
    count(command)
}

/// The real daemon and real clients, in network namespaces.
pub(crate) fn end_to_end() -> Tally {
    let built = Command::cargo(["build", "--package", "dipole"]).succeeds();
    if !built {
        return Tally::one(false);
    }
    let mut total = Tally::default();
    let held = Command::new("python3", ["tests/e2e/run"]).succeeds_reading(|line| {
        println!("{line}");
        // The last line that counts is the sum.
        total = Tally::read(line).unwrap_or(total);
    });
    failed_without_a_count(total, held)
}

fn nightly_miri() -> Command {
    Command::new("rustup", ["run", "nightly", "cargo", "miri"])
}

fn cargo_test<'a>(args: impl IntoIterator<Item = &'a str>, test_args: &[&str]) -> Tally {
    let command = Command::cargo(["test"]).args(args).args(["--"]);
    count(command.args(test_args.iter().copied()))
}

/// Runs libtest and sums its `test result:` lines.
fn count(command: Command) -> Tally {
    let mut listing = Listing::default();
    let held = command.succeeds_reading(|line| listing.take(line));
    failed_without_a_count(listing.total, held)
}

/// A run that fails without a failed test did not compile, or crashed: that is one failure.
fn failed_without_a_count(mut total: Tally, held: bool) -> Tally {
    if !held && total.failed == 0 {
        total.failed = 1;
    }
    total
}

/// Follows libtest's output: prints what tells something, counts the rest.
#[derive(Default)]
struct Listing {
    total: Tally,
    in_successes: bool,
    skipped: u32,
}

impl Listing {
    fn take(&mut self, line: &str) {
        if line.starts_with("test result:") {
            self.close(line);
        } else if line == "successes:" {
            self.in_successes = true;
        } else if line == "failures:" {
            self.in_successes = false;
            println!("{line}");
        } else if line.starts_with(SKIP_MARK) {
            self.skipped += 1;
            println!("{line}");
        } else if !self.in_successes && !is_noise(line) {
            println!("{line}");
        }
    }

    fn close(&mut self, line: &str) {
        let mut tally = Tally::read(line).unwrap_or_default();
        // A test that left itself out returned, so libtest counts it as passed.
        let skipped = self.skipped.min(tally.passed);
        tally.passed -= skipped;
        tally.skipped += skipped;
        self.total += tally;
        self.in_successes = false;
        self.skipped = 0;
        println!("{line}");
    }
}

fn is_noise(line: &str) -> bool {
    line.is_empty() || line.starts_with("running ") || line.ends_with("... ok")
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn a_test_that_left_itself_out_counts_as_skipped() {
        let mut listing = Listing::default();
        let output = "running 2 tests\ntest a ... ok\ntest b ... ok\n\nsuccesses:\n\n---- a stdout ----\n\
            skipped: no ../shared\n\nsuccesses:\n    a\n    b\n\n\
            test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out";
        output.lines().for_each(|line| listing.take(line));
        assert_eq!(listing.total.to_string(), "1 passed, 0 failed, 1 skipped");
    }

    #[test]
    fn a_crash_is_a_failure() {
        let total = failed_without_a_count(Tally::one(true), false);
        assert_eq!(total.to_string(), "1 passed, 1 failed");
    }
}
