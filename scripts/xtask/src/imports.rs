//! The table of allowed imports between crates, and no circle of files inside one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::findings::Findings;
use crate::modules::{self, Graph, Import};
use crate::workspace::{self, Dependency, Package, short_name};

const TABLE: &str = "scripts/xtask/imports.toml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    crates: BTreeMap<String, Vec<String>>,
    /// Further ones for tests, by crate.
    #[serde(default)]
    tests: BTreeMap<String, Vec<String>>,
}

impl Table {
    fn allows(&self, name: &str, dependency: &Dependency) -> bool {
        let lists = |rows: &BTreeMap<String, Vec<String>>| {
            let other = short_name(&dependency.name);
            rows.get(name)
                .is_some_and(|row| row.iter().any(|allowed| allowed == other))
        };
        let is_for_tests = dependency.kind.as_deref() == Some("dev");
        lists(&self.crates) || (is_for_tests && lists(&self.tests))
    }
}

pub(crate) fn check() -> Findings {
    let text = std::fs::read_to_string(workspace::root().join(TABLE))
        .map_err(|error| format!("{TABLE}: {error}"))?;
    let table: Table = toml::from_str(&text).map_err(|error| format!("{TABLE}: {error}"))?;
    let metadata = workspace::metadata()?;
    let mut findings = table_of_crates(&table, &metadata.packages);
    for package in &metadata.packages {
        findings.extend(circles_in(package)?);
    }
    Ok(findings)
}

/// Each crate against its row, and the table against itself.
fn table_of_crates(table: &Table, packages: &[Package]) -> Vec<String> {
    let ours: Vec<&str> = packages.iter().map(Package::short_name).collect();
    let mut findings = Vec::new();
    for package in packages {
        let name = package.short_name();
        if !table.crates.contains_key(name) {
            findings.push(format!("{TABLE}: no row for the crate `{name}`; add one"));
            continue;
        }
        let internal = package.dependencies.iter();
        // The cryptography under rustls is called `ring` as well, and is not ours.
        let internal = internal.filter(|dependency| dependency.source.is_none());
        let internal = internal.filter(|dependency| ours.contains(&short_name(&dependency.name)));
        let refused = internal.filter(|dependency| !table.allows(name, dependency));
        findings.extend(refused.map(|dependency| {
            let other = short_name(&dependency.name);
            format!(
                "{}: `{name}` may not import `{other}`; move what is needed to a crate below both \
                 or pass it in as a value (the table: {TABLE})",
                shown(&package.manifest_path)
            )
        }));
    }
    findings.extend(table_runs_down(table));
    findings
}

/// The table itself must have an order from bottom to top.
fn table_runs_down(table: &Table) -> Option<String> {
    let mut placed: Vec<&str> = Vec::new();
    loop {
        let waiting = table
            .crates
            .iter()
            .filter(|(name, _)| !placed.contains(&name.as_str()));
        let (ready, stuck): (Vec<_>, Vec<_>) = waiting
            .map(|(name, imports)| (name.as_str(), imports))
            .partition(|(_, imports)| imports.iter().all(|other| placed.contains(&other.as_str())));
        if stuck.is_empty() {
            return None;
        }
        if ready.is_empty() {
            let names: Vec<&str> = stuck.iter().map(|(name, _)| *name).collect();
            return Some(format!(
                "{TABLE}: these rows import each other or a crate without a row: {}; take one \
                 import out",
                names.join(", ")
            ));
        }
        placed.extend(ready.iter().map(|(name, _)| *name));
    }
}

fn circles_in(package: &Package) -> Findings {
    let source = package.manifest_path.with_file_name("src");
    let mut texts = BTreeMap::new();
    read_folder(&source, &mut texts)?;
    let mut findings = Vec::new();
    for root in ["lib.rs", "main.rs"].map(|name| source.join(name)) {
        let graph = modules::graph(&root, &texts);
        let circles = modules::circles(&graph);
        findings.extend(circles.iter().map(|circle| describe(&graph, circle)));
    }
    Ok(findings)
}

fn describe(graph: &Graph, circle: &[Import]) -> String {
    let mut text = String::from("files that import each other in a circle:\n");
    for import in circle {
        let from = shown(&graph.modules[import.from].file);
        let to = shown(&graph.modules[import.to].file);
        text += &format!(
            "  {from}:{} imports {to} (`{}`)\n",
            import.line, import.written
        );
    }
    text + "  remedy: move what both need into a file below both, or pass it in as a value"
}

fn read_folder(folder: &Path, texts: &mut BTreeMap<PathBuf, String>) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            read_folder(&path, texts)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).map_err(failed)?;
            texts.insert(path, text);
        }
    }
    Ok(())
}

/// A path as seen from the root of the workspace.
fn shown(path: &Path) -> String {
    let root = workspace::root().canonicalize().unwrap_or_default();
    path.strip_prefix(root)
        .unwrap_or(path)
        .display()
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[(&str, &[&str])]) -> Table {
        let row = |(name, imports): &(&str, &[&str])| {
            (
                (*name).to_owned(),
                imports.iter().map(|s| (*s).to_owned()).collect(),
            )
        };
        Table {
            crates: rows.iter().map(row).collect(),
            tests: BTreeMap::new(),
        }
    }

    fn package(name: &str, dependencies: &[&str]) -> Package {
        let dependency = |name: &&str| Dependency {
            name: (*name).to_owned(),
            kind: None,
            source: None,
        };
        Package {
            name: name.to_owned(),
            manifest_path: PathBuf::from("Cargo.toml"),
            dependencies: dependencies.iter().map(dependency).collect(),
        }
    }

    #[test]
    fn an_import_outside_the_table_is_found() {
        let table = table(&[("base", &[]), ("ring", &["base"])]);
        let allowed = [
            package("base", &["serde"]),
            package("ring", &["base", "heapless"]),
        ];
        assert_eq!(table_of_crates(&table, &allowed), Vec::<String>::new());
        let upwards = [package("base", &["ring"]), package("ring", &[])];
        let findings = table_of_crates(&table, &upwards);
        assert_eq!(findings.len(), 1);
        assert!(
            findings[0].contains("`base` may not import `ring`"),
            "{findings:?}"
        );
    }

    #[test]
    fn what_tests_may_build_is_for_tests_only() {
        let mut table = table(&[("ring", &[]), ("upstream", &[])]);
        table
            .tests
            .insert("upstream".to_owned(), vec!["ring".to_owned()]);
        let mut packages = [package("ring", &[]), package("upstream", &["ring"])];
        assert_eq!(table_of_crates(&table, &packages).len(), 1);
        packages[1].dependencies[0].kind = Some("dev".to_owned());
        assert_eq!(table_of_crates(&table, &packages), Vec::<String>::new());
    }

    #[test]
    fn a_crate_without_a_row_is_found() {
        let findings = table_of_crates(&table(&[]), &[package("new", &[])]);
        assert!(
            findings[0].contains("no row for the crate `new`"),
            "{findings:?}"
        );
    }

    #[test]
    fn a_table_that_runs_in_a_circle_is_refused() {
        let table = table(&[("a", &["b"]), ("b", &["a"]), ("c", &[])]);
        assert!(table_runs_down(&table).is_some_and(|text| text.contains("a, b")));
    }
}
