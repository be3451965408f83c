//! Channels that follow another one by some hours: `Film +1`. Few guides have programmes of them; those of
//! the base, moved by the hours, are theirs.

use std::collections::HashMap;

use lineup::Lineup;
use names::{NameEntry, Parts, merge::Reason};

use crate::{channels::ChannelList, found::Found};

/// The name of a channel and what it consists of: as its entry was listed, or as a rule has renamed it,
/// which is its owner's word. What the channel is called lacks the country.
pub(crate) fn read(lineup: &Lineup, index: usize) -> Option<(&str, Parts)> {
    let entry = lineup.streams(index).next()?;
    let parts = names::read(&NameEntry {
        name: entry.name,
        group: entry.group,
        tvg_id: lineup.get(index)?.tvg_id,
        home: None,
    });
    Some((entry.name, parts))
}

/// The parts of the base of a channel; `None` of one that is a base itself.
pub(crate) fn of(parts: &Parts) -> Option<Parts> {
    let mut base = parts.clone();
    base.shift_hours = 0;
    // It is the late one's.
    base.tvg_id = "".into();
    (parts.shift_hours > 0).then_some(base)
}

/// What was found by an id that lists give to a channel and to those that follow it alike: moved where
/// neither list nor guide says that it is late.
pub(crate) fn behind(found: Found, channels: &ChannelList, lineup: &Lineup, index: usize) -> Found {
    let is_told = found.shift_min != 0;
    let name = lineup.streams(index).next().map_or("", |entry| entry.name);
    if is_told || !may_be_late(name) {
        return found;
    }
    let hours = read(lineup, index).map_or(0, |(_, parts)| parts.shift_hours);
    let known = channels.find(found.key).filter(|it| !may_be_late(it.id));
    let mut names = known.into_iter().flat_map(|it| it.names()).peekable();
    let is_base = names.peek().is_some() && names.all(|name| hours_of(name) == 0);
    if hours == 0 || !is_base {
        return found;
    }
    Found {
        shift_min: i16::from(hours) * 60,
        is_of_base: true,
        ..found
    }
}

/// Gives those of `rest` for which nothing was found what their base in the lineup has by its id or by
/// hand: by its name the guide does not know it.
pub(crate) fn follow(lineup: &Lineup, rest: &[usize], found: &mut Vec<(usize, Found)>) {
    let mut late: HashMap<Box<str>, Vec<(usize, Parts)>> = HashMap::new();
    let mut known: Vec<usize> = found.iter().map(|(index, _)| *index).collect();
    known.sort_unstable();
    for &index in rest {
        let entry = lineup.streams(index).next();
        let is_late = entry.is_some_and(|entry| may_be_late(entry.name));
        if !is_late || known.binary_search(&index).is_ok() {
            continue;
        }
        if let Some((_, parts)) = read(lineup, index).filter(|(_, parts)| parts.shift_hours > 0) {
            let of_name = late.entry(parts.key().into()).or_default();
            of_name.push((index, parts));
        }
    }
    if late.is_empty() {
        return;
    }
    let is_read = |reason| matches!(reason, Reason::SameId | Reason::Decision);
    let bases = found
        .iter()
        .filter(|(_, it)| is_read(it.reason) && !it.is_of_base);
    let mut followed = Vec::new();
    for &(index, base) in bases {
        let Some((_, parts)) = read(lineup, index).filter(|(_, parts)| parts.shift_hours == 0)
        else {
            continue;
        };
        let of_name = late.get(parts.key()).map(Vec::as_slice);
        for (index, late) in of_name.unwrap_or_default() {
            if is_base(&parts, late) && followed.iter().all(|(known, _)| known != index) {
                let shift_min = i16::from(late.shift_hours) * 60;
                let found = Found {
                    shift_min,
                    is_of_base: true,
                    ..base
                };
                followed.push((*index, found));
            }
        }
    }
    found.extend(followed);
}

/// Whether two channels of one name differ in their hours alone.
fn is_base(base: &Parts, late: &Parts) -> bool {
    let is_of_one_country = match (base.country, late.country) {
        (Some(base), Some(late)) => base == late,
        _ => true,
    };
    is_of_one_country
        && base.area == late.area
        && base.feed == late.feed
        && base.language == late.language
}

/// Most names are not: to read all of them takes long.
fn may_be_late(name: &str) -> bool {
    name.contains('+') || name.to_ascii_lowercase().contains("plus")
}

fn hours_of(name: &str) -> u8 {
    let entry = NameEntry {
        name,
        group: "",
        tvg_id: "",
        home: None,
    };
    names::read(&entry).shift_hours
}

#[cfg(test)]
mod tests {
    use lineup::{Channel, ChannelId, GuideNumber, LineupBuilder};

    use super::*;
    use crate::matching::{Whose, find_all};

    /// Name of the guide's channel and minutes for each channel of a lineup, given as name, `tvg-id`
    /// and `tvg-shift`.
    fn found(guide: &[(&str, &str)], lineup: &[(&str, &str, i16)]) -> Vec<(usize, String, i16)> {
        let mut channels = ChannelList::new(1 << 20);
        for (id, name) in guide {
            channels.push(id, [*name].into_iter());
        }
        channels.finish();
        let mut builder = LineupBuilder::new(1 << 20);
        for (number, (name, tvg_id, shift_minutes)) in (1..).zip(lineup) {
            let id = ChannelId(u64::from(number));
            let number = GuideNumber::new(number, 0).unwrap();
            let channel = Channel {
                tvg_id,
                shift_minutes: *shift_minutes,
                ..Channel::new(id, number, name, "http://a.example/")
            };
            builder.push(channel).unwrap();
        }
        let whose = Whose {
            id: 1,
            name: "g".to_owned(),
            all: ["g".to_owned()].into(),
        };
        let mut found = find_all(&whose, &channels, &builder.build(), 1 << 20);
        found.sort_by_key(|(index, _)| *index);
        let shown = |(index, it): (usize, Found)| {
            let name = channels.find(it.key).unwrap().names().next().unwrap();
            (index, name.to_owned(), it.shift_min)
        };
        found.into_iter().map(shown).collect()
    }

    #[test]
    fn who_is_late_has_the_guide_of_the_base() {
        let base = ("harbour.example", "Harbour Film");
        let late = ("later.example", "Harbour Film +1");
        let other = ("x.example", "Something");
        let of = |name: &str, shift| vec![(0, name.to_owned(), shift)];
        for (what, guide, channel, expected) in [
            (
                "by name",
                &[base, other][..],
                ("Harbour Film +1", "", 0),
                of("Harbour Film", 60),
            ),
            (
                "by two hours",
                &[base],
                ("Harbour Film +2", "", 0),
                of("Harbour Film", 120),
            ),
            (
                "itself",
                &[base, late],
                ("Harbour Film +1", "", 0),
                of("Harbour Film +1", 0),
            ),
            (
                "an id of the base",
                &[base],
                ("Harbour Film +1", "HARBOUR.example", 0),
                of("Harbour Film", 60),
            ),
            (
                "its own id",
                &[base, late],
                ("Harbour Film +1", "later.example", 0),
                of("Harbour Film +1", 0),
            ),
            (
                "as the list says",
                &[base],
                ("Harbour Film +1", "harbour.example", 90),
                of("Harbour Film", 90),
            ),
            (
                "told of a name",
                &[base],
                ("Harbour Film", "", -30),
                of("Harbour Film", -30),
            ),
            (
                "late twice",
                &[late],
                ("Harbour Film +1", "", 60),
                of("Harbour Film +1", 0),
            ),
            ("no base", &[late], ("Harbour Film +2", "", 0), vec![]),
        ] {
            assert_eq!(found(guide, &[channel]), expected, "{what}");
        }
    }

    #[test]
    fn what_the_base_has_by_its_id_is_followed() {
        let guide = [("q.example", "Quite another name")];
        let lineup = [
            ("Harbour Film", "q.example", 0),
            ("Harbour Film +1", "", 0),
            ("Harbour Film 2 +1", "", 0),
        ];
        let name = || guide[0].1.to_owned();
        assert_eq!(found(&guide, &lineup), [(0, name(), 0), (1, name(), 60)]);
    }
}
