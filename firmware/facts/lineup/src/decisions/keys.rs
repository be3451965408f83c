//! The keys of entries as people and programs name them, and finding entries by them.

use std::{fmt, str::FromStr};

use crate::Keys;

/// `<name>-<address>` in hexadecimal digits: the id of a stream in the API.
impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}-{:016x}", self.name, self.address)
    }
}

/// No keys of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a stream's id is two hexadecimal numbers with a hyphen between them, as the channel lists it"
)]
pub struct KeysError;

impl FromStr for Keys {
    type Err = KeysError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, address) = text.split_once('-').ok_or(KeysError)?;
        let key = |digits: &str| u64::from_str_radix(digits, 16).map_err(|_| KeysError);
        Ok(Self {
            name: key(name)?,
            address: key(address)?,
        })
    }
}

/// For each of `wanted` the entry that it means, each entry once: the very same first; then one of
/// that name, as providers change addresses at will; then one at that address, as they rename.
pub(super) fn find(wanted: &[Keys], entries: &[Keys]) -> Vec<Option<usize>> {
    let ways: [fn(&Keys, &Keys) -> bool; 3] = [
        |a, b| a == b,
        |a, b| a.name == b.name,
        |a, b| a.address == b.address,
    ];
    let mut found: Vec<Option<usize>> = vec![None; wanted.len()];
    let mut is_used = vec![false; entries.len()];
    for is_meant in ways {
        for (keys, found) in wanted.iter().zip(&mut found) {
            if found.is_some() {
                continue;
            }
            let mut places = entries.iter().zip(&mut is_used).enumerate();
            if let Some((place, (_, used))) =
                places.find(|(_, (entry, used))| !**used && is_meant(keys, entry))
            {
                *used = true;
                *found = Some(place);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn keys(name: u64, address: u64) -> Keys {
        Keys { name, address }
    }

    #[test]
    fn the_very_same_comes_before_the_name_and_that_before_the_address() {
        type Row<'a> = (&'a [Keys], &'a [Keys], &'a [Option<usize>]);
        let rows: &[Row<'_>] = &[
            (&[keys(1, 9)], &[keys(1, 8), keys(1, 9)], &[Some(1)]),
            // Its address is new.
            (&[keys(1, 9)], &[keys(2, 8), keys(1, 7)], &[Some(1)]),
            // Its name is.
            (&[keys(1, 9)], &[keys(2, 8), keys(3, 9)], &[Some(1)]),
            // Who is the very same is nobody else's namesake.
            (&[keys(1, 5), keys(1, 9)], &[keys(1, 9)], &[None, Some(0)]),
            (&[keys(1, 9)], &[keys(2, 8)], &[None]),
        ];
        for (wanted, entries, found) in rows {
            assert_eq!(&find(wanted, entries), found, "{wanted:?} in {entries:?}");
        }
    }

    proptest! {
        #[test]
        fn their_text_comes_back(name: u64, address: u64) {
            let keys = keys(name, address);
            prop_assert_eq!(keys.to_string().parse(), Ok(keys));
        }

        #[test]
        fn any_text_is_keys_or_an_error(text: String) {
            let _ = text.parse::<Keys>();
        }
    }
}
