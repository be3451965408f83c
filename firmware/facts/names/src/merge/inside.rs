//! Joins inside one country and one variant: the same name, written otherwise.

use std::hash::{BuildHasher, RandomState};

use super::{
    evidence::{self, Evidence, OWNED_LETTERS_MIN},
    joins::Joins,
    letters,
    nodes::{Named, Nodes, Strict},
    reason::Reason,
    rows::{Row, Rows},
    table::NodeId,
};
use crate::{Country, tables::generic};

/// Names that share a spelling with one letter taken out: of more, the first are looked at.
const ALIKE_MAX: usize = 12;
/// Hashes of spellings that are held at one time: 8 B each. Beyond them it is done in passes.
const SPELLINGS_MAX: usize = 1 << 19;
/// Letters of a sound by which scripts are joined.
const SOUND_LETTERS_MIN: usize = 5;
/// Words of a name in which one may be shortened.
const SHORTENED_WORDS: std::ops::RangeInclusive<usize> = 2..=5;
/// Names that are equal but for one word: of more, none is looked at.
const BUT_FOR_ONE_WORD_MAX: usize = 40;
/// Countries in which a name may be seen for "Name by Owner" to be it.
const OWNED_COUNTRIES_MAX: u16 = 2;

/// The rules for nodes of one country and variant.
pub(crate) struct Inside<'a> {
    pub(crate) rows: &'a Rows,
    pub(crate) nodes: &'a Nodes,
    pub(crate) evidence: &'a Evidence,
    pub(crate) strict: &'a Strict,
    pub(crate) letters_for_a_slip: usize,
}

impl Inside<'_> {
    /// Joins what is one name.
    pub(crate) fn join(&self, joins: &mut Joins<NodeId>) {
        let mut named: Vec<Named> = self.nodes.named().collect();
        // Stable: the order of names stays.
        named.sort_by_key(|node| (node.variant, node.country));
        for group in named.chunk_by(|a, b| (a.variant, a.country) == (b.variant, b.country)) {
            if group.len() > 1 {
                self.owners_before(joins, group);
                self.slips(joins, group);
                self.scripts(joins, group);
                self.shortened_words(joins, group);
                self.owners_behind(joins, group);
            }
        }
    }

    fn row(&self, node: NodeId) -> &Row {
        &self.rows.rows[self.nodes.speaks[node]]
    }

    /// The node of a group that has this name.
    fn find(&self, group: &[Named], name: &str) -> Option<NodeId> {
        let rank = *self.nodes.ranks.find(self.rows.texts.find(name)?)?;
        let at = group.binary_search_by_key(&rank, |node| self.nodes.ranks[node.name]);
        Some(group.get(at.ok()?)?.id)
    }

    fn owners_before(&self, joins: &mut Joins<NodeId>, group: &[Named]) {
        if self.evidence.owners.is_empty() {
            return;
        }
        for node in group {
            if let Some((owner, name)) = evidence::owner_and_name(self.rows, self.nodes, node.id)
                && self.evidence.owners.contains(owner)
                && let Some(other) = self.find(group, &name)
            {
                joins.join(other, node.id, Reason::OwnerBefore);
            }
        }
    }

    /// Names of one first letter that are one edit apart share a spelling with one letter less.
    fn slips(&self, joins: &mut Joins<NodeId>, group: &[Named]) {
        let text = |node: &Named| self.rows.texts.text(node.name);
        let long: Vec<Named> = (group.iter().copied())
            .filter(|node| text(node).chars().count() >= self.letters_for_a_slip)
            .collect();
        for block in long.chunk_by(|a, b| text(a).chars().next() == text(b).chars().next()) {
            if block.len() < 2 {
                continue;
            }
            let letters: usize = block.iter().map(|node| text(node).len()).sum();
            let passes = letters / SPELLINGS_MAX + 1;
            for pass in 0..passes {
                self.slips_of_pass(joins, block, |hash| hash as usize % passes == pass);
            }
        }
    }

    fn slips_of_pass(
        &self,
        joins: &mut Joins<NodeId>,
        block: &[Named],
        is_in: impl Fn(u32) -> bool,
    ) {
        let text = |node: &Named| self.rows.texts.text(node.name);
        let mut spellings: Vec<(u32, u32)> = Vec::new();
        for (at, node) in (0..).zip(block) {
            let hashes = letters::deletions(text(node)).filter(|&hash| is_in(hash));
            spellings.extend(hashes.map(|hash| (hash, at)));
        }
        spellings.sort_unstable();
        spellings.dedup();
        for alike in spellings
            .chunk_by(|a, b| a.0 == b.0)
            .filter(|alike| alike.len() > 1)
        {
            let nodes = alike
                .iter()
                .take(ALIKE_MAX)
                .filter_map(|&(_, at)| block.get(at as usize));
            for (at, node) in nodes.clone().enumerate() {
                for other in nodes.clone().take(at) {
                    if self.is_slip(node, other) {
                        joins.join(node.id, other.id, Reason::OneLetter);
                    }
                }
            }
        }
    }

    fn is_slip(&self, a: &Named, b: &Named) -> bool {
        let key = |node: &Named| self.rows.texts.text(node.name);
        let words = |node: &Named| self.rows.core_words(self.row(node.id));
        letters::is_slip((key(a), words(a)), (key(b), words(b)))
            && !(may_be_stations(a.country) && letters::differ_in_a_call_sign(words(a), words(b)))
    }

    /// Names that sound the same, where not all are written in Latin letters.
    fn scripts(&self, joins: &mut Joins<NodeId>, group: &[Named]) {
        if group.iter().all(|node| self.row(node.id).latin) {
            return;
        }
        let mut sounds: Vec<(String, &Named)> = (group.iter())
            .map(|node| (crate::sound(self.rows.texts.text(node.name)), node))
            .collect();
        sounds.sort_by(|a, b| a.0.cmp(&b.0));
        for alike in sounds.chunk_by(|a, b| a.0 == b.0) {
            let Some(((sound, first), others)) = alike.split_first() else {
                continue;
            };
            if sound.chars().count() < SOUND_LETTERS_MIN
                || alike.iter().all(|(_, node)| self.row(node.id).latin)
            {
                continue;
            }
            for (_, other) in others {
                joins.join(first.id, other.id, Reason::OtherScript);
            }
        }
    }

    /// Names that are equal but for one word, where one of these is the other, shortened.
    fn shortened_words(&self, joins: &mut Joins<NodeId>, group: &[Named]) {
        let hasher = RandomState::new();
        let mut gaps: Vec<(u64, u8, NodeId)> = Vec::new();
        for node in group {
            let words = self.rows.core_words(self.row(node.id));
            let count = words.clone().count();
            if !SHORTENED_WORDS.contains(&count) {
                continue;
            }
            for gap in 0..count {
                let hash = hasher.hash_one(others(words.clone(), gap, count));
                gaps.push((hash, u8::try_from(gap).unwrap_or(u8::MAX), node.id));
            }
        }
        gaps.sort_unstable_by_key(|&(hash, gap, _)| (hash, gap));
        // In the order of names, whatever the hashes are.
        let mut found: Vec<(NodeId, NodeId)> = Vec::new();
        for alike in gaps.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            if (2..=BUT_FOR_ONE_WORD_MAX).contains(&alike.len()) {
                self.shortened_among(alike, &mut found);
            }
        }
        found.sort_unstable();
        for (short, long) in found {
            joins.join(short, long, Reason::ShortenedWord);
        }
    }

    fn shortened_among(&self, alike: &[(u64, u8, NodeId)], found: &mut Vec<(NodeId, NodeId)>) {
        let word = |&(_, gap, node): &(u64, u8, NodeId)| {
            let mut words = self.rows.core_words(self.row(node));
            words.nth(usize::from(gap)).unwrap_or_default()
        };
        for short in alike {
            let mut long = alike
                .iter()
                .filter(|long| letters::shortens(word(short), word(long)));
            if let (Some(long), None) = (long.next(), long.next()) {
                found.push((short.2, long.2));
            }
        }
    }

    /// "Name by Owner" is "Name".
    fn owners_behind(&self, joins: &mut Joins<NodeId>, group: &[Named]) {
        for node in group {
            if let Some(name) = without_owner_behind(self.rows.words(self.row(node.id)))
                && let Some(other) = self.find(group, &name)
                && (self.is_of_few_countries(&name) || self.is_strict(node.id))
            {
                joins.join(other, node.id, Reason::OwnerBehind);
            }
        }
    }

    fn is_of_few_countries(&self, name: &str) -> bool {
        let name = self.rows.texts.find(name);
        let countries = name.map(|name| self.evidence.countries(name));
        countries.unwrap_or_default() <= OWNED_COUNTRIES_MAX
    }

    fn is_strict(&self, node: NodeId) -> bool {
        let mut rows = self.nodes.rows(node).iter();
        rows.all(|&row| self.strict.is(&self.rows.rows[row]))
    }
}

/// Whether names there are told apart by call signs.
fn may_be_stations(country: Option<Country>) -> bool {
    country.is_none_or(|country| matches!(country.code(), "us" | "ca" | "pr" | "mx" | "jp" | "kr"))
}

/// How many words there are, and which besides one of them.
pub(crate) fn others<'a>(
    words: impl Iterator<Item = &'a str>,
    gap: usize,
    count: usize,
) -> (usize, Vec<&'a str>) {
    let others = words.enumerate().filter(|(at, _)| *at != gap);
    (count, others.map(|(_, word)| word).collect())
}

/// The name in "Name by Owner", glued; of eight letters or more.
pub(crate) fn without_owner_behind<'a>(
    words: impl DoubleEndedIterator<Item = &'a str> + Clone,
) -> Option<String> {
    let mut behind = words.clone().skip_while(|word| *word != "by").skip(1);
    behind.next()?;
    let before = words.take_while(|word| *word != "by");
    let name: String = before.filter(|word| !generic::is_generic(word)).collect();
    (name.chars().count() >= OWNED_LETTERS_MIN).then_some(name)
}
