//! The owner's rules on the way of entries into the lineup.

use std::{borrow::Cow, cell::RefCell};

use rules::{Entry, Rules};

/// Rules that shape entries. They keep to memory of their own while they run, so that one thread has
/// them for itself.
#[derive(Debug)]
pub(crate) struct Shaper(RefCell<Rules>);

/// What rules make of an entry.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Shaped<'e> {
    pub(crate) name: Cow<'e, str>,
    pub(crate) group: Cow<'e, str>,
    pub(crate) tvg_id: Cow<'e, str>,
    pub(crate) logo: Cow<'e, str>,
    /// The majors that it asks for, first and last.
    pub(crate) numbers: Option<(u16, u16)>,
}

impl Shaper {
    pub(crate) const fn new(rules: Rules) -> Self {
        Self(RefCell::new(rules))
    }

    /// What becomes of an entry of this source; `None` where it is left out.
    pub(crate) fn shape<'e>(
        &self,
        source: &'e str,
        entry: &playlist::Entry<'e>,
    ) -> Option<Shaped<'e>> {
        let verdict = self.0.borrow_mut().apply(&Entry {
            source,
            name: entry.name,
            group: entry.group,
            tvg_id: entry.tvg_id,
            logo: entry.logo,
            url: entry.url,
        });
        verdict.is_kept.then(|| Shaped {
            name: verdict.name,
            group: verdict.group,
            tvg_id: verdict.tvg_id,
            logo: verdict.logo,
            numbers: verdict.numbers.map(|range| (range.first, range.last)),
        })
    }
}
