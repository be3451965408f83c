//! The channel that is there when no other is.

use std::collections::HashSet;

use lineup::{Channel, ChannelId, GuideNumber, Numbers, Remembered};

/// No hash: the address that `upstream` knows, in letters that look like it. The lower 20 bits are
/// 0, as in every id that is the first of its identity.
pub(crate) const ID: ChannelId = ChannelId(0xd1b0_1e7e_5700_0000);

/// The first number of all.
const NUMBER: GuideNumber = GuideNumber::new(1, 0).expect("1 is not 0");

/// The test channel beside others. Its number is remembered like theirs, so that none of them is
/// ever given it.
pub(crate) fn beside(numbers: &mut Numbers) -> Channel<'static> {
    channel(reserve(numbers))
}

fn channel(number: GuideNumber) -> Channel<'static> {
    Channel {
        source: Channel::BUILT_IN,
        group: "Dipole",
        ..Channel::new(ID, number, "Dipole Test", "dipole:test")
    }
}

/// The test channel in a lineup of its own.
pub(crate) fn alone() -> Channel<'static> {
    channel(NUMBER)
}

/// The number it has, or the first that is free.
fn reserve(numbers: &mut Numbers) -> GuideNumber {
    if let Some(row) = numbers.find(ID) {
        return row.number;
    }
    let taken: HashSet<_> = numbers.iter().map(|row| row.number).collect();
    let number = (1..=u16::MAX)
        .filter_map(|major| GuideNumber::new(major, 0))
        .find(|number| !taken.contains(number))
        .unwrap_or(NUMBER);
    numbers.insert(Remembered {
        id: ID,
        number,
        since: numbers.generation(),
        last_seen: numbers.generation(),
        waits: false,
    });
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_first_number_that_was_free() {
        let mut numbers = Numbers::new();
        numbers.insert(Remembered {
            id: ChannelId(5),
            number: NUMBER,
            since: 3,
            last_seen: 3,
            waits: false,
        });
        let number = reserve(&mut numbers);
        assert_eq!(number.to_string(), "2");
        assert_eq!(reserve(&mut numbers), number);
        assert_eq!((numbers.len(), numbers.generation()), (2, 3));
    }
}
