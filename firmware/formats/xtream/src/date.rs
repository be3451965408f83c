//! Moments as panels write them.

/// Seconds of a day.
const DAY_S: i64 = 86_400;
/// Beyond this it is milliseconds: as seconds, the year 5138.
const SECONDS_MAX: i64 = 100_000_000_000;

/// Seconds since 1970 of `1735689600`, `1735689600000`, `2024-12-31`, `2024-12-31 23:59:59` and the same
/// with a `T`; a text without a zone is read as UTC.
pub(crate) fn unix_seconds(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(number) = text.parse::<i64>() {
        let is_millis = number > SECONDS_MAX;
        return Some(if is_millis { number / 1000 } else { number });
    }
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, time),
        None => (text, ""),
    };
    let mut parts = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let is_date = (1970..=9999).contains(&year) && (1..=12).contains(&month);
    if !is_date || !(1..=31).contains(&day) {
        return None;
    }
    Some(days(year, month, day) * DAY_S + seconds(time))
}

/// The day of a moment in seconds since 1970, as `2024-12-31` in UTC.
#[must_use]
pub fn day(seconds: i64) -> String {
    /// Days of 400 years, after which the calendar repeats.
    const CYCLE_DAYS: i64 = 146_097;
    let since = seconds.div_euclid(DAY_S) + EPOCH_DAYS;
    let (cycle, day) = (since.div_euclid(CYCLE_DAYS), since.rem_euclid(CYCLE_DAYS));
    // Leap days of the cycle before this day: one in 4 years, none in 100, one in 400.
    let year = (day - day / 1460 + day / 36_524 - day / (CYCLE_DAYS - 1)) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (year, month) = match month {
        0..=9 => (year, month + 3),
        _ => (year + 1, month - 9),
    };
    format!("{:04}-{month:02}-{day:02}", cycle * 400 + year)
}

/// Of `23:59:59` and what may follow it; 0 where it is none.
fn seconds(time: &str) -> i64 {
    let mut parts = time.splitn(3, ':').map(|part| {
        let digits = part.find(|c: char| !c.is_ascii_digit());
        let digits = part.get(..digits.unwrap_or(part.len()));
        digits.and_then(|digits| digits.parse::<i64>().ok())
    });
    let mut next = |max: i64| match parts.next() {
        Some(Some(part)) if part <= max => part,
        _ => 0,
    };
    (next(23) * 60 + next(59)) * 60 + next(60)
}

/// Days from 1 March of year 0 to 1 January 1970.
const EPOCH_DAYS: i64 = 719_468;

/// Days since 1970 of a date of the Gregorian calendar. Years begin in March, so that the leap day is the
/// last of one.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month < 3 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    let leap_days = year / 4 - year / 100 + year / 400;
    let day_of_year = (month * 153 + 2) / 5 + day - 1;
    year * 365 + leap_days + day_of_year - EPOCH_DAYS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_come_back() {
        for date in [
            "1970-01-01",
            "2000-02-29",
            "2024-12-31",
            "2025-03-01",
            "2100-02-28",
            "2100-03-01",
        ] {
            let seconds = unix_seconds(date).unwrap();
            assert_eq!(day(seconds), date);
            assert_eq!(day(seconds + DAY_S - 1), date);
        }
        let mut seconds = unix_seconds("1990-01-01").unwrap();
        for _ in 0..50_000 {
            assert_eq!(unix_seconds(&day(seconds)), Some(seconds));
            seconds += DAY_S;
        }
        assert!(!day(i64::MAX).is_empty() && !day(i64::MIN).is_empty());
    }

    #[test]
    fn moments_in_every_writing() {
        for (text, seconds) in [
            ("1735689600", Some(1_735_689_600)),
            (" 1735689600000 ", Some(1_735_689_600)),
            ("2025-01-01", Some(1_735_689_600)),
            ("2025-01-01 00:00:00", Some(1_735_689_600)),
            ("2025-01-01T01:02:03Z", Some(1_735_693_323)),
            ("2024-02-29", Some(1_709_164_800)),
            ("2024-03-01", Some(1_709_251_200)),
            ("1970-01-01", Some(0)),
            ("never", None),
            ("", None),
            ("2025-13-01", None),
            ("2025-01", None),
            ("99999999999999999999-01-01", None),
        ] {
            assert_eq!(unix_seconds(text), seconds, "{text}");
        }
    }
}
