//! Opening the file, and the transactions around everything that is done with it.

use std::{
    fs::{self, File},
    io,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Arc,
};

use base::Lock;
use lineup::{
    EntryText, Known,
    decisions::{Changed, Decisions, Logged},
};
use redb::{Database, ReadTransaction, ReadableDatabase, WriteTransaction};

use crate::{
    Choices, Device, Error, Import, Saved, Snapshot, SourceRow, SourceState, book, decisions,
    fault::{Fault, disk},
    import, known, lists, schema, source,
    tables::SOURCE_STATES,
};

/// Name of the file in the data folder.
pub const FILE: &str = "dipole.redb";

/// Files that [`Store::set_aside`] keeps at most.
const ASIDE_MAX: u32 = 100;

/// What the plan allows the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Bytes of redb's page cache, which also holds what a transaction has not yet written. The
    /// default of redb is 1 GiB.
    pub cache_bytes: usize,
}

/// The open store. It is locked against other processes until it is dropped.
pub struct Store {
    path: PathBuf,
    opener: Opener,
    handle: Lock<Handle>,
    device: Lock<Device>,
}

/// Opens the file; tests put a failing disk behind it.
type Opener = Box<dyn Fn() -> Result<Database, Fault> + Send + Sync>;

enum Handle {
    Open(Arc<Database>),
    /// An error of the disk has closed it, as redb asks for; the next call opens it anew.
    Closed,
    /// Some call is opening it.
    Opening,
}

impl Store {
    /// Opens the store in this data folder, and makes folder and file where they are missing. The
    /// whole file is checked: a few megabytes, read once per start, for an error instead of a
    /// surprise later.
    ///
    /// # Errors
    /// See [`Error`]. A file that cannot be used is never changed or removed.
    pub fn open(folder: &Path, options: Options) -> Result<Self, Error> {
        let path = folder.join(FILE);
        fs::create_dir_all(folder).map_err(|error| disk(error, folder))?;
        let file = path.clone();
        let opener = move || {
            Ok(Database::builder()
                .set_cache_size(options.cache_bytes)
                .set_check_integrity_on_open(true)
                .create(&file)?)
        };
        let store = Self::open_with(path, Box::new(opener))?;
        // The name of a new file must survive as well as its contents.
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| disk(error, folder))?;
        Ok(store)
    }

    fn open_with(path: PathBuf, opener: Opener) -> Result<Self, Error> {
        let database = opener().map_err(|fault| fault.at(&path))?;
        let device = schema::migrate(&database).map_err(|fault| fault.at(&path))?;
        Ok(Self {
            path,
            opener,
            handle: Lock::new(Handle::Open(Arc::new(database))),
            device: Lock::new(device),
        })
    }

    /// Renames a file that cannot be used, so that the next [`Store::open`] begins with an empty
    /// one, and returns its new name. To be called only when the owner has asked for it: identity
    /// and numbers are lost with the file.
    ///
    /// # Errors
    /// [`Error::InUse`] while a Dipole has it open, [`Error::Io`] where there is none.
    pub fn set_aside(folder: &Path) -> Result<PathBuf, Error> {
        let path = folder.join(FILE);
        let file = File::open(&path).map_err(|error| disk(error, &path))?;
        file.try_lock().map_err(|error| match error {
            fs::TryLockError::WouldBlock => Error::InUse { path: path.clone() },
            fs::TryLockError::Error(error) => disk(error, &path),
        })?;
        let aside = (1..=ASIDE_MAX)
            .map(|n| folder.join(format!("{FILE}.aside-{n}")))
            .find(|aside| !aside.exists())
            .ok_or_else(|| disk(io::ErrorKind::AlreadyExists.into(), &path))?;
        fs::rename(&path, &aside).map_err(|error| disk(error, &path))?;
        Ok(aside)
    }

    /// Who this device is.
    #[must_use]
    pub fn device(&self) -> Device {
        *self.device.lock()
    }

    /// The identity is another one from now on.
    pub(crate) fn is_now(&self, device: Device) {
        *self.device.lock() = device;
    }

    /// Saves list, lineup, numbers and sources together. Only rows that differ are written.
    ///
    /// # Errors
    /// After any [`Error`] the store holds what it held before.
    pub fn save_import(&self, import: &Import<'_>) -> Result<Saved, Error> {
        self.write(|transaction| import::save(transaction, import))
    }

    /// [`Self::save_book`] and [`Self::save_import`] in one: the sources, and the lineup under them.
    ///
    /// # Errors
    /// After any [`Error`] the store holds what it held before.
    pub fn save_book_and_import(
        &self,
        rows: &[SourceRow],
        import: &Import<'_>,
    ) -> Result<Saved, Error> {
        self.write(|transaction| {
            book::save(transaction, rows)?;
            import::save(transaction, import)
        })
    }

    /// The lineup of the last import; `None` before the first.
    ///
    /// # Errors
    /// [`Error::Lineup`] where it needs more than `bytes_max`; else see [`Error`].
    pub fn load_lineup(&self, bytes_max: usize) -> Result<Option<Snapshot>, Error> {
        self.read(|transaction| import::load(transaction, bytes_max))
    }

    /// What of the owner's the lineup of the last import was derived by.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn load_choices(&self) -> Result<Choices, Error> {
        self.read(import::load_choices)
    }

    /// The numbers given and keys held so far.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn load_known(&self) -> Result<Known, Error> {
        self.read(known::load)
    }

    /// Gives every entry of a source's last good list to `take`, until it has had enough. Where the
    /// source has no list there is none.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn each_entry(
        &self,
        source: u16,
        mut take: impl FnMut(EntryText<'_>) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        self.read(|transaction| lists::each(transaction, source, &mut take))
    }

    /// Everything that was decided by hand.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn load_decisions(&self) -> Result<Decisions, Error> {
        self.read(decisions::load)
    }

    /// Saves what was decided at this second since 1970, a note of it in the log and the lineup that follows from it, where that is
    /// another one than before, together.
    ///
    /// # Errors
    /// After any [`Error`] the store holds what it held before.
    pub fn save_edit(
        &self,
        changed: &Changed,
        at_unix_s: u64,
        import: Option<&Import<'_>>,
    ) -> Result<Logged, Error> {
        self.write(|transaction| {
            if let Some(import) = import {
                import::save(transaction, import)?;
            }
            decisions::save(transaction, changed, at_unix_s)
        })
    }

    /// The log of what was decided, the newest first.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn load_changes(&self) -> Result<Vec<Logged>, Error> {
        self.read(decisions::changes)
    }

    /// What change `n` did; `None` where the log does not have it any more.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn load_change(&self, n: u64) -> Result<Option<Changed>, Error> {
        self.read(|transaction| decisions::change(transaction, n))
    }

    /// Notes how an attempt to read a source went, where no lineup comes of it. Nothing is written
    /// where nothing is new.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn save_source(&self, id: u16, state: &SourceState) -> Result<(), Error> {
        if self.load_source(id)?.as_ref() == Some(state) {
            return Ok(());
        }
        self.write(|transaction| {
            let mut value = Vec::new();
            state.encode(&mut value);
            transaction
                .open_table(SOURCE_STATES)?
                .insert(u64::from(id), value.as_slice())?;
            Ok(())
        })
    }

    /// What is known of a source.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn load_source(&self, id: u16) -> Result<Option<SourceState>, Error> {
        self.read(|transaction| source::load(transaction, id))
    }

    /// Makes these all the sources that there are. What is known of one that is gone goes with it;
    /// its channels are gone with the next import that is saved.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn save_book(&self, rows: &[SourceRow]) -> Result<(), Error> {
        self.write(|transaction| book::save(transaction, rows))
    }

    /// The sources that there are, in the order of their numbers.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn load_book(&self) -> Result<Vec<SourceRow>, Error> {
        self.read(book::load)
    }

    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&ReadTransaction) -> Result<T, Fault>,
    ) -> Result<T, Error> {
        self.with(|database| work(&database.begin_read()?))
    }

    /// Runs `work` in a transaction that is on the disk when this returns: redb commits with
    /// `Durability::Immediate` unless told otherwise, and nothing here tells it.
    pub(crate) fn write<T>(
        &self,
        work: impl FnOnce(&WriteTransaction) -> Result<T, Fault>,
    ) -> Result<T, Error> {
        self.with(|database| {
            let transaction = database.begin_write()?;
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        })
    }

    /// Runs `work` on the open database. After an error of the disk redb takes nothing more: the
    /// file is closed, and opened by the next call. A full disk that has been cleared must not
    /// need a restart.
    fn with<T>(&self, work: impl FnOnce(&Database) -> Result<T, Fault>) -> Result<T, Error> {
        let database = self.database()?;
        work(&database).map_err(|fault| {
            if fault.needs_reopening() {
                *self.handle.lock() = Handle::Closed;
            }
            fault.at(&self.path)
        })
    }

    fn database(&self) -> Result<Arc<Database>, Error> {
        {
            let mut handle = self.handle.lock();
            match &*handle {
                Handle::Open(database) => return Ok(Arc::clone(database)),
                Handle::Opening => return Err(Error::Recovering),
                Handle::Closed => *handle = Handle::Opening,
            }
        }
        let opened = (self.opener)().map(Arc::new);
        *self.handle.lock() = match &opened {
            Ok(database) => Handle::Open(Arc::clone(database)),
            Err(_) => Handle::Closed,
        };
        opened.map_err(|fault| fault.at(&self.path))
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

mod aside;
mod catalogs;
mod guides;
#[cfg(test)]
mod tests;
