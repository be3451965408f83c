//! Going over a backup before anything is made of it.

use std::{
    fs::File,
    io::{Read, Seek},
    ops::ControlFlow,
};

use archive::{Checker, Head, Item, Key, Reader};
use desk::Passphrase;
use store::{BadFacts, Facts, FactsBuilder, Section};

use super::{
    BackupError, PIECE_BYTES,
    lists::{Bad, Lists},
    section,
};

/// Names of sources that lack their secrets, at most.
const INCOMPLETE_MAX: usize = 1024;

/// A backup that is whole, of this passphrase, and can be restored.
#[derive(Debug)]
pub struct Opened {
    /// Who made it, and when.
    pub head: Head,
    /// What it holds, but for the lists.
    pub facts: Facts,
    /// The text of the configuration file.
    pub configuration: Option<String>,
    /// Names of the sources whose secrets are not in it.
    pub incomplete: Vec<String>,
    /// How many uploaded lists are in it.
    pub lists: usize,
    pub(super) key: Option<Key>,
    pub(super) bytes_max: usize,
}

/// Goes over a backup twice: its checksum, then the passphrase and everything that it holds. `bytes_max` is
/// what the facts may take, and each list.
///
/// # Errors
/// See [`BackupError`].
pub fn open(
    file: &mut File,
    passphrase: Option<&Passphrase>,
    bytes_max: usize,
) -> Result<Opened, BackupError> {
    let mut checker = Checker::default();
    each_piece(file, &mut |piece| Ok(checker.push(piece)?))?;
    let head = checker.finish()?;
    if head.sealing.is_some() && passphrase.is_none() {
        return Err(archive::Error::NeedsPassphrase.into());
    }
    let key = head.sealing.zip(passphrase);
    let key = key.map(|(sealing, passphrase)| Key::of(passphrase.as_bytes(), &sealing));
    let mut content = Content::new(bytes_max);
    let mut reader = Reader::new(key.clone());
    let maker = &head.maker;
    each_piece(file, &mut |piece| {
        let mut bad = None;
        let flow = reader.push(piece, &mut |item| {
            bad = content.take(item).err();
            match bad {
                None => ControlFlow::Continue(()),
                Some(_) => ControlFlow::Break(()),
            }
        });
        match bad {
            Some(bad) => Err(of(bad, maker)),
            None => Ok(flow.map(|_| ())?),
        }
    })?;
    reader.finish()?;
    content.lists.end();
    let facts = content.builder.finish();
    Ok(Opened {
        facts: facts.map_err(|why| of(Bad::Facts(why), maker))?,
        configuration: content.configuration,
        incomplete: content.incomplete,
        lists: content.count,
        key,
        bytes_max,
        head,
    })
}

fn of(bad: Bad, maker: &str) -> BackupError {
    match bad {
        Bad::Full(full) => full.into(),
        Bad::Facts(why) => BackupError::Facts {
            maker: maker.to_owned(),
            why,
        },
    }
}

fn each_piece(
    file: &mut File,
    take: &mut dyn FnMut(&[u8]) -> Result<(), BackupError>,
) -> Result<(), BackupError> {
    let mut piece = [0; PIECE_BYTES];
    file.rewind()?;
    loop {
        let count = file.read(&mut piece)?;
        if count == 0 {
            return Ok(());
        }
        take(&piece[..count])?;
    }
}

/// What has been read so far.
struct Content {
    builder: FactsBuilder,
    at: At,
    configuration: Option<String>,
    incomplete: Vec<String>,
    lists: Lists,
    count: usize,
}

/// Which section the records belong to.
#[derive(Clone, Copy)]
enum At {
    Facts(Section),
    Configuration,
    Incomplete,
    List,
}

impl Content {
    fn new(bytes_max: usize) -> Self {
        Self {
            builder: FactsBuilder::new(bytes_max),
            at: At::Incomplete,
            configuration: None,
            incomplete: Vec::new(),
            lists: Lists::new(bytes_max),
            count: 0,
        }
    }

    fn take(&mut self, item: Item<'_>) -> Result<(), Bad> {
        let record = match item {
            Item::Section { name, version } => {
                self.at = at(name, version).map_err(Bad::Facts)?;
                self.lists.section(name);
                self.count += usize::from(matches!(self.at, At::List));
                return Ok(());
            }
            Item::Record(record) => record,
        };
        match self.at {
            At::Facts(section) => self.builder.row(section, record).map_err(Bad::Facts),
            At::Configuration => {
                self.configuration = Some(String::from_utf8_lossy(record).into_owned());
                Ok(())
            }
            At::Incomplete => {
                if self.incomplete.len() < INCOMPLETE_MAX {
                    let name = String::from_utf8_lossy(record).into_owned();
                    self.incomplete.push(name);
                }
                Ok(())
            }
            At::List => self.lists.record(record),
        }
    }
}

fn at(name: &str, version: u16) -> Result<At, BadFacts> {
    let ours = match name {
        section::CONFIGURATION => At::Configuration,
        section::INCOMPLETE => At::Incomplete,
        section::LIST => At::List,
        _ => return FactsBuilder::section(name, version).map(At::Facts),
    };
    if version == section::VERSION {
        return Ok(ours);
    }
    Err(BadFacts::Newer {
        what: name.to_owned(),
    })
}
