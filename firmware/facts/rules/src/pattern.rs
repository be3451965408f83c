//! A pattern made ready: whether it is found, and where.
//!
//! Most rules match few entries. Whether a pattern is found at all is asked of a lazy DFA, which
//! reads some hundred megabytes a second; only where it is, and the place matters, the slower machine
//! runs that knows groups. Neither depends on the pattern for its time to be linear in the text, and
//! both work within memory that is known beforehand.

use std::fmt;

use regex_automata::{
    Input,
    hybrid::dfa::{self, DFA},
    nfa::thompson::{self, NFA, WhichCaptures, pikevm::PikeVM},
    util::primitives::NonMaxUsize,
};
use regex_syntax::{ParserBuilder, hir::Hir};

use crate::{Problem, RuleSet};

pub(crate) use regex_automata::nfa::thompson::pikevm::Cache as Scratch;

/// Bytes that one pattern may need before it runs. A class such as `\w` takes 10 to 20 KiB.
const NFA_BYTES_MAX: usize = 192 << 10;
/// Bytes that a DFA may remember of itself, at most: enough for all states of usual patterns.
const DFA_BYTES_MAX: usize = 48 << 10;
/// Groups within groups; their reader calls itself.
const NEST_MAX: u32 = 64;
/// Characters of a pattern that an error shows.
const EXCERPT_CHARS: usize = 24;

/// The place of a group: its begin and its end, where it took part in the match.
pub(crate) type Slots = Vec<Option<NonMaxUsize>>;

/// A pattern that can be looked for.
pub(crate) struct Pattern {
    machine: PikeVM,
    fast: Option<Fast>,
}

struct Fast {
    dfa: DFA,
    cache: dfa::Cache,
    cache_bytes_max: usize,
}

impl Pattern {
    /// Makes a pattern ready whose templates stand in it. `dfa_bytes` is what its DFA shall do with,
    /// if that is possible.
    pub(crate) fn new(
        text: &str,
        is_case_sensitive: bool,
        dfa_bytes: usize,
    ) -> Result<Self, Problem> {
        let hir = parse(text, is_case_sensitive)?;
        let groups = hir.properties().explicit_captures_len();
        if groups > RuleSet::GROUPS_MAX {
            return Err(Problem::TooManyGroups(groups));
        }
        let config = NFA::config()
            .nfa_size_limit(Some(NFA_BYTES_MAX))
            .which_captures(WhichCaptures::All);
        let too_large = |_| Problem::TooLarge {
            max_kib: NFA_BYTES_MAX >> 10,
        };
        let nfa = thompson::Compiler::new()
            .configure(config)
            .build_from_hir(&hir)
            .map_err(too_large)?;
        let fast = Fast::new(&nfa, dfa_bytes);
        let machine = PikeVM::new_from_nfa(nfa).map_err(too_large)?;
        Ok(Self { machine, fast })
    }

    /// Bytes that it holds or will hold, but for the scratch that all patterns share.
    pub(crate) fn bytes(&self) -> usize {
        let fast = self
            .fast
            .as_ref()
            .map_or(0, |fast| fast.cache_bytes_max + fast.dfa.memory_usage());
        size_of::<Self>() + self.machine.get_nfa().memory_usage() + fast
    }

    /// Scratch that suffices for this pattern.
    pub(crate) fn scratch(&self) -> Scratch {
        self.machine.create_cache()
    }

    /// The number of a group, by its number or name.
    pub(crate) fn group(&self, name: &str) -> Option<usize> {
        let groups = self.machine.get_nfa().group_info();
        let pattern = regex_automata::PatternID::ZERO;
        match name.parse() {
            Ok(number) => (number < groups.group_len(pattern)).then_some(number),
            Err(_) => groups.to_index(pattern, name),
        }
    }

    /// Whether it is found anywhere in the text.
    pub(crate) fn is_match(&mut self, text: &str, scratch: &mut Scratch) -> bool {
        let input = Input::new(text).earliest(true);
        if let Some(Fast { dfa, cache, .. }) = &mut self.fast
            && let Ok(found) = dfa.try_search_fwd(cache, &input)
        {
            return found.is_some();
        }
        // A word's end beside a letter that is not ASCII, or more states than the DFA may remember.
        self.machine.reset_cache(scratch);
        self.machine
            .search_slots(scratch, &input, &mut [])
            .is_some()
    }

    /// The next place at or behind `from` where it is found, with its groups in `slots`.
    pub(crate) fn find(
        &self,
        text: &str,
        from: usize,
        scratch: &mut Scratch,
        slots: &mut Slots,
    ) -> Option<(usize, usize)> {
        self.machine.reset_cache(scratch);
        slots.clear();
        slots.resize(self.machine.get_nfa().group_info().slot_len(), None);
        let input = Input::new(text).range(from..);
        self.machine.search_slots(scratch, &input, slots)?;
        place(slots, 0)
    }
}

/// The machines write pages.
impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pattern")
            .field("bytes", &self.bytes())
            .field("is_fast", &self.fast.is_some())
            .finish_non_exhaustive()
    }
}

impl Fast {
    /// `None` where there can be no DFA: then the slower machine does it all.
    fn new(nfa: &NFA, bytes: usize) -> Option<Self> {
        let config = DFA::config()
            .unicode_word_boundary(true)
            .minimum_cache_clear_count(Some(3))
            .minimum_bytes_per_state(Some(10));
        let least = config.get_minimum_cache_capacity(nfa).ok()?;
        let cache_bytes_max = bytes.min(DFA_BYTES_MAX).max(least);
        let config = config.cache_capacity(cache_bytes_max);
        let dfa = DFA::builder().configure(config).build_from_nfa(nfa.clone());
        let dfa = dfa.ok()?;
        let cache = dfa.create_cache();
        Some(Self {
            dfa,
            cache,
            cache_bytes_max,
        })
    }
}

/// Where a group was found.
pub(crate) fn place(slots: &Slots, group: usize) -> Option<(usize, usize)> {
    let begin = (*slots.get(2 * group)?)?;
    let end = (*slots.get(2 * group + 1)?)?;
    Some((begin.get(), end.get()))
}

/// Reads a pattern.
pub(crate) fn parse(text: &str, is_case_sensitive: bool) -> Result<Hir, Problem> {
    let mut parser = ParserBuilder::new()
        .case_insensitive(!is_case_sensitive)
        .nest_limit(NEST_MAX)
        .build();
    parser.parse(text).map_err(|error| {
        let (reason, span) = match &error {
            regex_syntax::Error::Parse(error) => (error.kind().to_string(), *error.span()),
            regex_syntax::Error::Translate(error) => (error.kind().to_string(), *error.span()),
            other => return unplaced(&other.to_string()),
        };
        let begin = text.floor_char_boundary(span.start.offset.saturating_sub(8));
        let excerpt = text[begin..].chars().take(EXCERPT_CHARS).collect();
        Problem::Syntax { excerpt, reason }
    })
}

fn unplaced(reason: &str) -> Problem {
    Problem::Syntax {
        excerpt: String::new(),
        reason: reason.lines().next().unwrap_or_default().to_owned(),
    }
}
