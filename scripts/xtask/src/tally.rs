//! What was counted: passed, failed, skipped.

use std::fmt;
use std::ops::AddAssign;
use std::process::ExitCode;

/// Counts of tests and checks, summed over the steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Ran and held.
    pub(crate) passed: u32,
    /// Ran and did not hold, or could not be run at all.
    pub(crate) failed: u32,
    /// Not run, for a reason that was printed.
    pub(crate) skipped: u32,
}

impl Tally {
    /// One check that held, or did not.
    pub(crate) fn one(held: bool) -> Self {
        Self {
            passed: u32::from(held),
            failed: u32::from(!held),
            skipped: 0,
        }
    }

    /// `count` checks that could not be run here.
    pub(crate) fn skipped(count: u32) -> Self {
        Self {
            skipped: count,
            ..Self::default()
        }
    }

    /// Reads `N passed, N failed[, N skipped]`, and libtest's
    /// `test result: ok. N passed; N failed; N ignored; ..`. None for any other line.
    pub(crate) fn read(line: &str) -> Option<Self> {
        let mut tally = Self::default();
        let mut words_seen = 0;
        let line = line.split_once(". ").map_or(line, |(_, counts)| counts);
        for part in line.split([',', ';']) {
            let mut words = part.split_whitespace();
            let Some(Ok(count)) = words.next().map(str::parse) else {
                continue;
            };
            match words.next() {
                Some("passed") => tally.passed = count,
                Some("failed") => tally.failed = count,
                Some("skipped" | "ignored") => tally.skipped = count,
                _ => continue,
            }
            words_seen += 1;
        }
        (words_seen >= 2).then_some(tally)
    }

    /// Success if nothing failed and something ran: an empty run proves nothing.
    pub(crate) fn exit_code(self) -> ExitCode {
        if self.failed == 0 && self.passed + self.skipped > 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_lines_of_libtest_and_of_ours() {
        let table = [
            (
                "test result: ok. 12 passed; 0 failed; 3 ignored; 0 measured; 0 filtered out; finished in 0.01s",
                Some((12, 0, 3)),
            ),
            (
                "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out",
                Some((1, 2, 0)),
            ),
            ("7 passed, 0 failed", Some((7, 0, 0))),
            ("7 passed, 1 failed, 2 skipped", Some((7, 1, 2))),
            ("running 7 tests", None),
            ("a test that passed", None),
        ];
        for (line, expected) in table {
            let read = Tally::read(line).map(|t| (t.passed, t.failed, t.skipped));
            assert_eq!(read, expected, "{line}");
        }
    }

    #[test]
    fn the_closing_line_reads_back() {
        let tally = Tally {
            passed: 3,
            failed: 1,
            skipped: 2,
        };
        assert_eq!(Tally::read(&tally.to_string()), Some(tally));
    }
}
