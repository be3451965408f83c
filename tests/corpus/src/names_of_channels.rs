//! Names of channels: whatever they hold, they are read, and the parts agree with each other.

use names::{NAME_BYTES_MAX, NameEntry, fold_words, read};

/// Letters that one character may become: U+FDFA decomposes into 18, of up to three bytes each.
const GROWTH_MAX: usize = 54;

/// A name, its group and its `tvg-id`, a line each.
pub(crate) fn feed(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.split('\n');
    let mut line = || lines.next().unwrap_or_default();
    let entry = NameEntry {
        name: line(),
        group: line(),
        tvg_id: line(),
        home: None,
    };
    let parts = read(&entry);
    assert_eq!(
        parts,
        read(&entry),
        "reading depends on more than the entry"
    );
    assert!(parts.words().all(|word| !word.is_empty()), "an empty word");
    assert!(!parts.key().is_empty(), "a name without a key");
    assert!(parts.joined_words().len() <= NAME_BYTES_MAX * GROWTH_MAX);
    assert!(parts.shift_hours <= 24, "a shift of more than a day");
    assert!(!parts.describe().is_empty(), "nothing to tell");
    let folded = fold_words(entry.name);
    assert_eq!(fold_words(&folded), folded, "folding twice differs");
}
