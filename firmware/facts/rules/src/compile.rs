//! From a set as it is written to one that runs.

use crate::{
    Action, Field, NumberRange, Place, Problem, Rule, RuleError, RuleSet,
    pattern::{self, Pattern, Scratch, Slots},
    template,
    with::With,
};

/// A set of rules that is ready to run. It keeps count of what it did, and its memory is bounded by
/// what [`Rules::compile`] was given.
#[derive(Debug)]
pub struct Rules {
    pub(crate) rules: Vec<Compiled>,
    /// The source of the last entry; `None` before the first.
    pub(crate) source: Option<String>,
    /// Whether what no rule matches is left out, in that source.
    pub(crate) asks_for_some: bool,
    /// Places of the rules that matched the last entry, in the set.
    pub(crate) matched: Vec<usize>,
    pub(crate) scratch: Option<Scratch>,
    pub(crate) slots: Slots,
    bytes: usize,
}

#[derive(Debug)]
pub(crate) struct Compiled {
    /// Its place in the set.
    pub(crate) index: usize,
    pub(crate) sources: Vec<String>,
    pub(crate) fields: Vec<Field>,
    /// `None`: every entry matches.
    pub(crate) pattern: Option<Pattern>,
    pub(crate) deed: Deed,
    /// Whether it is for the source of the last entry.
    pub(crate) is_for_source: bool,
}

#[derive(Debug)]
pub(crate) enum Deed {
    Include,
    Exclude,
    Rename(With),
    Regroup(With),
    SetLogo(With),
    SetTvgId(With),
    Renumber(NumberRange),
}

impl Rules {
    /// Makes a set ready that may hold `bytes_max` bytes while it runs.
    ///
    /// Rules that are not enabled are held to the maxima of their texts and to nothing else: who
    /// switches a rule off that he has got wrong can keep it.
    ///
    /// # Errors
    /// [`RuleError`]: which rule, what is wrong with it, what to do.
    pub fn compile(set: &RuleSet, bytes_max: usize) -> Result<Self, RuleError> {
        check(set)?;
        let running = set.rules.iter().filter(|rule| rule.enabled).count();
        let dfa_bytes = bytes_max / 2 / running.max(1);
        let mut rules = Self {
            rules: Vec::with_capacity(running),
            source: None,
            asks_for_some: false,
            matched: Vec::with_capacity(running),
            scratch: None,
            slots: Vec::new(),
            bytes: 0,
        };
        let mut scratch_bytes = 0;
        for (index, rule) in set
            .rules
            .iter()
            .enumerate()
            .filter(|(_, rule)| rule.enabled)
        {
            let place = || Place::rule(index, &rule.name);
            let compiled = compile(index, rule, set, dfa_bytes);
            let compiled = compiled.map_err(|problem| place().with(problem))?;
            if let Some(pattern) = &compiled.pattern {
                let scratch = pattern.scratch();
                rules.bytes += pattern.bytes();
                if scratch.memory_usage() >= scratch_bytes {
                    scratch_bytes = scratch.memory_usage();
                    rules.scratch = Some(scratch);
                }
            }
            if rules.bytes + scratch_bytes > bytes_max {
                let max_kib = bytes_max >> 10;
                return Err(place().with(Problem::TooLargeTogether { max_kib }));
            }
            rules.rules.push(compiled);
        }
        rules.bytes += scratch_bytes;
        Ok(rules)
    }

    /// Whether everything passes as it is.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Bytes that its patterns hold, at most.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }
}

/// Everything but what the enabled rules say.
fn check(set: &RuleSet) -> Result<(), RuleError> {
    let RuleSet { templates, rules } = set;
    let whole = |problem| Err(Place::Set.with(problem));
    if rules.len() > RuleSet::RULES_MAX {
        return whole(Problem::TooManyRules(rules.len()));
    }
    if templates.len() > RuleSet::TEMPLATES_MAX {
        return whole(Problem::TooManyTemplates(templates.len()));
    }
    if set.text_bytes() > RuleSet::TEXT_BYTES_MAX {
        return whole(Problem::TooMuchText(set.text_bytes()));
    }
    for (index, known) in templates.iter().enumerate() {
        let before = templates[..index].iter().map(|other| other.name.as_str());
        let checked = check_name(&known.name, before)
            .and_then(|()| fits("pattern", &known.pattern, RuleSet::PATTERN_BYTES_MAX))
            .and_then(|()| check_template(index, set));
        checked.map_err(|problem| Place::template(index, &known.name).with(problem))?;
    }
    for (index, rule) in rules.iter().enumerate() {
        let before = rules[..index].iter().map(|other| other.name.as_str());
        let checked = check_name(&rule.name, before).and_then(|()| check_texts(rule));
        checked.map_err(|problem| Place::rule(index, &rule.name).with(problem))?;
    }
    Ok(())
}

fn check_name<'a>(name: &str, mut others: impl Iterator<Item = &'a str>) -> Result<(), Problem> {
    fits("name", name, RuleSet::NAME_BYTES_MAX)?;
    if name.trim().is_empty() {
        return Err(Problem::Nameless);
    }
    if others.any(|other| other == name) {
        return Err(Problem::NameTwice);
    }
    Ok(())
}

/// A template must be a pattern by itself, or an error in it would be told of every rule.
fn check_template(index: usize, set: &RuleSet) -> Result<(), Problem> {
    if !template::is_name(&set.templates[index].name) {
        return Err(Problem::TemplateName);
    }
    let expanded = template::expand_template(index, &set.templates)?;
    pattern::parse(&expanded, true).map(drop)
}

fn check_texts(rule: &Rule) -> Result<(), Problem> {
    fits("pattern", &rule.pattern, RuleSet::PATTERN_BYTES_MAX)?;
    let with = rule.with.as_deref().unwrap_or_default();
    fits("with", with, RuleSet::WITH_BYTES_MAX)?;
    if rule.sources.len() > RuleSet::SOURCES_MAX {
        return Err(Problem::TooManySources(rule.sources.len()));
    }
    let mut sources = rule.sources.iter();
    sources.try_for_each(|source| fits("sources", source, RuleSet::NAME_BYTES_MAX))
}

fn fits(key: &'static str, text: &str, max: usize) -> Result<(), Problem> {
    let bytes = text.len();
    if bytes > max {
        return Err(Problem::TooLong { key, bytes, max });
    }
    Ok(())
}

fn compile(
    index: usize,
    rule: &Rule,
    set: &RuleSet,
    dfa_bytes: usize,
) -> Result<Compiled, Problem> {
    if rule.fields.is_empty() {
        return Err(Problem::NoField);
    }
    check_keys(rule)?;
    let pattern = if rule.pattern.is_empty() {
        None
    } else {
        let expanded = template::expand(&rule.pattern, &set.templates)?;
        Some(Pattern::new(&expanded, rule.case_sensitive, dfa_bytes)?)
    };
    let deed = match rule.action {
        Action::Include => Deed::Include,
        Action::Exclude => Deed::Exclude,
        Action::Rename => Deed::Rename(with(rule, pattern.as_ref())?),
        Action::Regroup => Deed::Regroup(with(rule, pattern.as_ref())?),
        Action::SetLogo => Deed::SetLogo(with(rule, pattern.as_ref())?),
        Action::SetTvgId => Deed::SetTvgId(with(rule, pattern.as_ref())?),
        Action::Renumber => Deed::Renumber(numbers(rule)?),
    };
    let mut fields: Vec<Field> = Vec::with_capacity(4);
    for field in &rule.fields {
        if !fields.contains(field) {
            fields.push(*field);
        }
    }
    Ok(Compiled {
        index,
        sources: rule.sources.clone(),
        fields,
        pattern,
        deed,
        is_for_source: false,
    })
}

/// Whether each key that is needed is there, and no other.
fn check_keys(rule: &Rule) -> Result<(), Problem> {
    let action = rule.action.word();
    let renumbers = rule.action == Action::Renumber;
    for (key, is_there, may_be, must_be) in [
        (
            "with",
            rule.with.is_some(),
            rule.action.writes(),
            rule.action.writes(),
        ),
        ("first", rule.first.is_some(), renumbers, renumbers),
        ("last", rule.last.is_some(), renumbers, false),
        // Without one, `rename` would give every channel the same name.
        (
            "pattern",
            !rule.pattern.is_empty(),
            true,
            rule.action == Action::Rename,
        ),
    ] {
        if is_there && !may_be {
            return Err(Problem::Meaningless { action, key });
        }
        if !is_there && must_be {
            return Err(Problem::Missing { action, key });
        }
    }
    Ok(())
}

fn with(rule: &Rule, pattern: Option<&Pattern>) -> Result<With, Problem> {
    let text = rule.with.as_deref().unwrap_or_default();
    if rule.fields.contains(&Field::Url)
        && let Some(reference) = With::first_reference(text)
    {
        return Err(Problem::FromAddress { reference });
    }
    With::read(text, |name| pattern?.group(name))
}

fn numbers(rule: &Rule) -> Result<NumberRange, Problem> {
    let first = rule.first.unwrap_or_default();
    let last = rule.last.unwrap_or(u16::MAX);
    if first == 0 || last < first {
        return Err(Problem::Numbers);
    }
    Ok(NumberRange { first, last })
}
