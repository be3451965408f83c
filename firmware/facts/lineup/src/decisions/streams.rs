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
    /// The order of `streams`, which come in the order that they would have by themselves: their
    /// places in it, and why. A backup takes the place of a primary that is gone.
    #[must_use]
    pub fn order(&self, streams: &[Keys]) -> Vec<(usize, Place)> {
        let wanted: Vec<Keys> = self.primary.iter().chain(&self.backups).copied().collect();
        let mut found = keys::find(&wanted, streams).into_iter();
        let primary = self.primary.and_then(|_| found.next()).flatten();
        let backups: Vec<(usize, Place)> = (1..)
            .zip(found)
            .filter_map(|(backup, place)| Some((place?, Place::Backup(backup))))
            .collect();
        let is_backup = |place: &usize| backups.iter().any(|(backup, _)| backup == place);
        let mut others = (0..streams.len())
            .filter(|place| Some(*place) != primary && !is_backup(place))
            .map(|place| (place, Place::Automatic));
        let first = match (primary, self.primary) {
            (Some(primary), _) => Some((primary, Place::Pinned)),
            // Nobody was to be the first: the best of the others is.
            (None, None) => others.next(),
            (None, Some(_)) => None,
        };
        let first: Vec<_> = first.into_iter().collect();
        first
            .into_iter()
            .chain(backups.iter().copied())
            .chain(others)
            .collect()
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
        type Row<'a> = (Option<u64>, &'a [u64], &'a [(usize, Place)]);
        let rows: &[Row<'_>] = &[
            (
                Some(3),
                &[2],
                &[(3, Pinned), (2, Backup(1)), (0, Automatic), (1, Automatic)],
            ),
            (
                None,
                &[3, 0],
                &[
                    (1, Automatic),
                    (3, Backup(1)),
                    (0, Backup(2)),
                    (2, Automatic),
                ],
            ),
            // The primary is gone.
            (
                Some(9),
                &[8, 2],
                &[
                    (2, Backup(2)),
                    (0, Automatic),
                    (1, Automatic),
                    (3, Automatic),
                ],
            ),
            (
                None,
                &[0, 1, 2],
                &[
                    (3, Automatic),
                    (0, Backup(1)),
                    (1, Backup(2)),
                    (2, Backup(3)),
                ],
            ),
        ];
        for (primary, backups, order) in rows {
            let pins = Pins {
                primary: primary.map(keys),
                backups: backups.iter().copied().map(keys).collect(),
            };
            assert_eq!(&pins.order(&[0, 1, 2, 3].map(keys)), order, "{pins:?}");
        }
        assert_eq!(Pins::default().order(&[]), []);
    }
}
