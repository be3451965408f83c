//! Goal: what a fuzzer once found stays found, on the stable toolchain and in every CI run.
//! Method: every file of `fuzz/corpus` goes through the function that found it, then short cuts and
//! single flipped bits of it.

use std::path::{Path, PathBuf};

use dipole_corpus::TARGETS;

/// Flips per file: enough to leave the well-trodden path, few enough for a second in all.
const FLIPS: usize = 64;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(name)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("every target has a corpus");
    entries
        .map(|entry| entry.expect("a readable folder").path())
        .collect()
}

#[test]
fn every_target_keeps_its_promise_on_its_corpus() {
    for target in TARGETS {
        let files = files(&folder(target.name));
        assert!(
            !files.is_empty(),
            "{}: an empty corpus proves nothing",
            target.name
        );
        for path in files {
            let bytes = std::fs::read(&path).expect("a readable file");
            (target.feed)(&bytes);
            for piece in [&bytes[..bytes.len() / 2], &bytes[bytes.len() / 2..]] {
                (target.feed)(piece);
            }
            for flip in 0..FLIPS.min(bytes.len()) {
                let mut damaged = bytes.clone();
                let at = flip * bytes.len() / FLIPS.min(bytes.len());
                damaged[at] ^= 1 << (flip % 8);
                (target.feed)(&damaged);
            }
        }
    }
}

#[test]
fn every_target_takes_nothing_at_all() {
    for target in TARGETS {
        (target.feed)(&[]);
    }
}
