//! How a file of an earlier Dipole becomes one of ours.
//!
//! The version of a file is the number of [`STEPS`] that have been applied to it. A step is never
//! changed once it has been released; a change of the schema is one more step at the end.

use redb::{Database, ReadableTable, WriteTransaction};

use crate::{
    book,
    codec::{Decoder, Encoder},
    device::{self, Device},
    fault::Fault,
    first_schema, keys,
    tables::{
        CATALOGS, CHANGES, CHANNELS, DECISIONS, GUIDE_BLOCKS, GUIDE_CHANNELS, GUIDES, HELD, HOMES,
        LISTS, META, META_SCHEMA, NUMBERS, SOURCES, TITLES, TURNS,
    },
};

const LAYOUT: u8 = 1;

type Step = fn(&WriteTransaction) -> Result<(), Fault>;

const STEPS: &[Step] = &[
    found,
    number_sources,
    keep_lists,
    guides,
    keys::repack,
    keep_decisions,
    catalogs,
];

/// Step 1: the tables, and the device.
fn found(transaction: &WriteTransaction) -> Result<(), Fault> {
    transaction.open_table(CHANNELS)?;
    transaction.open_table(NUMBERS)?;
    transaction.open_table(SOURCES)?;
    device::create(transaction)
}

/// Step 2: sources have lasting numbers, those that the channels of the lineup carry already.
fn number_sources(transaction: &WriteTransaction) -> Result<(), Fault> {
    book::number(transaction)?;
    transaction.delete_table(SOURCES)?;
    Ok(())
}

/// Step 3: the lists of the sources, and the keys by which ids are held.
fn keep_lists(transaction: &WriteTransaction) -> Result<(), Fault> {
    transaction.open_table(LISTS)?;
    transaction.open_table(HELD)?;
    first_schema::make_lists(transaction)?;
    first_schema::hold_keys(transaction)
}

/// Step 4: tables for guides.
fn guides(transaction: &WriteTransaction) -> Result<(), Fault> {
    transaction.open_table(GUIDES)?;
    transaction.open_table(GUIDE_CHANNELS)?;
    transaction.open_table(GUIDE_BLOCKS)?;
    Ok(())
}

/// Step 6: what the owner decides, and the log of it.
fn keep_decisions(transaction: &WriteTransaction) -> Result<(), Fault> {
    transaction.open_table(DECISIONS)?;
    transaction.open_table(HOMES)?;
    transaction.open_table(CHANGES)?;
    transaction.open_table(TURNS)?;
    Ok(())
}

/// Step 6: films and series of accounts.
fn catalogs(transaction: &WriteTransaction) -> Result<(), Fault> {
    transaction.open_table(CATALOGS)?;
    transaction.open_table(TITLES)?;
    Ok(())
}

/// Brings the file to our version in one transaction, or leaves it alone.
pub(crate) fn migrate(database: &Database) -> Result<Device, Fault> {
    migrate_with(database, STEPS)
}

fn migrate_with(database: &Database, steps: &[Step]) -> Result<Device, Fault> {
    let transaction = database.begin_write()?;
    let found = version(&transaction)?;
    let known = steps.len() as u64;
    if found > known {
        transaction.abort()?;
        return Err(Fault::NewerSchema { found, known });
    }
    let applied = usize::try_from(found).expect("not beyond the number of steps");
    for step in &steps[applied..] {
        step(&transaction)?;
    }
    let device = device::load(&transaction.open_table(META)?)?;
    if found == known {
        transaction.abort()?;
        return Ok(device);
    }
    let mut value = Vec::new();
    Encoder::new(&mut value, LAYOUT).u64(known);
    transaction
        .open_table(META)?
        .insert(META_SCHEMA, value.as_slice())?;
    transaction.commit()?;
    tracing::info!(
        from = found,
        to = known,
        "the schema of the store is up to date"
    );
    Ok(device)
}

/// 0 for a file that was just made.
fn version(transaction: &WriteTransaction) -> Result<u64, Fault> {
    let meta = transaction.open_table(META)?;
    let Some(row) = meta.get(META_SCHEMA)? else {
        return Ok(0);
    };
    let mut fields = Decoder::new(row.value(), LAYOUT)?;
    let version = fields.u64()?;
    fields.end()?;
    Ok(version)
}

#[cfg(test)]
mod tests {
    use redb::{ReadableDatabase, ReadableTableMetadata, backends::InMemoryBackend};

    use super::*;
    use crate::{
        SourceState, import,
        tables::{META_LINEUP, SOURCE_STATES},
    };

    fn memory() -> Database {
        Database::builder()
            .create_with_backend(InMemoryBackend::new())
            .unwrap()
    }

    /// In [`META`]: written by a step that is only ours.
    const SECOND: &str = "second";

    fn second(transaction: &WriteTransaction) -> Result<(), Fault> {
        let mut meta = transaction.open_table(META)?;
        meta.insert(SECOND, [].as_slice())?;
        Ok(())
    }

    fn failing(transaction: &WriteTransaction) -> Result<(), Fault> {
        second(transaction)?;
        Err(Fault::Row("made up"))
    }

    fn has_second(database: &Database) -> bool {
        let reading = database.begin_read().unwrap();
        let meta = reading.open_table(META).unwrap();
        meta.get(SECOND).unwrap().is_some()
    }

    #[test]
    fn each_step_is_applied_once_and_the_device_stays() {
        let database = memory();
        let device = migrate_with(&database, STEPS).unwrap();
        let later: &[Step] = &[STEPS, &[second]].concat();
        for _ in 0..2 {
            assert_eq!(migrate_with(&database, later).unwrap(), device);
            assert!(has_second(&database));
        }
    }

    #[test]
    fn a_file_of_the_first_layout_gets_what_it_lacks() {
        let database = memory();
        let device = migrate_with(&database, &[found]).unwrap();
        assert_eq!(migrate(&database).unwrap(), device);
        let reading = database.begin_read().unwrap();
        assert!(reading.open_table(DECISIONS).is_ok() && reading.open_table(CHANGES).is_ok());
    }

    #[test]
    fn a_step_that_fails_changes_nothing() {
        let database = memory();
        let device = migrate_with(&database, STEPS).unwrap();
        assert!(migrate_with(&database, &[STEPS, &[failing]].concat()).is_err());
        assert!(!has_second(&database));
        assert_eq!(migrate_with(&database, STEPS).unwrap(), device);
    }

    #[test]
    fn sources_get_the_numbers_that_channels_carry() {
        let database = memory();
        migrate_with(&database, &[found]).unwrap();
        let transaction = database.begin_write().unwrap();
        let state = |url: &str| SourceState {
            url: url.to_owned(),
            entries: 7,
            ..SourceState::default()
        };
        let mut value = Vec::new();
        for name in ["first", "second"] {
            state(name).encode(&mut value);
            let mut sources = transaction.open_table(SOURCES).unwrap();
            sources.insert(name, value.as_slice()).unwrap();
        }
        // Of the third nothing was known.
        import::encode_lineup_first(&["second", "first", "third"], &mut value);
        let mut meta = transaction.open_table(META).unwrap();
        meta.insert(META_LINEUP, value.as_slice()).unwrap();
        drop(meta);
        transaction.commit().unwrap();

        migrate(&database).unwrap();
        let reading = database.begin_read().unwrap();
        let rows = book::load(&reading).unwrap();
        let rows = rows.iter().map(|row| (row.id, &*row.name, &*row.url));
        assert!(rows.eq([
            (0, "second", "second"),
            (1, "first", "first"),
            (2, "third", "")
        ]));
        let states = reading.open_table(SOURCE_STATES).unwrap();
        let kept = states.get(1_u64).unwrap().unwrap();
        assert_eq!(SourceState::decode(kept.value()).unwrap(), state("first"));
        assert_eq!(states.len().unwrap(), 2);
    }

    #[test]
    fn a_newer_schema_is_refused_and_left_alone() {
        let database = memory();
        let later: &[Step] = &[STEPS, &[second]].concat();
        let device = migrate_with(&database, later).unwrap();
        let refused = migrate_with(&database, STEPS).unwrap_err();
        let known_steps = STEPS.len() as u64;
        let Fault::NewerSchema { found, known } = refused else {
            panic!("{refused:?}");
        };
        assert_eq!((found, known), (known_steps + 1, known_steps));
        assert_eq!(migrate_with(&database, later).unwrap(), device);
    }
}
