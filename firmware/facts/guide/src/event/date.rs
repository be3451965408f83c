//! Dates in names, mostly without a year.

use xmltv::time::{DAY_S, date_of, days_of};

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// A date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Date {
    year: Option<i64>,
    month: i64,
    day: i64,
}

impl Date {
    /// `2026-04-11`, `4/11`, `11/04`, `11.04.`, `Apr 11`, `11 April`; and of how many words.
    /// `month_first` decides what could be either.
    pub(super) fn of([first, second]: [&str; 2], month_first: bool) -> Option<(Self, usize)> {
        if let Some(date) = of_digits(first, month_first) {
            return Some((date, 1));
        }
        let (month, day) = match (month_of(first), month_of(second)) {
            (Some(month), _) => (month, second),
            (None, Some(month)) => (month, first),
            (None, None) => return None,
        };
        let day = day.trim_end_matches(|c: char| !c.is_ascii_digit());
        let date = dated(None, month, day.parse().ok()?)?;
        Some((date, 2))
    }

    /// Days since 1970; of a date without a year in the year that brings it nearest to now.
    pub(super) fn nearest(self, now: i64) -> Option<i64> {
        let today = now.div_euclid(DAY_S);
        let (this_year, ..) = date_of(today);
        let years = match self.year {
            Some(year) => year..=year,
            None => this_year - 1..=this_year + 1,
        };
        years
            .filter_map(|year| days_of(year, self.month, self.day))
            .filter(|day| (day - today).abs() <= 366)
            .min_by_key(|day| (day - today).abs())
    }
}

fn dated(year: Option<i64>, month: i64, day: i64) -> Option<Date> {
    let fits = (1..=12).contains(&month) && (1..=31).contains(&day);
    fits.then_some(Date { year, month, day })
}

fn of_digits(word: &str, month_first: bool) -> Option<Date> {
    let mut parts = word.trim_end_matches('.').split(['-', '/', '.']);
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next());
    if parts.next().is_some() || first.is_empty() {
        return None;
    }
    let number = |text: &str| text.parse::<i64>().ok().filter(|n| (1..2200).contains(n));
    let (a, b) = (number(first)?, number(second)?);
    if first.len() == 4 {
        return dated(Some(a), b, number(third?)?);
    }
    let year = match third {
        Some(year) if year.len() == 4 => Some(number(year)?),
        Some(year) => Some(2000 + number(year)?),
        None => None,
    };
    // `11.04` without a dot behind and `3-1` may be anything.
    let is_dotted = word.contains('.') && (third.is_some() || word.ends_with('.'));
    let is_slashed = word.contains('/');
    if first.len() > 2 || second.len() > 2 || !(is_dotted || is_slashed) {
        return None;
    }
    let month_first = is_slashed && (month_first && a <= 12 || b > 12);
    let (month, day) = if month_first { (a, b) } else { (b, a) };
    dated(year, month, day)
}

fn month_of(word: &str) -> Option<i64> {
    let begin = word.get(..3)?.to_ascii_lowercase();
    let at = MONTHS.iter().position(|month| *month == begin)?;
    let is_word = word
        .bytes()
        .all(|byte| byte.is_ascii_alphabetic() || byte == b'.');
    is_word.then(|| i64::try_from(at + 1).ok()).flatten()
}
