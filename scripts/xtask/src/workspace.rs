//! Where the workspace is, which files git tracks in it, and what cargo knows about it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

/// The root of the workspace, two folders above this crate.
pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The files of the tree as git sees them: tracked, and new ones that are not ignored.
pub(crate) fn files() -> Result<Vec<PathBuf>, String> {
    let args = [
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ];
    let listed = output("git", &args)?;
    let mut files: Vec<PathBuf> = listed
        .split('\0')
        .filter(|name| !name.is_empty())
        .map(PathBuf::from)
        .filter(|path| root().join(path).is_file())
        .collect();
    files.sort();
    Ok(files)
}

/// What `cargo metadata` says, as far as the tasks read it.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
}

/// A crate of ours.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
}

/// One line of a `[dependencies]` table, whatever its kind.
#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `dev` or `build`; none for an ordinary one.
    pub(crate) kind: Option<String>,
    /// Where it is fetched from; none for what lies in this workspace.
    pub(crate) source: Option<String>,
}

impl Package {
    /// The name in the table: tools and tests without their prefix, `bench` for `dipole-bench`.
    pub(crate) fn short_name(&self) -> &str {
        short_name(&self.name)
    }
}

pub(crate) fn short_name(package: &str) -> &str {
    package.strip_prefix("dipole-").unwrap_or(package)
}

/// The crates of the workspace.
pub(crate) fn metadata() -> Result<Metadata, String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let json = output(&cargo, &["metadata", "--format-version", "1", "--no-deps"])?;
    serde_json::from_str(&json).map_err(|error| format!("cargo metadata: {error}"))
}

fn output(program: &str, args: &[&str]) -> Result<String, String> {
    let output = Command::new(program)
        .args(args)
        .current_dir(root())
        .output()
        .map_err(|error| format!("{program} could not be started: {error}; install it"))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{program} {}: {}", args.join(" "), reason.trim()));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("{program}: {error}"))
}
