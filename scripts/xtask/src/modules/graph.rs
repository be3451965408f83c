//! What is known of a crate: its files, the paths in them, and who imports whom.

use std::path::PathBuf;

/// A file of a crate and the module it is.
#[derive(Debug)]
pub(crate) struct Module {
    /// The file, as handed to [`super::graph`].
    pub(crate) file: PathBuf,
    /// Its place: `[]` for the root, `["follower", "edge"]` for `follower/edge.rs`.
    pub(super) path: Vec<String>,
    pub(super) names: Vec<Name>,
}

/// A path that appears in a module.
#[derive(Debug)]
pub(super) struct Name {
    /// As written, `crate`, `self` and `super` included.
    pub(super) segments: Vec<String>,
    /// What a `use` calls it here: its last segment, the word after `as`, or `*`. Empty for a path
    /// in code.
    pub(super) alias: String,
    /// A `use` with any visibility: handed on to others.
    pub(super) exported: bool,
    pub(super) line: usize,
}

/// An import of one file by another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Import {
    /// Index of the importing file in [`Graph::modules`].
    pub(crate) from: usize,
    /// Index of the imported file.
    pub(crate) to: usize,
    /// Where, in the importing file.
    pub(crate) line: usize,
    /// As written.
    pub(crate) written: String,
}

/// The files of a crate and their imports of each other, one for each pair.
#[derive(Debug)]
pub(crate) struct Graph {
    pub(crate) modules: Vec<Module>,
    pub(crate) imports: Vec<Import>,
}
