//! What rules would do to many entries: counts, and some of them before and after.

use serde::Serialize;

use crate::{Entry, NumberRange, Rules, Verdict};

/// Bytes of a text that a sample shows, cut at a character.
const SHOWN_BYTES_MAX: usize = 160;

/// A dry run, gathered entry by entry: what rules do by themselves. A channel that was switched on by hand
/// stays, whatever they say. Addresses are not in it: they may hold passwords.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// Entries looked at.
    pub entries: usize,
    /// Of these, those that become channels or streams of one.
    pub kept: usize,
    /// Of those kept, the ones that change.
    pub changed: usize,
    /// For each rule of the set, the entries that it matched.
    pub matched: Vec<usize>,
    /// Some of the entries that change or go.
    pub samples: Vec<Sample>,
    /// For each rule its samples, and at the end those that no rule matched.
    #[serde(skip)]
    samples_of: Vec<usize>,
}

/// An entry before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// Name of its source.
    pub source: String,
    /// As the list has it.
    pub before: Shown,
    /// As it becomes.
    pub after: Shown,
    /// Whether it stays.
    pub kept: bool,
    /// The logo that a rule gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// The numbers that it asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numbers: Option<NumberRange>,
    /// Places of the rules that matched it, from 0.
    pub rules: Vec<usize>,
}

/// What is shown of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// Its name.
    pub name: String,
    /// Its group.
    pub group: String,
    /// Its `tvg-id`.
    pub tvg_id: String,
}

impl Preview {
    /// Samples in all. About 200 KiB at most.
    pub const SAMPLES_MAX: usize = 200;
    /// Samples for the sake of one rule: the first of many rules would else fill the page.
    pub const SAMPLES_PER_RULE_MAX: usize = 20;

    /// A dry run of a set with so many rules.
    #[must_use]
    pub fn new(rules: usize) -> Self {
        Self {
            matched: vec![0; rules],
            samples_of: vec![0; rules + 1],
            ..Self::default()
        }
    }

    /// Counts what the rules do to one more entry. `rules` are those of the set that it was made for.
    pub fn add(&mut self, rules: &mut Rules, entry: &Entry<'_>) {
        let verdict = rules.apply(entry);
        let is_changed = verdict != Verdict::unchanged(entry);
        self.entries += 1;
        self.kept += usize::from(verdict.is_kept);
        self.changed += usize::from(verdict.is_kept && is_changed);
        for &rule in rules.matched() {
            if let Some(matched) = self.matched.get_mut(rule) {
                *matched += 1;
            }
        }
        if is_changed && self.samples.len() < Self::SAMPLES_MAX && self.wants(rules.matched()) {
            self.samples.push(sample(entry, &verdict, rules.matched()));
        }
    }

    /// Whether a sample is wanted for the sake of one of these rules, or of none; counts it.
    fn wants(&mut self, rules: &[usize]) -> bool {
        let none = [self.matched.len()];
        let rules = if rules.is_empty() { &none[..] } else { rules };
        let is_new = |&rule: &usize| {
            let samples = self.samples_of.get(rule);
            samples.is_some_and(|&samples| samples < Self::SAMPLES_PER_RULE_MAX)
        };
        let is_wanted = rules.iter().any(is_new);
        for &rule in rules.iter().filter(|_| is_wanted) {
            if let Some(samples) = self.samples_of.get_mut(rule) {
                *samples += 1;
            }
        }
        is_wanted
    }
}

fn sample(entry: &Entry<'_>, verdict: &Verdict<'_>, rules: &[usize]) -> Sample {
    Sample {
        source: shown(entry.source),
        before: Shown {
            name: shown(entry.name),
            group: shown(entry.group),
            tvg_id: shown(entry.tvg_id),
        },
        after: Shown {
            name: shown(&verdict.name),
            group: shown(&verdict.group),
            tvg_id: shown(&verdict.tvg_id),
        },
        kept: verdict.is_kept,
        logo: (verdict.logo != entry.logo).then(|| shown(&verdict.logo)),
        numbers: verdict.numbers,
        rules: rules.to_vec(),
    }
}

fn shown(text: &str) -> String {
    text[..text.floor_char_boundary(SHOWN_BYTES_MAX)].to_owned()
}
