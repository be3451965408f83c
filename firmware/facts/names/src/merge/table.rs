//! Rows known by numbers of their own kind, so that an entry is never taken for a node.

use std::{
    marker::PhantomData,
    ops::{Index, IndexMut},
};

/// A place in a [`Table`].
pub(crate) trait Id: Copy {
    /// The id of the row at this place.
    fn new(at: usize) -> Self;
    /// The place.
    fn at(self) -> usize;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) struct $name(u32);

        impl Id for $name {
            fn new(at: usize) -> Self {
                Self(u32::try_from(at).unwrap_or(u32::MAX))
            }

            fn at(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// An entry of a list.
    EntryId,
    /// What entries of equal parts from one source have in common.
    RowId,
    /// What is known of a station beyond its row.
    StationId,
    /// A number on the dial.
    DialId,
    /// Entries that are one channel without further ado.
    NodeId,
    /// An entry of which a user has decided something.
    DecidedId,
    /// A name of a channel of the guide.
    NameId,
    /// A text; see [`Interner`](super::intern::Interner).
    Sym,
}

/// Rows of `T`, each known by an `I`.
#[derive(Clone, Debug)]
pub(crate) struct Table<I, T> {
    rows: Vec<T>,
    ids: PhantomData<fn() -> I>,
}

impl<I, T> Default for Table<I, T> {
    fn default() -> Self {
        Self::from(Vec::new())
    }
}

impl<I, T> From<Vec<T>> for Table<I, T> {
    fn from(rows: Vec<T>) -> Self {
        Self {
            rows,
            ids: PhantomData,
        }
    }
}

impl<I: Id, T> Table<I, T> {
    /// A row of `value` for each of `len` ids.
    pub(crate) fn filled(value: T, len: usize) -> Self
    where
        T: Clone,
    {
        Self::from(vec![value; len])
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Adds a row. Grows by a quarter, not to the double: that would be paid from the budget.
    pub(crate) fn push(&mut self, row: T) -> I {
        if self.rows.len() == self.rows.capacity() {
            self.rows.reserve_exact((self.rows.len() / 4).max(64));
        }
        self.rows.push(row);
        I::new(self.rows.len() - 1)
    }

    pub(crate) fn truncate(&mut self, len: usize) {
        self.rows.truncate(len);
    }

    pub(crate) fn ids(&self) -> impl DoubleEndedIterator<Item = I> + use<I, T> {
        (0..self.rows.len()).map(I::new)
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (I, &T)> {
        self.rows
            .iter()
            .enumerate()
            .map(|(at, row)| (I::new(at), row))
    }

    pub(crate) fn values(&self) -> std::slice::Iter<'_, T> {
        self.rows.iter()
    }

    pub(crate) fn values_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.rows.iter_mut()
    }

    /// The row of an id that may be of another table.
    pub(crate) fn find(&self, id: I) -> Option<&T> {
        self.rows.get(id.at())
    }
}

impl<I: Id, T> Index<I> for Table<I, T> {
    type Output = T;

    #[expect(
        clippy::indexing_slicing,
        reason = "an id comes from the table it is for"
    )]
    fn index(&self, id: I) -> &T {
        &self.rows[id.at()]
    }
}

impl<I: Id, T> IndexMut<I> for Table<I, T> {
    #[expect(
        clippy::indexing_slicing,
        reason = "an id comes from the table it is for"
    )]
    fn index_mut(&mut self, id: I) -> &mut T {
        &mut self.rows[id.at()]
    }
}
