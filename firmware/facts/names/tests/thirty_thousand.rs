//! The memory that merging takes. Alone in its file, for it looks at its process.

use names::{
    NameEntry, Parts,
    merge::{Merger, Options},
    read,
};

/// What merging 30,000 entries may take beyond their parts, in bytes.
const BYTES_MAX: usize = 16 << 20;
const ENTRIES: usize = 30_000;

/// A figure of `/proc/self/status`, in bytes.
fn status(field: &str) -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    let kib: usize = line
        .trim_start_matches(':')
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .ok()?;
    Some(kib << 10)
}

/// Names that all differ, with as many words as usual ones.
fn parts() -> Vec<Parts> {
    let firsts = [
        "Harbour", "Silver", "Morning", "Valley", "Kitchen", "Ocean", "Planet", "Sky",
    ];
    let seconds = [
        "Stories", "Movies", "Sport", "Classics", "Kids", "Music", "News", "Drama",
    ];
    let prefixes = ["US: ", "DE| ", "FR - ", "", "[UK] "];
    let alphabet: Vec<char> = ('a'..='z').collect();
    let letters = |number: usize| {
        let places = [1, 26, 26 * 26, 26 * 26 * 26];
        places
            .iter()
            .map(|place| alphabet[number / place % 26])
            .collect::<String>()
    };
    let names = (0..ENTRIES).map(|at| {
        let pick = |list: &[&'static str], step: usize| list[at / step % list.len()];
        let (prefix, first) = (pick(&prefixes, 1), pick(&firsts, 5));
        format!(
            "{prefix}{first} {} {} HD",
            letters(at * 7919),
            pick(&seconds, 40)
        )
    });
    names
        .map(|name| {
            read(&NameEntry {
                name: &name,
                ..NameEntry::default()
            })
        })
        .collect()
}

#[test]
fn merging_stays_within_its_memory() {
    let parts = parts();
    // Forgets the highest mark so far (proc_pid_clear_refs(5)).
    let is_measurable = std::fs::write("/proc/self/clear_refs", "5").is_ok();
    let (Some(before), true) = (status("VmRSS"), is_measurable) else {
        eprintln!("skipped: this kernel does not tell the peak of a process");
        return;
    };
    let mut merger = Merger::new(Options::default());
    for parts in &parts {
        merger.add(
            parts.joined_words(),
            parts,
            0,
            "http://logos.example/some/logo.png",
        );
    }
    let merged = merger.finish();
    let groups = merged.groups();
    let peak = status("VmHWM").unwrap();
    assert!(merged.len() > ENTRIES / 2, "{}", merged.len());
    assert_eq!(groups.len(), merged.len());
    assert!(peak > before, "{peak} {before}");
    assert!(peak - before <= BYTES_MAX, "{} KiB", (peak - before) >> 10);
}
