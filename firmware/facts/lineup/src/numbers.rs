//! What earlier imports gave out: the memory that keeps numbers from import to import.

use std::collections::BTreeMap;

use crate::{ChannelId, GuideNumber};

/// A channel as the last import that saw it left it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// Its id.
    pub id: ChannelId,
    /// Its number.
    pub number: GuideNumber,
    /// The import that saw it first; 0 where that was not written down.
    pub since: u32,
    /// The import that saw it last; see [`Numbers::generation`].
    pub last_seen: u32,
    /// Whether it came later than the first list of its source, while such were to wait.
    pub waits: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Kept {
    number: GuideNumber,
    since: u32,
    last_seen: u32,
    waits: bool,
}

/// Ids and numbers given so far, of channels present and gone.
///
/// A number that is remembered is never given to another channel. Channels longest gone are
/// forgotten first; see [`crate::Known`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    by_id: BTreeMap<ChannelId, Kept>,
    generation: u32,
}

impl Numbers {
    /// At least this many channels are remembered, however small the lineup: a provider that sends
    /// ten channels one day and thousands the next must find all numbers as they were. About
    /// 65,536 × 32 B = 2.1 MB while an import runs.
    pub const REMEMBERED_MIN: usize = 65_536;

    /// Nothing given yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            by_id: BTreeMap::new(),
            generation: 0,
        }
    }

    /// The latest import: the greatest `last_seen`.
    #[must_use]
    pub const fn generation(&self) -> u32 {
        self.generation
    }

    /// How many channels are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether no channel is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Every channel remembered, in the order of ids.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Remembered> {
        self.by_id.iter().map(remembered)
    }

    /// Puts back what [`Numbers::iter`] gave, in any order. Of two rows with one id the later
    /// counts.
    pub fn insert(&mut self, row: Remembered) {
        let Remembered {
            id,
            number,
            since,
            last_seen,
            waits,
        } = row;
        self.generation = self.generation.max(last_seen);
        self.by_id.insert(
            id,
            Kept {
                number,
                since,
                last_seen,
                waits,
            },
        );
    }

    /// What is remembered of this channel.
    #[must_use]
    pub fn find(&self, id: ChannelId) -> Option<Remembered> {
        self.by_id.get(&id).map(|kept| remembered((&id, kept)))
    }

    /// Notes channels that an import has seen, and begins a new generation with it. Those that nobody
    /// knew wait, if `new_ones_wait`.
    pub(crate) fn renew(
        &mut self,
        present: impl Iterator<Item = (ChannelId, GuideNumber)>,
        new_ones_wait: bool,
    ) {
        self.generation = self.generation.saturating_add(1);
        for (id, number) in present {
            let kept = self.by_id.entry(id).or_insert(Kept {
                number,
                since: self.generation,
                last_seen: 0,
                waits: new_ones_wait,
            });
            kept.number = number;
            kept.last_seen = self.generation;
        }
    }

    /// Forgets channels that have been gone longest, until `remembered_max` are left. Those that
    /// something was `decided` of, in the order of ids, stay beside them: a decision waits for its
    /// channel however long that is gone.
    pub(crate) fn forget(&mut self, remembered_max: usize, decided: &[ChannelId]) {
        if self.len() <= remembered_max {
            return;
        }
        let rows = self.iter();
        let rows = rows.filter(|row| decided.binary_search(&row.id).is_err());
        let mut by_age: Vec<_> = rows.map(|row| (row.last_seen, row.id)).collect();
        let Some(surplus) = by_age.len().checked_sub(remembered_max).filter(|&n| n > 0) else {
            return;
        };
        by_age.select_nth_unstable(surplus - 1);
        for (_, id) in by_age.iter().take(surplus) {
            self.by_id.remove(id);
        }
    }
}

impl FromIterator<Remembered> for Numbers {
    fn from_iter<I: IntoIterator<Item = Remembered>>(rows: I) -> Self {
        let mut numbers = Self::new();
        rows.into_iter().for_each(|row| numbers.insert(row));
        numbers
    }
}

fn remembered(
    (
        &id,
        &Kept {
            number,
            since,
            last_seen,
            waits,
        },
    ): (&ChannelId, &Kept),
) -> Remembered {
    Remembered {
        id,
        number,
        since,
        last_seen,
        waits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: u64, major: u16, last_seen: u32) -> Remembered {
        let number = GuideNumber::new(major, 0).unwrap();
        Remembered {
            id: ChannelId(id),
            number,
            since: 1,
            last_seen,
            waits: id.is_multiple_of(2),
        }
    }

    #[test]
    fn survives_the_way_through_a_store() {
        let numbers: Numbers = [row(9, 1, 3), row(2, 2, 4), row(5, 3, 1)]
            .into_iter()
            .collect();
        assert_eq!(numbers.generation(), 4);
        assert_eq!(numbers.iter().collect::<Numbers>(), numbers);
        assert_eq!(numbers.find(ChannelId(5)), Some(row(5, 3, 1)));
    }

    #[test]
    fn forgets_the_longest_gone() {
        let mut numbers: Numbers = (1..=9)
            .map(|n| row(u64::from(n), n, u32::from(n)))
            .collect();
        numbers.forget(4, &[ChannelId(2), ChannelId(7)]);
        let ids: Vec<_> = numbers.iter().map(|row| row.id.0).collect();
        assert_eq!(
            ids,
            [2, 5, 6, 7, 8, 9],
            "what was decided of stays beside the others"
        );
        numbers.forget(4, &[]);
        let ids: Vec<_> = numbers.iter().map(|row| row.id.0).collect();
        assert_eq!(ids, [6, 7, 8, 9]);
        numbers.forget(4, &[]);
        assert_eq!(numbers.len(), 4);
    }
}
