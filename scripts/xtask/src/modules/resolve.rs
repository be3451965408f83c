//! From a path as written to the file that defines what it names.

use super::graph::{Import, Module, Name};

/// Longest chain of re-exports that is followed.
const HOPS_MAX: usize = 16;

/// Every import between two files, the first place of each pair.
pub(super) fn imports(modules: &[Module]) -> Vec<Import> {
    let mut imports: Vec<Import> = Vec::new();
    for (from, module) in modules.iter().enumerate() {
        for name in &module.names {
            let Some(to) = target(modules, from, name) else {
                continue;
            };
            let known = imports
                .iter()
                .any(|import| import.from == from && import.to == to);
            if to == from || known || is_listing(module, &modules[to], name) {
                continue;
            }
            imports.push(Import {
                from,
                to,
                line: name.line,
                written: name.segments.join("::"),
            });
        }
    }
    imports
}

/// A parent that re-exports an item of its own child only lists it.
fn is_listing(parent: &Module, child: &Module, name: &Name) -> bool {
    name.exported && child.path.starts_with(&parent.path)
}

fn target(modules: &[Module], from: usize, name: &Name) -> Option<usize> {
    let (start, rest) = start(modules, from, &name.segments)?;
    Some(walk(modules, start, rest, HOPS_MAX))
}

/// Where a path begins, and what is left of it. None if it leads out of the crate.
fn start<'n>(
    modules: &[Module],
    from: usize,
    segments: &'n [String],
) -> Option<(usize, &'n [String])> {
    let (first, rest) = segments.split_first()?;
    let path = &modules[from].path;
    match first.as_str() {
        "crate" => Some((find(modules, &[])?, rest)),
        "self" => Some((from, rest)),
        "super" => {
            let (parent, rest) = above(path, rest)?;
            Some((find(modules, parent)?, rest))
        }
        _ => child(modules, from, first).map(|child| (child, rest)),
    }
}

/// One `super` was read; takes further ones.
fn above<'p, 'n>(path: &'p [String], rest: &'n [String]) -> Option<(&'p [String], &'n [String])> {
    let (_, parent) = path.split_last()?;
    match rest.split_first() {
        Some((next, rest)) if next == "super" => above(parent, rest),
        _ => Some((parent, rest)),
    }
}

/// Follows `segments` down from module `at`, through re-exports, to the defining file.
fn walk(modules: &[Module], at: usize, segments: &[String], hops: usize) -> usize {
    let Some((first, rest)) = segments.split_first() else {
        return at;
    };
    if let Some(child) = child(modules, at, first) {
        return walk(modules, child, rest, hops);
    }
    let Some(hops) = hops.checked_sub(1) else {
        return at;
    };
    let named = modules[at].names.iter().find(|name| name.alias == *first);
    match named.and_then(|name| start(modules, at, &name.segments)) {
        Some((start, path)) => walk(modules, start, &[path, rest].concat(), hops),
        None => at,
    }
}

fn child(modules: &[Module], parent: usize, name: &str) -> Option<usize> {
    let path = [&modules[parent].path[..], &[name.to_owned()]].concat();
    find(modules, &path)
}

fn find(modules: &[Module], path: &[String]) -> Option<usize> {
    modules.iter().position(|module| module.path == path)
}
