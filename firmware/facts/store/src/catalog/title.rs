//! One title, and on which shelf it stands.

use crate::{
    fault::Fault,
    list::{push_text, split_text},
};

/// What an account has besides channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shelf {
    /// Films.
    Movies,
    /// Series; their episodes are asked for one series at a time.
    Series,
}

impl Shelf {
    /// As it stands in keys: for ever.
    pub(crate) const fn number(self) -> u64 {
        match self {
            Self::Movies => 0,
            Self::Series => 1,
        }
    }
}

/// A film or a series, as its panel lists it. All but id and name may be empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TitleText<'a> {
    /// Its id at the panel.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
    /// What its file's name ends in; empty for a series.
    pub extension: &'a str,
    /// Name of its group.
    pub category: &'a str,
    /// Year or date of its release, as said.
    pub year: &'a str,
    /// From 0 to 10, as said.
    pub rating: &'a str,
    /// Address of its poster.
    pub poster: &'a str,
}

impl<'a> TitleText<'a> {
    /// Its texts behind what is in `out`.
    pub(super) fn push(&self, out: &mut Vec<u8>) {
        for text in [
            self.id,
            self.name,
            self.extension,
            self.category,
            self.year,
            self.rating,
            self.poster,
        ] {
            push_text(out, text);
        }
    }

    /// The title that bytes begin with, and what follows it.
    pub(super) fn split(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), Fault> {
        let mut texts = [""; 7];
        let mut rest = bytes;
        for text in &mut texts {
            (*text, rest) = split_text(rest)?;
        }
        let [id, name, extension, category, year, rating, poster] = texts;
        let title = Self {
            id,
            name,
            extension,
            category,
            year,
            rating,
            poster,
        };
        Ok((title, rest))
    }
}
