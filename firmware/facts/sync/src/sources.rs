//! The sources that there are at one moment, by their lasting numbers.

use std::ops::Index;

use desk::{Refused, SourceSettings};
use store::SourceRow;

use crate::panel::{Answered, Panel};

/// How many there may be at once, those of the configuration file and those added over the API
/// together. Their limits, manners and states are kept for each.
pub const SOURCES_MAX: usize = 64;

/// All sources. A place is a source's number; there may be gaps.
#[derive(Clone, Debug, Default)]
pub struct Sources(Vec<Option<Source>>);

/// One source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) settings: SourceSettings,
    /// Whether it stands in the configuration file, where alone it can be changed.
    pub(crate) is_of_file: bool,
    /// Connections that the provider's panel says the account has; nothing that is set.
    pub(crate) allowed: Option<usize>,
    /// Which host of the panel answered last, where the source is an account; nothing that is set.
    pub(crate) answered: Answered,
}

impl FromIterator<SourceSettings> for Sources {
    /// Those of the configuration file, before the store is asked for their numbers.
    fn from_iter<I: IntoIterator<Item = SourceSettings>>(settings: I) -> Self {
        let source = |settings| {
            Some(Source {
                settings,
                is_of_file: true,
                allowed: None,
                answered: Answered::default(),
            })
        };
        Self(settings.into_iter().map(source).take(SOURCES_MAX).collect())
    }
}

impl Index<usize> for Sources {
    type Output = SourceSettings;

    /// # Panics
    /// For a number that no source has.
    fn index(&self, id: usize) -> &SourceSettings {
        let source = self.0[id].as_ref();
        &source
            .expect("only sources that are there are asked for")
            .settings
    }
}

impl Sources {
    /// Number and settings of each, in the order of the numbers.
    pub fn iter(&self) -> impl Iterator<Item = (u16, &SourceSettings)> {
        self.all().map(|(id, source)| (id, &source.settings))
    }

    /// The settings of one.
    #[must_use]
    pub fn get(&self, id: u16) -> Option<&SourceSettings> {
        self.find(id).map(|source| &source.settings)
    }

    /// Connections to a source at once: the smaller of what is set and what its account allows.
    #[must_use]
    pub fn connections(&self, id: u16) -> Option<usize> {
        let source = self.find(id)?;
        let limits = [source.settings.connections, source.allowed];
        limits.into_iter().flatten().min()
    }

    /// The account that a source is, at each of its hosts; `None` for one that is none.
    #[must_use]
    pub fn panel(&self, id: u16) -> Option<Panel> {
        let source = self.find(id)?;
        let is_account = source.settings.kind == desk::Kind::Xtream;
        let panel = is_account.then(|| Panel::of(&source.settings, source.answered.clone()));
        panel?.ok()
    }

    /// Where the guide of an account lies, at the host that answered last. It holds the password.
    pub(crate) fn guide_address(&self, id: u16) -> Option<String> {
        let panel = self.panel(id)?;
        let (_, account) = panel.in_order().next()?;
        Some(account.xmltv().into())
    }

    /// The place of the host that answered last; shared by whoever asks the source.
    pub(crate) fn answered(&self, id: u16) -> Answered {
        let source = self.find(id);
        source
            .map(|source| source.answered.clone())
            .unwrap_or_default()
    }

    /// What the account of a source allows; whether that is news.
    pub(crate) fn allow(&mut self, id: u16, allowed: Option<usize>) -> bool {
        let source = self.0.get_mut(usize::from(id)).and_then(Option::as_mut);
        let Some(source) = source else {
            return false;
        };
        std::mem::replace(&mut source.allowed, allowed) != allowed
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (u16, &Source)> {
        let places = (0..).zip(&self.0);
        places.filter_map(|(id, source)| Some((id, source.as_ref()?)))
    }

    pub(crate) fn find(&self, id: u16) -> Option<&Source> {
        self.0.get(usize::from(id))?.as_ref()
    }

    /// Numbers of the sources whose channels belong into the lineup.
    pub(crate) fn enabled(&self) -> impl Iterator<Item = u16> {
        let enabled = self.all().filter(|(_, source)| source.settings.enabled);
        enabled.map(|(id, _)| id)
    }

    /// Number and priority of those: what the lineup depends on besides their lists.
    pub(crate) fn deriving(&self) -> impl Iterator<Item = (u16, i16)> {
        let enabled = self.all().filter(|(_, source)| source.settings.enabled);
        enabled.map(|(id, source)| (id, source.settings.priority))
    }

    /// Puts a source at its place, over the one that was there.
    pub(crate) fn put(&mut self, id: u16, source: Source) {
        let place = usize::from(id);
        if self.0.len() <= place {
            self.0.resize(place + 1, None);
        }
        self.0[place] = Some(source);
    }

    pub(crate) fn remove(&mut self, id: u16) {
        if let Some(place) = self.0.get_mut(usize::from(id)) {
            *place = None;
        }
    }

    /// A number for one more: the next behind all that there have been since the start, so that one that
    /// was given up rests (somebody may still watch a stream of it), and when there is none behind, the
    /// lowest that is free.
    pub(crate) fn free(&self) -> Option<u16> {
        self.free_behind(None)
    }

    /// The same, and behind this number as well.
    fn free_behind(&self, last: Option<u16>) -> Option<u16> {
        let last = last.map_or(0, |id| usize::from(id) + 1);
        let mut places = (self.0.len().max(last)..SOURCES_MAX).chain(0..SOURCES_MAX);
        let place = places.find(|place| self.0.get(*place).is_none_or(Option::is_none))?;
        u16::try_from(place).ok()
    }

    /// The sources of this start: those of the configuration file under the numbers that they had,
    /// and those of the store. One of the file whose name is new is the one that had its address, if
    /// that one's name is gone: it was renamed. What there is no room for is left out and told.
    pub(crate) fn recalled(of_file: &Self, rows: &[SourceRow]) -> Self {
        let mut all = Self::default();
        for row in rows {
            if let Some(settings) = stored(row) {
                all.put(row.id, settings);
            }
        }
        let wanted: Vec<_> = of_file.all().map(|(_, source)| source).collect();
        let ids = numbers_of(&wanted, rows);
        for (source, id) in wanted.iter().zip(&ids) {
            if let Some(id) = *id {
                all.put(id, (*source).clone());
            }
        }
        for (source, _) in wanted.iter().zip(&ids).filter(|(_, id)| id.is_none()) {
            // Not the number of one that is gone, whose list is still there.
            match all.free_behind(rows.last().map(|row| row.id)) {
                Some(id) => all.put(id, (*source).clone()),
                None => tracing::error!(
                    source = %source.settings.name,
                    "left out: there are {SOURCES_MAX} sources already; remove one on the page"
                ),
            }
        }
        all
    }

    /// As the store keeps them.
    pub(crate) fn rows(&self) -> Result<Vec<SourceRow>, serde_json::Error> {
        let row = |(id, source): (u16, &Source)| {
            let Source {
                settings,
                is_of_file,
                ..
            } = source;
            let stored = (!is_of_file).then(|| serde_json::to_string(settings));
            Ok(SourceRow {
                id,
                name: settings.name.clone(),
                url: settings.url.clone().unwrap_or_default(),
                settings: stored.transpose()?,
            })
        };
        self.all().map(row).collect()
    }

    /// Whether a name may be given to the source `id`, or to a new one.
    pub(crate) fn check_name(&self, name: &str, id: Option<u16>) -> Result<(), Refused> {
        let mut others = self.all().filter(|(other, _)| Some(*other) != id);
        if others.any(|(_, source)| source.settings.name.trim() == name.trim()) {
            let why = format!("there is a source named {name:?} already: take another name");
            return Err(Refused::Conflict(why));
        }
        Ok(())
    }
}

/// A source that the store keeps; `None` for one of the configuration file. Settings that cannot be
/// read were written by a later Dipole: the source is left out, and told.
fn stored(row: &SourceRow) -> Option<Source> {
    let text = row.settings.as_ref()?;
    match serde_json::from_str(text) {
        Ok(settings) => Some(Source {
            settings,
            is_of_file: false,
            allowed: None,
            answered: Answered::default(),
        }),
        Err(error) => {
            tracing::error!(source = %row.name, %error, "left out: its settings cannot be read");
            None
        }
    }
}

/// The number that each source of the file had: by its name, or by its address where its name is new
/// and the other one's gone.
fn numbers_of(wanted: &[&Source], rows: &[SourceRow]) -> Vec<Option<u16>> {
    let of_file = || rows.iter().filter(|row| row.settings.is_none());
    let is_wanted = |name: &str| wanted.iter().any(|source| source.settings.name == name);
    let mut gone: Vec<_> = of_file().filter(|row| !is_wanted(&row.name)).collect();
    let number = |source: &&Source| {
        let settings = &source.settings;
        if let Some(row) = of_file().find(|row| row.name == settings.name) {
            return Some(row.id);
        }
        let has_address =
            |row: &&SourceRow| !row.url.is_empty() && Some(&row.url) == settings.url.as_ref();
        let place = gone.iter().position(has_address)?;
        Some(gone.swap_remove(place).id)
    };
    wanted.iter().map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(sources: &[(&str, &str)]) -> Sources {
        let settings = sources
            .iter()
            .map(|(name, url)| SourceSettings::new(*name, *url));
        settings.collect()
    }

    fn names(sources: &Sources) -> Vec<(u16, &str)> {
        let named = sources
            .iter()
            .map(|(id, settings)| (id, settings.name.as_str()));
        named.collect()
    }

    fn with(mut sources: Sources, id: u16, name: &str) -> Sources {
        let source = Source {
            settings: SourceSettings::new(name, "http://stored.example/"),
            is_of_file: false,
            allowed: None,
            answered: Answered::default(),
        };
        sources.put(id, source);
        sources
    }

    #[test]
    fn numbers_stay_over_restarts_renames_and_gaps() {
        let first = Sources::recalled(&file(&[("a", "u1"), ("b", "u2"), ("c", "u3")]), &[]);
        assert_eq!(names(&first), [(0, "a"), (1, "b"), (2, "c")]);
        let rows = with(first, 7, "stored").rows().unwrap();
        // One is gone, one renamed, one new, and they stand in another order.
        let second = Sources::recalled(&file(&[("new", "u9"), ("C", "u3"), ("a", "moved")]), &rows);
        assert_eq!(
            names(&second),
            [(0, "a"), (2, "C"), (7, "stored"), (8, "new")]
        );
        assert!(!second.find(7).unwrap().is_of_file && second.find(8).unwrap().is_of_file);
        // Somebody else at an address is not who was there, as long as that one is.
        let rows = second.rows().unwrap();
        let third = Sources::recalled(&file(&[("C", "u3"), ("D", "u3"), ("E", "")]), &rows);
        assert_eq!(
            names(&third),
            [(2, "C"), (7, "stored"), (9, "D"), (10, "E")]
        );
    }

    #[test]
    fn a_number_rests_before_it_is_given_again() {
        let mut sources = Sources::default();
        for id in 0..u16::try_from(SOURCES_MAX).unwrap() {
            assert_eq!(sources.free(), Some(id));
            sources = with(sources, id, "x");
        }
        assert_eq!(sources.free(), None);
        sources.remove(5);
        sources.remove(63);
        assert_eq!(sources.free(), Some(5), "none is behind");
        let sources = with(sources, 63, "x");
        let mut few = with(Sources::default(), 2, "x");
        few.remove(2);
        assert_eq!(few.free(), Some(3));
        let rows = sources.rows().unwrap();
        let crowded = Sources::recalled(&file(&[("a", "u1"), ("b", "u2")]), &rows);
        assert_eq!(names(&crowded).len(), SOURCES_MAX);
        assert_eq!(crowded.find(5).unwrap().settings.name, "a");
    }

    #[test]
    fn the_smaller_limit_holds() {
        let mut sources = with(Sources::default(), 3, "x");
        assert_eq!(sources.connections(3), None);
        assert!(sources.allow(3, Some(4)) && !sources.allow(3, Some(4)));
        assert_eq!(sources.connections(3), Some(4));
        for (set, holds) in [(2, 2), (6, 4)] {
            sources.0[3].as_mut().unwrap().settings.connections = Some(set);
            assert_eq!(sources.connections(3), Some(holds));
        }
        assert!(sources.allow(3, None) && !sources.allow(9, Some(1)));
        assert_eq!(
            (sources.connections(3), sources.connections(9)),
            (Some(6), None)
        );
    }

    #[test]
    fn what_a_later_dipole_has_set_is_left_out() {
        let mut rows = with(Sources::default(), 3, "x").rows().unwrap();
        rows[0].settings = Some(r#"{"name":"x","kind":"later"}"#.to_owned());
        assert_eq!(names(&Sources::recalled(&Sources::default(), &rows)), []);
    }
}
