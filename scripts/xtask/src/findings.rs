//! What a check found: each finding a sentence with place and remedy.

use crate::tally::Tally;

/// Findings of one check; an `Err` is a check that could not be made.
pub(crate) type Findings = Result<Vec<String>, String>;

/// Prints the findings; the check held if there are none.
pub(crate) fn report(findings: Findings) -> Tally {
    let findings = findings.unwrap_or_else(|error| vec![error]);
    for finding in &findings {
        println!("{finding}");
    }
    Tally::one(findings.is_empty())
}
