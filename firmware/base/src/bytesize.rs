//! Sizes of memory as people write them: `96MiB`, `512 KiB`, `2GiB`.

use std::{fmt, str::FromStr};

/// A number of bytes. Parses `B`, `KiB`, `MiB`, `GiB` (1,024-based) and `kB`, `MB`, `GB`
/// (1,000-based), with or without a space; a bare number is bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteSize(pub u64);

impl ByteSize {
    /// `n` mebibytes.
    #[must_use]
    pub const fn mib(n: u64) -> Self {
        Self(n * crate::MIB)
    }

    /// `n` kibibytes.
    #[must_use]
    pub const fn kib(n: u64) -> Self {
        Self(n * crate::KIB)
    }

    /// The number of bytes.
    #[must_use]
    pub const fn bytes(self) -> u64 {
        self.0
    }
}

/// A text that is no size of memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByteSizeError(String);

impl fmt::Display for ByteSizeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no size of memory: write a number and a unit, such as `96MiB`",
            self.0
        )
    }
}

impl std::error::Error for ByteSizeError {}

impl FromStr for ByteSize {
    type Err = ByteSizeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || ByteSizeError(text.to_owned());
        let trimmed = text.trim();
        let digits = trimmed
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(trimmed.len());
        let (number, unit) = trimmed.split_at(digits);
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
            "" | "b" => 1,
            "k" | "kib" => 1 << 10,
            "m" | "mib" => 1 << 20,
            "g" | "gib" => 1 << 30,
            "kb" => 1_000,
            "mb" => 1_000_000,
            "gb" => 1_000_000_000,
            _ => return Err(wrong()),
        };
        number.checked_mul(factor).map(Self).ok_or_else(wrong)
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (value, unit) = match self.0 {
            n if n >= 1 << 30 => (n * 10 / (1 << 30), "GiB"),
            n if n >= 1 << 20 => (n * 10 / (1 << 20), "MiB"),
            n if n >= 1 << 10 => (n * 10 / (1 << 10), "KiB"),
            n => return write!(f, "{n} B"),
        };
        if value % 10 == 0 {
            write!(f, "{} {unit}", value / 10)
        } else {
            write!(f, "{}.{} {unit}", value / 10, value % 10)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, bytes) in [
            ("96MiB", 96 << 20),
            ("96 MiB", 96 << 20),
            (" 512kib ", 512 << 10),
            ("2G", 2 << 30),
            ("1MB", 1_000_000),
            ("4096", 4096),
            ("0", 0),
        ] {
            assert_eq!(text.parse(), Ok(ByteSize(bytes)), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_size() {
        for text in [
            "",
            "MiB",
            "-1MiB",
            "1.5MiB",
            "12 parsecs",
            "99999999999999999999",
            "99999999999GiB",
        ] {
            assert!(text.parse::<ByteSize>().is_err(), "{text}");
        }
    }

    #[test]
    fn shows_a_short_figure() {
        assert_eq!(ByteSize(512).to_string(), "512 B");
        assert_eq!(ByteSize::mib(96).to_string(), "96 MiB");
        assert_eq!(ByteSize((3 << 20) / 2).to_string(), "1.5 MiB");
    }
}
