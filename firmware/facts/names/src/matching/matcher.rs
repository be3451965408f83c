//! The two sides of matching: a guide's channels and a lineup's entries.

use super::{
    index::Index,
    matches::Matches,
    sides::{Entry, GuideName},
    sites::{self, Sites},
};
use crate::{
    Country, NameEntry, Parts,
    merge::{
        Options,
        decided::Decided,
        rows::Collector,
        solve::{Countries, Solved},
        table::{NameId, Table},
    },
    read,
};

/// From this confidence on a match is taken. At 56 two per cent of real names get a wrong guide, at
/// 62 one per cent; each point costs as many that get none (measured on labelled names).
pub const THRESHOLD_PERCENT: u8 = 60;

/// Domains that are sold to everybody and name no country.
const DOMAINS_OF_NO_COUNTRY: [&str; 3] = ["nu", "tv", "me"];

/// Collects both sides. A guide's channel and an entry are each known by their place: 0 for the
/// first that is added, and so on.
#[derive(Debug)]
pub struct Matcher {
    collector: Collector,
    ids: Vec<Box<str>>,
    names: Table<NameId, GuideName>,
    entries: Vec<Entry>,
    sites: Sites,
    threshold_percent: u8,
}

impl Matcher {
    /// Neither channels nor entries yet. `threshold_percent`: the confidence from which on
    /// [`Matches::find`] takes a match, as a rule [`THRESHOLD_PERCENT`].
    #[must_use]
    pub fn new(threshold_percent: u8) -> Self {
        Self {
            collector: Collector::new(),
            ids: Vec::new(),
            names: Table::default(),
            entries: Vec::new(),
            sites: Sites::default(),
            threshold_percent,
        }
    }

    /// Adds a channel of the guide: its id and its display names.
    pub fn add_channel<'n>(&mut self, id: &str, names: impl IntoIterator<Item = &'n str>) -> u32 {
        let channel = u32::try_from(self.ids.len()).unwrap_or(u32::MAX);
        let home = country_of_id(id);
        let site = match home {
            Some(_) => 0,
            None => self.sites.number(id),
        };
        for name in names {
            let parts = read(&NameEntry {
                name,
                group: "",
                tvg_id: id,
                home,
            });
            let entry = self.collector.add(name, &parts, site, "");
            self.names.push(GuideName {
                channel,
                entry,
                quality: parts.quality,
            });
        }
        self.ids.push(id.into());
        channel
    }

    /// Adds an entry of the lineup: its name as it was written, and the parts of that. All of them are evidence, so all should be added, whether or
    /// not they are asked for later.
    pub fn add_entry(&mut self, name: &str, parts: &Parts) -> u32 {
        let number = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        let entry = self.collector.add_without_id(name, parts);
        let tvg_id = (!parts.tvg_id.is_empty()).then(|| parts.tvg_id.clone());
        self.entries.push(Entry {
            entry,
            quality: parts.quality,
            tvg_id,
        });
        number
    }

    /// Makes both sides ready to be asked.
    #[must_use]
    pub fn finish(self) -> Matches {
        let Self {
            collector,
            ids,
            names,
            entries,
            threshold_percent,
            ..
        } = self;
        let mut rows = collector.collected;
        sites::settle(&mut rows);
        let options = Options::default();
        let decided = Decided::default();
        let solved = Solved::of(rows, options, Countries::Loose, &decided);
        let index = Index::of(&solved, &names, &ids);
        Matches {
            solved,
            index,
            ids,
            names,
            entries,
            threshold_percent,
        }
    }
}

/// The country that the ending of a guide's id names: `Nickelodeon.at`, `713528.sky.de`, `BBC1.uk2`.
fn country_of_id(id: &str) -> Option<Country> {
    let (_, ending) = id
        .trim_end_matches(|c: char| c.is_ascii_digit())
        .rsplit_once('.')?;
    let is_code = ending.len() == 2 && ending.bytes().all(|b| b.is_ascii_lowercase());
    if !is_code || DOMAINS_OF_NO_COUNTRY.contains(&ending) {
        return None;
    }
    Country::from_code(ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_an_id_may_name_a_country() {
        let code = |id| country_of_id(id).map(Country::code);
        assert_eq!(code("Nickelodeon.at"), Some("at"));
        assert_eq!(code("713528.sky.de"), Some("de"));
        assert_eq!(code("BBC1.uk2"), Some("gb"));
        assert_eq!(code("some.channel.tv"), None);
        assert_eq!(code("channel.DE"), None);
        assert_eq!(code("channel"), None);
        assert_eq!(code("channel.com"), None);
        assert_eq!(code(""), None);
    }
}
