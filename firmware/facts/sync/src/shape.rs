//! The owner's rules on the way of entries into the lineup, and what they would do there.

use std::{
    borrow::Cow,
    cell::RefCell,
    ops::ControlFlow,
    time::{Duration, Instant},
};

use desk::DryRun;
use lineup::{EntryText, Held, Shaping, SourceKey, Verdict, decisions::Decisions};
use rules::{Entry, Preview, Rules};
use store::Store;

use crate::{Error, Sources};

/// How long a dry run may take: a person waits for it, and imports do. 30,000 entries pass fifty
/// rules in two seconds.
const DRY_RUN_MAX: Duration = Duration::from_secs(5);

/// Rules that shape entries. They keep to memory of their own while they run, so that one thread has
/// them for itself.
#[derive(Debug)]
pub(crate) struct Shaper(RefCell<Rules>);

impl Shaper {
    pub(crate) const fn new(rules: Rules) -> Self {
        Self(RefCell::new(rules))
    }

    /// What they hold.
    pub(crate) fn bytes(&self) -> usize {
        self.0.borrow().bytes()
    }
}

impl Shaping for Shaper {
    fn shape(&self, source: SourceKey<'_>, entry: &mut EntryText<'_>) -> Verdict {
        let mut rules = self.0.borrow_mut();
        if rules.is_empty() {
            return Verdict::Keep;
        }
        let verdict = rules.apply(&looked_at(source.name, entry));
        let becomes = if verdict.is_kept {
            Verdict::Keep
        } else {
            Verdict::Drop
        };
        let numbers = verdict.numbers.map(|range| (range.first, range.last));
        let [name, group, tvg_id, logo] =
            [verdict.name, verdict.group, verdict.tvg_id, verdict.logo].map(written);
        entry.numbers = numbers;
        for (text, written) in [
            (&mut entry.name, name),
            (&mut entry.group, group),
            (&mut entry.tvg_id, tvg_id),
            (&mut entry.logo, logo),
        ] {
            if let Some(written) = written {
                *text = Cow::Owned(written);
            }
        }
        becomes
    }
}

/// The same rules, but for channels that were switched on by hand: these stay, in the name and group
/// that rules give them, also where a rule leaves them out.
pub(crate) struct Spared<'a> {
    shaper: &'a Shaper,
    decisions: &'a Decisions,
    held: &'a Held,
    /// Whether there is one such channel.
    are_some: bool,
}

impl<'a> Spared<'a> {
    /// `held`: which channels entries were in last.
    pub(crate) fn new(shaper: &'a Shaper, decisions: &'a Decisions, held: &'a Held) -> Self {
        Self {
            shaper,
            decisions,
            held,
            are_some: decisions.switch_on_some(),
        }
    }
}

impl Shaping for Spared<'_> {
    fn shape(&self, source: SourceKey<'_>, entry: &mut EntryText<'_>) -> Verdict {
        // As the list has it: rules change the name.
        let keys = self.are_some.then(|| entry.keys());
        let verdict = self.shaper.shape(source, entry);
        match keys {
            Some(keys) if verdict == Verdict::Drop && self.decisions.switch_on(keys, self.held) => {
                Verdict::Keep
            }
            _ => verdict,
        }
    }
}

/// Runs rules over the stored lists, and changes nothing.
pub(crate) fn dry_run(
    store: &Store,
    sources: &Sources,
    mut rules: Rules,
    count: usize,
    configured: usize,
) -> Result<DryRun, Error> {
    let begin = Instant::now();
    let mut preview = Preview::new(count);
    let mut complete = true;
    for (id, settings) in sources.iter().filter(|(_, settings)| settings.enabled) {
        store.each_entry(id, |entry| {
            complete = begin.elapsed() < DRY_RUN_MAX;
            if !complete {
                return ControlFlow::Break(());
            }
            preview.add(&mut rules, &looked_at(&settings.name, &entry));
            ControlFlow::Continue(())
        })?;
        if !complete {
            break;
        }
    }
    Ok(DryRun {
        configured,
        complete,
        preview,
    })
}

fn looked_at<'a>(source: &'a str, entry: &'a EntryText<'_>) -> Entry<'a> {
    Entry {
        source,
        name: &entry.name,
        group: &entry.group,
        tvg_id: &entry.tvg_id,
        logo: &entry.logo,
        url: &entry.url,
    }
}

fn written(text: Cow<'_, str>) -> Option<String> {
    match text {
        Cow::Owned(text) => Some(text),
        Cow::Borrowed(_) => None,
    }
}
