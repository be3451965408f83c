//! Channels that are there for one event say in their name what and when:
//! `PPV 3: Team A vs Team B @ 8:00 PM ET`, `EVENT 07 | Final 21:00 CET`. Where no guide knows them,
//! their programme is made of that.
//!
//! A time alone is no event (`Radio 20:00`): a word must say that there is one. Without a date it is
//! the next time the clock shows that, or the last one if that is not long ago; without a zone it is
//! UTC.

mod clock;
mod date;

use xmltv::{Field, Kind, write_programme};

use self::{
    clock::{Clock, Zone},
    date::Date,
};

/// What an event lasts: nobody says.
const LASTS_S: i64 = 3 * 3600;
/// For so long after its beginning it is still the one that is meant.
const PAST_S: i64 = 6 * 3600;
/// Longer names are not looked at.
const NAME_BYTES_MAX: usize = 512;
/// Bytes of what stands before the title: `PPV 3:`.
const LABEL_BYTES_MAX: usize = 24;
/// One of these says that a name tells of an event.
const MARKS: [&str; 12] = [
    "ppv", "event", "events", "live", "vs", "vs.", "v", "versus", "@", "match", "game", "fight",
];

/// Writes the programme that a name tells of, if it tells of one.
pub(crate) fn write(out: &mut String, id: &str, name: &str, now: i64) {
    let Some(event) = Event::of(name, now) else {
        return;
    };
    let title = Field {
        kind: Kind::Title,
        attribute: "",
        text: event.title,
    };
    let times = [event.start, event.start + LASTS_S];
    write_programme(out, id, times, [title]).expect("writing into a String cannot fail");
}

/// An event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Event<'a> {
    pub(crate) title: &'a str,
    /// Seconds since 1970.
    pub(crate) start: i64,
}

/// A word of a name and where it stands.
#[derive(Clone, Copy)]
struct Word<'a> {
    begin: usize,
    text: &'a str,
}

impl Word<'_> {
    const fn end(&self) -> usize {
        self.begin + self.text.len()
    }
}

impl<'a> Event<'a> {
    /// The event of a name, seen at this moment.
    pub(crate) fn of(name: &'a str, now: i64) -> Option<Self> {
        if name.len() > NAME_BYTES_MAX {
            return None;
        }
        let words = words(name);
        let is_mark = |word: &Word<'_>| {
            MARKS
                .iter()
                .any(|mark| word.text.eq_ignore_ascii_case(mark))
        };
        if !words.iter().any(is_mark) {
            return None;
        }
        let (at, clock, clock_words) = (0..words.len()).find_map(|at| {
            let (clock, words) = Clock::of(texts(&words, at))?;
            Some((at, clock, words))
        })?;
        let behind = at + clock_words;
        let zone = words.get(behind).and_then(|word| Zone::of(word.text));
        let until = behind + usize::from(zone.is_some());
        let zone = zone.unwrap_or(Zone::UTC);
        // A date stands beside the time or before it.
        let dated = (0..words.len()).filter(|index| !(at..until).contains(index));
        let date = dated.into_iter().find_map(|index| {
            let (date, count) = Date::of(texts(&words, index), zone.is_american())?;
            Some((index, date, count))
        });
        let start = match date {
            Some((_, date, _)) => zone.utc(date.nearest(now)?, clock),
            None => next(clock, zone, now),
        };
        let date_place = date.map(|(index, _, count)| (index, index + count));
        let places = [Some((at, until)), date_place];
        Some(Self {
            title: title(name, &words, places),
            start,
        })
    }
}

/// The moment at which the clock shows this, nearest to now but not long past.
fn next(clock: Clock, zone: Zone, now: i64) -> i64 {
    let today = now.div_euclid(xmltv::time::DAY_S);
    let days = [today - 1, today, today + 1, today + 2];
    let moments = days.map(|day| zone.utc(day, clock));
    let next = moments.into_iter().find(|start| *start >= now - PAST_S);
    next.unwrap_or(now)
}

/// Words and where they stand; brackets, bars and commas stand between words too.
fn words(name: &str) -> Vec<Word<'_>> {
    let is_between = |c: char| c.is_whitespace() || "()[]|,;".contains(c);
    let mut words = Vec::new();
    let mut begin = 0;
    for part in name.split(is_between) {
        if !part.is_empty() {
            words.push(Word { begin, text: part });
        }
        let behind = begin + part.len();
        let between = name.get(behind..).and_then(|rest| rest.chars().next());
        begin = behind + between.map_or(0, char::len_utf8);
    }
    words
}

/// The words from one on: two are enough for every time and date.
fn texts<'a>(words: &[Word<'a>], at: usize) -> [&'a str; 2] {
    [at, at + 1].map(|at| words.get(at).map_or("", |word| word.text))
}

/// What stands before time and date without its label; where that is nothing, what stands behind.
fn title<'a>(name: &'a str, words: &[Word<'_>], places: [Option<(usize, usize)>; 2]) -> &'a str {
    let begin_of = |index: usize| words.get(index).map_or(name.len(), |word| word.begin);
    let places = || places.into_iter().flatten();
    let label = label_bytes(name);
    let first = places().map(|(from, _)| begin_of(from)).min();
    let before = trimmed(
        name.get(label..first.unwrap_or(0).max(label))
            .unwrap_or_default(),
    );
    let last = places()
        .filter_map(|(_, until)| words.get(until.checked_sub(1)?))
        .map(Word::end);
    let behind = trimmed(name.get(last.max().unwrap_or(0)..).unwrap_or_default());
    [before, behind]
        .into_iter()
        .find(|title| title.chars().any(char::is_alphabetic))
        .unwrap_or(name.trim())
}

/// `PPV 3:`, `EVENT 07 |`: what a provider's list is counted by.
fn label_bytes(name: &str) -> usize {
    let ends = name.match_indices([':', '|']).take(2);
    let mut ends = ends.filter(|(at, mark)| {
        let behind = name.get(at + 1..).unwrap_or_default();
        *at <= LABEL_BYTES_MAX && (*mark == "|" || behind.starts_with(' '))
    });
    let is_label = |label: &str| label.trim_end().ends_with(|c: char| c.is_ascii_digit());
    ends.find(|(at, _)| name.get(..*at).is_some_and(is_label))
        .map_or(0, |(at, _)| at + 1)
}

fn trimmed(title: &str) -> &str {
    let is_edge = |c: char| c.is_whitespace() || "@|:-–—()[],;•".contains(c);
    let title = title.trim_matches(is_edge);
    // `… at 8 PM`
    let without = title
        .strip_suffix(" at")
        .or_else(|| title.strip_suffix(" AT"));
    without.unwrap_or(title).trim_end_matches(is_edge)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 2026-04-11 (a Saturday) 12:00 UTC.
    const NOW: i64 = 1_775_908_800;

    fn shown(name: &str) -> Option<String> {
        let event = Event::of(name, NOW)?;
        let stamp = xmltv::time::Stamp(event.start).to_string();
        Some(format!("{} {}", &stamp[4..12], event.title))
    }

    #[test]
    fn names_tell_what_and_when() {
        for (name, expected) in [
            (
                "PPV 3: Team A vs Team B @ 8:00 PM ET",
                "04120000 Team A vs Team B",
            ),
            ("EVENT 07 | Final 21:00 CET", "04112000 Final"),
            ("EVENT 07 | Final (21:00 CEST)", "04111900 Final"),
            (
                "Live: Cup - Reds v Blues 19:30 UK",
                "04111830 Live: Cup - Reds v Blues",
            ),
            ("PPV 1 | Some Fight - 12/25 10PM ET", "12260300 Some Fight"),
            ("PPV 2: Big Match at 8pm PT", "04120300 Big Match"),
            ("EVENT 3: 20:00 Reds vs Blues", "04112000 Reds vs Blues"),
            (
                "Event 4 | Reds vs Blues 14.04. 18:00 CEST",
                "04141600 Reds vs Blues",
            ),
            (
                "PPV 5: Reds vs Blues Apr 12 7:15 AM EDT",
                "04121115 Reds vs Blues",
            ),
            (
                "PPV 6: Reds vs Blues | 12 Apr 07:15",
                "04120715 Reds vs Blues",
            ),
            (
                "PPV 7: Reds vs Blues 2026-04-13 01:00 GMT",
                "04130100 Reds vs Blues",
            ),
            ("PPV 8: Reds vs Blues 07:00", "04110700 Reds vs Blues"),
            ("PPV 9: Reds vs Blues 05:00", "04120500 Reds vs Blues"),
        ] {
            assert_eq!(shown(name).as_deref(), Some(expected), "{name}");
        }
    }

    #[test]
    fn other_names_tell_of_nothing() {
        for name in [
            "Radio 20:00",
            "News 24/7",
            "PPV 3",
            "Reds vs Blues",
            "PPV 25:00",
            "Live 12:75",
            "Game 13 PM",
            "",
        ] {
            assert_eq!(shown(name), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn no_name_makes_it_panic(name in "(PPV|EVENT|live|vs| |[0-9:/. ]|[AP]M|ET|Apr|é|[|@(),-]){0,20}") {
            if let Some(event) = Event::of(&name, NOW) {
                prop_assert!(name.contains(event.title));
                prop_assert!((NOW - event.start).abs() < 400 * 86_400);
            }
        }
    }
}
