//! Goal: the imports that a reader sees are the ones that are found, and no others.
//! Method: crates of a few lines, as text.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{circles, graph};

fn crate_of(files: &[(&str, &str)]) -> BTreeMap<PathBuf, String> {
    let file = |(name, text): &(&str, &str)| (PathBuf::from(name), (*text).to_owned());
    files.iter().map(file).collect()
}

/// Imports as `from>to`, files without their extension.
fn imports(files: &[(&str, &str)]) -> Vec<String> {
    let graph = graph(Path::new("lib.rs"), &crate_of(files));
    let name = |index: usize| {
        graph.modules[index]
            .file
            .with_extension("")
            .display()
            .to_string()
    };
    let imports = graph.imports.iter();
    imports
        .map(|import| format!("{}>{}", name(import.from), name(import.to)))
        .collect()
}

#[test]
fn imports_are_found_however_they_are_written() {
    let root = ("lib.rs", "mod a; mod b; pub use b::Item;");
    let table = [
        ("use crate::b::Item;", vec!["a>b"]),
        ("use crate::Item;", vec!["a>b"]),
        ("use crate::{Item as Thing, b};", vec!["a>b"]),
        ("use super::Item;", vec!["a>b"]),
        ("fn f() { crate::b::g(); }", vec!["a>b"]),
        ("fn f(x: super::Item) {}", vec!["a>b"]),
        ("use std::{fmt, io::{self, Read}};", vec![]),
        (
            "//! crate::b is another module\nconst S: &str = \"crate::b\";",
            vec![],
        ),
        ("#[cfg(test)]\nmod tests { use crate::b; }", vec![]),
        ("#[cfg(test)]\nuse crate::b;\nfn f() {}", vec![]),
        ("use ::b::Item;", vec![]),
        ("use self::c::d; mod c { }", vec![]),
    ];
    for (text, expected) in table {
        let found = imports(&[root, ("a.rs", text), ("b.rs", "pub struct Item;")]);
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn an_item_of_the_root_is_an_import_of_the_root() {
    let files = [
        ("lib.rs", "mod a; pub struct Own;"),
        ("a.rs", "use crate::Own;"),
    ];
    assert_eq!(imports(&files), ["a>lib"]);
}

#[test]
fn a_listing_is_no_import_but_a_use_is() {
    let child = ("a.rs", "mod inner; pub(crate) use inner::X;");
    let inner = ("a/inner.rs", "pub struct X;");
    assert!(imports(&[("lib.rs", "mod a; pub use a::X;"), child, inner]).is_empty());
    let using = ("lib.rs", "mod a; use a::X;");
    assert_eq!(imports(&[using, child, inner]), ["lib>a/inner"]);
}

#[test]
fn a_circle_is_shown_as_the_imports_that_close_it() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b::B;"),
        ("b.rs", "use crate::c::C;"),
        ("c.rs", "use crate::a::A;"),
    ];
    let graph = graph(Path::new("lib.rs"), &crate_of(&files));
    let found = circles(&graph);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].len(), 3);
}

#[test]
fn a_parent_and_child_that_use_each_other_are_a_circle() {
    let files = [
        ("lib.rs", "mod a;"),
        ("a.rs", "mod inner; use inner::X; pub struct A;"),
        ("a/inner.rs", "use super::A; pub struct X;"),
    ];
    let graph = graph(Path::new("lib.rs"), &crate_of(&files));
    assert_eq!(circles(&graph).len(), 1);
}
