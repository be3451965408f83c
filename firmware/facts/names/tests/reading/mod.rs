//! Names and what is read in them, as tables.

use names::{NameEntry, read};

/// Name, group, and what is told of the parts: the words first, then the others with their labels,
/// separated by semicolons.
pub(crate) type Row = (&'static str, &'static str, &'static str);

/// Reads every name and compares.
#[track_caller]
pub(crate) fn check(rows: &[Row]) {
    for (name, group, expected) in rows {
        let parts = read(&NameEntry {
            name,
            group,
            ..NameEntry::default()
        });
        let mut told = Vec::new();
        for part in parts.describe() {
            told.push(match part.label {
                "name" => part.value,
                _ => part.to_string(),
            });
        }
        assert_eq!(told.join("; "), *expected, "{name:?} in {group:?}");
    }
}
