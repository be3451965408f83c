//! Texts that occur often, each kept once.

use std::hash::{BuildHasher, RandomState};

use super::table::{Id, Sym, Table};

/// Each different text once, one behind the other. Open addressing, linear probing: a text costs its
/// bytes and about 20 B.
#[derive(Debug)]
pub(crate) struct Interner {
    text: String,
    /// Where each text ends.
    ends: Table<Sym, u32>,
    /// A power of two of them, at most three quarters full.
    slots: Vec<Option<Sym>>,
    /// Keyed by chance: names come from outside and could be made to collide. Nothing that is
    /// decided depends on it.
    hasher: RandomState,
}

impl Interner {
    /// An interner that holds the empty text, as [`Interner::EMPTY`].
    pub(crate) fn new() -> Self {
        let mut new = Self {
            text: String::new(),
            ends: Table::default(),
            slots: vec![None; 64],
            hasher: RandomState::new(),
        };
        let empty = new.sym("");
        debug_assert_eq!(empty.at(), 0);
        new
    }

    /// The empty text.
    pub(crate) fn empty() -> Sym {
        Sym::new(0)
    }

    /// How many texts there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The text of a number.
    pub(crate) fn text(&self, sym: Sym) -> &str {
        let end = self.ends.find(sym).copied().unwrap_or_default() as usize;
        let before = sym.at().checked_sub(1).map(Sym::new);
        let start = before.and_then(|before| self.ends.find(before));
        let start = start.copied().unwrap_or_default() as usize;
        self.text.get(start..end).unwrap_or_default()
    }

    /// The number of a text, if it has one.
    pub(crate) fn find(&self, text: &str) -> Option<Sym> {
        self.probe(text).ok()
    }

    /// The number of a text, a new one if need be.
    pub(crate) fn sym(&mut self, text: &str) -> Sym {
        match self.probe(text) {
            Ok(sym) => sym,
            Err(slot) => {
                if self.text.capacity() - self.text.len() < text.len() {
                    let more = text.len().max(self.text.len() / 4).max(4096);
                    self.text.reserve_exact(more);
                }
                self.text.push_str(text);
                let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
                let sym = self.ends.push(end);
                if let Some(slot) = self.slots.get_mut(slot) {
                    *slot = Some(sym);
                }
                if self.ends.len() * 4 > self.slots.len() * 3 {
                    self.grow();
                }
                sym
            }
        }
    }

    /// The place of each text among all of them in order, so that later comparisons need no text.
    pub(crate) fn ranks(&self) -> Table<Sym, u32> {
        let mut sorted: Vec<Sym> = self.ends.ids().collect();
        sorted.sort_unstable_by(|&a, &b| self.text(a).cmp(self.text(b)));
        let mut ranks = Table::filled(0, sorted.len());
        for (rank, &sym) in (0..).zip(&sorted) {
            ranks[sym] = rank;
        }
        ranks
    }

    /// The text's number, or the slot where it belongs.
    fn probe(&self, text: &str) -> Result<Sym, usize> {
        let mask = self.slots.len() - 1;
        // The low bits choose the slot; which these are does not matter.
        #[expect(
            clippy::cast_possible_truncation,
            reason = "only low bits are asked for"
        )]
        let mut at = self.hasher.hash_one(text) as usize & mask;
        loop {
            match self.slots.get(at).copied().flatten() {
                None => return Err(at),
                Some(sym) if self.text(sym) == text => return Ok(sym),
                Some(_) => at = (at + 1) & mask,
            }
        }
    }

    fn grow(&mut self) {
        self.slots = vec![None; self.slots.len() * 2];
        for sym in self.ends.ids() {
            if let Err(slot) = self.probe(self.text(sym))
                && let Some(slot) = self.slots.get_mut(slot)
            {
                *slot = Some(sym);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_each_text_once_and_knows_their_order() {
        let mut interner = Interner::new();
        let texts: Vec<String> = (0..1000).map(|n| format!("n{n}")).collect();
        let syms: Vec<Sym> = texts.iter().map(|text| interner.sym(text)).collect();
        assert_eq!(interner.len(), 1001);
        for (text, &sym) in texts.iter().zip(&syms) {
            assert_eq!(interner.text(sym), text);
            assert_eq!(interner.sym(text), sym);
            assert_eq!(interner.find(text), Some(sym));
        }
        assert_eq!(interner.find("n1000"), None);
        assert_eq!(interner.text(Interner::empty()), "");

        let ranks = interner.ranks();
        let mut by_rank = syms.clone();
        by_rank.sort_by_key(|&sym| ranks[sym]);
        let mut by_text = texts;
        by_text.sort();
        let by_rank: Vec<&str> = by_rank.iter().map(|&sym| interner.text(sym)).collect();
        assert_eq!(by_rank, by_text);
    }
}
