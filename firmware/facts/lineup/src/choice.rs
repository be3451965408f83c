//! Which channels are in use where nobody has decided on them.
//!
//! What was decided of one channel by hand comes before every choice that is made for many: who is
//! switched on or off is so, and a favourite is in use unless it is switched off. Of the others none is
//! in use where favourites alone are, unless there is no favourite yet, when clients would be left
//! without a channel; then the groups decide, by the group that viewers see; then whether the channel
//! waits since it came. See [`Choice::idle`].
//!
//! A channel that is not in use is a channel all the same: it keeps its id, its number and its streams,
//! and can be switched on.

use crate::decisions::Seen;

/// What the owner has chosen for all channels. The default: all are in use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// In lower case.
    groups: Vec<String>,
    groups_off: Vec<String>,
    favourites_only: bool,
    new_channels: NewChannels,
}

/// What becomes of channels that a list brings later than its source's first one did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NewChannels {
    /// They are in use at once.
    #[default]
    Active,
    /// They wait until their owner switches them on.
    Inactive,
}

/// Why a channel is not in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// It was switched off by hand.
    Decided,
    /// It is no favourite, and favourites alone are in use.
    NoFavourite,
    /// Its group is not among those that are.
    Group,
    /// It is new, and waits.
    New,
}

/// What is asked of a channel.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing<'a> {
    pub(crate) seen: Seen<'a>,
    /// The group that it has by itself.
    pub(crate) group: &'a str,
    pub(crate) waits: bool,
    /// A channel of the house, which is switched on and off by a setting of its own.
    pub(crate) is_built_in: bool,
}

impl Choice {
    /// Where `groups` names some, the others are not in use, and neither are those of `groups_off`:
    /// names in any case.
    #[must_use]
    pub fn new(
        [groups, groups_off]: [&[String]; 2],
        favourites_only: bool,
        new_channels: NewChannels,
    ) -> Self {
        let folded = |names: &[String]| names.iter().map(|name| folded(name)).collect();
        Self {
            groups: folded(groups),
            groups_off: folded(groups_off),
            favourites_only,
            new_channels,
        }
    }

    /// Whether channels that come later wait.
    #[must_use]
    pub fn new_ones_wait(&self) -> bool {
        self.new_channels == NewChannels::Inactive
    }

    /// Whether it has to be known if there is a favourite.
    pub(crate) const fn asks_for_favourites(&self) -> bool {
        self.favourites_only
    }

    /// Why the channel is not in use; `None` where it is.
    pub(crate) fn idle(&self, channel: Standing<'_>, has_favourites: bool) -> Option<Idle> {
        let Standing {
            seen,
            group,
            waits,
            is_built_in,
        } = channel;
        match (seen.enabled, seen.favourite) {
            (Some(true), _) => None,
            (Some(false), _) => Some(Idle::Decided),
            (None, Some(true)) => None,
            (None, _) if is_built_in => None,
            (None, _) if self.favourites_only && has_favourites => Some(Idle::NoFavourite),
            (None, _) if !self.holds(seen.group.unwrap_or(group)) => Some(Idle::Group),
            (None, _) => (waits && self.new_ones_wait()).then_some(Idle::New),
        }
    }

    fn holds(&self, group: &str) -> bool {
        if self.groups.is_empty() && self.groups_off.is_empty() {
            return true;
        }
        let group = folded(group);
        let is_on = self.groups.is_empty() || self.groups.contains(&group);
        is_on && !self.groups_off.contains(&group)
    }
}

impl Idle {
    /// As the API has it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::NoFavourite => "no_favourite",
            Self::Group => "group",
            Self::New => "new",
        }
    }
}

fn folded(group: &str) -> String {
    group.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(favourites_only: bool) -> Choice {
        let groups = ["News".to_owned(), "Sport".to_owned()];
        Choice::new(
            [&groups, &["SPORT ".to_owned()]],
            favourites_only,
            NewChannels::Inactive,
        )
    }

    /// What is decided, the group, whether it waits; and why it is not in use, by groups and where
    /// favourites alone are.
    type Row = (
        (Option<bool>, Option<bool>, Option<&'static str>),
        &'static str,
        bool,
        [Option<Idle>; 2],
    );

    #[test]
    fn what_is_decided_of_one_goes_before_what_is_chosen_for_all() {
        let off = Some(Idle::Decided);
        let (group, new, not) = (Some(Idle::Group), Some(Idle::New), Some(Idle::NoFavourite));
        let rows: [Row; 11] = [
            ((None, None, None), "news", false, [None, not]),
            ((None, None, None), "sport", false, [group, not]),
            ((None, None, None), "", false, [group, not]),
            ((None, None, None), " NEWS", true, [new, not]),
            ((Some(true), None, None), "film", true, [None, None]),
            ((Some(false), None, None), "news", false, [off, off]),
            ((None, Some(true), None), "film", true, [None, None]),
            ((Some(false), Some(true), None), "news", false, [off, off]),
            ((None, Some(false), None), "news", false, [None, not]),
            ((None, None, Some("News")), "film", false, [None, not]),
            ((None, None, Some("Film")), "news", false, [group, not]),
        ];
        for ((enabled, favourite, decided), own, waits, expected) in rows {
            let channel = Standing {
                seen: Seen {
                    enabled,
                    favourite,
                    group: decided,
                    ..Seen::default()
                },
                group: own,
                waits,
                is_built_in: false,
            };
            let found = [false, true].map(|only| choice(only).idle(channel, true));
            assert_eq!(found, expected, "{channel:?}");
            assert_eq!(
                choice(true).idle(channel, false),
                expected[0],
                "without a favourite all the others count: {channel:?}"
            );
            if enabled != Some(false) {
                let built_in = Standing {
                    is_built_in: true,
                    ..channel
                };
                assert_eq!(choice(true).idle(built_in, true), None);
                let by_default = Choice::default().idle(channel, true);
                assert_eq!(by_default, None, "{channel:?}");
            }
        }
    }
}
