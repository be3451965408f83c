//! The way to the tables of a film: box headers in front, `moov`, what is in it.
//!
//! The media data is passed over by asking for what lies behind it, and so are tables beyond what
//! is held of them.

use super::index::Index;
use super::limits::{
    HEADER_BYTES_MAX as SKELETON_BYTES_MAX, TABLE_WINDOW_BYTES, TABLES_BYTES_MAX, TABLES_MAX,
};
use super::samples::TrackTables;
use super::table::{TABLE_HEADER_BYTES_MAX, Table, TableKind, Window};
use crate::boxes::{Extent, HEADER_BYTES_MAX, Header};
use crate::error::Error;
use crate::four_cc::FourCc;
use crate::fragment::MOOF;
use crate::movie::{Movie, TRACKS_MAX};

/// Boxes in front of the `moov` that are passed over: more are no film.
const BOXES_MAX: u32 = 64;

const MOOV: FourCc = FourCc(*b"moov");
const TRAK: FourCc = FourCc(*b"trak");

/// How a survey came out.
#[derive(Debug)]
pub enum Surveyed {
    /// Where the samples lie.
    Plain(Box<Index>),
    /// The samples lie in fragments: [`Reader`](crate::Reader) reads the file from its front.
    Fragmented,
}

/// Finds the `moov` and its tables.
#[derive(Debug)]
pub struct Survey {
    /// The next byte that is wanted.
    at: u64,
    /// What lies before this byte is not wanted.
    jump: Option<u64>,
    state: State,
    /// A header that is not whole yet.
    header: Vec<u8>,
    boxes: u32,
    /// The content of the `moov` without tables and without what nobody reads.
    skeleton: Vec<u8>,
    /// The containers around this place: where their headers stand in the skeleton, where they end
    /// in the file.
    open: Vec<(usize, u64)>,
    tables: Vec<TrackTables>,
    tables_count: usize,
    /// Whether the tables will be held whole.
    is_whole: bool,
    moov_end: u64,
    is_fragmented: bool,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// In front of the `moov`, at the header of a box.
    Outside,
    /// In the `moov`, at the header of a box.
    Inside,
    /// In a box that is copied to the skeleton, up to here.
    Copied { end: u64 },
    /// In the header of a table.
    TableHeader {
        kind: FourCc,
        table: TableKind,
        begin: u64,
        end: u64,
    },
    /// In the entries of the table found last, up to here; the box ends there.
    Entries { until: u64, end: u64 },
    /// All is read.
    Done,
}

impl Default for Survey {
    fn default() -> Self {
        Self::new()
    }
}

impl Survey {
    /// At the first byte of the file.
    #[must_use]
    pub fn new() -> Self {
        Self {
            at: 0,
            jump: None,
            state: State::Outside,
            header: Vec::with_capacity(HEADER_BYTES_MAX),
            boxes: 0,
            skeleton: Vec::new(),
            open: Vec::new(),
            tables: Vec::new(),
            tables_count: 0,
            is_whole: true,
            moov_end: 0,
            is_fragmented: false,
        }
    }

    /// The next byte that is wanted.
    #[must_use]
    pub const fn at(&self) -> u64 {
        self.at
    }

    /// Takes bytes off the front of `input`, which begin at [`Self::at`]. While it gives `None` it
    /// wants more, from the place that [`Self::at`] then says.
    ///
    /// # Errors
    /// The boxes cannot be read; the file is no film.
    pub fn next(&mut self, input: &mut &[u8]) -> Result<Option<Surveyed>, Error> {
        loop {
            self.jump(input)?;
            match self.state {
                State::Done => return self.judge().map(Some),
                State::Entries { until, end } if self.at >= until => self.jump = Some(end),
                State::Outside | State::Inside => {
                    let Some(header) = self.read_header(input)? else {
                        return Ok(None);
                    };
                    if matches!(self.state, State::Outside) {
                        self.enter_outside(header)?;
                    } else {
                        self.enter_inside(header)?;
                    }
                }
                _ if input.is_empty() => return Ok(None),
                State::Copied { end } => {
                    let taken = self.take(input, end);
                    self.skeleton.extend_from_slice(taken);
                    self.leave_at(end)?;
                }
                State::TableHeader {
                    kind,
                    table,
                    begin,
                    end,
                } => self.read_table(input, (kind, table), (begin, end))?,
                State::Entries { until, .. } => self.read_entries(input, until),
            }
        }
    }

    /// Goes where the last step led. Bytes on the way are passed over as far as they are there; the
    /// caller sees by [`Self::at`] how many more are not wanted.
    fn jump(&mut self, input: &mut &[u8]) -> Result<(), Error> {
        let Some(to) = self.jump.take() else {
            return Ok(());
        };
        self.take(input, to);
        self.at = self.at.max(to);
        match self.state {
            State::Outside => Ok(()),
            _ => self.leave_at(to),
        }
    }

    fn read_header(&mut self, input: &mut &[u8]) -> Result<Option<Header>, Error> {
        loop {
            if let Some(header) = Header::read(&self.header)? {
                self.header.clear();
                return Ok(Some(header));
            }
            let Some((byte, rest)) = input.split_first() else {
                return Ok(None);
            };
            self.header.push(*byte);
            *input = rest;
            self.at = self.at.saturating_add(1);
        }
    }

    fn enter_outside(&mut self, header: Header) -> Result<(), Error> {
        self.boxes += 1;
        let Extent::Bytes(bytes) = header.content else {
            // The last box of the file, and no moov was before it.
            return match header.kind {
                MOOV => Err(Error::Length { kind: MOOV }),
                _ => Err(Error::Missing { kind: MOOV }),
            };
        };
        let end = self.at.saturating_add(bytes);
        match header.kind {
            MOOV => {
                self.moov_end = end;
                self.is_whole = bytes <= TABLES_BYTES_MAX as u64;
                self.state = State::Inside;
                self.leave_at(self.at)?;
            }
            MOOF => {
                self.is_fragmented = true;
                self.state = State::Done;
            }
            _ if self.boxes > BOXES_MAX => return Err(Error::Missing { kind: MOOV }),
            _ => self.jump = Some(end),
        }
        Ok(())
    }

    fn enter_inside(&mut self, header: Header) -> Result<(), Error> {
        let kind = header.kind;
        let around = self.open.last().map_or(self.moov_end, |(_, end)| *end);
        let end = match header.content {
            Extent::ToEnd => around,
            Extent::Bytes(bytes) => self.at.saturating_add(bytes),
        };
        if end > around {
            return Err(Error::Length { kind });
        }
        match &kind.0 {
            b"trak" | b"mdia" | b"minf" | b"stbl" => {
                if kind == TRAK {
                    self.tables.push(TrackTables::default());
                }
                self.open.push((self.skeleton.len(), end));
                self.write_header(kind, 0);
                self.leave_at(self.at)
            }
            b"mvhd" | b"tkhd" | b"mdhd" | b"hdlr" | b"edts" | b"stsd" | b"mvex" => {
                self.is_fragmented |= kind.0 == *b"mvex";
                let bytes = end - self.at;
                let room = SKELETON_BYTES_MAX.saturating_sub(self.skeleton.len());
                if bytes > room as u64 {
                    return Err(Error::TooLarge {
                        kind,
                        bytes,
                        bytes_max: room as u64,
                    });
                }
                self.write_header(kind, bytes);
                self.state = State::Copied { end };
                self.leave_at(end)
            }
            _ => self.enter_other(kind, end),
        }
    }

    /// A table, or what nobody reads.
    fn enter_other(&mut self, kind: FourCc, end: u64) -> Result<(), Error> {
        let tracks = self.tables.len();
        match TableKind::of(kind) {
            Some(table) if (1..=TRACKS_MAX).contains(&tracks) && self.tables_count < TABLES_MAX => {
                let begin = self.at;
                self.state = State::TableHeader {
                    kind,
                    table,
                    begin,
                    end,
                };
                Ok(())
            }
            _ => {
                self.jump = Some(end);
                Ok(())
            }
        }
    }

    fn read_table(
        &mut self,
        input: &mut &[u8],
        (kind, table): (FourCc, TableKind),
        (begin, end): (u64, u64),
    ) -> Result<(), Error> {
        let header_bytes = Table::header_bytes(table);
        debug_assert!(header_bytes <= TABLE_HEADER_BYTES_MAX);
        if end - begin < header_bytes as u64 {
            return Err(Error::Short { kind });
        }
        let taken = self.take(input, begin + header_bytes as u64);
        self.header.extend_from_slice(taken);
        if self.header.len() < header_bytes {
            return Ok(());
        }
        let header = std::mem::take(&mut self.header);
        let window = Window(self.tables_count);
        let table = Table::read((window, kind, table), &header, (begin, end - begin))?;
        self.tables_count += 1;
        let held = if self.is_whole {
            TABLES_BYTES_MAX
        } else {
            TABLE_WINDOW_BYTES
        };
        let until = table.end().min(self.at.saturating_add(held as u64));
        if let Some(tables) = self.tables.last_mut() {
            tables.0.push(table);
        }
        self.state = State::Entries { until, end };
        Ok(())
    }

    fn read_entries(&mut self, input: &mut &[u8], until: u64) {
        let at = self.at;
        let taken = self.take(input, until);
        let table = self
            .tables
            .last_mut()
            .and_then(|tables| tables.0.last_mut());
        if let (Some(table), false) = (table, taken.is_empty()) {
            table.hold(at, taken, TABLES_BYTES_MAX);
        }
    }

    /// Closes every box that ends here, if this is the end of the one that is read.
    fn leave_at(&mut self, end: u64) -> Result<(), Error> {
        if self.at < end {
            return Ok(());
        }
        self.state = State::Inside;
        while let Some((begin, _)) = self.open.pop_if(|(_, end)| *end <= self.at) {
            let bytes = self.skeleton.len() - begin;
            let size = u32::try_from(bytes).unwrap_or(u32::MAX).to_be_bytes();
            if let Some(field) = self.skeleton.get_mut(begin..begin + size.len()) {
                field.copy_from_slice(&size);
            }
        }
        if self.skeleton.len() > SKELETON_BYTES_MAX {
            return Err(Error::TooLarge {
                kind: MOOV,
                bytes: self.skeleton.len() as u64,
                bytes_max: SKELETON_BYTES_MAX as u64,
            });
        }
        if self.open.is_empty() && self.at >= self.moov_end {
            self.state = State::Done;
        }
        Ok(())
    }

    fn write_header(&mut self, kind: FourCc, bytes: u64) {
        let size = u32::try_from(bytes.saturating_add(8)).unwrap_or(u32::MAX);
        self.skeleton.extend(size.to_be_bytes());
        self.skeleton.extend(kind.0);
    }

    fn judge(&mut self) -> Result<Surveyed, Error> {
        let has_samples = self.tables.iter().any(|tables| tables.count() > 0);
        if self.is_fragmented && !has_samples {
            return Ok(Surveyed::Fragmented);
        }
        let (movie, places) = Movie::read_film(&self.skeleton)?;
        let tables = places.into_iter().map(|place| {
            let tables = self.tables.get_mut(place).map(std::mem::take);
            tables.unwrap_or_default()
        });
        let index = Index::new(movie, tables.collect(), self.is_whole);
        Ok(Surveyed::Plain(Box::new(index)))
    }

    fn take<'a>(&mut self, input: &mut &'a [u8], until: u64) -> &'a [u8] {
        let wanted = usize::try_from(until.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let (taken, rest) = input.split_at(wanted.min(input.len()));
        *input = rest;
        self.at = self.at.saturating_add(taken.len() as u64);
        taken
    }
}
