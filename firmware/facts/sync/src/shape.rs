//! The owner's rules on the way of entries into the lineup, and what they would do there.

use std::{
    borrow::Cow,
    cell::RefCell,
    ops::ControlFlow,
    time::{Duration, Instant},
};

use desk::DryRun;
use lineup::{EntryText, Shaping, SourceKey, Verdict};
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
}

impl Shaping for Shaper {
    fn shape(&self, source: SourceKey<'_>, entry: &mut EntryText<'_>) -> Verdict {
        let mut rules = self.0.borrow_mut();
        if rules.is_empty() {
            return Verdict::Keep;
        }
        let verdict = rules.apply(&looked_at(source.name, entry));
        if !verdict.is_kept {
            return Verdict::Drop;
        }
        entry.numbers = verdict.numbers.map(|range| (range.first, range.last));
        // What a rule has written is owned; the rest is the entry's and stays.
        let [name, group, tvg_id, logo] =
            [verdict.name, verdict.group, verdict.tvg_id, verdict.logo].map(written);
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
        Verdict::Keep
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
        let flow = store.each_entry(id, |entry| {
            preview.add(&mut rules, &looked_at(&settings.name, &entry));
            if begin.elapsed() < DRY_RUN_MAX {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })?;
        complete &= flow.is_continue();
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

#[cfg(test)]
mod tests {
    use super::*;

    fn shaper(set: &str) -> Shaper {
        let set = serde_json::from_str(set).expect("a set");
        Shaper::new(Rules::compile(&set, 1 << 20).expect("good rules"))
    }

    #[test]
    fn what_rules_write_is_what_goes_on() {
        let shaper = shaper(
            r#"{"rules":[
                {"name":"a","action":"rename","pattern":"^US: ","with":""},
                {"name":"b","action":"renumber","fields":["group"],"pattern":"news","first":10},
                {"name":"c","action":"exclude","sources":["two"],"pattern":"CNN"}
            ]}"#,
        );
        let key = |name| SourceKey {
            index: 0,
            name,
            priority: 0,
        };
        let listed = EntryText {
            name: "US: CNN".into(),
            group: "News".into(),
            url: "http://a.example/1".into(),
            ..EntryText::default()
        };
        let mut entry = listed.clone();
        assert_eq!(shaper.shape(key("one"), &mut entry), Verdict::Keep);
        assert_eq!((&*entry.name, entry.numbers), ("CNN", Some((10, u16::MAX))));
        assert_eq!((&entry.group, &entry.url), (&listed.group, &listed.url));
        let mut entry = listed.clone();
        assert_eq!(shaper.shape(key("two"), &mut entry), Verdict::Drop);
        assert_eq!(entry, listed);
    }
}
