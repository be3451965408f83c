//! Files beside the store: what it was before a restore, and what is on its way.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use super::{FILE, Store};
use crate::{
    Error,
    fault::{Fault, disk},
};

/// Behind [`FILE`]: what the store was before the last restore. One is kept, so that restoring over and
/// over does not fill the disk.
const BEFORE: &str = "before-restore";
/// While that is written.
const PART: &str = "before-restore.part";
/// Until it has lost its name.
const SPOOL: &str = "backup.part";

impl Store {
    /// Copies the file, as it is between two transactions, to one beside it, whose name is returned. That
    /// is a store like any other: put in the place of this one while no Dipole runs, it is what was.
    ///
    /// # Errors
    /// [`Error::DiskFull`], or see [`Error`]; the store itself is not touched.
    pub fn copy_aside(&self) -> Result<PathBuf, Error> {
        let path = &self.path;
        let named = |name: &str| path.with_file_name(format!("{FILE}.{name}"));
        let (part, aside) = (named(PART), named(BEFORE));
        let copied = self.with(|database| {
            // Nobody else writes meanwhile.
            let transaction = database.begin_write()?;
            let copied = copy(path, &part).and_then(|()| fs::rename(&part, &aside));
            transaction.abort()?;
            Ok::<_, Fault>(copied)
        })?;
        copied.map_err(|error| {
            let _ = fs::remove_file(&part);
            disk(error, &aside)
        })?;
        Ok(aside)
    }

    /// A file without a name beside the store, for what is on its way in or out. It is gone when it is
    /// closed, in whatever way Dipole ends.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn spool(&self) -> Result<File, Error> {
        let path = self.path.with_file_name(SPOOL);
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(true);
        let spool = || {
            let file = options.open(&path)?;
            fs::remove_file(&path)?;
            Ok(file)
        };
        spool().map_err(|error: io::Error| disk(error, &path))
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::copy(from, to)?;
    File::open(to)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::{Options, RulesRow};

    const OPTIONS: Options = Options {
        cache_bytes: 1 << 20,
    };

    #[test]
    fn what_was_can_be_opened() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), OPTIONS).unwrap();
        for revision in 1..=2 {
            let rules = RulesRow {
                revision,
                ..RulesRow::default()
            };
            store.save_rules(&rules).unwrap();
            let aside = store.copy_aside().unwrap();
            store.save_rules(&RulesRow::default()).unwrap();
            let other = tempfile::tempdir().unwrap();
            fs::copy(&aside, other.path().join(FILE)).unwrap();
            let was = Store::open(other.path(), OPTIONS).unwrap();
            assert_eq!(was.load_rules().unwrap(), rules);
            assert_eq!(was.device(), store.device());
        }
        store.spool().unwrap().write_all(b"on its way").unwrap();
        let mut names: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|file| file.unwrap().file_name())
            .collect();
        names.sort();
        assert_eq!(names, ["dipole.redb", "dipole.redb.before-restore"]);
    }
}
