//! Times of day in names, and the zones that they are of.

use xmltv::time::{DAY_S, date_of, days_of, zone_s};

/// A time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    /// Seconds since midnight.
    seconds: i64,
}

impl Clock {
    /// `8:00 PM`, `8:00PM`, `8 PM`, `8pm`, `21:00`; and of how many words.
    pub(super) fn of([first, second]: [&str; 2]) -> Option<(Self, usize)> {
        let lower = first.to_ascii_lowercase();
        let (digits, half, count) = match half_of(&lower) {
            Some((digits, half)) => (digits, Some(half), 1),
            None => match half_of(&second.to_ascii_lowercase()) {
                Some(("", half)) => (lower.as_str(), Some(half), 2),
                _ => (lower.as_str(), None, 1),
            },
        };
        let (hour, minute) = match digits.split_once([':', '.']) {
            Some((hour, minute)) if minute.len() == 2 => (hour, minute),
            None if half.is_some() => (digits, "00"),
            _ => return None,
        };
        // `18.00` may be a date or a channel; only am and pm make it a time.
        if digits.contains('.') && half.is_none() {
            return None;
        }
        let hour: i64 = number(hour)?;
        let minute: i64 = number(minute).filter(|minute| *minute < 60)?;
        let hour = match half {
            None => Some(hour).filter(|hour| *hour < 24)?,
            Some(half) => Some(hour % 12 + half).filter(|_| (1..=12).contains(&hour))?,
        };
        let seconds = hour * 3600 + minute * 60;
        Some((Self { seconds }, count))
    }
}

/// What stands before `am` or `pm`, and the hours that it adds.
fn half_of(lower: &str) -> Option<(&str, i64)> {
    let am = lower.strip_suffix("am").map(|digits| (digits, 0));
    am.or_else(|| lower.strip_suffix("pm").map(|digits| (digits, 12)))
}

fn number(digits: &str) -> Option<i64> {
    let is_number = (1..=2).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

/// A zone, perhaps one whose clocks change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zone {
    /// Seconds east of Greenwich.
    Fixed(i64),
    /// Of the United States, seconds in winter.
    America(i64),
    /// London, whose clocks change with those of the Union.
    London,
}

impl Zone {
    pub(super) const UTC: Self = Self::Fixed(0);

    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name.to_ascii_uppercase().as_str() {
            "ET" => Self::America(-5 * 3600),
            "CT" => Self::America(-6 * 3600),
            "MT" => Self::America(-7 * 3600),
            "PT" => Self::America(-8 * 3600),
            "UK" => Self::London,
            zone => Self::Fixed(zone_s(zone)?),
        })
    }

    /// Whether people of this zone write the month first.
    pub(super) const fn is_american(self) -> bool {
        match self {
            Self::America(_) => true,
            Self::Fixed(east_s) => east_s <= -4 * 3600,
            Self::London => false,
        }
    }

    /// The moment at which the clock shows this on a day, given in days since 1970.
    pub(super) fn utc(self, day: i64, Clock { seconds }: Clock) -> i64 {
        let local = day * DAY_S + seconds;
        let (winter, is_summer) = match self {
            Self::Fixed(east_s) => (east_s, false),
            Self::America(winter) => (winter, is_summer(local, [(3, 2), (11, 1)], 2)),
            Self::London => (0, is_summer(local, [(3, 5), (10, 5)], 1)),
        };
        local - winter - if is_summer { 3600 } else { 0 }
    }
}

/// Whether a local time lies between two Sundays of its year, each given by month and which one of
/// it (5: the last), at an hour.
fn is_summer(local: i64, [begin, end]: [(i64, i64); 2], hour: i64) -> bool {
    let (year, ..) = date_of(local.div_euclid(DAY_S));
    let moment = |(month, nth)| Some(sunday(year, month, nth)? * DAY_S + hour * 3600);
    match (moment(begin), moment(end)) {
        (Some(begin), Some(end)) => (begin..end).contains(&local),
        _ => false,
    }
}

/// The nth Sunday of a month, in days since 1970; 5 is the last one.
fn sunday(year: i64, month: i64, nth: i64) -> Option<i64> {
    let first = days_of(year, month, 1)?;
    // 1970 began with a Thursday.
    let first_sunday = first + (3 - first).rem_euclid(7);
    let day = first_sunday + (nth - 1) * 7;
    let (_, of, _) = date_of(day);
    Some(if of == month { day } else { day - 7 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_change_on_sundays() {
        let day = |month, day| days_of(2026, month, day).unwrap();
        for (nth, month, date) in [(2, 3, 8), (1, 11, 1), (5, 3, 29), (5, 10, 25)] {
            assert_eq!(sunday(2026, month, nth), Some(day(month, date)));
        }
        let noon = Clock { seconds: 12 * 3600 };
        for (zone, date, hour) in [
            ("ET", day(3, 7), 17),
            ("ET", day(3, 8), 16),
            ("ET", day(11, 1), 17),
            ("UK", day(3, 28), 12),
            ("UK", day(3, 29), 11),
            ("UK", day(10, 25), 12),
            ("CET", day(7, 1), 11),
        ] {
            let utc = Zone::of(zone).unwrap().utc(date, noon);
            assert_eq!(utc, date * DAY_S + hour * 3600, "{zone}");
        }
    }
}
