//! How likely a name of the guide is the name of an entry.
//!
//! From 95 each doubt takes off. The figures were found on labelled names; what counts is their
//! order: what is impossible, what is more unlikely than not (40), what is a doubt (5 to 25).

use super::index::Index;
use crate::{
    Country, Form, Stated,
    merge::{
        rows::Row,
        solve::Solved,
        table::{NodeId, RowId},
    },
};

/// What no doubt was found about.
const NO_DOUBT: i16 = 95;

/// Two feeds for one area.
const FEED_OF_AREA: i16 = 12;

/// Scores of one entry: what is asked of it with each name of the guide, asked once.
pub(super) struct Scores<'a> {
    solved: &'a Solved,
    index: &'a Index,
    /// The entry beside itself.
    own: Pair<'a>,
    root: NodeId,
}

/// An entry and a name of the guide.
#[derive(Clone, Copy)]
struct Pair<'a> {
    entry: &'a Row,
    guide: &'a Row,
    /// The name has national editions.
    is_national: bool,
    /// Nothing but digits.
    is_number: bool,
    /// Letters of the key.
    letters: usize,
    /// Words that are not merely words for television.
    words: usize,
    /// The merger would make one channel of both.
    are_together: bool,
}

impl Pair<'_> {
    /// So short a name may be two channels.
    fn is_short(&self) -> bool {
        self.letters <= 5 || self.words == 1 && self.letters <= 8
    }

    /// One of the two countries carries the feeds of the other.
    fn is_carried(&self) -> bool {
        let (Some(entry), Some(guide)) = (self.entry.country, self.guide.country) else {
            return false;
        };
        entry.carries_feeds_of() == Some(guide)
            || guide.carries_feeds_of() == Some(entry)
            || is_of_neighbour(self.entry, guide)
            || is_of_neighbour(self.guide, entry)
    }
}

/// A feed in one of a country's languages is that of the neighbour who speaks it: "Name D" in
/// Switzerland is the German "Name".
fn is_of_neighbour(feed: &Row, neighbour: Country) -> bool {
    let own = neighbour.own_language();
    let shares = feed
        .country
        .is_some_and(|country| country.shares_market_with(neighbour));
    shares && own.is_some() && feed.language == own
}

impl<'a> Scores<'a> {
    pub(super) fn of(solved: &'a Solved, index: &'a Index, entry: RowId) -> Self {
        let rows = &solved.rows;
        let row = &rows.rows[entry];
        let core = rows.core_words(row);
        let key = rows.texts.text(row.key);
        let own = Pair {
            entry: row,
            guide: row,
            is_national: solved.evidence.is_national(rows, row.key, core.clone()),
            is_number: !core.clone().flat_map(str::chars).any(char::is_alphabetic),
            letters: key.chars().filter(|c| !c.is_numeric()).count(),
            words: core.count(),
            are_together: true,
        };
        let root = solved.joins.root(solved.nodes.of[entry]);
        Self {
            solved,
            index,
            own,
            root,
        }
    }

    /// 0 where it is impossible, 100 at most. `penalty` is for the way on which the name was found.
    pub(super) fn with(&self, guide: RowId, penalty: u8) -> u8 {
        let score = self.score(guide).map(|score| score - i16::from(penalty));
        u8::try_from(score.unwrap_or_default().clamp(0, 100)).unwrap_or_default()
    }

    fn score(&self, guide_id: RowId) -> Option<i16> {
        let entry = self.own.entry;
        let guide = &self.solved.rows.rows[guide_id];
        if entry.shift_hours != guide.shift_hours || entry.feed != guide.feed {
            return None;
        }
        let root = self.solved.joins.root(self.solved.nodes.of[guide_id]);
        let pair = Pair {
            guide,
            are_together: root == self.root,
            ..self.own
        };
        let mut doubt = self.language(&pair)?;
        match self.area(&pair)? {
            Area::Settled(score) => return Some(score),
            Area::Doubt(area) => doubt += area,
        }
        let is_elsewhere = entry.country != guide.country && !pair.is_carried();
        // "(GB)", "Slovenija": the name says which edition it is.
        doubt += if entry.says_edition && is_elsewhere {
            30
        } else {
            0
        };
        doubt += if guide.says_edition && is_elsewhere {
            20
        } else {
            0
        };
        let same_area = entry.area.is_some() && entry.area == guide.area;
        doubt += match self.country(&pair) {
            // A feed for an area is one for all its countries.
            of_countries if same_area => of_countries.unwrap_or(FEED_OF_AREA).min(FEED_OF_AREA),
            of_countries => of_countries?,
        };
        doubt += match (entry.form, guide.form) {
            (a, b) if a == b => 0,
            (Form::Plain, _) | (_, Form::Plain) => 3,
            _ => 40,
        };
        doubt += if entry.glued == guide.glued { 0 } else { 3 };
        Some(NO_DOUBT - doubt)
    }

    fn language(&self, pair: &Pair<'_>) -> Option<i16> {
        let Pair { entry, guide, .. } = *pair;
        // A country's own feed has its language where the other side names one.
        let own = |row: &Row| row.country.and_then(|country| country.own_language());
        let of_entry = entry.language.or(guide.language.and_then(|_| own(entry)));
        let of_guide = guide.language.or(entry.language.and_then(|_| own(guide)));
        if of_entry == of_guide {
            return Some(0);
        }
        if of_entry.is_some() && of_guide.is_some()
            || of_entry.is_none() && self.index.is_multilingual(entry.key, entry.country)
        {
            return None;
        }
        Some(if entry.language.is_some() && pair.is_national {
            40
        } else {
            6
        })
    }

    fn area(&self, pair: &Pair<'_>) -> Option<Area> {
        let Pair { entry, guide, .. } = *pair;
        let (area, other, is_entry) = match (entry.area, guide.area) {
            (a, b) if a == b => return Some(Area::Doubt(0)),
            (Some(_), Some(_)) => return None,
            (Some(area), None) => (area, guide, false),
            (None, Some(area)) => (area, entry, true),
            (None, None) => return Some(Area::Doubt(0)),
        };
        let includes = other.country.is_some_and(|country| area.includes(country));
        let has_editions = self.solved.evidence.editions(entry.key) >= 3;
        // A feed for an area, seen from a country of it.
        Some(
            if includes && !other.says_edition && !(has_editions && is_entry) {
                Area::Settled(NO_DOUBT - 22)
            } else {
                Area::Doubt(45)
            },
        )
    }

    fn country(&self, pair: &Pair<'_>) -> Option<i16> {
        let Pair {
            entry,
            guide,
            is_national,
            is_number,
            ..
        } = *pair;
        let key = entry.key;
        let home = self.index.home(key);
        match (entry.country, guide.country) {
            (Some(a), Some(b)) => {
                let is_home = home.is_some_and(|home| home == a || home == b);
                Some(if a == b {
                    0
                } else if pair.is_carried() {
                    12
                } else if is_national || is_number {
                    return None;
                } else if a.shares_market_with(b) {
                    match pair {
                        Pair { letters: 5.., .. } => 15,
                        Pair { words: 2.., .. } => 15,
                        _ if is_home => 34,
                        _ => 38,
                    }
                } else if !pair.is_short() {
                    22
                } else if self.solved.evidence.countries(key) >= 7 {
                    25
                } else if entry.stated < Stated::GroupCode
                    && (pair.letters >= 6 || is_home || self.index.is_importer(a))
                {
                    34
                } else {
                    38
                })
            }
            (Some(one), None) | (None, Some(one)) => {
                let is_of_entry = entry.country.is_some();
                Some(if is_number && is_of_entry {
                    // "Channel 8" of nowhere.
                    40
                } else if is_national || is_number {
                    match (self.index.is_of_one_country(guide), is_of_entry) {
                        (true, false) => 8,
                        (true, true) => 20,
                        (false, _) if entry.feed.is_some() => 15,
                        (false, _) => 40,
                    }
                } else if !pair.is_short() {
                    8
                } else if pair.are_together {
                    12
                } else if home == Some(one) {
                    17
                } else {
                    40
                })
            }
            (None, None) => {
                let is_common = self.solved.evidence.countries(key) > 1;
                Some(if pair.is_short() && !pair.are_together && is_common {
                    45
                } else {
                    5
                })
            }
        }
    }
}

/// What the areas of two names say.
enum Area {
    /// Nothing else matters.
    Settled(i16),
    /// So much is taken off.
    Doubt(i16),
}
