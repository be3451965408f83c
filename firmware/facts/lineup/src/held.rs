//! Which channel each entry belonged to: what keeps ids where they were.

use crate::{ChannelId, Numbers};

/// A key of an entry, and the channel that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldKey {
    /// See [`crate::Keys`].
    pub key: u64,
    /// The channel that entries of this key belong to.
    pub id: ChannelId,
    /// The import that saw the key last; see [`Numbers::generation`].
    pub last_seen: u32,
}

/// The keys of entries present and gone, each held by one channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// In the order of keys, each once.
    rows: Vec<HeldKey>,
}

impl Held {
    /// At least this many keys are remembered, two for each channel of [`Numbers::REMEMBERED_MIN`]:
    /// 131,072 × 24 B = 3.1 MB while an import runs.
    pub const REMEMBERED_MIN: usize = 2 * Numbers::REMEMBERED_MIN;

    /// How many keys are remembered.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no key is remembered.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Every key remembered, in the order of keys.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = HeldKey> {
        self.rows.iter().copied()
    }

    /// The channel that holds a key.
    #[must_use]
    pub fn find(&self, key: u64) -> Option<HeldKey> {
        let found = self.rows.binary_search_by_key(&key, |row| row.key).ok()?;
        Some(self.rows[found])
    }

    /// Gives keys to channels of the import `generation`, from whoever held them before.
    pub(crate) fn renew(
        &mut self,
        present: impl Iterator<Item = (u64, ChannelId)>,
        generation: u32,
    ) {
        let known = self.rows.len();
        for (key, id) in present {
            let row = HeldKey {
                key,
                id,
                last_seen: generation,
            };
            match self.rows[..known].binary_search_by_key(&key, |row| row.key) {
                Ok(found) => self.rows[found] = row,
                Err(_) => {
                    if self.rows.len() == self.rows.capacity() {
                        self.rows.reserve_exact((self.rows.len() / 4).max(64));
                    }
                    self.rows.push(row);
                }
            }
        }
        self.in_order();
    }

    /// Forgets keys of channels that nobody remembers, then those that have been gone longest,
    /// until `remembered_max` are left.
    pub(crate) fn forget(
        &mut self,
        numbers: &Numbers,
        remembered_max: usize,
        decided: &[ChannelId],
    ) {
        self.rows.retain(|row| numbers.find(row.id).is_some());
        if self.len() <= remembered_max {
            return;
        }
        // Those of decided channels come behind all others.
        let is_decided = |row: &HeldKey| decided.binary_search(&row.id).is_ok();
        let stay = self.rows.iter().filter(|row| is_decided(row)).count();
        let surplus = self
            .len()
            .saturating_sub(remembered_max.saturating_add(stay));
        if surplus == 0 {
            return;
        }
        self.rows
            .select_nth_unstable_by_key(surplus, |row| (is_decided(row), row.last_seen, row.key));
        self.rows.drain(..surplus);
        self.in_order();
    }

    fn in_order(&mut self) {
        self.rows.sort_unstable_by_key(|row| row.key);
    }
}

impl FromIterator<HeldKey> for Held {
    /// In any order. Of two rows with one key the one that was seen last counts.
    fn from_iter<I: IntoIterator<Item = HeldKey>>(rows: I) -> Self {
        let mut rows: Vec<HeldKey> = rows.into_iter().collect();
        rows.sort_unstable_by_key(|row| (row.key, std::cmp::Reverse(row.last_seen), row.id));
        rows.dedup_by_key(|row| row.key);
        Self { rows }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{GuideNumber, Remembered};

    fn row(key: u64, id: u64, last_seen: u32) -> HeldKey {
        HeldKey {
            key,
            id: ChannelId(id),
            last_seen,
        }
    }

    fn numbers(ids: std::ops::Range<u64>) -> Numbers {
        let one = GuideNumber::new(1, 0).unwrap();
        ids.map(|id| Remembered {
            id: ChannelId(id),
            number: one,
            since: 1,
            last_seen: 1,
            waits: false,
        })
        .collect()
    }

    #[test]
    fn a_key_moves_with_its_entry() {
        let mut held: Held = [row(9, 1, 1), row(3, 2, 1), row(9, 7, 2)]
            .into_iter()
            .collect();
        assert_eq!(held.find(9), Some(row(9, 7, 2)));
        held.renew([(5, ChannelId(4)), (3, ChannelId(4))].into_iter(), 3);
        let rows: Vec<_> = held.iter().collect();
        assert_eq!(rows, [row(3, 4, 3), row(5, 4, 3), row(9, 7, 2)]);
        assert_eq!(held.find(4), None);
    }

    #[test]
    fn forgets_the_longest_gone_and_those_without_a_channel() {
        let mut held: Held = (0..20_u32)
            .map(|n| row(u64::from(n), u64::from(n), n))
            .collect();
        held.forget(&numbers(0..15), 5, &[ChannelId(3), ChannelId(17)]);
        let keys: Vec<_> = held.iter().map(|row| row.key).collect();
        assert_eq!(keys, [3, 10, 11, 12, 13, 14]);
        held.forget(&numbers(0..15), 5, &[]);
        let keys: Vec<_> = held.iter().map(|row| row.key).collect();
        assert_eq!(keys, [10, 11, 12, 13, 14]);
    }
}
