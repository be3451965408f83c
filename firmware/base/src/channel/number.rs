//! GuideNumbers: what a viewer types on the remote, `5` or `5.1`.

use std::{fmt, num::NonZeroU16, str::FromStr};

/// A channel number `major` or `major.minor`, as HDHomeRun clients know it (HDHomeRun HTTP
/// Development Guide, `GuideNumber`). Major is 1–65,535; minor 0 means "none".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GuideNumber {
    major: NonZeroU16,
    minor: u16,
}

impl GuideNumber {
    /// `major.minor`; `None` where major is 0: no client accepts channel zero.
    #[must_use]
    pub const fn new(major: u16, minor: u16) -> Option<Self> {
        match NonZeroU16::new(major) {
            Some(major) => Some(Self { major, minor }),
            None => None,
        }
    }

    /// The part before the dot, 1–65,535.
    #[must_use]
    pub const fn major(self) -> u16 {
        self.major.get()
    }

    /// The part behind the dot; 0 where there is none.
    #[must_use]
    pub const fn minor(self) -> u16 {
        self.minor
    }
}

impl fmt::Display for GuideNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.minor == 0 {
            write!(f, "{}", self.major)
        } else {
            write!(f, "{}.{}", self.major, self.minor)
        }
    }
}

/// A text that is no GuideNumber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuideNumberError;

impl fmt::Display for GuideNumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a channel number is `5` or `5.1`, from 1 to 65535, never 0")
    }
}

impl std::error::Error for GuideNumberError {}

impl FromStr for GuideNumber {
    type Err = GuideNumberError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let part = |part: &str| -> Result<u16, GuideNumberError> {
            if part.is_empty() || part.len() > 5 || !part.bytes().all(|b| b.is_ascii_digit()) {
                return Err(GuideNumberError);
            }
            part.parse().map_err(|_| GuideNumberError)
        };
        let (major, minor) = match text.split_once(['.', '-']) {
            Some((major, minor)) => (part(major)?, part(minor)?),
            None => (part(text)?, 0),
        };
        Self::new(major, minor).ok_or(GuideNumberError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_numbers() {
        for (text, shown) in [
            ("5", "5"),
            ("5.1", "5.1"),
            ("5-1", "5.1"),
            ("5.0", "5"),
            ("007", "7"),
        ] {
            assert_eq!(text.parse::<GuideNumber>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn refuses_zero_and_nonsense() {
        for text in [
            "", "0", "0.1", "-1", "1.", ".1", "1.2.3", "65536", "1e3", "५", "+5", " 5",
        ] {
            assert!(text.parse::<GuideNumber>().is_err(), "{text}");
        }
    }
}
