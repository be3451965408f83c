//! `dipole backup` and `dipole restore`.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use desk::{Passphrase, Restored};
use store::{Options, Store};
use sync::backup::{self, BackupError, Making};

use crate::{
    cli::{Args, BackupArgs},
    commands::{self, Failure},
    config::Loaded,
    plan,
};

mod ask;
pub(crate) mod failure;

use failure::BackupFailure;

/// In place of a file: standard input or output.
const STANDARD: &str = "-";

/// `dipole backup`
pub(crate) fn back_up(args: &Args) -> Result<(), Failure> {
    let loaded = commands::load(args)?;
    let passphrase = passphrase(&args.backup)?;
    match (&passphrase, args.backup.without_secrets) {
        (None, false) => return Err(BackupFailure::NoPassphrase.into()),
        (Some(_), true) => return Err(BackupFailure::Both.into()),
        _ => {}
    }
    let out = args.file.clone().unwrap_or_default();
    let data = &loaded.config.data;
    if !data.join(store::FILE).exists() {
        return Err(BackupFailure::Nothing(data.clone()).into());
    }
    let incomplete = written(&out, |file| match open_store(&loaded) {
        Err(store::Error::InUse { .. }) => {
            ask::ask(&loaded.config.http, passphrase.as_ref(), file).map(|()| Vec::new())
        }
        Err(error) => Err(BackupError::from(error).into()),
        Ok(store) => {
            let path = loaded.path.as_deref();
            let configuration = path.map(fs::read_to_string).transpose();
            let configuration = configuration.map_err(BackupError::from)?;
            let making = Making {
                passphrase: passphrase.as_ref(),
                configuration: configuration.as_deref(),
            };
            Ok(backup::make(&store, &making, file)?)
        }
    })?;
    tell_made(passphrase.is_some(), &incomplete);
    Ok(())
}

/// On standard error, as the backup itself may go to standard output.
fn tell_made(is_sealed: bool, incomplete: &[String]) {
    if is_sealed {
        commands::complain(
            "the backup is made; without its passphrase nobody can read it, not even you",
        );
        return;
    }
    commands::complain(
        "the backup is made. Not in it: passwords, user names, headers and addresses that hold any, uploaded lists, streams that were pinned or moved by hand, the configuration file. Give a passphrase to have all of it",
    );
    if !incomplete.is_empty() {
        let names = incomplete.join(", ");
        commands::complain(&format!(
            "switched off in it until they are filled in: {names}"
        ));
    }
}

/// `dipole restore`
pub(crate) fn restore(args: &Args) -> Result<(), Failure> {
    let loaded = commands::load(args)?;
    let plan = plan::of(&loaded.config)?;
    let passphrase = passphrase(&args.backup)?;
    let path = args.file.clone().unwrap_or_default();
    let mut file = File::open(&path).map_err(|error| of_file(&path, error))?;
    let bytes_max = plan.import_bytes_max;
    let opened =
        backup::open(&mut file, passphrase.as_ref(), bytes_max).map_err(BackupFailure::from)?;
    let store = open_store(&loaded).map_err(|error| match error {
        store::Error::InUse { .. } => BackupFailure::Running(error),
        error => BackupError::from(error).into(),
    })?;
    let has_facts = store.has_facts().map_err(BackupError::from);
    let has_facts = has_facts.map_err(BackupFailure::from)?;
    if has_facts && !args.backup.force {
        return Err(BackupFailure::Kept(loaded.config.data.clone()).into());
    }
    if let Some(out) = &args.backup.configuration_out {
        write_configuration(out, opened.configuration.as_deref())?;
    }
    let aside = has_facts.then(|| store.copy_aside()).transpose();
    let aside = aside.map_err(BackupError::from);
    let aside = aside.map_err(BackupFailure::from)?;
    let restored = backup::restore(&store, opened, &mut file, args.backup.as_new_device);
    let restored = restored.map_err(BackupFailure::from)?;
    commands::say(&told(&restored, aside.as_deref(), args))
}

fn told(restored: &Restored, aside: Option<&Path>, args: &Args) -> String {
    let mut text = format!(
        "restored: {} sources, {} uploaded lists, numbers of {} channels, {} decisions (made by Dipole {})\n",
        restored.sources, restored.lists, restored.channels, restored.decisions, restored.made_by
    );
    if let Some(aside) = aside {
        text.push_str(&format!("what was there before: {}\n", aside.display()));
    }
    if !restored.incomplete.is_empty() {
        text.push_str(&format!(
            "switched off until their passwords are filled in: {}\n",
            restored.incomplete.join(", ")
        ));
    }
    if restored.has_configuration && args.backup.configuration_out.is_none() {
        text.push_str(
            "a configuration file is in the backup: --configuration-out FILE writes it\n",
        );
    }
    if !args.backup.as_new_device {
        text.push_str("this is the device of the backup now: do not run both in one house (--as-new-device)\n");
    }
    text
}

fn open_store(loaded: &Loaded) -> Result<Store, store::Error> {
    // Small: it runs once.
    const CACHE_BYTES: usize = 1 << 20;
    let options = Options {
        cache_bytes: CACHE_BYTES,
    };
    Store::open(&loaded.config.data, options)
}

/// That of the file, else of the environment. Not on the command line: that is for everybody to see.
fn passphrase(args: &BackupArgs) -> Result<Option<Passphrase>, Failure> {
    let text = match &args.passphrase_file {
        None => std::env::var(failure::VARIABLE).ok(),
        Some(path) => {
            let read = if path.as_os_str() == STANDARD {
                read_text(io::stdin().lock())
            } else {
                File::open(path).and_then(read_text)
            };
            Some(read.map_err(|error| of_file(path, error))?)
        }
    };
    let first = text.as_deref().and_then(|text| text.lines().next());
    let passphrase = match (&text, first) {
        (None, _) => return Ok(None),
        (Some(_), first) => Passphrase::new(first.unwrap_or_default()),
    };
    Ok(Some(passphrase.map_err(BackupFailure::from)?))
}

fn read_text(from: impl Read) -> io::Result<String> {
    let mut text = String::new();
    from.take(2 * Passphrase::BYTES_MAX as u64)
        .read_to_string(&mut text)?;
    Ok(text)
}

/// Writes a file whole or not at all, for its owner alone.
fn written<T>(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<T, BackupFailure>,
) -> Result<T, Failure> {
    if path.as_os_str() == STANDARD {
        return Ok(write(&mut io::stdout().lock())?);
    }
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let opened = private().truncate(true).create(true).open(&part);
    let mut file = opened.map_err(|error| of_file(&part, error))?;
    let done = write(&mut file).map_err(Failure::from).and_then(|value| {
        let kept = file.sync_all().and_then(|()| fs::rename(&part, path));
        kept.map(|()| value).map_err(|error| of_file(path, error))
    });
    if done.is_err() {
        let _ = fs::remove_file(&part);
    }
    done
}

fn write_configuration(path: &Path, text: Option<&str>) -> Result<(), Failure> {
    let Some(text) = text else {
        commands::complain("no configuration file is in the backup");
        return Ok(());
    };
    // Never over one that is there.
    let file = private().create_new(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| of_file(path, error))
}

fn private() -> fs::OpenOptions {
    let mut options = File::options();
    options.write(true).mode(0o600);
    options
}

fn of_file(path: &Path, error: io::Error) -> Failure {
    Failure::File {
        path: path.to_owned(),
        error,
    }
}
