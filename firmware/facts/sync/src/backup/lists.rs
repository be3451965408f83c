//! Uploaded lists, out of a backup.

use std::{
    fs::File,
    io::{self, Read, Seek},
    ops::ControlFlow,
};

use archive::{Item, Key, Reader};
use store::{BadFacts, List, ListWriter, decode_entry};

use super::{BackupError, PIECE_BYTES, section};

/// Puts lists together from their records, one after the other.
pub(super) struct Lists {
    /// The list that is being read, once it is known whose it is.
    open: Option<(u16, ListWriter)>,
    is_in_list: bool,
    bytes_max: usize,
}

impl Lists {
    pub(super) const fn new(bytes_max: usize) -> Self {
        Self {
            open: None,
            is_in_list: false,
            bytes_max,
        }
    }

    /// A section begins; the list that this ends.
    pub(super) fn section(&mut self, name: &str) -> Option<(u16, List)> {
        self.is_in_list = name == section::LIST;
        self.end()
    }

    /// Ends the list that is open.
    pub(super) fn end(&mut self) -> Option<(u16, List)> {
        let (source, writer) = self.open.take()?;
        Some((source, writer.finish()))
    }

    /// A record; it counts where it belongs to a list.
    pub(super) fn record(&mut self, record: &[u8]) -> Result<(), Bad> {
        if !self.is_in_list {
            return Ok(());
        }
        let Some((_, writer)) = &mut self.open else {
            let source = record.try_into().map(u16::from_le_bytes);
            let source = source.map_err(|_| Bad::Facts(NOBODY))?;
            self.open = Some((source, ListWriter::new(self.bytes_max)));
            return Ok(());
        };
        let entry = decode_entry(record).map_err(Bad::Facts)?;
        writer.push(&entry).map_err(Bad::Full)
    }
}

const NOBODY: BadFacts = BadFacts::Row {
    section: section::LIST,
    what: "it does not say whose list it is",
};

/// What is wrong with a record.
pub(super) enum Bad {
    Facts(BadFacts),
    Full(store::ListFull),
}

/// The lists of a file that has been gone over, one at a time.
pub(super) struct ListsOf<'a> {
    file: &'a mut File,
    reader: Reader,
    lists: Lists,
    /// Those that are whole and have not been handed out.
    whole: Vec<(u16, List)>,
    has_ended: bool,
}

impl<'a> ListsOf<'a> {
    pub(super) fn new(
        file: &'a mut File,
        key: Option<Key>,
        bytes_max: usize,
    ) -> Result<Self, BackupError> {
        file.rewind()?;
        Ok(Self {
            file,
            reader: Reader::new(key),
            lists: Lists::new(bytes_max),
            whole: Vec::new(),
            has_ended: false,
        })
    }

    pub(super) fn next(&mut self) -> io::Result<Option<(u16, List)>> {
        let mut piece = [0; PIECE_BYTES];
        while self.whole.is_empty() && !self.has_ended {
            let count = self.file.read(&mut piece)?;
            if count == 0 {
                self.has_ended = true;
                self.whole.extend(self.lists.end());
                break;
            }
            let (lists, whole) = (&mut self.lists, &mut self.whole);
            let mut is_bad = false;
            let read = self.reader.push(&piece[..count], &mut |item| {
                match item {
                    Item::Section { name, .. } => whole.extend(lists.section(name)),
                    Item::Record(record) => is_bad = lists.record(record).is_err(),
                }
                match is_bad {
                    false => ControlFlow::Continue(()),
                    true => ControlFlow::Break(()),
                }
            });
            if is_bad || read.is_err() {
                // It has been gone over a moment ago.
                return Err(io::Error::other("the file was changed meanwhile"));
            }
        }
        Ok((!self.whole.is_empty()).then(|| self.whole.remove(0)))
    }
}
