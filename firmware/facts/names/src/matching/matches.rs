//! Asking both sides: which channel of the guide is an entry's?

use super::{
    index::Index,
    score::Scores,
    sides::{Entry, GuideName},
    stations,
};
use crate::merge::{
    Reason, inside, letters,
    rows::Row,
    solve::Solved,
    table::{NameId, RowId, Sym, Table},
};

/// Candidates that [`Matches::candidates`] gives.
const CANDIDATES_MAX: usize = 5;
/// Letters of a name that may be one edit from one of the guide's.
const SPELLING_LETTERS_MIN: usize = 6;
/// Letters of a name that is found by its sound.
const SOUND_LETTERS_MIN: usize = 4;
/// Letters of a name before which its owner may be missing.
const OWNED_LETTERS_MIN: usize = 8;
/// Owners that are tried before a name.
const OWNERS_MAX: usize = 64;

/// A channel of the guide for an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// The channel: its place in the order in which channels were added.
    pub channel: u32,
    /// 1 to 100.
    pub confidence_percent: u8,
    /// What leads from one to the other.
    pub reason: Reason,
}

/// A guide and a lineup, ready to be asked.
#[derive(Debug)]
pub struct Matches {
    pub(super) solved: Solved,
    pub(super) index: Index,
    pub(super) ids: Vec<Box<str>>,
    pub(super) names: Table<NameId, GuideName>,
    pub(super) entries: Vec<Entry>,
    pub(super) threshold_percent: u8,
}

/// A match before it is compared with others.
#[derive(Clone, Copy)]
struct Scored {
    channel: u32,
    score: u8,
    /// Distance of the qualities.
    quality: u8,
    reason: Reason,
}

impl Matches {
    /// The channel of an entry, if one is as likely as asked for.
    #[must_use]
    pub fn find(&self, entry: u32) -> Option<Match> {
        let best = self.scored(entry).into_iter().next()?;
        (best.confidence_percent >= self.threshold_percent).then_some(best)
    }

    /// The most likely channels of an entry, the best first, also those that are too unlikely for
    /// [`find`](Self::find): for a choice by hand. Five at most.
    #[must_use]
    pub fn candidates(&self, entry: u32) -> Vec<Match> {
        let mut candidates = self.scored(entry);
        candidates.truncate(CANDIDATES_MAX);
        candidates
    }

    /// Every channel that is possible, the best first. A tie goes to the nearest quality, then to
    /// the smaller id.
    fn scored(&self, entry: u32) -> Vec<Match> {
        let Some(entry) = self.entries.get(entry as usize) else {
            return Vec::new();
        };
        let id = self.solved.rows.entries[entry.entry];
        let same_id = entry
            .tvg_id
            .as_deref()
            .and_then(|id| self.index.channel(id));
        let row = &self.solved.rows.rows[id];
        let mut scored = if row.station.is_some() {
            self.stations(entry, id)
        } else {
            self.named(entry, id)
        };
        if let Some(channel) = same_id {
            scored.push(Scored {
                channel,
                score: 100,
                quality: 0,
                reason: Reason::SameId,
            });
        }
        let text = |scored: &Scored| self.ids.get(scored.channel as usize);
        scored.sort_by(|a, b| {
            (b.score.cmp(&a.score))
                .then(a.quality.cmp(&b.quality))
                .then_with(|| text(a).cmp(&text(b)))
        });
        let mut matches: Vec<Match> = Vec::new();
        for Scored {
            channel,
            score,
            reason,
            ..
        } in scored
        {
            if matches.iter().all(|other| other.channel != channel) {
                matches.push(Match {
                    channel,
                    confidence_percent: score,
                    reason,
                });
            }
            if matches.len() == CANDIDATES_MAX {
                break;
            }
        }
        matches
    }

    fn stations(&self, entry: &Entry, id: RowId) -> Vec<Scored> {
        let solved = &self.solved;
        let Some(call) = solved
            .rows
            .station(&solved.rows.rows[id])
            .map(|station| station.call)
        else {
            return Vec::new();
        };
        let names: Vec<(GuideName, RowId)> = (self.index.stations(call))
            .map(|name| self.names[name])
            .map(|name| (name, solved.rows.entries[name.entry]))
            .collect();
        let rows: Vec<RowId> = names.iter().map(|&(_, row)| row).collect();
        let has_both = stations::have_both_powers(solved, &rows);
        let scored = names.into_iter().filter_map(|(name, row)| {
            let score = stations::score(solved, id, row, has_both)?;
            Some(self.scored_name(entry, name, score, Reason::SameStation))
        });
        scored.collect()
    }

    fn named(&self, entry: &Entry, id: RowId) -> Vec<Scored> {
        let scores = Scores::of(&self.solved, &self.index, id);
        let mut scored = Vec::new();
        for (key, penalty, reason) in self.leads(&self.solved.rows.rows[id]) {
            for name in self.index.names(key) {
                let name = self.names[name];
                let score = scores.with(self.solved.rows.entries[name.entry], penalty);
                if score > 0 {
                    scored.push(self.scored_name(entry, name, score, reason));
                }
            }
        }
        scored
    }

    fn scored_name(&self, entry: &Entry, name: GuideName, score: u8, reason: Reason) -> Scored {
        let quality = entry.quality.rank().abs_diff(name.quality.rank());
        // Between stations the quality decides nothing: guides name it by the station.
        let quality = if reason == Reason::SameStation {
            0
        } else {
            quality
        };
        Scored {
            channel: name.channel,
            score,
            quality,
            reason,
        }
    }

    /// The keys under which the guide may have a name, and how much is taken off for each.
    fn leads(&self, row: &Row) -> Vec<(Sym, u8, Reason)> {
        let rows = &self.solved.rows;
        let text = rows.texts.text(row.key);
        let letters = text.chars().count();
        let core: Vec<&str> = rows.core_words(row).collect();
        let words = || core.iter().copied();
        let is_other = |key: &Sym| *key != row.key;
        let mut leads = vec![(row.key, 0, Reason::SameName)];
        if letters >= SOUND_LETTERS_MIN {
            let alike = self.index.sounds_like(text).filter(is_other);
            let alike = alike.filter(|&key| !row.latin || self.has_other_letters(key));
            leads.extend(alike.map(|key| (key, 8, Reason::OtherScript)));
        }
        if letters >= SPELLING_LETTERS_MIN {
            let alike = self.index.spelled_like(text).into_iter().filter(is_other);
            let alike = alike.filter(|&key| {
                let other = self.index.row(&self.solved, key);
                other.is_some_and(|other| {
                    let other = (rows.texts.text(key), rows.core_words(other));
                    letters::is_slip((text, words()), other)
                })
            });
            leads.extend(alike.map(|key| (key, 12, Reason::OneLetter)));
        }
        let mut lead = |name: &str, penalty, reason| {
            leads.extend(rows.texts.find(name).map(|key| (key, penalty, reason)));
        };
        if let Some(name) = inside::without_owner_behind(rows.words(row)) {
            lead(&name, 6, Reason::OwnerBehind);
        }
        let owners = &self.solved.evidence.owners;
        if core.len() >= 3 && core.first().is_some_and(|first| owners.contains(*first)) {
            lead(&words().skip(1).collect::<String>(), 8, Reason::OwnerBefore);
        }
        if core.len() >= 2 && letters >= OWNED_LETTERS_MIN {
            for owner in owners.iter().take(OWNERS_MAX) {
                lead(&format!("{owner}{text}"), 8, Reason::OwnerBefore);
            }
        }
        for (gap, key) in self.index.but_for_one_word(words()) {
            let other = self.index.row(&self.solved, key);
            let other = other.and_then(|other| rows.core_words(other).nth(gap));
            if let (Some(word), Some(other)) = (core.get(gap), other)
                && (letters::shortens(word, other) || letters::shortens(other, word))
            {
                leads.push((key, 10, Reason::ShortenedWord));
            }
        }
        leads
    }

    /// Whether the guide writes a name in letters other than Latin ones.
    fn has_other_letters(&self, key: Sym) -> bool {
        let mut names = self.index.names(key);
        names.any(|name| {
            let entry = self.names[name].entry;
            !self.solved.rows.rows[self.solved.rows.entries[entry]].latin
        })
    }
}
