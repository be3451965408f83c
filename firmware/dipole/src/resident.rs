//! Gives back the memory of code that has run and is not needed now.
//!
//! The kernel maps 64 KiB of the program around each page of it that runs (`fault_around_bytes`), so
//! that a start, or the reading of a list, leaves nearly all of the program resident for good. An idle
//! tuner runs a quarter of it. What is given back stays in the page cache, where the kernel may take it
//! when a small board is short of memory; what runs next is mapped again, about a microsecond a piece.
//!
//! What does not belong here: memory of our own, which the plan holds.

use std::{
    ffi::c_void, fs, num::NonZeroUsize, ops::Range, ptr::NonNull, sync::Arc, time::Duration,
};

use lineup::Lineup;
use nix::sys::mman::{MmapAdvise, madvise};
use sync::SourceStatus;
use tokio::{sync::watch, time::timeout};
use tokio_util::sync::CancellationToken;

/// Nothing has been read for so long.
const QUIET: Duration = Duration::from_secs(1);

/// Gives memory back after the start, and whenever sources have been read, until the end.
pub(crate) async fn keep_small(
    mut lineup: watch::Receiver<Arc<Lineup>>,
    mut sources: watch::Receiver<Vec<SourceStatus>>,
    ending: CancellationToken,
) {
    let mut has_run = true;
    while !ending.is_cancelled() {
        let changed = async {
            tokio::select! {
                () = ending.cancelled() => false,
                changed = lineup.changed() => changed.is_ok(),
                changed = sources.changed() => changed.is_ok(),
            }
        };
        if !has_run {
            has_run = changed.await;
            if !has_run {
                return;
            }
            continue;
        }
        match timeout(QUIET, changed).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(_) => {
                give_back();
                has_run = false;
            }
        }
    }
}

/// Where it cannot be done, nothing is given back.
fn give_back() {
    let maps = fs::read_to_string("/proc/self/maps").unwrap_or_default();
    for code in maps.lines().filter_map(code) {
        drop_pages(code);
    }
}

/// The addresses of a line of `/proc/self/maps` (proc(5)), where it maps code of a file: of the program
/// or of a library.
fn code(line: &str) -> Option<Range<usize>> {
    let mut fields = line.split_ascii_whitespace();
    let (range, permissions) = (fields.next()?, fields.next()?);
    let inode = fields.nth(2)?;
    if permissions != "r-xp" || inode == "0" {
        return None;
    }
    let (start, end) = range.split_once('-')?;
    let address = |text| usize::from_str_radix(text, 16).ok();
    let range = address(start)?..address(end)?;
    (!range.is_empty()).then_some(range)
}

fn drop_pages(code: Range<usize>) {
    let Some(start) = NonZeroUsize::new(code.start) else {
        return;
    };
    let address = NonNull::<c_void>::without_provenance(start);
    #[expect(unsafe_code, reason = "the advice is a raw call")]
    // SAFETY: the pages are a private mapping of a file that nobody may write through (`r-xp`), so they
    // hold what the file holds, and are read from it again when they are next needed: madvise(2),
    // MADV_DONTNEED. Nothing relocates code here, and no debugger's breakpoint is ours to keep. Should
    // the range no longer be mapped, the call fails and nothing happens; libraries are not unloaded.
    let advised = unsafe { madvise(address, code.len(), MmapAdvise::MADV_DONTNEED) };
    if let Err(error) = advised {
        tracing::debug!(%error, "the kernel keeps the program's pages");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_of_files_alone() {
        let code_line = "55d0c2a00000-55d0c2f00000 r-xp 00123000 fe:00 1311 /usr/bin/dipole";
        assert_eq!(code(code_line), Some(0x55d0_c2a0_0000..0x55d0_c2f0_0000));
        for other in [
            "55d0c2f00000-55d0c2f40000 r--p 00500000 fe:00 1311 /usr/bin/dipole",
            "55d0c2f40000-55d0c2f50000 rw-p 00540000 fe:00 1311 /usr/bin/dipole",
            "7ffd1a5f2000-7ffd1a5f4000 r-xp 00000000 00:00 0 [vdso]",
            "55d0c2a00000-55d0c2a00000 r-xp 00123000 fe:00 1311 /usr/bin/dipole",
            "",
            "x-y r-xp 0 0 1",
        ] {
            assert_eq!(code(other), None, "{other}");
        }
    }

    #[test]
    fn what_was_given_back_runs_again() {
        let resident = || {
            let status = fs::read_to_string("/proc/self/status").expect("procfs");
            let line = status.lines().find(|line| line.starts_with("RssFile"));
            let number = line.and_then(|line| line.split_ascii_whitespace().nth(1));
            number
                .and_then(|number| number.parse::<u64>().ok())
                .expect("a number of kB")
        };
        let before = resident();
        give_back();
        let after = resident();
        assert!(after < before, "{before} kB, then {after} kB");
    }
}
