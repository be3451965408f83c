//! One entry of a list on its way into the lineup.

use std::borrow::Cow;

use crate::identity::StableHash;

/// How many texts an entry has.
pub const ENTRY_TEXTS: usize = 9;

/// The texts of an entry. What the list does not give is empty; name and address never are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryText<'a> {
    /// What the list calls it.
    pub name: Cow<'a, str>,
    /// Address of the stream.
    pub url: Cow<'a, str>,
    /// `group-title`.
    pub group: Cow<'a, str>,
    /// Address of the logo.
    pub logo: Cow<'a, str>,
    /// `tvg-id`.
    pub tvg_id: Cow<'a, str>,
    /// `tvg-name`.
    pub tvg_name: Cow<'a, str>,
    /// `tvg-chno` as written.
    pub tvg_chno: Cow<'a, str>,
    /// `tvg-shift` as written: hours by which the guide is moved.
    pub tvg_shift: Cow<'a, str>,
    /// Request headers for the stream, `Name: value` lines joined by `\n`.
    pub headers: Cow<'a, str>,
    /// The majors that a rule asks for, first and last; no list says so.
    pub numbers: Option<(u16, u16)>,
}

impl<'a> EntryText<'a> {
    /// The texts in the order in which they are written down; see [`EntryText::of_texts`].
    #[must_use]
    pub fn texts(&self) -> [&str; ENTRY_TEXTS] {
        [
            &self.name,
            &self.url,
            &self.group,
            &self.logo,
            &self.tvg_id,
            &self.tvg_name,
            &self.tvg_chno,
            &self.tvg_shift,
            &self.headers,
        ]
    }

    /// The entry of such texts.
    #[must_use]
    pub fn of_texts(texts: [&'a str; ENTRY_TEXTS]) -> Self {
        let [
            name,
            url,
            group,
            logo,
            tvg_id,
            tvg_name,
            tvg_chno,
            tvg_shift,
            headers,
        ] = texts.map(Cow::Borrowed);
        Self {
            name,
            url,
            group,
            logo,
            tvg_id,
            tvg_name,
            tvg_chno,
            tvg_shift,
            headers,
            numbers: None,
        }
    }

    /// What this entry is known by from import to import.
    #[must_use]
    pub fn keys(&self) -> Keys {
        Keys {
            name: name_key(&self.name, &self.tvg_id, &self.group),
            address: address_key(&self.url),
        }
    }

    /// `tvg-shift` in minutes, within two days; 0 where it is no number of hours.
    pub(crate) fn shift_minutes(&self) -> i16 {
        const MINUTES_MAX: f32 = 48.0 * 60.0;
        let hours: f32 = self.tvg_shift.trim().parse().unwrap_or_default();
        let minutes = hours * 60.0;
        #[expect(clippy::cast_possible_truncation, reason = "within two days")]
        if minutes.abs() <= MINUTES_MAX {
            minutes.round() as i16
        } else {
            0
        }
    }
}

impl<'a> From<&playlist::Entry<'a>> for EntryText<'a> {
    fn from(entry: &playlist::Entry<'a>) -> Self {
        Self::of_texts([
            entry.name,
            entry.url,
            entry.group,
            entry.logo,
            entry.tvg_id,
            entry.tvg_name,
            entry.tvg_chno,
            entry.tvg_shift,
            entry.headers.as_str(),
        ])
    }
}

/// What an entry is known by from import to import. Neither key holds the name of the source, so
/// that it may be renamed; both are taken before any rule changes the entry, so that rules may
/// change as well. Hashes of 64 bits, never 0: two of 100,000 keys agree by chance in one of four
/// billion lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Keys {
    /// Of name and `tvg-id`, or without a `tvg-id` of name and group: outlives the address, which
    /// providers change at will.
    pub name: u64,
    /// Of the whole address: outlives the name.
    pub address: u64,
}

/// Folded, as its case and the space around a name come and go.
pub(crate) fn name_key(name: &str, tvg_id: &str, group: &str) -> u64 {
    let group = if tvg_id.is_empty() { group } else { "" };
    let hash = StableHash::new().folded(name).text(tvg_id).text(group);
    hash.value().max(1)
}

/// The first text, which no folded name is followed by, keeps addresses apart from names.
pub(crate) fn address_key(url: &str) -> u64 {
    let hash = StableHash::new().text("\n").text(url);
    hash.value().max(1)
}

/// Where an entry comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceKey<'a> {
    /// Place in the configuration; see [`crate::Channel::source`].
    pub index: u16,
    /// Its name, for rules that are meant for one source.
    pub name: &'a str,
    /// Of streams of like quality those of the source with the greater priority come first.
    pub priority: i16,
}

/// Whether an entry goes on into the lineup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It does.
    Keep,
    /// A rule leaves it out.
    Drop,
}

/// What is done to each entry before anything is made of it: the owner's rules.
pub trait Shaping {
    /// Changes the texts of an entry, or leaves it out. The same entry must always come out alike.
    fn shape(&self, source: SourceKey<'_>, entry: &mut EntryText<'_>) -> Verdict;
}

/// No rules: every entry as its list has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AsListed;

impl Shaping for AsListed {
    fn shape(&self, _: SourceKey<'_>, _: &mut EntryText<'_>) -> Verdict {
        Verdict::Keep
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_know_what_comes_and_goes() {
        let keys = |name, tvg_id, group, url| {
            let texts = [name, url, group, "logo", tvg_id, "", "", "", ""];
            EntryText::of_texts(texts).keys()
        };
        let one = keys("CNN", "", "News", "http://a.example/1");
        assert_eq!(one.name, keys(" cnn", "", "News", "u").name);
        assert_ne!(one.name, keys("CNN", "", "Sport", "u").name);
        assert_eq!(
            keys("CNN", "x", "News", "u").name,
            keys("CNN", "x", "Sport", "u").name
        );
        assert_eq!(
            one.address,
            keys("B", "x", "", "http://a.example/1").address
        );
        assert_ne!(keys("u", "", "", "u").name, keys("u", "", "", "u").address);
    }

    #[test]
    fn shifts_are_hours() {
        for (text, minutes) in [
            ("1", 60),
            ("+1", 60),
            (" -2.5 ", -150),
            ("", 0),
            ("east", 0),
            ("NaN", 0),
            ("100", 0),
            ("inf", 0),
        ] {
            let entry = EntryText {
                tvg_shift: text.into(),
                ..EntryText::default()
            };
            assert_eq!(entry.shift_minutes(), minutes, "{text}");
        }
    }
}
