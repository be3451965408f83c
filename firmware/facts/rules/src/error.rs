//! What is wrong with a set of rules, where, and what to do.

use std::fmt;

use crate::RuleSet;

/// A set that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct RuleError {
    /// Where in the set.
    pub place: Place,
    /// What is wrong there.
    pub problem: Problem,
}

/// A place in a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// No single one.
    Set,
    /// A rule.
    Rule {
        /// Its place, from 0.
        index: usize,
        /// Its name, as far as it can be shown.
        name: String,
    },
    /// A template.
    Template {
        /// Its place, from 0.
        index: usize,
        /// Its name, as far as it can be shown.
        name: String,
    },
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Too many rules.
    #[error("{0} rules, at most {max} are possible", max = RuleSet::RULES_MAX)]
    TooManyRules(usize),
    /// Too many templates.
    #[error("{0} templates, at most {max} are possible", max = RuleSet::TEMPLATES_MAX)]
    TooManyTemplates(usize),
    /// All texts together are too long.
    #[error(
        "its texts have {0} bytes together, at most {max} are possible: share patterns by templates",
        max = RuleSet::TEXT_BYTES_MAX
    )]
    TooMuchText(usize),
    /// A text is too long.
    #[error("`{key}` has {bytes} bytes, at most {max} are possible")]
    TooLong {
        /// Which.
        key: &'static str,
        /// Its length.
        bytes: usize,
        /// The most.
        max: usize,
    },
    /// There is no name.
    #[error("`name` is empty: call it something")]
    Nameless,
    /// A name stands twice.
    #[error("another one has this name already: choose another name")]
    NameTwice,
    /// A template cannot be named so.
    #[error("`name` of a template has letters a-z, digits, _ and - only")]
    TemplateName,
    /// Too many sources.
    #[error("{0} sources, at most {max} are possible: leave `sources` out for all", max = RuleSet::SOURCES_MAX)]
    TooManySources(usize),
    /// It looks at nothing.
    #[error("`fields` is empty: name what to look at, such as [\"name\"]")]
    NoField,
    /// A key is missing.
    #[error("`{action}` needs `{key}`")]
    Missing {
        /// What is to be done.
        action: &'static str,
        /// What is missing.
        key: &'static str,
    },
    /// A key has no meaning.
    #[error("`{key}` means nothing to `{action}`: leave it out")]
    Meaningless {
        /// What is to be done.
        action: &'static str,
        /// What is too much.
        key: &'static str,
    },
    /// Numbers in a wrong order, or 0.
    #[error("numbers go from 1 to 65535, and `last` is not before `first`")]
    Numbers,
    /// A text with control characters, which would break the documents it goes into.
    #[error("`with` has a line break or another control character: leave it out")]
    ControlCharacter,
    /// `with` refers to a group that is not there.
    #[error(
        "`with` refers to `{reference}`, which the pattern has not: number its ( ) from 1, and write `${{1}}` where a letter or digit follows"
    )]
    NoSuchGroup {
        /// As it is written.
        reference: String,
    },
    /// `with` refers to what was found in an address.
    #[error(
        "`with` cannot refer to what was found in `url`, which may be a password: take `url` out of `fields`, or leave `{reference}` out"
    )]
    FromAddress {
        /// As it is written.
        reference: String,
    },
    /// There is no such template.
    #[error("there is no template `{0}`: define it, or write \\{{ for a brace")]
    NoSuchTemplate(String),
    /// A template uses itself.
    #[error("templates use each other in a circle: {0}")]
    Circle(String),
    /// A pattern is too long once its templates stand in it.
    #[error("with its templates, `pattern` has more than {max} bytes", max = RuleSet::EXPANDED_BYTES_MAX)]
    Expanded,
    /// The pattern cannot be read.
    #[error("`pattern`, at `{excerpt}`: {reason}")]
    Syntax {
        /// Where it went wrong.
        excerpt: String,
        /// Why, in the words of the regex crate.
        reason: String,
    },
    /// Too many groups.
    #[error("`pattern` has {0} groups, at most {max} are possible: write (?:…) for those that `with` does not use", max = RuleSet::GROUPS_MAX)]
    TooManyGroups(usize),
    /// One pattern needs too much memory.
    #[error("`pattern` needs more than {max_kib} KiB: repeat less, such as {{0,20}} for {{0,500}}")]
    TooLarge {
        /// KiB that one pattern may need.
        max_kib: usize,
    },
    /// The patterns need too much memory together.
    #[error(
        "with it the patterns need more than the {max_kib} KiB that the memory plan gives to rules: use fewer or simpler ones, or raise memory.budget"
    )]
    TooLargeTogether {
        /// KiB that all patterns may need.
        max_kib: usize,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set => f.write_str("rules"),
            Self::Rule { index, name } => write!(f, "rule {} \"{name}\"", index + 1),
            Self::Template { index, name } => write!(f, "template {} \"{name}\"", index + 1),
        }
    }
}

impl RuleError {
    /// The same error, where the set was made of `front` and what its owner knows as the set: places
    /// behind `front` are counted from there.
    #[must_use]
    pub fn behind(mut self, front: &RuleSet) -> Self {
        let (index, in_front) = match &mut self.place {
            Place::Set => return self,
            Place::Rule { index, .. } => (index, front.rules.len()),
            Place::Template { index, .. } => (index, front.templates.len()),
        };
        *index = index.checked_sub(in_front).unwrap_or(*index);
        self
    }
}

impl Place {
    pub(crate) fn rule(index: usize, name: &str) -> Self {
        let name = shown(name);
        Self::Rule { index, name }
    }

    pub(crate) fn template(index: usize, name: &str) -> Self {
        let name = shown(name);
        Self::Template { index, name }
    }

    pub(crate) const fn with(self, problem: Problem) -> RuleError {
        RuleError {
            place: self,
            problem,
        }
    }
}

/// The beginning of a text that may be anything.
fn shown(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .take(RuleSet::NAME_BYTES_MAX)
        .collect()
}
