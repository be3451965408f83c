//! GuideNumbers: see the crate's documentation for the rules.

use std::{collections::HashMap, ops::RangeInclusive};

use crate::{ChannelId, GuideNumber, Numbers, decisions::Decisions, identity::StableHash};

/// How channels get their numbers: what their owner has chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbering {
    /// What a channel that nothing else says anything about gets.
    pub mode: NumberingMode,
    /// The first major that is given where nothing asks for one; 0 is 1.
    pub first: u16,
    /// Majors of groups, in [`NumberingMode::Groups`].
    pub ranges: Vec<GroupRange>,
    /// What else decides on numbers: a hash of the rules that give some. Where it changes, numbers
    /// are looked at anew.
    pub of_rules: u64,
}

/// See [`Numbering::mode`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NumberingMode {
    /// What `tvg-chno` asks for, else the next that is free.
    #[default]
    Keep,
    /// The next of its group's range, whatever `tvg-chno` asks for; without a range as `Keep`.
    Groups,
    /// The next that is free, whatever `tvg-chno` asks for.
    Sequential,
}

/// Majors for the channels of a group, both ends included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRange {
    /// Its name, in any case.
    pub group: String,
    /// The first.
    pub first: u16,
    /// The last.
    pub last: u16,
}

/// What a channel asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish<'a> {
    pub(crate) id: ChannelId,
    /// By its `tvg-chno`.
    pub(crate) asked: Option<GuideNumber>,
    /// By a rule: first and last major.
    pub(crate) range: Option<(u16, u16)>,
    pub(crate) group: &'a str,
    /// Whether clients do not see it: others come before it where something new is given.
    pub(crate) is_idle: bool,
}

impl Numbering {
    /// What numbers depend on, in one figure that is the same on every machine. Never 0.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let mode = match self.mode {
            NumberingMode::Keep => "keep",
            NumberingMode::Groups => "groups",
            NumberingMode::Sequential => "sequential",
        };
        let mut hash = StableHash::new().text(mode);
        hash = hash.text(&self.first.max(1).to_string());
        for GroupRange { group, first, last } in &self.ranges {
            hash = hash.folded(group).text(&format!("{first}-{last}"));
        }
        hash.text(&self.of_rules.to_string()).value().max(1)
    }

    /// For each channel the majors that are meant for it.
    fn ranges_of(&self, channels: &[Wish<'_>]) -> Vec<Option<(u16, u16)>> {
        let mut of_groups = HashMap::new();
        if self.mode == NumberingMode::Groups {
            for GroupRange { group, first, last } in &self.ranges {
                of_groups.entry(folded(group)).or_insert((*first, *last));
            }
        }
        let range = |wish: &Wish<'_>| {
            let of_group = || of_groups.get(&folded(wish.group)).copied();
            wish.range.or_else(of_group)
        };
        channels.iter().map(range).collect()
    }
}

/// Groups are the same in any case.
fn folded(group: &str) -> String {
    group.trim().to_lowercase()
}

/// A number for each channel. Those that clients see come first, in the order of the list, then the
/// others.
pub(crate) fn give(
    channels: &[Wish<'_>],
    known: &Numbers,
    of_house: Option<(ChannelId, GuideNumber)>,
    decisions: &Decisions,
    chosen: (&Numbering, bool),
) -> Vec<GuideNumber> {
    if channels.iter().is_sorted_by_key(|wish| wish.is_idle) {
        return give_in_order(channels, known, of_house, decisions, chosen);
    }
    let mut sorted: Vec<(u32, Wish<'_>)> = (0..).zip(channels.iter().copied()).collect();
    sorted.sort_by_key(|(_, wish)| wish.is_idle);
    let (places, channels): (Vec<u32>, Vec<Wish<'_>>) = sorted.into_iter().unzip();
    let given = give_in_order(&channels, known, of_house, decisions, chosen);
    let mut sorted: Vec<(u32, GuideNumber)> = places.into_iter().zip(given).collect();
    sorted.sort_unstable_by_key(|&(place, _)| place);
    sorted.into_iter().map(|(_, number)| number).collect()
}

/// A number for each channel, in the order of these.
///
/// A channel that is known keeps its number. Where its owner has chosen otherwise since (`is_anew`), it
/// keeps it only if it could have got it today: with a range, inside that; counted through, not at all;
/// else always. The channel of the house, if there is one, keeps its number in any case, and what was decided
/// by hand comes before everything.
fn give_in_order(
    channels: &[Wish<'_>],
    known: &Numbers,
    of_house: Option<(ChannelId, GuideNumber)>,
    decisions: &Decisions,
    (numbering, is_anew): (&Numbering, bool),
) -> Vec<GuideNumber> {
    let is_counted = numbering.mode == NumberingMode::Sequential;
    let ranges = numbering.ranges_of(channels);
    let reserved = Reserved::of(numbering, &ranges);
    let mut taken = Taken::of(known, channels, is_anew, is_counted);
    for (id, number) in of_house.into_iter().chain(decisions.numbers()) {
        taken.is_for(number, id);
    }
    let mut given: Vec<Option<GuideNumber>> = Vec::with_capacity(channels.len());
    for (wish, range) in channels.iter().zip(&ranges) {
        let number = known.find(wish.id).map(|row| row.number);
        let stays = |number: GuideNumber| match range {
            _ if !is_anew => true,
            Some(range) => is_within(*range, number),
            None => !is_counted,
        };
        let decided = decisions.number(wish.id);
        let decided = decided.filter(|&number| taken.take(number, wish.id));
        let known = || number.filter(|&number| stays(number) && taken.take(number, wish.id));
        given.push(decided.or_else(known));
    }
    let asked: Vec<_> = channels
        .iter()
        .zip(&ranges)
        .map(|(wish, range)| {
            wish.asked.filter(|&asked| match range {
                Some(range) => is_within(*range, asked),
                None => !is_counted && !reserved.holds(asked),
            })
        })
        .collect();
    for ((wish, asked), number) in channels.iter().zip(&asked).zip(&mut given) {
        if number.is_none() {
            *number = asked.filter(|&asked| taken.take(asked, wish.id));
        }
    }
    in_ranges(channels, &ranges, &mut given, &mut taken);
    // What a known channel asks for in vain is still no number for anybody by chance.
    for (wish, asked) in channels.iter().zip(&asked) {
        if let Some(asked) = asked {
            taken.keep_free(*asked, wish.id);
        }
    }
    the_rest(given, numbering, &reserved, &taken)
}

fn is_within((first, last): (u16, u16), number: GuideNumber) -> bool {
    (first..=last).contains(&number.major())
}

/// The next of its range for each channel that has one and no number.
fn in_ranges(
    channels: &[Wish<'_>],
    ranges: &[Option<(u16, u16)>],
    given: &mut [Option<GuideNumber>],
    taken: &mut Taken,
) {
    let mut left: HashMap<(u16, u16), RangeInclusive<u16>> = HashMap::new();
    for ((wish, range), number) in channels.iter().zip(ranges).zip(given) {
        if let (None, &Some(range)) = (*number, range) {
            let left = left.entry(range).or_insert(range.0..=range.1);
            let mut numbers = left.filter_map(|major| GuideNumber::new(major, 0));
            *number = numbers.find(|&number| taken.take(number, wish.id));
        }
    }
}

/// The next that is free for each channel that has none: outside of what is meant for others, and once
/// that is used up, anywhere.
fn the_rest(
    given: Vec<Option<GuideNumber>>,
    numbering: &Numbering,
    reserved: &Reserved,
    taken: &Taken,
) -> Vec<GuideNumber> {
    let first = numbering.first.max(1);
    let is_usual = |number: &GuideNumber| number.major() >= first && !reserved.holds(*number);
    let mut free = ascending()
        .filter(is_usual)
        .chain(ascending().filter(|number| !is_usual(number)))
        .filter(|number| taken.is_free(*number));
    given
        .into_iter()
        .map(|number| {
            number
                .or_else(|| free.next())
                .expect("65,535 × 65,536 numbers suffice")
        })
        .collect()
}

/// Majors that are meant for some channels, so that others do not get them by chance.
struct Reserved(Vec<(u16, u16)>);

impl Reserved {
    fn of(numbering: &Numbering, wished: &[Option<(u16, u16)>]) -> Self {
        let groups = numbering.mode == NumberingMode::Groups;
        let of_groups = numbering.ranges.iter().filter(|_| groups);
        let of_groups = of_groups.map(|range| (range.first, range.last));
        let mut ranges: Vec<_> = of_groups.chain(wished.iter().copied().flatten()).collect();
        // One without an end is an end for nobody.
        ranges.retain(|&(_, last)| last < u16::MAX);
        ranges.sort_unstable();
        ranges.dedup();
        Self(ranges)
    }

    fn holds(&self, number: GuideNumber) -> bool {
        self.0.iter().any(|&range| is_within(range, number))
    }
}

/// Who has which number, present or gone.
struct Taken(HashMap<GuideNumber, ChannelId>);

impl Taken {
    /// Should a damaged store name two for one number, one that is present keeps it, of these the
    /// first. Looked at anew, present channels have none yet; counted through, nobody has.
    fn of(known: &Numbers, channels: &[Wish<'_>], is_anew: bool, is_counted: bool) -> Self {
        let mut owners = HashMap::with_capacity(known.len() + channels.len());
        if is_anew && is_counted {
            return Self(owners);
        }
        let mut present: Vec<ChannelId> = channels.iter().map(|wish| wish.id).collect();
        present.sort_unstable();
        for is_present in [true, false] {
            let rows = known.iter();
            let rows = rows.filter(|row| present.binary_search(&row.id).is_ok() == is_present);
            for row in rows.filter(|_| !(is_anew && is_present)) {
                owners.entry(row.number).or_insert(row.id);
            }
        }
        Self(owners)
    }

    /// Whether the number is this channel's, now at the latest.
    fn take(&mut self, number: GuideNumber, id: ChannelId) -> bool {
        *self.0.entry(number).or_insert(id) == id
    }

    /// Gives a number to this channel, whoever had it.
    fn is_for(&mut self, number: GuideNumber, id: ChannelId) {
        self.0.insert(number, id);
    }

    /// Gives a number to nobody else by chance.
    fn keep_free(&mut self, number: GuideNumber, id: ChannelId) {
        self.0.entry(number).or_insert(id);
    }

    fn is_free(&self, number: GuideNumber) -> bool {
        !self.0.contains_key(&number)
    }
}

/// 1, 2, … 65535, 1.1, 2.1, … 65535.1, 1.2, and so on.
fn ascending() -> impl Iterator<Item = GuideNumber> {
    (0..=u16::MAX)
        .flat_map(|minor| (1..=u16::MAX).filter_map(move |major| GuideNumber::new(major, minor)))
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, option, prelude::*};

    use super::*;
    use crate::Remembered;

    fn remembered(id: u64, number: GuideNumber) -> Remembered {
        Remembered {
            id: ChannelId(id),
            number,
            since: 1,
            last_seen: 1,
            waits: false,
        }
    }

    fn wish(id: u64, asked: &str, group: &'static str) -> Wish<'static> {
        Wish {
            id: ChannelId(id),
            asked: asked.parse().ok(),
            range: None,
            group,
            is_idle: false,
        }
    }

    fn number(text: &str) -> GuideNumber {
        text.parse().expect("a number")
    }

    fn known(rows: &[(u64, &str)]) -> Numbers {
        let mut numbers = Numbers::new();
        for &(id, text) in rows {
            numbers.insert(remembered(id, number(text)));
        }
        numbers
    }

    fn shown(given: &[GuideNumber]) -> Vec<String> {
        given.iter().map(ToString::to_string).collect()
    }

    fn groups() -> Numbering {
        let range = |group: &str, first, last| GroupRange {
            group: group.to_owned(),
            first,
            last,
        };
        Numbering {
            mode: NumberingMode::Groups,
            ranges: vec![range("Sports", 2, 3), range("News", 10, 99)],
            ..Numbering::default()
        }
    }

    #[test]
    fn groups_have_their_ranges_and_others_what_is_left() {
        let channels = [
            wish(1, "", "Other"),
            wish(2, "7", "sports "),
            wish(3, "3", "Sports"),
            wish(4, "", "Sports"),
            wish(5, "10", ""),
            wish(6, "", "News"),
            wish(7, "1", "News"),
        ];
        let given = give(
            &channels,
            &Numbers::new(),
            None,
            &Decisions::default(),
            (&groups(), false),
        );
        // The fourth finds its range full; the fifth asks for what is meant for news.
        assert_eq!(shown(&given), ["1", "2", "3", "4", "5", "10", "11"]);
    }

    #[test]
    fn a_rule_goes_before_the_group() {
        let mut channels = [wish(1, "", "Sports"), wish(2, "", "Sports")];
        channels[1].range = Some((500, u16::MAX));
        let given = give(
            &channels,
            &Numbers::new(),
            None,
            &Decisions::default(),
            (&groups(), false),
        );
        assert_eq!(shown(&given), ["2", "500"]);
    }

    #[test]
    fn counted_through_in_the_order_of_the_list() {
        let numbering = Numbering {
            mode: NumberingMode::Sequential,
            first: 100,
            ..Numbering::default()
        };
        let channels = [wish(1, "5", ""), wish(2, "100", ""), wish(3, "", "")];
        let given = give(
            &channels,
            &Numbers::new(),
            None,
            &Decisions::default(),
            (&numbering, false),
        );
        assert_eq!(shown(&given), ["100", "101", "102"]);
    }

    #[test]
    fn what_clients_see_is_counted_before_what_they_do_not() {
        let mut channels = [
            wish(1, "", ""),
            wish(2, "7", ""),
            wish(3, "7", ""),
            wish(4, "", ""),
        ];
        channels[0].is_idle = true;
        channels[1].is_idle = true;
        let numbers = |numbering: &Numbering, known: &Numbers| {
            let chosen = (numbering, false);
            shown(&give(&channels, known, None, &Decisions::default(), chosen))
        };
        let counted = Numbering {
            mode: NumberingMode::Sequential,
            ..Numbering::default()
        };
        let (keep, none) = (Numbering::default(), Numbers::new());
        assert_eq!(numbers(&keep, &none), ["2", "3", "7", "1"]);
        assert_eq!(numbers(&counted, &none), ["3", "4", "1", "2"]);
        // What is known stays, seen or not.
        let memory = known(&[(1, "7"), (4, "2")]);
        assert_eq!(numbers(&keep, &memory), ["7", "3", "1", "2"]);
    }

    #[test]
    fn what_is_known_stays_until_the_owner_chooses_otherwise() {
        let memory = known(&[(1, "7"), (2, "3"), (3, "50"), (9, "2")]);
        let channels = [
            wish(1, "", "Sports"),
            wish(2, "", "Sports"),
            wish(3, "", "x"),
        ];
        let stays = give(
            &channels,
            &memory,
            None,
            &Decisions::default(),
            (&groups(), false),
        );
        assert_eq!(shown(&stays), ["7", "3", "50"]);
        // The first moves into the range, where the 2 belongs to one that is gone.
        let anew = give(
            &channels,
            &memory,
            None,
            &Decisions::default(),
            (&groups(), true),
        );
        assert_eq!(shown(&anew), ["1", "3", "50"]);
        let counted = Numbering {
            mode: NumberingMode::Sequential,
            ..Numbering::default()
        };
        let anew = give(
            &channels,
            &memory,
            None,
            &Decisions::default(),
            (&counted, true),
        );
        assert_eq!(shown(&anew), ["1", "2", "3"]);
    }

    #[test]
    fn the_channel_of_the_house_keeps_its_number() {
        let house = Some((ChannelId(9), number("1")));
        let counted = Numbering {
            mode: NumberingMode::Sequential,
            ..Numbering::default()
        };
        for numbering in [Numbering::default(), counted] {
            let channels = [wish(1, "1", ""), wish(2, "", "")];
            let given = give(
                &channels,
                &Numbers::new(),
                house,
                &Decisions::default(),
                (&numbering, true),
            );
            assert_eq!(shown(&given), ["2", "3"]);
        }
    }

    #[test]
    fn a_fingerprint_knows_every_choice() {
        let mut all = vec![Numbering::default(), groups()];
        all.push(Numbering {
            first: 2,
            ..Numbering::default()
        });
        all.push(Numbering {
            of_rules: 2,
            ..Numbering::default()
        });
        all.push(Numbering {
            mode: NumberingMode::Sequential,
            ..Numbering::default()
        });
        all.push(Numbering {
            ranges: Vec::new(),
            ..groups()
        });
        let mut prints: Vec<_> = all.iter().map(Numbering::fingerprint).collect();
        prints.sort_unstable();
        prints.dedup();
        assert_eq!(prints.len(), all.len());
        let named = Numbering {
            first: 1,
            ..Numbering::default()
        };
        assert_eq!(named.fingerprint(), Numbering::default().fingerprint());
    }

    proptest! {
        #[test]
        fn no_number_is_given_twice(
            wishes in vec((0..40_u64, option::of(1..30_u16), option::of((1..30_u16, 0..9_u16))), 0..40),
            memory in vec((0..60_u64, 1..40_u16), 0..60), idle in vec(0..40_u64, 0..20),
            mode in 0..3_usize, first in 0..40_u16, is_anew: bool,
        ) {
            let mut channels: Vec<Wish<'_>> = Vec::new();
            for (id, asked, range) in wishes {
                let range = range.map(|(first, more)| (first, first + more));
                let asked = asked.and_then(|major| GuideNumber::new(major, 0));
                if channels.iter().all(|wish| wish.id.0 != id) {
                    let group = ["Sports", "News", ""][usize::try_from(id).unwrap_or(0) % 3];
                    let is_idle = idle.contains(&id);
                    channels.push(Wish { id: ChannelId(id), asked, range, group, is_idle });
                }
            }
            let mut numbers = Numbers::new();
            for (id, major) in memory {
                if numbers.iter().all(|row| row.number.major() != major) {
                    let number = GuideNumber::new(major, 0).expect("not 0");
                    numbers.insert(remembered(id, number));
                }
            }
            let modes = [NumberingMode::Keep, NumberingMode::Groups, NumberingMode::Sequential];
            let numbering = Numbering { mode: modes[mode], first, ..groups() };
            let given = give(&channels, &numbers, None, &Decisions::default(), (&numbering, is_anew));
            let mut once = given.clone();
            once.sort_unstable();
            once.dedup();
            prop_assert_eq!(once.len(), channels.len());
            for (wish, number) in channels.iter().zip(&given) {
                if let (false, Some(row)) = (is_anew, numbers.find(wish.id)) {
                    prop_assert_eq!(row.number, *number, "a known channel keeps its number");
                }
            }
        }
    }
}
