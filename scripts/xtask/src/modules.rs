//! Which file of a crate imports which, read from the text, and the circles among them.
//!
//! An import is a `use` or a path in code that leads from one file to another. A re-export
//! (`pub use child::Item`) of a parent is none: it lists what the children offer. A `mod` line is
//! none either. `crate::Item` counts as an import of the file that *defines* the item.

mod circle;
mod graph;
mod read;
mod resolve;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub(crate) use circle::circles;
pub(crate) use graph::{Graph, Import};

/// Reads the crate whose root file is `root`, from the texts of its files.
pub(crate) fn graph(root: &Path, texts: &BTreeMap<PathBuf, String>) -> Graph {
    let modules = read::modules(root, texts);
    let imports = resolve::imports(&modules);
    Graph { modules, imports }
}

#[cfg(test)]
mod tests;
