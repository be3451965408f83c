//! From the texts of files to modules with the paths that appear in them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::graph::{Module, Name};
use crate::tokens::{Token, tokens};

/// The root file and every file its `mod` lines lead to, tests left out.
pub(super) fn modules(root: &Path, texts: &BTreeMap<PathBuf, String>) -> Vec<Module> {
    let mut modules = Vec::new();
    let mut waiting = vec![(root.to_path_buf(), Vec::new())];
    while let Some((file, path)) = waiting.pop() {
        let Some(text) = texts.get(&file) else {
            continue;
        };
        let scan = Scan::of(text);
        for child in scan.children {
            let child_path = [path.clone(), vec![child]].concat();
            if let Some(child_file) = file_of(root, &child_path, texts) {
                waiting.push((child_file, child_path));
            }
        }
        modules.push(Module {
            file,
            path,
            names: scan.names,
        });
    }
    modules.sort_by(|a, b| a.path.cmp(&b.path));
    modules
}

/// `a/b.rs` or `a/b/mod.rs` beside the root file.
fn file_of(root: &Path, path: &[String], texts: &BTreeMap<PathBuf, String>) -> Option<PathBuf> {
    let stem = root.parent()?.join(path.join("/"));
    [stem.with_extension("rs"), stem.join("mod.rs")]
        .into_iter()
        .find(|file| texts.contains_key(file))
}

/// What stands in one file.
#[derive(Default)]
struct Scan {
    children: Vec<String>,
    names: Vec<Name>,
}

impl Scan {
    fn of(text: &str) -> Self {
        let tokens = tokens(text);
        let mut scan = Self::default();
        let mut at = 0;
        while at < tokens.len() {
            at = scan.step(&tokens, at);
        }
        scan
    }

    /// Takes what begins at `at`; gives the index after it.
    fn step(&mut self, tokens: &[Token<'_>], at: usize) -> usize {
        match word(tokens, at) {
            "#" if is_test_only(tokens, at) => after_item(tokens, at),
            "mod" if word(tokens, at + 2) == ";" => {
                self.children.push(word(tokens, at + 1).to_owned());
                at + 3
            }
            "use" => self.take_use(tokens, at),
            first if is_path_start(tokens, at) && !first.is_empty() => self.take_path(tokens, at),
            _ => at + 1,
        }
    }

    fn take_use(&mut self, tokens: &[Token<'_>], at: usize) -> usize {
        let exported = at > 0 && matches!(word(tokens, at - 1), "pub" | ")");
        let mut tree = UseTree {
            tokens,
            at: at + 1,
            exported,
            names: &mut self.names,
        };
        tree.branch(&[]);
        tree.at
    }

    fn take_path(&mut self, tokens: &[Token<'_>], at: usize) -> usize {
        let mut segments = vec![word(tokens, at).to_owned()];
        let mut end = at + 1;
        while word(tokens, end) == "::" && is_name(word(tokens, end + 1)) {
            segments.push(word(tokens, end + 1).to_owned());
            end += 2;
        }
        self.names.push(Name {
            segments,
            alias: String::new(),
            exported: false,
            line: tokens[at].line,
        });
        end
    }
}

/// Unfolds `a::{b, c as d, e::*}` into single paths.
struct UseTree<'t, 'a> {
    tokens: &'t [Token<'a>],
    at: usize,
    exported: bool,
    names: &'t mut Vec<Name>,
}

impl UseTree<'_, '_> {
    fn branch(&mut self, prefix: &[String]) {
        let mut segments = prefix.to_vec();
        let line = self.tokens.get(self.at).map_or(0, |token| token.line);
        loop {
            match word(self.tokens, self.at) {
                "{" => {
                    self.at += 1;
                    while !matches!(word(self.tokens, self.at), "}" | "") {
                        self.branch(&segments);
                        self.at += usize::from(word(self.tokens, self.at) == ",");
                    }
                    self.at += 1;
                    return;
                }
                // A leading `::` names a foreign crate: kept, and resolved to nothing.
                "::" if segments.is_empty() => segments.push(String::new()),
                "::" => {}
                "*" => {
                    self.at += 1;
                    return self.give(segments, "*".to_owned(), line);
                }
                "as" => {
                    let alias = word(self.tokens, self.at + 1).to_owned();
                    self.at += 2;
                    return self.give(segments, alias, line);
                }
                text if is_name(text) => segments.push(text.to_owned()),
                _ => {
                    let alias = segments.last().cloned().unwrap_or_default();
                    return self.give(segments, alias, line);
                }
            }
            self.at += 1;
        }
    }

    fn give(&mut self, mut segments: Vec<String>, mut alias: String, line: usize) {
        // `use a::{self}` names `a`.
        if segments.len() > 1 && segments.last().is_some_and(|last| last == "self") {
            segments.pop();
            if alias == "self" {
                alias = segments.last().cloned().unwrap_or_default();
            }
        }
        self.names.push(Name {
            segments,
            alias,
            exported: self.exported,
            line,
        });
    }
}

fn word<'a>(tokens: &[Token<'a>], at: usize) -> &'a str {
    tokens.get(at).map_or("", |token| token.text)
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// `name ::` that is not the tail of a longer path or a method's turbofish.
fn is_path_start(tokens: &[Token<'_>], at: usize) -> bool {
    let before = if at == 0 { "" } else { word(tokens, at - 1) };
    is_name(word(tokens, at)) && word(tokens, at + 1) == "::" && !matches!(before, "::" | ".")
}

/// `#[cfg(test)]`: what follows is built for tests only.
fn is_test_only(tokens: &[Token<'_>], at: usize) -> bool {
    let attribute = ["#", "[", "cfg", "(", "test", ")", "]"];
    (at..)
        .zip(attribute)
        .all(|(at, text)| word(tokens, at) == text)
}

/// The index after the item at `at`: past its `;`, or past the `}` that closes its first brace.
fn after_item(tokens: &[Token<'_>], at: usize) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(at) {
        match token.text {
            "{" => depth += 1,
            "}" if depth <= 1 => return index + 1,
            "}" => depth -= 1,
            ";" if depth == 0 => return index + 1,
            _ => {}
        }
    }
    tokens.len()
}
