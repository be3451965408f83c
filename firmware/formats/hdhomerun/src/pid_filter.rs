//! `/tunerK/filter`: which PIDs a pushed stream carries.

use std::{fmt, str::FromStr};

/// PIDs have 13 bits (ISO/IEC 13818-1, 2.4.3.2).
const PID_LAST: u16 = 0x1fff;
const WORDS: usize = (PID_LAST as usize + 1) / 64;

/// A set of PIDs, one bit for each: one kibibyte, however a client words it.
#[derive(Clone, PartialEq, Eq)]
pub struct PidFilter {
    words: Box<[u64; WORDS]>,
}

impl PidFilter {
    /// Every PID.
    #[must_use]
    pub fn all() -> Self {
        Self {
            words: Box::new([u64::MAX; WORDS]),
        }
    }

    /// Whether the set has this PID.
    #[must_use]
    pub fn contains(&self, pid: u16) -> bool {
        self.words
            .get(usize::from(pid / 64))
            .is_some_and(|word| word >> (pid % 64) & 1 == 1)
    }

    /// Whether the set has every PID.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.words.iter().all(|word| *word == u64::MAX)
    }

    /// The set as ascending, inclusive ranges that do not touch.
    pub fn ranges(&self) -> impl Iterator<Item = (u16, u16)> {
        let mut next = 0;
        std::iter::from_fn(move || {
            let first = (next..=PID_LAST).find(|&pid| self.contains(pid))?;
            let last = (first..=PID_LAST)
                .take_while(|&pid| self.contains(pid))
                .last()?;
            next = last + 1;
            Some((first, last))
        })
    }

    fn insert(&mut self, pid: u16) {
        if let Some(word) = self.words.get_mut(usize::from(pid / 64)) {
            *word |= 1 << (pid % 64);
        }
    }
}

/// A text that is no list of PIDs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a filter is a list like `0x0000-0x0012 0x0100`, up to 0x1fff")]
pub struct PidFilterError;

impl FromStr for PidFilter {
    type Err = PidFilterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut filter = Self {
            words: Box::new([0; WORDS]),
        };
        for range in text.split_ascii_whitespace() {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let (first, last) = (pid(first)?, pid(last)?);
            if first > last {
                return Err(PidFilterError);
            }
            (first..=last).for_each(|pid| filter.insert(pid));
        }
        Ok(filter)
    }
}

fn pid(text: &str) -> Result<u16, PidFilterError> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let pid = match digits {
        Some(hex) if !hex.starts_with('+') => u16::from_str_radix(hex, 16),
        Some(_) => return Err(PidFilterError),
        None if text.starts_with('+') => return Err(PidFilterError),
        None => text.parse(),
    };
    pid.ok()
        .filter(|pid| *pid <= PID_LAST)
        .ok_or(PidFilterError)
}

impl fmt::Display for PidFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (first, last)) in self.ranges().enumerate() {
            let separator = if index == 0 { "" } else { " " };
            write!(f, "{separator}0x{first:04x}")?;
            if last > first {
                write!(f, "-0x{last:04x}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for PidFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PidFilter({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_and_writes_lists() {
        for (text, shown) in [
            ("0x0000-0x1fff", "0x0000-0x1fff"),
            ("0x0000 0x0011 0x0100-0x0102", "0x0000 0x0011 0x0100-0x0102"),
            ("0x1 2 0x0", "0x0000-0x0002"),
            ("", ""),
        ] {
            assert_eq!(text.parse::<PidFilter>().unwrap().to_string(), shown);
        }
        assert!(PidFilter::all().is_all());
        for text in ["0x2000", "0x5-0x4", "x", "0x", "-", "0x+1", "+1", "0x0-"] {
            assert!(text.parse::<PidFilter>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text: String) {
            text.parse::<PidFilter>().map(drop).unwrap_or_default();
        }

        #[test]
        fn comes_back(pids in prop::collection::btree_set(0_u16..=0x1fff, 0..40)) {
            let text: Vec<_> = pids.iter().map(|pid| format!("0x{pid:04x}")).collect();
            let filter: PidFilter = text.join(" ").parse().unwrap();
            prop_assert!((0..=0x1fff).all(|pid| filter.contains(pid) == pids.contains(&pid)));
            prop_assert_eq!(filter.to_string().parse(), Ok(filter));
        }
    }
}
