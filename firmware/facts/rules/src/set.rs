//! Rules as they are written down: in the configuration file, in the store and in the API.

use serde::{Deserialize, Serialize};

/// Rules in their order, and the templates that they share.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RuleSet {
    /// Patterns with a name.
    pub templates: Vec<Template>,
    /// The rules, which run from first to last.
    pub rules: Vec<Rule>,
}

/// A pattern with a name: `{{name}}` stands for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Letters, digits, `_` and `-` of ASCII; unique.
    pub name: String,
    /// What it stands for.
    pub pattern: String,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What its owner calls it; unique.
    pub name: String,
    /// Whether it runs.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Names of the sources that it is for; empty: all.
    #[serde(default)]
    pub sources: Vec<String>,
    /// What it looks at, in this order.
    #[serde(default = "the_name")]
    pub fields: Vec<Field>,
    /// What it looks for; empty: anything.
    #[serde(default)]
    pub pattern: String,
    /// Whether `HD` is not `hd`.
    #[serde(default)]
    pub case_sensitive: bool,
    /// What it does where it matches.
    pub action: Action,
    /// The new text, of an action that writes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<String>,
    /// The first number of `renumber`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<u16>,
    /// The last number of `renumber`; without it, all from `first` on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<u16>,
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The name of the channel.
    Name,
    /// `group-title`.
    Group,
    /// `tvg-id`.
    TvgId,
    /// The address of the stream.
    Url,
}

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The entry becomes a channel.
    Include,
    /// It does not.
    Exclude,
    /// `with` takes the place of each match in the name.
    Rename,
    /// The group becomes `with`.
    Regroup,
    /// The logo becomes `with`.
    SetLogo,
    /// The `tvg-id` becomes `with`.
    SetTvgId,
    /// The channel gets a number from `first` on.
    Renumber,
}

/// GuideNumbers without a minor, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct NumberRange {
    /// The first, at least 1.
    pub first: u16,
    /// The last, at least `first`.
    pub last: u16,
}

impl RuleSet {
    /// Rules of a set.
    pub const RULES_MAX: usize = 200;
    /// Templates of a set.
    pub const TEMPLATES_MAX: usize = 100;
    /// Bytes of the name of a rule, a template or a source.
    pub const NAME_BYTES_MAX: usize = 64;
    /// Bytes of a pattern as it is written.
    pub const PATTERN_BYTES_MAX: usize = 2048;
    /// Bytes of a pattern with its templates.
    pub const EXPANDED_BYTES_MAX: usize = 8192;
    /// Groups of a pattern: the slower machine keeps the place of each for each of its states.
    pub const GROUPS_MAX: usize = 16;
    /// Bytes of a `with`.
    pub const WITH_BYTES_MAX: usize = 512;
    /// Sources that a rule names.
    pub const SOURCES_MAX: usize = 64;
    /// Bytes of all texts of a set together: 200 rules of 200 bytes. As JSON they fit into a request.
    pub const TEXT_BYTES_MAX: usize = 40 << 10;

    /// Whether there is neither a rule nor a template.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.templates.is_empty()
    }

    /// Bytes of all texts.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        let of_template = |template: &Template| template.name.len() + template.pattern.len();
        let of_rule = |rule: &Rule| {
            let sources: usize = rule.sources.iter().map(String::len).sum();
            let with = rule.with.as_ref().map_or(0, String::len);
            rule.name.len() + rule.pattern.len() + with + sources
        };
        let templates: usize = self.templates.iter().map(of_template).sum();
        templates + self.rules.iter().map(of_rule).sum::<usize>()
    }

    /// This set with `behind` it: its rules run later, and may use the templates of both.
    #[must_use]
    pub fn followed_by(&self, behind: &Self) -> Self {
        let mut both = self.clone();
        both.templates.extend(behind.templates.iter().cloned());
        both.rules.extend(behind.rules.iter().cloned());
        both
    }
}

impl Field {
    /// As it is written.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Group => "group",
            Self::TvgId => "tvg_id",
            Self::Url => "url",
        }
    }
}

impl Action {
    /// As it is written.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Include => "include",
            Self::Exclude => "exclude",
            Self::Rename => "rename",
            Self::Regroup => "regroup",
            Self::SetLogo => "set_logo",
            Self::SetTvgId => "set_tvg_id",
            Self::Renumber => "renumber",
        }
    }

    /// Whether it writes a text, and so takes a `with`.
    #[must_use]
    pub const fn writes(self) -> bool {
        matches!(
            self,
            Self::Rename | Self::Regroup | Self::SetLogo | Self::SetTvgId
        )
    }
}

const fn yes() -> bool {
    true
}

fn the_name() -> Vec<Field> {
    vec![Field::Name]
}
