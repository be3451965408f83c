//! Writing a backup.

use std::{
    io::Write,
    ops::ControlFlow,
    time::{SystemTime, UNIX_EPOCH},
};

use archive::{Head, Key, ROUNDS, SALT_BYTES, Sealing, Writer};
use desk::Passphrase;
use store::{Section, Store, encode_entry};

use super::{BackupError, redact::redact, section};

/// What is to become of the facts.
#[derive(Clone, Copy, Debug)]
pub struct Making<'a> {
    /// What the backup is sealed with; `None` for one without secrets.
    pub passphrase: Option<&'a Passphrase>,
    /// The text of the configuration file, for one that is sealed: passwords may stand in it.
    pub configuration: Option<&'a str>,
}

/// Writes a backup of everything in the store. Returns the names of the sources whose secrets are not in it.
///
/// # Errors
/// See [`BackupError`]; what was written by then is none.
pub fn make(
    store: &Store,
    making: &Making<'_>,
    out: &mut dyn Write,
) -> Result<Vec<String>, BackupError> {
    let mut facts = store.load_facts()?;
    let incomplete = match making.passphrase {
        Some(_) => Vec::new(),
        None => redact(&mut facts, store)?,
    };
    let head = head(making)?;
    let key = making.passphrase.zip(head.sealing);
    let key = key.map(|(passphrase, sealing)| Key::of(passphrase.as_bytes(), &sealing));
    let mut writer = Writer::new(&head, key);
    for section in Section::ALL {
        writer.section(section.name(), Section::VERSION);
        facts.each_row(section, &mut |row| put(&mut writer, row, out))?;
    }
    if let (Some(text), Some(_)) = (making.configuration, making.passphrase) {
        writer.section(section::CONFIGURATION, section::VERSION);
        writer.record(text.as_bytes())?;
    }
    if !incomplete.is_empty() {
        writer.section(section::INCOMPLETE, section::VERSION);
        for name in &incomplete {
            put(&mut writer, name.as_bytes(), out)?;
        }
    }
    for (source, _) in &facts.states {
        put_list(&mut writer, store, *source, out)?;
    }
    out.write_all(&writer.finish())?;
    out.flush()?;
    Ok(incomplete)
}

fn head(making: &Making<'_>) -> Result<Head, BackupError> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).map_err(BackupError::Random)?;
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Ok(Head {
        maker: env!("CARGO_PKG_VERSION").to_owned(),
        made_unix_s: since.map_or(0, |since| since.as_secs()),
        sealing: making.passphrase.map(|_| Sealing {
            rounds: ROUNDS,
            salt,
        }),
    })
}

fn put(writer: &mut Writer, row: &[u8], out: &mut dyn Write) -> Result<(), BackupError> {
    writer.record(row)?;
    Ok(out.write_all(&writer.take())?)
}

fn put_list(
    writer: &mut Writer,
    store: &Store,
    source: u16,
    out: &mut dyn Write,
) -> Result<(), BackupError> {
    writer.section(section::LIST, section::VERSION);
    put(writer, &source.to_le_bytes(), out)?;
    let mut row = Vec::new();
    let mut failed = None;
    store.each_entry(source, |entry| {
        encode_entry(&entry, &mut row);
        failed = put(writer, &row, out).err();
        match failed {
            None => ControlFlow::Continue(()),
            Some(_) => ControlFlow::Break(()),
        }
    })?;
    failed.map_or(Ok(()), Err)
}
