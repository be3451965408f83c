//! The owner's rules, as one row: they are changed as a whole and by hand.

use redb::{ReadTransaction, WriteTransaction};

use crate::{
    Error, Import, Saved, Store,
    codec::{Decoder, Encoder},
    fault::Fault,
    import,
    tables::{META, META_RULES},
};

const LAYOUT: u8 = 1;

/// The stored rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RulesRow {
    /// Goes up by one with each change; 0 where there never was one.
    pub revision: u64,
    /// The rules, as a text that only whoever set them understands; empty where there never were any.
    pub text: String,
}

impl RulesRow {
    pub(crate) fn encode(&self, buffer: &mut Vec<u8>) {
        Encoder::new(buffer, LAYOUT)
            .u64(self.revision)
            .raw(self.text.as_bytes());
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Fault> {
        let mut fields = Decoder::new(bytes, LAYOUT)?;
        Ok(Self {
            revision: fields.u64()?,
            text: fields.rest()?.to_owned(),
        })
    }
}

/// Keeps the rules.
pub(crate) fn save(transaction: &WriteTransaction, rules: &RulesRow) -> Result<(), Fault> {
    let mut value = Vec::new();
    rules.encode(&mut value);
    let mut meta = transaction.open_table(META)?;
    meta.insert(META_RULES, value.as_slice())?;
    Ok(())
}

/// The rules that were kept last.
pub(crate) fn load(transaction: &ReadTransaction) -> Result<RulesRow, Fault> {
    let row = transaction.open_table(META)?.get(META_RULES)?;
    let row = row.map(|row| RulesRow::decode(row.value()));
    Ok(row.transpose()?.unwrap_or_default())
}

impl Store {
    /// Keeps the rules, in place of those before.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn save_rules(&self, rules: &RulesRow) -> Result<(), Error> {
        self.write(|transaction| save(transaction, rules))
    }

    /// [`Self::save_rules`] and [`Self::save_import`] in one: the rules, and the lineup under them.
    ///
    /// # Errors
    /// After any [`Error`] the store holds what it held before.
    pub fn save_rules_and_import(
        &self,
        rules: &RulesRow,
        import: &Import<'_>,
    ) -> Result<Saved, Error> {
        self.write(|transaction| {
            save(transaction, rules)?;
            import::save(transaction, import)
        })
    }

    /// The rules that were kept last.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn load_rules(&self) -> Result<RulesRow, Error> {
        self.read(load)
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::Options;

    proptest! {
        #[test]
        fn rules_come_back(revision: u64, text: String) {
            let row = RulesRow { revision, text };
            let mut value = Vec::new();
            row.encode(&mut value);
            prop_assert_eq!(RulesRow::decode(&value).unwrap(), row);
        }

        #[test]
        fn garbage_is_an_error(mut value in vec(any::<u8>(), 0..40), version in 0..3_u8) {
            if let Some(first) = value.first_mut() {
                *first = version;
            }
            let _ = RulesRow::decode(&value);
        }
    }

    #[test]
    fn a_store_keeps_the_last_ones() {
        let folder = tempfile::tempdir().unwrap();
        let open = || {
            Store::open(
                folder.path(),
                Options {
                    cache_bytes: 1 << 20,
                },
            )
            .unwrap()
        };
        let store = open();
        assert_eq!(store.load_rules().unwrap(), RulesRow::default());
        for revision in 1..=2 {
            let text = "x".repeat(100_000 * usize::try_from(revision).unwrap());
            let row = RulesRow { revision, text };
            store.save_rules(&row).unwrap();
            assert_eq!(store.load_rules().unwrap(), row);
        }
        drop(store);
        assert_eq!(open().load_rules().unwrap().revision, 2);
    }
}
