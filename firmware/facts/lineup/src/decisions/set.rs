//! All decisions at one moment, compact: they are read from the store whenever the lineup is made
//! anew, beside everything else that takes.

use base::{ChannelId, GuideNumber};

use super::{Changed, Decision, GuideChoice, Home, Keys, Pins, Refusal};
use crate::Held;

/// Every decision. A row takes 48 B and its texts, a home 24 B: thirty thousand channels renamed by
/// hand to names of 40 B are 2.6 MiB.
#[derive(Clone, Debug, Default)]
pub struct Decisions {
    /// In the order of ids.
    rows: Vec<Row>,
    text: String,
    /// In the order of keys, each once.
    homes: Vec<Home>,
}

/// Of a decision what viewers see, borrowed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen<'a> {
    pub(crate) name: Option<&'a str>,
    pub(crate) group: Option<&'a str>,
    pub(crate) logo: Option<&'a str>,
    pub(crate) shift_min: Option<i16>,
    pub(crate) enabled: Option<bool>,
    pub(crate) favourite: Option<bool>,
}

/// A [`Decision`] whose texts lie in [`Decisions::text`], one behind the other.
#[derive(Clone, Debug)]
struct Row {
    id: ChannelId,
    pins: Option<Box<Pins>>,
    text: u32,
    /// Of name, group, logo, guide source and guide channel; [`ABSENT`] where there is none.
    lens: [u16; 5],
    number: Option<GuideNumber>,
    shift_min: Option<i16>,
    enabled: Option<bool>,
    favourite: Option<bool>,
    has_no_guide: bool,
}

/// No text is so long: see [`Decision::LOGO_BYTES_MAX`].
const ABSENT: u16 = u16::MAX;

impl Decisions {
    /// Decisions on channels and homes of entries, together.
    pub const ROWS_MAX: usize = 200_000;

    /// Nothing decided yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// From rows in any order, each id and each entry once.
    pub fn of(
        decisions: impl Iterator<Item = (ChannelId, Decision)>,
        homes: impl Iterator<Item = Home>,
    ) -> Self {
        let mut all = Self::new();
        decisions.for_each(|(id, decision)| all.push(id, decision));
        homes.for_each(|home| all.push_home(home));
        all.rows.sort_unstable_by_key(|row| row.id);
        all.rows.shrink_to_fit();
        all.text.shrink_to_fit();
        all.homes.sort_unstable_by_key(|home| home.keys);
        all.homes.shrink_to_fit();
        all
    }

    /// Adds an entry's home; they come in the order of keys.
    pub fn push_home(&mut self, home: Home) {
        self.homes.push(home);
    }

    /// How many rows there are, homes included.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows.len() + self.homes.len()
    }

    /// Whether nothing is decided.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.homes.is_empty()
    }

    /// What was decided of this channel.
    #[must_use]
    pub fn find(&self, id: ChannelId) -> Option<Decision> {
        let place = self.rows.binary_search_by_key(&id, |row| row.id).ok()?;
        Some(self.decision(&self.rows[place]))
    }

    /// What viewers see of the decision on this channel.
    pub(crate) fn seen(&self, id: ChannelId) -> Seen<'_> {
        let Ok(place) = self.rows.binary_search_by_key(&id, |row| row.id) else {
            return Seen::default();
        };
        let row = &self.rows[place];
        let [name, group, logo, ..] = self.texts(row);
        Seen {
            name,
            group,
            logo,
            shift_min: row.shift_min,
            enabled: row.enabled,
            favourite: row.favourite,
        }
    }

    /// Whether some channel was switched on by hand.
    #[must_use]
    pub fn switch_on_some(&self) -> bool {
        self.rows.iter().any(|row| row.enabled == Some(true))
    }

    /// Whether an entry is of a channel that was switched on by hand: of the one that it was put into,
    /// else of the one that it was in last.
    #[must_use]
    pub fn switch_on(&self, entry: Keys, held: &Held) -> bool {
        let holder = |key: u64| held.find(key).map(|held| held.id);
        let id = self
            .home(entry)
            .or_else(|| holder(entry.name))
            .or_else(|| holder(entry.address));
        id.is_some_and(|id| self.seen(id).enabled == Some(true))
    }

    /// The streams that were pinned for this channel.
    pub(crate) fn pins(&self, id: ChannelId) -> Option<&Pins> {
        let place = self.rows.binary_search_by_key(&id, |row| row.id).ok()?;
        self.rows[place].pins.as_deref()
    }

    /// The number that was decided for this channel.
    #[must_use]
    pub fn number(&self, id: ChannelId) -> Option<GuideNumber> {
        let place = self.rows.binary_search_by_key(&id, |row| row.id).ok()?;
        self.rows[place].number
    }

    /// Every decision, in the order of ids.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (ChannelId, Decision)> {
        self.rows.iter().map(|row| (row.id, self.decision(row)))
    }

    /// The numbers that were decided, of channels present and gone.
    pub fn numbers(&self) -> impl Iterator<Item = (ChannelId, GuideNumber)> {
        self.rows
            .iter()
            .filter_map(|row| Some((row.id, row.number?)))
    }

    /// The channels that something was decided of, in the order of ids, each once.
    #[must_use]
    pub fn channels(&self) -> Vec<ChannelId> {
        let of_rows = self.rows.iter().map(|row| row.id);
        let of_homes = self.homes.iter().map(|home| home.channel);
        let mut channels: Vec<ChannelId> = of_rows.chain(of_homes).collect();
        channels.sort_unstable();
        channels.dedup();
        channels
    }

    /// Where entries belong, in the order of their keys.
    #[must_use]
    pub fn homes(&self) -> &[Home] {
        &self.homes
    }

    /// Bytes that this holds, for the plan's books.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let pins = self.rows.iter().filter_map(|row| row.pins.as_ref());
        let pins = pins.map(|pins| size_of::<Pins>() + size_of_val(&*pins.backups));
        self.rows.capacity() * size_of::<Row>()
            + self.text.capacity()
            + self.homes.capacity() * size_of::<Home>()
            + pins.sum::<usize>()
    }

    /// These, after a change.
    ///
    /// # Errors
    /// [`Refusal::Full`] where they are more than `bytes_max` bytes or [`Decisions::ROWS_MAX`].
    pub fn with(&self, changed: &Changed, bytes_max: usize) -> Result<Self, Refusal> {
        let stays = self
            .iter()
            .filter(|(id, _)| !changed.decisions.contains_key(id));
        let new = changed.decisions.iter();
        let new = new.filter_map(|(&id, turn)| Some((id, turn.after.clone()?)));
        let homes_stay = self.homes.iter().copied();
        let homes_stay = homes_stay.filter(|home| !changed.homes.contains_key(&home.keys));
        let homes_new = changed.homes.iter().filter_map(|(&keys, turn)| {
            let channel = turn.after?;
            Some(Home { keys, channel })
        });
        let next = Self::of(stays.chain(new), homes_stay.chain(homes_new));
        if next.len() > Self::ROWS_MAX || next.bytes() > bytes_max {
            return Err(Refusal::Full {
                bytes_max,
                rows_max: Self::ROWS_MAX,
            });
        }
        Ok(next)
    }

    /// Adds a decision; they come in the order of ids.
    pub fn push(&mut self, id: ChannelId, decision: Decision) {
        let text = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        let (source, channel) = match &decision.guide {
            Some(GuideChoice::Channel { source, channel }) => (Some(&**source), Some(&**channel)),
            Some(GuideChoice::None) | None => (None, None),
        };
        let Decision {
            name, group, logo, ..
        } = &decision;
        let texts = [
            name.as_deref(),
            group.as_deref(),
            logo.as_deref(),
            source,
            channel,
        ];
        let lens = texts.map(|text| self.append(text));
        self.rows.push(Row {
            id,
            text,
            lens,
            number: decision.number,
            shift_min: decision.shift_min,
            enabled: decision.enabled,
            favourite: decision.favourite,
            has_no_guide: decision.guide == Some(GuideChoice::None),
            pins: decision.pins,
        });
    }

    fn append(&mut self, text: Option<&str>) -> u16 {
        let Some(text) = text else {
            return ABSENT;
        };
        let text = &text[..text.floor_char_boundary(usize::from(ABSENT - 1))];
        self.text.push_str(text);
        u16::try_from(text.len()).unwrap_or(ABSENT)
    }

    fn texts(&self, row: &Row) -> [Option<&str>; 5] {
        let mut at = row.text as usize;
        row.lens.map(|len| {
            let end = at + if len == ABSENT { 0 } else { usize::from(len) };
            let text = self.text.get(at..end).filter(|_| len != ABSENT);
            at = end;
            text
        })
    }

    fn decision(&self, row: &Row) -> Decision {
        let [name, group, logo, source, channel] =
            self.texts(row).map(|text| text.map(Box::<str>::from));
        let guide = match (source, channel) {
            (Some(source), Some(channel)) => Some(GuideChoice::Channel { source, channel }),
            _ => row.has_no_guide.then_some(GuideChoice::None),
        };
        Decision {
            name,
            number: row.number,
            enabled: row.enabled,
            favourite: row.favourite,
            group,
            logo,
            guide,
            shift_min: row.shift_min,
            pins: row.pins.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::btree_map, prelude::*};

    use super::{super::testing, *};

    proptest! {
        #[test]
        fn every_decision_comes_back(
            rows in btree_map(any::<u64>(), testing::decision(), 0..20),
        ) {
            let ids = || rows.iter().map(|(&id, row)| (ChannelId(id), row.clone()));
            let decisions = Decisions::of(ids().rev(), std::iter::empty());
            prop_assert!(decisions.iter().eq(ids()));
            for (id, row) in ids() {
                prop_assert_eq!(decisions.find(id), Some(row));
            }
            prop_assert_eq!(decisions.len(), rows.len());
        }
    }

    #[test]
    fn a_row_is_as_small_as_its_documentation_says() {
        assert_eq!(size_of::<Row>(), 48);
        assert_eq!(size_of::<Home>(), 24);
    }
}
