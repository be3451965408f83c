//! Times as XMLTV writes them: `20260411203000 +0200`, or an initial part of that, in UTC where no
//! zone is named; and the zones that people name.

/// Seconds of a day.
pub const DAY_S: i64 = 86_400;

/// Seconds since 1970 of a time as guides write it; `None` where it is none. What is understood
/// besides the standard: ISO 8601 (`2026-04-11T20:30:00Z`), names of zones, an hour of 24.
#[must_use]
pub fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    let mut digits = [0_u8; 14];
    let mut len = 0;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let behind = rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '0'..='9' if len < digits.len() => {
                if let Some(place) = digits.get_mut(len) {
                    *place = u8::try_from(c).ok()? - b'0';
                }
                len += 1;
            }
            // Between the parts of ISO 8601, whose date is eight digits and two hyphens long.
            '-' if len == 4 || len == 6 => {}
            'T' | 't' if len == 8 && behind.starts_with(|c: char| c.is_ascii_digit()) => {}
            ' ' if len == 8 && is_iso_time(behind) => {}
            ':' if len == 10 || len == 12 => {}
            _ => break,
        }
        rest = behind;
    }
    let number = |from: usize, to: usize| -> Option<i64> {
        if to > len {
            return Some(0);
        }
        let digits = digits.get(from..to)?;
        Some(digits.iter().fold(0, |n, &digit| n * 10 + i64::from(digit)))
    };
    if !matches!(len, 8 | 10 | 12 | 14) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    let (hour, minute, second) = (number(8, 10)?, number(10, 12)?, number(12, 14)?);
    let is_time = hour <= 24 && minute <= 59 && second <= 60;
    let days = days_of(year, month, day).filter(|_| is_time)?;
    let zone = fraction_left_out(rest).trim();
    Some(days * DAY_S + hour * 3600 + minute * 60 + second - zone_s(zone).unwrap_or(0))
}

/// `20:30…`: two digits and a colon.
fn is_iso_time(text: &str) -> bool {
    matches!(text.as_bytes(), [b'0'..=b'9', b'0'..=b'9', b':', ..])
}

/// Without `.000`.
fn fraction_left_out(text: &str) -> &str {
    text.strip_prefix('.').map_or(text, |fraction| {
        fraction.trim_start_matches(|c: char| c.is_ascii_digit())
    })
}

/// Days from 1970 to a date of the Gregorian calendar; `None` where there is no such date, or it is
/// outside of 1970 to 2199.
#[must_use]
pub fn days_of(year: i64, month: i64, day: i64) -> Option<i64> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days_in_month = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1970..2200).contains(&year) || !(1..=days_in_month).contains(&day) {
        return None;
    }
    // Years from March, so that the leap day comes last.
    let (y, m) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let day_of_year = (153 * m + 2) / 5 + day - 1;
    let day_of_era = (y % 400) * 365 + (y % 400) / 4 - (y % 400) / 100 + day_of_year;
    Some(y / 400 * 146_097 + day_of_era - 719_468)
}

/// Year, month and day of a number of days since 1970, which is not negative.
#[must_use]
pub fn date_of(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let m = (5 * of_year + 2) / 153;
    let day = of_year - (153 * m + 2) / 5 + 1;
    let month = if m < 10 { m + 3 } else { m - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Seconds east of Greenwich of `+0200`, `-03:30`, `Z`, `CEST`; `None` where it is no zone.
#[must_use]
pub fn zone_s(zone: &str) -> Option<i64> {
    let (sign, digits) = match zone.as_bytes().first()? {
        b'+' => (1, zone.get(1..)?),
        b'-' => (-1, zone.get(1..)?),
        _ => return named_zone_s(zone),
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None => digits.split_at_checked(2.min(digits.len()))?,
    };
    let hours: i64 = hours
        .parse()
        .ok()
        .filter(|hours| (0..=14).contains(hours))?;
    let minutes = match minutes.trim() {
        "" => 0,
        minutes => minutes
            .parse()
            .ok()
            .filter(|minutes| (0..60).contains(minutes))?,
    };
    Some(sign * (hours * 3600 + minutes * 60))
}

/// Abbreviations in hours and minutes as `hmm`. Of those with several meanings the one that guides
/// in use mean.
const ZONES: [(&str, i64); 42] = [
    ("UTC", 0),
    ("GMT", 0),
    ("Z", 0),
    ("WET", 0),
    ("WEST", 100),
    ("BST", 100),
    ("IST", 530),
    ("CET", 100),
    ("MEZ", 100),
    ("CEST", 200),
    ("MESZ", 200),
    ("EET", 200),
    ("EEST", 300),
    ("MSK", 300),
    ("TRT", 300),
    ("GST", 400),
    ("PKT", 500),
    ("ICT", 700),
    ("WIB", 700),
    ("SGT", 800),
    ("HKT", 800),
    ("AWST", 800),
    ("JST", 900),
    ("KST", 900),
    ("ACST", 930),
    ("AEST", 1000),
    ("AEDT", 1100),
    ("NZST", 1200),
    ("NZDT", 1300),
    ("BRT", -300),
    ("ART", -300),
    ("NST", -330),
    ("AST", -400),
    ("ADT", -300),
    ("EST", -500),
    ("EDT", -400),
    ("CST", -600),
    ("CDT", -500),
    ("MST", -700),
    ("MDT", -600),
    ("PST", -800),
    ("PDT", -700),
];

fn named_zone_s(name: &str) -> Option<i64> {
    let (_, hmm) = ZONES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    Some((hmm / 100) * 3600 + (hmm % 100) * 60)
}

/// A time as XMLTV writes it, in UTC.
#[derive(Clone, Copy, Debug)]
pub struct Stamp(pub i64);

impl std::fmt::Display for Stamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (days, second) = (self.0.div_euclid(DAY_S), self.0.rem_euclid(DAY_S));
        let (year, month, day) = date_of(days);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(
            f,
            "{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02} +0000"
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_guides_write() {
        const NEW_YEAR: i64 = 1_767_225_600; // 2026-01-01T00:00:00Z
        for (text, expected) in [
            ("20260101000000 +0000", Some(0)),
            ("20260101000000", Some(0)),
            ("202601010000", Some(0)),
            ("2026010100", Some(0)),
            ("20260101", Some(0)),
            ("20260101010000 +0100", Some(0)),
            ("20260101010000+0100", Some(0)),
            ("20260101010000 +01:00", Some(0)),
            ("20260101010000 +01", Some(0)),
            ("20260101053000 +0530", Some(0)),
            ("20251231203000 -0330", Some(0)),
            ("20251231190000 EST", Some(0)),
            ("20260101010000 CET", Some(0)),
            ("2026-01-01T00:00:00Z", Some(0)),
            ("2026-01-01 00:00:00", Some(0)),
            ("2026-01-01T01:00:00.000+01:00", Some(0)),
            ("20251231240000", Some(0)),
            (" 20260101000130 ", Some(90)),
            ("20260101000000 nonsense", Some(0)),
            ("20260230000000", None),
            ("20261301000000", None),
            ("20260101250000", None),
            ("20260101006000", None),
            ("00000000000000", None),
            ("2026", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(parse(text), expected.map(|s| NEW_YEAR + s), "{text}");
        }
        assert_eq!(parse("20240229"), Some(1_709_164_800));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(time in 0_i64..7_000_000_000) {
            let text = Stamp(time).to_string();
            prop_assert_eq!(parse(&text), Some(time), "{}", text);
        }

        #[test]
        fn never_panics(text in "[0-9 T:.+Z-]{0,24}|.{0,12}") {
            let _ = parse(&text);
            let _ = zone_s(&text);
        }
    }
}
