//! `Range` and `Content-Range` (RFC 9110, 14.1.2 and 14.4): parts of a file, counted in bytes from 0.

use std::fmt;

/// Which part of a file is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ByteRange {
    /// `first-`
    From(u64),
    /// `first-last`, both included; `first` is not behind `last`.
    Between(u64, u64),
    /// `-count`: the last so many bytes.
    Last(u64),
}

impl ByteRange {
    /// The one range that a `Range` header names. `None` is all of the file: another unit, nonsense,
    /// and several ranges, which RFC 9110, 14.2 lets a server pass over, and which no player asks for.
    pub(crate) fn parse(value: &str) -> Option<Self> {
        let (unit, ranges) = value.split_once('=')?;
        if !unit.trim().eq_ignore_ascii_case("bytes") {
            return None;
        }
        let (first, last) = ranges.trim().split_once('-')?;
        match (first.is_empty(), last.is_empty()) {
            (true, false) => Some(Self::Last(number(last)?)),
            (false, true) => Some(Self::From(number(first)?)),
            (false, false) => {
                let (first, last) = (number(first)?, number(last)?);
                (first <= last).then_some(Self::Between(first, last))
            }
            (true, true) => None,
        }
    }
}

/// As a `Range` header says it.
impl fmt::Display for ByteRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::From(first) => write!(f, "bytes={first}-"),
            Self::Between(first, last) => write!(f, "bytes={first}-{last}"),
            Self::Last(count) => write!(f, "bytes=-{count}"),
        }
    }
}

/// What a `Content-Range` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContentRange {
    /// `first-last/total`, the total where it is known. `first <= last < total` holds.
    Part {
        first: u64,
        last: u64,
        total: Option<u64>,
    },
    /// `*/total`: there is no such part.
    None { total: u64 },
}

impl ContentRange {
    /// `None` where it is none, or contradicts itself.
    pub(crate) fn parse(value: &str) -> Option<Self> {
        let (unit, rest) = value.trim().split_once(' ')?;
        if !unit.eq_ignore_ascii_case("bytes") {
            return None;
        }
        let (part, total) = rest.trim().split_once('/')?;
        if part == "*" {
            return Some(Self::None {
                total: number(total)?,
            });
        }
        let (first, last) = part.split_once('-')?;
        let (first, last) = (number(first)?, number(last)?);
        let total = match total {
            "*" => None,
            total => Some(number(total)?),
        };
        let fits = first <= last && last < total.unwrap_or(u64::MAX);
        fits.then_some(Self::Part { first, last, total })
    }
}

/// As the header says it.
impl fmt::Display for ContentRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Part { first, last, total } => {
                write!(f, "bytes {first}-{last}/")?;
                match total {
                    Some(total) => write!(f, "{total}"),
                    None => f.write_str("*"),
                }
            }
            Self::None { total } => write!(f, "bytes */{total}"),
        }
    }
}

/// `1*DIGIT`; what is beyond 64 bits is beyond every file.
fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_is_wanted() {
        for (value, expected) in [
            ("bytes=0-", Some(ByteRange::From(0))),
            ("bytes=0-0", Some(ByteRange::Between(0, 0))),
            ("Bytes=5-9 ", Some(ByteRange::Between(5, 9))),
            ("bytes=-500", Some(ByteRange::Last(500))),
            ("bytes=-0", Some(ByteRange::Last(0))),
            (
                "bytes=99999999999999999999-",
                Some(ByteRange::From(u64::MAX)),
            ),
            ("bytes=9-5", None),
            ("bytes=0-1,5-6", None),
            ("bytes=0-,", None),
            ("bytes=-", None),
            ("bytes=", None),
            ("bytes=a-b", None),
            ("bytes=+1-2", None),
            ("bytes 0-1", None),
            ("seconds=0-1", None),
            ("", None),
        ] {
            assert_eq!(ByteRange::parse(value), expected, "{value}");
        }
    }

    #[test]
    fn reads_what_is_given() {
        let part = |first, last, total| Some(ContentRange::Part { first, last, total });
        for (value, expected) in [
            ("bytes 0-99/100", part(0, 99, Some(100))),
            ("bytes 5-9/*", part(5, 9, None)),
            ("bytes */100", Some(ContentRange::None { total: 100 })),
            ("bytes 0-100/100", None),
            ("bytes 9-5/100", None),
            ("bytes */*", None),
            ("bytes=0-99/100", None),
            ("bytes 0-99", None),
            ("items 0-99/100", None),
            ("bytes -1-99/100", None),
        ] {
            assert_eq!(ContentRange::parse(value), expected, "{value}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(a: u64, b: u64, total: Option<u64>) {
            let (first, last) = (a.min(b), a.max(b));
            for range in [ByteRange::From(a), ByteRange::Last(b), ByteRange::Between(first, last)] {
                prop_assert_eq!(ByteRange::parse(&range.to_string()), Some(range));
            }
            let total = total.filter(|total| last < *total);
            prop_assume!(last < u64::MAX);
            let part = ContentRange::Part { first, last, total };
            prop_assert_eq!(ContentRange::parse(&part.to_string()), Some(part));
        }

        #[test]
        fn never_panics(text: String) {
            let _ = ByteRange::parse(&text);
            let _ = ContentRange::parse(&text);
            let _ = ByteRange::parse(&format!("bytes={text}"));
            let _ = ContentRange::parse(&format!("bytes {text}"));
        }
    }
}
