//! Which channel of a guide a channel of the lineup is.

use std::collections::HashMap;

use lineup::{Channel, Lineup};

use crate::{
    channels::{ChannelList, GuideChannel},
    key::key,
};

/// Why a channel of a guide was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The playlist names its id.
    Id,
    /// It has the same name.
    Name,
}

impl Reason {
    /// The reason in words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Id => "the playlist's tvg-id is this guide channel's id",
            Self::Name => "this guide channel has the same name",
        }
    }
}

/// A channel of a guide that was found for one of the lineup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which guide, by its id in the store.
    pub guide: u32,
    /// Which of its channels.
    pub key: u64,
    /// 0 to 100.
    pub confidence: u8,
    /// Why.
    pub reason: Reason,
}

/// The channels of one guide, to be asked for many channels of the lineup.
pub(crate) struct Matcher<'a> {
    guide: u32,
    by_key: HashMap<u64, GuideChannel<'a>>,
    /// By the digest of a name; `None` where several channels have it.
    by_name: HashMap<u64, Option<u64>>,
}

impl<'a> Matcher<'a> {
    pub(crate) fn new(guide: u32, channels: &'a ChannelList) -> Self {
        let mut by_name = HashMap::new();
        for channel in channels.iter() {
            for name in channel.names() {
                let place = by_name.entry(folded(name)).or_insert(Some(channel.key));
                *place = place.filter(|known| *known == channel.key);
            }
        }
        Self {
            guide,
            by_key: channels
                .iter()
                .map(|channel| (channel.key, channel))
                .collect(),
            by_name,
        }
    }

    /// The guide's channel for this one, by the ids that its streams have, else by its name.
    pub(crate) fn find<'c>(
        &self,
        streams: impl Iterator<Item = Channel<'c>> + Clone,
    ) -> Option<Found> {
        let found = |key, confidence, reason| Found {
            guide: self.guide,
            key,
            confidence,
            reason,
        };
        let mut ids = streams.clone().map(|stream| stream.tvg_id.trim());
        let by_id = ids.find_map(|id| {
            let channel = self.by_key.get(&key(id)).filter(|_| !id.is_empty())?;
            channel.id.eq_ignore_ascii_case(id).then_some(channel.key)
        });
        if let Some(key) = by_id {
            return Some(found(key, 100, Reason::Id));
        }
        let mut names = streams.map(|stream| folded(stream.name));
        let by_name = names.find_map(|name| *self.by_name.get(&name)?);
        by_name.map(|key| found(key, 90, Reason::Name))
    }
}

/// A name without case and spaces, as a number.
fn folded(name: &str) -> u64 {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    key(&letters.flat_map(char::to_lowercase).collect::<String>())
}

/// What is found for each channel of the lineup, by its index there.
pub(crate) fn matches<'a>(
    matcher: &'a Matcher<'_>,
    lineup: &'a Lineup,
) -> impl Iterator<Item = (usize, Found)> + 'a {
    (0..lineup.len()).filter_map(|index| Some((index, matcher.find(lineup.streams(index))?)))
}

#[cfg(test)]
mod tests {
    use lineup::{ChannelId, GuideNumber, LineupBuilder};

    use super::*;

    #[test]
    fn an_id_goes_before_a_name() {
        let mut channels = ChannelList::new(1 << 20);
        for (id, name) in [
            ("one.example", "One"),
            ("two.example", "Two"),
            ("again.example", "Twice"),
            ("other.example", "Twice"),
        ] {
            channels.push(id, [name].into_iter());
        }
        channels.finish();
        let mut builder = LineupBuilder::new(1 << 20);
        for (number, name, tvg_id) in [
            (1, "two", "ONE.example"),
            (2, "T w o", ""),
            (3, "Twice", ""),
            (4, "Three", "none"),
        ] {
            let channel = Channel {
                id: ChannelId(u64::from(number)),
                number: GuideNumber::new(number, 0).unwrap(),
                source: 0,
                name,
                group: "",
                logo: "",
                tvg_id,
                url: "http://a.example/",
                headers: "",
            };
            builder.push(channel).unwrap();
        }
        let lineup = builder.build();
        let matcher = Matcher::new(7, &channels);
        let found: Vec<_> = matches(&matcher, &lineup)
            .map(|(index, found)| (index, found.key, found.reason))
            .collect();
        let expected = [
            (0, key("one.example"), Reason::Id),
            (1, key("two.example"), Reason::Name),
        ];
        assert_eq!(found, expected, "what is not certain is nothing");
    }
}
