//! `[merge]`: how alike names must be.

use serde::Deserialize;

use super::error::{ConfigError, within};

/// `[merge]`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Merge {
    /// One letter may differ in names that are so alike, in percent.
    pub(crate) similarity_percent: u8,
    /// Channels whose names are so alike are shown side by side.
    pub(crate) grouping_percent: u8,
}

impl Default for Merge {
    fn default() -> Self {
        let lineup::Merging {
            similarity_percent,
            grouping_percent,
        } = lineup::Merging::default();
        Self {
            similarity_percent,
            grouping_percent,
        }
    }
}

/// Below four letters of five, names that one letter tells apart are mostly two channels; below half, a
/// group is no help.
pub(super) fn check(merge: &Merge) -> Result<(), ConfigError> {
    let similarity = merge.similarity_percent;
    within(
        (80..=100).contains(&similarity),
        "merge.similarity_percent",
        &similarity,
        "from 80 to 100",
    )?;
    let grouping = merge.grouping_percent;
    within(
        (50..=100).contains(&grouping),
        "merge.grouping_percent",
        &grouping,
        "from 50 to 100",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_are_checked() {
        for (text, begin) in [
            ("similarity_percent = 79", "merge.similarity_percent = 79"),
            ("similarity_percent = 101", "merge.similarity_percent"),
            ("grouping_percent = 49", "merge.grouping_percent = 49"),
            ("grouping_percent = 101", "merge.grouping_percent"),
        ] {
            let merge: Merge = toml::from_str(text).expect("keys that there are");
            let refusal = check(&merge).expect_err(text).to_string();
            assert!(refusal.starts_with(begin), "{refusal}");
        }
        let good = toml::from_str("similarity_percent = 100\ngrouping_percent = 50");
        let good: Merge = good.expect("keys that there are");
        assert!(check(&good).is_ok() && check(&Merge::default()).is_ok());
    }
}
