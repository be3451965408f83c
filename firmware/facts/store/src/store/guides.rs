//! What the store does for guides.

use crate::{
    Error, GuideSaved, GuideState,
    guide::{self, NextRows},
};

use super::Store;

impl Store {
    /// Every source of guides that is known, by name.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn load_guides(&self) -> Result<Vec<(String, GuideState)>, Error> {
        self.read(guide::load)
    }

    /// What was set about guides over the API, by name.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn load_set_guides(&self) -> Result<Vec<(String, String)>, Error> {
        self.read(guide::load_set)
    }

    /// Notes how an attempt to read a guide went, where nothing else comes of it. Returns its id.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn save_guide(&self, name: &str, state: &GuideState) -> Result<u32, Error> {
        self.write(|transaction| guide::note(transaction, name, state))
    }

    /// The same for one that was known by the name `before`.
    ///
    /// # Errors
    /// After any [`Error`] the store holds what it held before.
    pub fn rename_guide(&self, before: &str, name: &str, state: &GuideState) -> Result<u32, Error> {
        self.write(|transaction| guide::rename(transaction, before, name, state))
    }

    /// Replaces everything of one source: its state, its channels, and the programmes that `next`
    /// hands out in the order of their keys. Only rows that differ are written. Returns its id.
    ///
    /// # Errors
    /// After any [`Error`] the store holds what it held before.
    pub fn replace_guide(
        &self,
        name: &str,
        state: &GuideState,
        channels: &[Vec<u8>],
        next: &mut NextRows<'_>,
    ) -> Result<(u32, GuideSaved), Error> {
        self.write(|transaction| guide::replace(transaction, name, state, channels, next))
    }

    /// Forgets every guide whose name is not among these.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn keep_guides(&self, names: &[&str]) -> Result<(), Error> {
        let known = self.load_guides()?;
        if known.iter().all(|(name, _)| names.contains(&name.as_str())) {
            return Ok(());
        }
        self.write(|transaction| guide::keep(transaction, names))
    }

    /// Hands out the rows that the channels of a guide were saved in.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn guide_channels(&self, id: u32, each: &mut dyn FnMut(&[u8])) -> Result<(), Error> {
        self.read(|transaction| guide::channels(transaction, id, each))
    }

    /// The first packed programmes of a channel that begin at `from` or behind, in seconds since
    /// 1970, and where they begin.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn guide_block(
        &self,
        id: u32,
        key: u64,
        from: u32,
    ) -> Result<Option<(u32, Vec<u8>)>, Error> {
        self.read(|transaction| guide::block(transaction, id, key, from))
    }
}

#[cfg(test)]
mod tests {
    use std::{io, path::Path};

    use crate::{Error, GuideRows, GuideSaved, GuideState, Options, Store};

    fn open(folder: &Path) -> Store {
        let options = Options {
            cache_bytes: 1 << 20,
        };
        Store::open(folder, options).unwrap()
    }

    fn rows(rows: &[(u64, &[(u32, &str)])]) -> Vec<GuideRows> {
        let blocks = |blocks: &[(u32, &str)]| {
            let blocks = blocks.iter();
            blocks
                .map(|(start, text)| (*start, text.as_bytes().to_vec()))
                .collect()
        };
        rows.iter()
            .map(|(key, of)| GuideRows {
                key: *key,
                blocks: blocks(of),
            })
            .collect()
    }

    fn replace(
        store: &Store,
        name: &str,
        given: Vec<GuideRows>,
    ) -> Result<(u32, GuideSaved), Error> {
        let mut given = given.into_iter();
        let state = GuideState {
            id: id(store, name),
            ..GuideState::default()
        };
        store.replace_guide(name, &state, &[vec![1], vec![2]], &mut || Ok(given.next()))
    }

    fn id(store: &Store, name: &str) -> u32 {
        let guides = store.load_guides().unwrap();
        let known = guides.into_iter().find(|(known, _)| known == name);
        known.map_or(0, |(_, state)| state.id)
    }

    #[test]
    fn a_guide_is_replaced_by_the_fewest_writes() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        let first = rows(&[
            (2, &[(10, "a"), (20, "b")]),
            (5, &[(10, "c")]),
            (9, &[(1, "d")]),
        ]);
        let (one, saved) = replace(&store, "one", first.clone()).unwrap();
        assert_eq!((saved.written, saved.removed), (6, 0), "channels included");
        let (two, _) = replace(&store, "two", rows(&[(5, &[(10, "other")])])).unwrap();
        assert_ne!(one, two);
        let (_, saved) = replace(&store, "one", first).unwrap();
        assert_eq!(saved, GuideSaved::default(), "nothing was new");
        let next = rows(&[(2, &[(20, "b"), (30, "e")]), (9, &[(1, "f")])]);
        let (_, saved) = replace(&store, "one", next).unwrap();
        assert_eq!((saved.written, saved.removed), (2, 2));
        let block = |id, key, from| store.guide_block(id, key, from).unwrap();
        assert_eq!(block(one, 2, 0), Some((20, b"b".to_vec())));
        assert_eq!(block(one, 2, 21), Some((30, b"e".to_vec())));
        assert_eq!(block(one, 2, 31), None);
        assert_eq!(block(one, 5, 0), None);
        assert_eq!(block(two, 5, 0), Some((10, b"other".to_vec())));
        store.keep_guides(&["two"]).unwrap();
        assert_eq!((id(&store, "one"), block(one, 2, 0)), (0, None));
        assert_eq!(block(two, 5, 0), Some((10, b"other".to_vec())));
        let mut channels = Vec::new();
        store
            .guide_channels(two, &mut |row| channels.extend_from_slice(row))
            .unwrap();
        assert_eq!(channels, [1, 2]);
    }

    #[test]
    fn a_guide_that_breaks_off_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        let (id, _) = replace(&store, "one", rows(&[(2, &[(10, "a")])])).unwrap();
        let state = store.load_guides().unwrap();
        let mut given = rows(&[(1, &[(1, "new")])]).into_iter();
        let failed = store.replace_guide("one", &state[0].1, &[], &mut || match given.next() {
            Some(rows) => Ok(Some(rows)),
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        });
        assert!(matches!(failed, Err(Error::Guide { .. })), "{failed:?}");
        let unordered = replace(&store, "one", rows(&[(5, &[]), (4, &[])]));
        assert!(unordered.is_err());
        assert_eq!(store.load_guides().unwrap(), state);
        assert_eq!(
            store.guide_block(id, 2, 0).unwrap(),
            Some((10, b"a".to_vec()))
        );
        assert_eq!(store.guide_block(id, 1, 0).unwrap(), None);
    }
}
