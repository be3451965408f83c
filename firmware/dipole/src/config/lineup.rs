//! `[lineup]`: which channels there are, and how they get their numbers.

use serde::Deserialize;

use super::error::{ConfigError, within};

/// Groups or ranges.
const GROUPS_MAX: usize = 1000;

/// `[lineup]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Lineup {
    /// How channels get their numbers.
    pub(crate) numbering: Numbering,
    /// The first number that is given where nothing asks for one.
    pub(crate) first_number: u16,
    /// Groups that are in use; empty: all.
    pub(crate) groups: Vec<String>,
    /// Groups that are not.
    pub(crate) groups_off: Vec<String>,
    /// Whether favourites alone are in use.
    pub(crate) favourites_only: bool,
    /// What becomes of channels that come later.
    pub(crate) new_channels: NewChannels,
    /// Numbers of groups.
    pub(crate) range: Vec<Range>,
}

/// `lineup.numbering`.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Numbering {
    /// As the lists ask for.
    #[default]
    Keep,
    /// By group.
    Groups,
    /// Counted through.
    Sequential,
}

/// `lineup.new_channels`.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum NewChannels {
    /// In use at once.
    #[default]
    Active,
    /// Switched on by hand.
    Inactive,
}

/// `[[lineup.range]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Range {
    /// The group, in any case.
    pub(crate) group: String,
    /// Its first number.
    pub(crate) first: u16,
    /// Its last number.
    pub(crate) last: u16,
}

impl Default for Lineup {
    fn default() -> Self {
        Self {
            numbering: Numbering::Keep,
            first_number: 1,
            groups: Vec::new(),
            groups_off: Vec::new(),
            favourites_only: false,
            new_channels: NewChannels::Active,
            range: Vec::new(),
        }
    }
}

impl Numbering {
    /// As it is written.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Groups => "groups",
            Self::Sequential => "sequential",
        }
    }
}

impl NewChannels {
    /// As it is written.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
        }
    }
}

/// Ranges that the types do not hold.
pub(super) fn check(lineup: &Lineup) -> Result<(), ConfigError> {
    let first = lineup.first_number;
    within(first > 0, "lineup.first_number", &first, "from 1 to 65535")?;
    for (key, count) in [
        ("lineup.groups", lineup.groups.len()),
        ("lineup.groups_off", lineup.groups_off.len()),
        ("lineup.range", lineup.range.len()),
    ] {
        within(count <= GROUPS_MAX, key, &count, "at most 1000")?;
    }
    for (index, range) in lineup.range.iter().enumerate() {
        let key = |key: &str| format!("lineup.range {}: {key}", index + 1);
        let fits = range.first > 0 && range.first <= range.last;
        let found = format!("{} to {}", range.first, range.last);
        within(
            fits,
            &key("first"),
            &found,
            "1 to 65535, the last not before the first",
        )?;
        let before = &lineup.range[..index];
        let again = before
            .iter()
            .any(|other| other.group.trim().to_lowercase() == range.group.trim().to_lowercase());
        within(!again, &key("group"), &range.group, "has a range already")?;
        let both = |other: &&Range| range.first <= other.last && other.first <= range.last;
        let apart = !before.iter().any(|other| both(&other));
        within(
            apart,
            &key("first"),
            &found,
            "lies over the range of another group",
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_checked() {
        let range = |group: &str, first, last| {
            format!("[[range]]\ngroup = \"{group}\"\nfirst = {first}\nlast = {last}\n")
        };
        let groups = "numbering = \"groups\"\n";
        for (text, begin) in [
            ("first_number = 0".to_owned(), "lineup.first_number"),
            (
                groups.to_owned() + &range("a", 0, 2),
                "lineup.range 1: first = 0 to 2",
            ),
            (
                groups.to_owned() + &range("a", 3, 2),
                "lineup.range 1: first",
            ),
            (
                groups.to_owned() + &range("a", 1, 2) + &range(" A", 3, 4),
                "lineup.range 2: group",
            ),
            (
                groups.to_owned() + &range("a", 1, 9) + &range("b", 9, 20),
                "lineup.range 2: first",
            ),
        ] {
            let lineup: Lineup = toml::from_str(&text).expect("keys that there are");
            let refusal = check(&lineup).expect_err(&text).to_string();
            assert!(refusal.starts_with(begin), "{refusal}");
        }
        let good = groups.to_owned() + &range("a", 1, 9) + &range("b", 10, 20);
        let good: Lineup = toml::from_str(&good).expect("keys that there are");
        assert!(check(&good).is_ok());
    }
}
