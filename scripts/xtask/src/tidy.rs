//! Rules of the house that no compiler knows.

use std::path::Path;

use crate::findings::Findings;
use crate::workspace;

/// A Rust file above this is two rooms: split it by purpose.
const RUST_LINES_MAX: usize = 600;

/// Files that may end a line with a space: data kept byte for byte as a peer sends it.
const DATA_FOLDERS: &[&str] = &["tests/data/", "fuzz/corpus/", "/testdata/", "/corpus/"];

/// Words that announce work left undone, spelt so that this file does not contain them.
const UNFINISHED: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
];

/// Places that only one machine has, and hosts that a mirror replaces.
const FOREIGN: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/tmp/", "bash_jobs"),
    concat!("//in", "dex.crates.io"),
    concat!("//sta", "tic.crates.io"),
    concat!("//de", "b.debian.org"),
    concat!("//re", "gistry.npmjs.org"),
    concat!("//fi", "les.pythonhosted.org"),
];

pub(crate) fn check() -> Findings {
    let mut findings = Vec::new();
    for path in workspace::files()? {
        let Ok(text) = std::fs::read_to_string(workspace::root().join(&path)) else {
            continue; // Not text: an image, a capture.
        };
        findings.extend(check_file(&path, &text));
    }
    Ok(findings)
}

fn check_file(path: &Path, text: &str) -> Vec<String> {
    let name = path.to_string_lossy();
    let is_data = DATA_FOLDERS.iter().any(|folder| name.contains(folder));
    let mut findings = Vec::new();
    if is_data || name.ends_with(".lock") {
        return findings;
    }
    for (index, line) in text.lines().enumerate() {
        let problem = line_problem(line);
        findings.extend(problem.map(|problem| format!("{name}:{}: {problem}", index + 1)));
    }
    if path.extension().is_some_and(|extension| extension == "rs") {
        findings.extend(rust_problem(path, text).map(|problem| format!("{name}: {problem}")));
    }
    findings
}

fn line_problem(line: &str) -> Option<String> {
    if line.ends_with([' ', '\t']) {
        return Some("space at the end of the line; delete it".to_owned());
    }
    if let Some(word) = UNFINISHED.iter().find(|word| has_word(line, word)) {
        return Some(format!("`{word}`: do it now, or open an issue and name it"));
    }
    let place = FOREIGN.iter().find(|place| names_place(line, place))?;
    Some(format!(
        "`{place}` exists on one machine only; use a relative path or a name"
    ))
}

/// `place` at the start of a path, not `docs/work/` in the middle of one.
fn names_place(line: &str, place: &str) -> bool {
    let before = |at: usize| line[..at].chars().next_back();
    let mut found = line.match_indices(place);
    found.any(|(at, _)| place.starts_with("//") || !before(at).is_some_and(char::is_alphanumeric))
}

/// `word` standing alone, not inside a longer one.
fn has_word(line: &str, word: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|part| part == word)
}

fn rust_problem(path: &Path, text: &str) -> Option<String> {
    let lines = text.lines().count();
    if lines > RUST_LINES_MAX {
        return Some(format!(
            "{lines} lines, {RUST_LINES_MAX} at most; split the file by purpose"
        ));
    }
    let is_root = path.ends_with("src/lib.rs") || path.ends_with("src/main.rs");
    if is_root && !text.starts_with("//!") {
        return Some("a crate opens with `//!` and the one sentence of what it is".to_owned());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_held_to_the_rules() {
        let unfinished = format!("// {}: later", UNFINISHED[0]);
        let table = [
            ("let a = 1;", false),
            ("let a = 1; ", true),
            (unfinished.as_str(), true),
            ("let todo_list = 1;", false),
            (concat!("cd /wo", "rk/main"), true),
            (concat!("see docs/wo", "rk/this"), false),
        ];
        for (line, expected) in table {
            assert_eq!(line_problem(line).is_some(), expected, "{line}");
        }
    }

    #[test]
    fn a_crate_opens_with_its_sentence() {
        let path = Path::new("firmware/base/src/lib.rs");
        assert!(rust_problem(path, "mod a;\n").is_some());
        assert!(rust_problem(path, "//! Units.\n").is_none());
    }

    #[test]
    fn a_long_file_is_found() {
        let text = "x\n".repeat(RUST_LINES_MAX + 1);
        assert!(rust_problem(Path::new("a.rs"), &text).is_some());
    }
}
