//! Which channel of a guide a channel of the lineup is: the one that its owner has chosen, else by
//! the ids that playlists name, else by the parts of the names (`names::matching`).
//!
//! Names take memory while they are compared, so the lineup is gone through in parts, each beside the
//! names of the whole guide; of a guide that is too large for that, some names are left out.

use std::{collections::HashMap, sync::Arc};

use lineup::{Channel, Lineup, decisions::GuideChoice};
use names::{
    matching::{Matcher, THRESHOLD_PERCENT},
    merge::Reason,
};

use crate::{base, channels::ChannelList, found::Found, key::key};

/// What a name takes while it is compared.
const NAME_BYTES: usize = 768;
/// Channels of the lineup that are looked at together, where there is room for more of the guide.
const PART_MIN: usize = 1000;

/// One guide among those that are configured.
#[derive(Clone, Debug)]
pub(crate) struct Whose {
    /// In the store.
    pub(crate) id: u32,
    pub(crate) name: String,
    /// Names of all of them.
    pub(crate) all: Arc<[String]>,
}

impl Whose {
    /// Whether whoever chose a channel of this source means our guide. A source that is not there
    /// was renamed or replaced: then any guide is meant that has the channel.
    fn is_meant(&self, source: &str) -> bool {
        source == self.name || !self.all.iter().any(|name| name == source)
    }
}

/// What a guide has for the channels of the lineup, by their indices there. `bytes_max` is for
/// names that are compared.
///
/// Where the owner has chosen, nothing is found but that: a channel that was given another programme,
/// or none, was matched wrongly by everything else.
pub(crate) fn find_all(
    guide: &Whose,
    channels: &ChannelList,
    lineup: &Lineup,
    bytes_max: usize,
) -> Vec<(usize, Found)> {
    let mut found = Vec::new();
    let mut rest = Vec::new();
    let ids: HashMap<u64, &str> = channels.iter().map(|it| (it.key, it.id)).collect();
    for index in 0..lineup.len() {
        let of = |key, reason| Found {
            guide: guide.id,
            key,
            confidence_percent: 100,
            reason,
            shift_min: lineup.get(index).map_or(0, |it| it.shift_minutes),
            is_of_base: false,
        };
        match lineup.decision(index).guide {
            Some(GuideChoice::None) => {}
            Some(GuideChoice::Channel { source, channel }) => {
                let key = key_of(&ids, &channel).filter(|_| guide.is_meant(&source));
                found.extend(key.map(|key| (index, of(key, Reason::Decision))));
            }
            None => match by_id(&ids, lineup.streams(index)) {
                Some(key) => {
                    let by_id = base::behind(of(key, Reason::SameId), channels, lineup, index);
                    found.push((index, by_id));
                }
                None => rest.push(index),
            },
        }
    }
    drop(ids);
    let names_max = bytes_max / NAME_BYTES;
    let part = names_max.saturating_sub(channels.names()).max(PART_MIN);
    for part in rest.chunks(part) {
        find_part(guide.id, channels, lineup, part, names_max, &mut found);
    }
    base::follow(lineup, &rest, &mut found);
    found
}

/// The channel of the guide whose id one of the streams names.
fn by_id<'a>(ids: &HashMap<u64, &str>, streams: impl Iterator<Item = Channel<'a>>) -> Option<u64> {
    let mut named = streams.map(|stream| stream.tvg_id.trim());
    named.find_map(|id| key_of(ids, id))
}

/// The key of this id, if the guide has it.
fn key_of(ids: &HashMap<u64, &str>, id: &str) -> Option<u64> {
    let key = key(id);
    let known = ids.get(&key).filter(|_| !id.is_empty())?;
    known.eq_ignore_ascii_case(id).then_some(key)
}

fn find_part(
    guide: u32,
    channels: &ChannelList,
    lineup: &Lineup,
    part: &[usize],
    names_max: usize,
    found: &mut Vec<(usize, Found)>,
) {
    let mut matcher = Matcher::new(THRESHOLD_PERCENT);
    let mut keys = Vec::new();
    let mut names = part.len();
    for channel in channels.iter() {
        names += channel.names().count();
        if names > names_max.max(2 * PART_MIN) {
            break;
        }
        matcher.add_channel(channel.id, channel.names());
        keys.push(channel.key);
    }
    let entries: Vec<Asked> = part
        .iter()
        .filter_map(|&index| {
            let (name, parts) = base::read(lineup, index)?;
            let entry = matcher.add_entry(name, &parts);
            let base = base::of(&parts).map(|base| matcher.add_entry(name, &base));
            Some(Asked {
                index,
                entry,
                base,
                hours: parts.shift_hours,
            })
        })
        .collect();
    let matches = matcher.finish();
    found.extend(entries.into_iter().filter_map(|asked| {
        let own = matches.find(asked.entry);
        let best = own.or_else(|| matches.find(asked.base?))?;
        // What is late by its name has a guide that is late by itself, whatever its list says.
        let shift_min = match (own, asked.hours) {
            (Some(_), 0) => lineup.get(asked.index)?.shift_minutes,
            (Some(_), _) => 0,
            (None, hours) => i16::from(hours) * 60,
        };
        let found = Found {
            guide,
            key: *keys.get(best.channel as usize)?,
            confidence_percent: best.confidence_percent,
            reason: best.reason,
            shift_min,
            is_of_base: own.is_none(),
        };
        Some((asked.index, found))
    }));
}

/// A channel of the lineup that a guide is asked for.
struct Asked {
    index: usize,
    entry: u32,
    /// The same without its hours, where it has some.
    base: Option<u32>,
    hours: u8,
}

#[cfg(test)]
mod tests {
    use lineup::{
        ChannelId, GuideNumber, LineupBuilder,
        decisions::{Decision, Decisions},
    };

    use super::*;

    fn lineup(channels: &[(&str, &str)]) -> Lineup {
        let mut builder = LineupBuilder::new(1 << 20);
        for (number, (name, tvg_id)) in (1..).zip(channels) {
            let id = ChannelId(u64::from(number));
            let number = GuideNumber::new(number, 0).unwrap();
            let channel = Channel {
                tvg_id,
                ..Channel::new(id, number, name, "http://a.example/")
            };
            builder.push(channel).unwrap();
        }
        builder.build()
    }

    fn whose(id: u32) -> Whose {
        Whose {
            id,
            name: "ours".to_owned(),
            all: ["ours", "other"].map(str::to_owned).into(),
        }
    }

    #[test]
    fn what_was_chosen_goes_before_all_else() {
        let mut channels = ChannelList::new(1 << 20);
        channels.push("one.example", ["Harbour News"].into_iter());
        channels.push("two.example", ["Meadow Television"].into_iter());
        channels.finish();
        let chosen = |source: &str, channel: &str| GuideChoice::Channel {
            source: source.into(),
            channel: channel.into(),
        };
        let one = Some((key("one.example"), Reason::SameId));
        let two = Some((key("two.example"), Reason::Decision));
        for (what, choice, expected) in [
            ("nothing chosen", None, one),
            ("another channel", Some(chosen("ours", "TWO.example")), two),
            ("none", Some(GuideChoice::None), None),
            (
                "another guide's",
                Some(chosen("other", "two.example")),
                None,
            ),
            ("a guide is gone", Some(chosen("gone", "two.example")), two),
            ("a channel is gone", Some(chosen("ours", "gone")), None),
        ] {
            let decision = Decision {
                guide: choice,
                ..Decision::default()
            };
            let decided = std::iter::once((ChannelId(1), decision));
            let decisions = Decisions::of(decided, std::iter::empty());
            let lineup = lineup(&[("Harbour News", "one.example")]).under(Arc::new(decisions));
            let found = find_all(&whose(7), &channels, &lineup, 1 << 20);
            let found = found.first().map(|(_, found)| (found.key, found.reason));
            assert_eq!(found, expected, "{what}");
        }
    }

    #[test]
    fn an_id_goes_before_a_name() {
        let mut channels = ChannelList::new(1 << 20);
        for (id, name) in [
            ("one.example", "Meadow Television"),
            ("two.example", "Harbour News"),
            ("east.example", "Harbour News East"),
        ] {
            channels.push(id, [name].into_iter());
        }
        channels.finish();
        let lineup = lineup(&[
            ("Harbour News", "ONE.example"),
            ("Harbour News HD", ""),
            ("Harbour News West", ""),
            ("Something else", "none"),
        ]);
        let found: Vec<_> = find_all(&whose(7), &channels, &lineup, 1 << 20)
            .into_iter()
            .map(|(index, found)| (index, found.key, found.reason))
            .collect();
        let expected = [
            (0, key("one.example"), Reason::SameId),
            (1, key("two.example"), Reason::SameName),
        ];
        assert_eq!(found, expected, "what is not certain is nothing");
    }

    #[test]
    fn parts_find_what_the_whole_does() {
        let names: Vec<String> = (0..3000).map(|n| format!("Valley {n}")).collect();
        let mut channels = ChannelList::new(1 << 20);
        for name in names.iter().take(500) {
            channels.push(&format!("{name}.example"), [name.as_str()].into_iter());
        }
        channels.finish();
        let entries: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
        let lineup = lineup(&entries);
        let found = |bytes_max| {
            let mut found = find_all(&whose(1), &channels, &lineup, bytes_max);
            found.sort_by_key(|(index, _)| *index);
            let place = |(index, found): (usize, Found)| (index, found.key);
            found.into_iter().map(place).collect::<Vec<_>>()
        };
        assert_eq!(found(1600 * NAME_BYTES), found(usize::MAX));
        assert_eq!(found(usize::MAX).len(), 500);
    }
}
