//! What becomes of an entry.

use std::borrow::Cow;

use crate::{
    Field, NumberRange, Rules,
    compile::{Compiled, Deed},
    pattern::{self, Scratch, Slots},
    with::With,
};

/// Bytes of a text that a rule has written, cut at a character: as many as lists may have.
const WRITTEN_BYTES_MAX: usize = 1024;
/// Bytes of a text that rules look at: the longest that lists may have, of an address.
const LOOKED_AT_BYTES_MAX: usize = 8192;
/// Matches in one name that are replaced. Each costs a search, so that without a maximum the time
/// would be square in the length of the name.
const REPLACED_MAX: usize = 64;

/// An entry of a list, as far as rules look at it or change it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Name of the source.
    pub source: &'a str,
    /// Name of the channel.
    pub name: &'a str,
    /// `group-title`.
    pub group: &'a str,
    /// `tvg-id`.
    pub tvg_id: &'a str,
    /// Address of the logo.
    pub logo: &'a str,
    /// Address of the stream.
    pub url: &'a str,
}

/// What becomes of an entry. Of one that is not kept, the rest says what it would have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict<'a> {
    /// Whether it becomes a channel, or a stream of one.
    pub is_kept: bool,
    /// Its name.
    pub name: Cow<'a, str>,
    /// Its group.
    pub group: Cow<'a, str>,
    /// Its `tvg-id`.
    pub tvg_id: Cow<'a, str>,
    /// Its logo.
    pub logo: Cow<'a, str>,
    /// The numbers that it asks for.
    pub numbers: Option<NumberRange>,
}

impl<'a> Verdict<'a> {
    /// What becomes of an entry where there is no rule.
    #[must_use]
    pub const fn unchanged(entry: &Entry<'a>) -> Self {
        Self {
            is_kept: true,
            name: Cow::Borrowed(entry.name),
            group: Cow::Borrowed(entry.group),
            tvg_id: Cow::Borrowed(entry.tvg_id),
            logo: Cow::Borrowed(entry.logo),
            numbers: None,
        }
    }
}

impl Rules {
    /// Runs the rules over one entry.
    pub fn apply<'e>(&mut self, entry: &Entry<'e>) -> Verdict<'e> {
        self.matched.clear();
        let mut verdict = Verdict::unchanged(entry);
        if self.is_empty() {
            return verdict;
        }
        if self.source.as_deref() != Some(entry.source) {
            self.turn_to(entry.source);
        }
        verdict.is_kept = !self.asks_for_some;
        let Self { scratch, slots, .. } = self;
        for rule in self.rules.iter_mut().filter(|rule| rule.is_for_source) {
            if rule.apply(entry, &mut verdict, scratch.as_mut(), slots) {
                self.matched.push(rule.index);
            }
        }
        verdict
    }

    /// Places in the set of the rules that matched the last entry, in their order.
    #[must_use]
    pub fn matched(&self) -> &[usize] {
        &self.matched
    }

    /// Entries come source by source, so that which rules are for a source is asked once for each.
    fn turn_to(&mut self, source: &str) {
        self.source = Some(source.to_owned());
        self.asks_for_some = false;
        for rule in &mut self.rules {
            rule.is_for_source =
                rule.sources.is_empty() || rule.sources.iter().any(|own| own == source);
            self.asks_for_some |= rule.is_for_source && matches!(rule.deed, Deed::Include);
        }
    }
}

impl Compiled {
    /// Whether it matched.
    fn apply(
        &mut self,
        entry: &Entry<'_>,
        verdict: &mut Verdict<'_>,
        scratch: Option<&mut Scratch>,
        slots: &mut Slots,
    ) -> bool {
        let Some((pattern, scratch)) = self.pattern.as_mut().zip(scratch) else {
            self.deed.plain(verdict);
            return true;
        };
        let found = self
            .fields
            .iter()
            .find(|&&field| pattern.is_match(looked_at(field, entry, verdict), scratch));
        let Some(&field) = found else {
            return false;
        };
        let with = match &self.deed {
            Deed::Include | Deed::Exclude | Deed::Renumber(_) => {
                self.deed.plain(verdict);
                return true;
            }
            Deed::Rename(with)
            | Deed::Regroup(with)
            | Deed::SetLogo(with)
            | Deed::SetTvgId(with) => with,
        };
        let text = looked_at(field, entry, verdict).to_owned();
        let mut search = Search {
            pattern,
            text: &text,
            scratch,
            slots,
        };
        let is_in_place = field == Field::Name && matches!(self.deed, Deed::Rename(_));
        let written = if is_in_place {
            search.replace(with)
        } else {
            search.write(with)
        };
        self.deed.write(written, verdict);
        true
    }
}

impl Deed {
    /// What needs no match to refer to.
    fn plain(&self, verdict: &mut Verdict<'_>) {
        match self {
            Self::Include => verdict.is_kept = true,
            Self::Exclude => verdict.is_kept = false,
            Self::Renumber(numbers) => verdict.numbers = Some(*numbers),
            Self::Rename(with)
            | Self::Regroup(with)
            | Self::SetLogo(with)
            | Self::SetTvgId(with) => {
                let mut text = String::new();
                with.write(&mut text, |_| "");
                self.write(text, verdict);
            }
        }
    }

    fn write(&self, mut text: String, verdict: &mut Verdict<'_>) {
        text.truncate(text.floor_char_boundary(WRITTEN_BYTES_MAX));
        let text = text.trim();
        let field = match self {
            Self::Rename(_) if text.is_empty() => return,
            Self::Rename(_) => &mut verdict.name,
            Self::Regroup(_) => &mut verdict.group,
            Self::SetLogo(_) => &mut verdict.logo,
            Self::SetTvgId(_) => &mut verdict.tvg_id,
            Self::Include | Self::Exclude | Self::Renumber(_) => return,
        };
        if *field != text {
            *field = Cow::Owned(text.to_owned());
        }
    }
}

/// A text in which something was found.
struct Search<'a> {
    pattern: &'a pattern::Pattern,
    text: &'a str,
    scratch: &'a mut Scratch,
    slots: &'a mut Slots,
}

impl Search<'_> {
    fn find(&mut self, from: usize) -> Option<(usize, usize)> {
        self.pattern.find(self.text, from, self.scratch, self.slots)
    }

    /// `with`, referring to the first match.
    fn write(&mut self, with: &With) -> String {
        self.find(0);
        let mut out = String::new();
        self.expand(with, &mut out);
        out
    }

    /// The text with `with` in the place of each match. An empty match right behind another one is
    /// none, so that `.*` matches once.
    fn replace(&mut self, with: &With) -> String {
        let mut out = String::new();
        let (mut at, mut copied, mut last_end) = (0, 0, None);
        for _ in 0..REPLACED_MAX {
            if at > self.text.len() || out.len() > WRITTEN_BYTES_MAX {
                break;
            }
            let Some((begin, end)) = self.find(at) else {
                break;
            };
            if begin < end || last_end != Some(begin) {
                out.push_str(&self.text[copied..begin]);
                self.expand(with, &mut out);
                (copied, last_end) = (end, Some(end));
            }
            at = if begin < end {
                end
            } else {
                behind(self.text, end)
            };
        }
        out.push_str(&self.text[copied..]);
        out
    }

    fn expand(&self, with: &With, out: &mut String) {
        with.write(out, |group| match pattern::place(self.slots, group) {
            Some((begin, end)) => &self.text[begin..end],
            None => "",
        });
    }
}

/// The place behind the character at `at`.
fn behind(text: &str, at: usize) -> usize {
    at + text[at..].chars().next().map_or(1, char::len_utf8)
}

fn looked_at<'v>(field: Field, entry: &Entry<'v>, verdict: &'v Verdict<'_>) -> &'v str {
    let text = match field {
        Field::Name => verdict.name.as_ref(),
        Field::Group => verdict.group.as_ref(),
        Field::TvgId => verdict.tvg_id.as_ref(),
        Field::Url => entry.url,
    };
    &text[..text.floor_char_boundary(LOOKED_AT_BYTES_MAX)]
}
