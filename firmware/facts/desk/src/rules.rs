//! Orders about the owner's rules.

use rules::{Preview, RuleSet};
use serde::Serialize;

use crate::Answer;

/// What can be asked of the rules.
#[derive(Debug)]
pub enum RulesOrder {
    /// These in place of the stored ones; the lineup follows at once.
    Save {
        /// All of them.
        set: Box<RuleSet>,
        /// The [`RulesView::revision`] that whoever changed them has seen.
        seen: u64,
        /// The new revision.
        answer: Answer<u64>,
    },
    /// What these would make of the lists as they are stored. Nothing changes.
    Preview {
        /// All of them, without those of the configuration file.
        set: Box<RuleSet>,
        /// What would come of it.
        answer: Answer<Box<DryRun>>,
    },
}

/// The rules as they are, for whoever shows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RulesView {
    /// Goes up with each change of the stored ones.
    pub revision: u64,
    /// Those of the configuration file, which run first and cannot be changed here.
    pub configured: RuleSet,
    /// Those that can.
    pub stored: RuleSet,
    /// Why they cannot be used together, and the lineup stays as it is.
    pub error: Option<String>,
}

/// What rules would make of the lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DryRun {
    /// How many of the rules are those of the configuration file, which come first.
    pub configured: usize,
    /// Whether all entries were looked at, or the time was over.
    pub complete: bool,
    /// The figures and samples.
    #[serde(flatten)]
    pub preview: Preview,
}
