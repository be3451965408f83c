//! The order of a channel's streams, where that was decided.

use super::{Keys, Pins, keys};

/// Why a stream stands where it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It is the primary by hand.
    Pinned,
    /// It is this backup by hand, counted from 1.
    Backup(u8),
    /// By its own merits.
    Automatic,
}

impl Pins {
    /// Why each of `streams` stands, or is to stand, where it does.
    #[must_use]
    pub fn places(&self, streams: &[Keys]) -> Vec<Place> {
        let wanted: Vec<Keys> = self.primary.iter().chain(&self.backups).copied().collect();
        let mut places = vec![Place::Automatic; streams.len()];
        let first_backup = usize::from(self.primary.is_some());
        for (at, found) in keys::find(&wanted, streams).into_iter().enumerate() {
            if let Some(place) = found.and_then(|found| places.get_mut(found)) {
                *place = match at.checked_sub(first_backup) {
                    None => Place::Pinned,
                    Some(backup) => Place::Backup(u8::try_from(backup + 1).unwrap_or(u8::MAX)),
                };
            }
        }
        places
    }

    /// The order of `streams`, which come in the order that they would have by themselves: their
    /// places in it. A backup takes the place of a primary that is gone; where none was chosen, the
    /// best of the others comes before the backups.
    #[must_use]
    pub fn order(&self, streams: &[Keys]) -> Vec<usize> {
        let places = self.places(streams);
        let mut order: Vec<usize> = (0..streams.len()).collect();
        order.sort_by_key(|&stream| match places[stream] {
            Place::Pinned => 0,
            Place::Backup(backup) => u16::from(backup),
            Place::Automatic => u16::MAX,
        });
        let best = order
            .iter()
            .position(|&stream| places[stream] == Place::Automatic);
        if let (None, Some(best)) = (self.primary, best) {
            order[..=best].rotate_right(1);
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn keys(n: u64) -> Keys {
        Keys {
            name: n,
            address: 100 + n,
        }
    }

    #[test]
    fn primary_then_backups_then_the_others() {
        use Place::{Automatic, Backup, Pinned};
        type Row<'a> = (Option<u64>, &'a [u64], [usize; 4], [Place; 4]);
        let rows: &[Row<'_>] = &[
            (
                Some(3),
                &[2],
                [3, 2, 0, 1],
                [Automatic, Automatic, Backup(1), Pinned],
            ),
            (
                None,
                &[3, 0],
                [1, 3, 0, 2],
                [Backup(2), Automatic, Automatic, Backup(1)],
            ),
            // The primary is gone, and the first of the backups.
            (
                Some(9),
                &[8, 2],
                [2, 0, 1, 3],
                [Automatic, Automatic, Backup(2), Automatic],
            ),
            (
                None,
                &[0, 1, 2],
                [3, 0, 1, 2],
                [Backup(1), Backup(2), Backup(3), Automatic],
            ),
            (None, &[], [0, 1, 2, 3], [Automatic; 4]),
        ];
        for (primary, backups, order, places) in rows {
            let pins = Pins {
                primary: primary.map(keys),
                backups: backups.iter().copied().map(keys).collect(),
            };
            assert_eq!(pins.order(&[0, 1, 2, 3].map(keys)), order, "{pins:?}");
            assert_eq!(pins.places(&[0, 1, 2, 3].map(keys)), places, "{pins:?}");
        }
        let all = Pins {
            backups: vec![keys(0)],
            ..Pins::default()
        };
        assert_eq!(all.order(&[keys(0)]), [0], "there is no other");
        assert!(Pins::default().order(&[]).is_empty());
    }
}
