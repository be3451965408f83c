//! Programmes in the order of their channels and starts, however their guide orders them.
//!
//! What fits into memory is sorted there; when it is full it goes, sorted, to a file that has no name
//! any more, and in the end all such runs are read side by side.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    fs::{self, File},
    io::{self, BufWriter, Write as _},
    os::unix::fs::FileExt as _,
    path::Path,
};

use crate::{Error, programme::PROGRAMME_BYTES_MAX};

/// Runs that are read side by side, each through a buffer of its own.
const RUNS_MAX: usize = 192;
/// Of a run while it is read; longer than any record.
const RUN_BUFFER_BYTES: usize = 10 << 10;
const _: () = assert!(RUN_BUFFER_BYTES > PROGRAMME_BYTES_MAX + HEAD_BYTES);
/// Before a record in a run: key, start, length.
const HEAD_BYTES: usize = 8 + 4 + 2;
/// The least that makes sense.
const MEMORY_BYTES_MIN: usize = 256 << 10;
const NAME: &str = "guide.aside";

/// A programme's place and its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Record {
    pub(crate) key: u64,
    /// Seconds since 1970.
    pub(crate) start: u32,
    pub(crate) bytes: Vec<u8>,
}

/// Takes programmes in any order.
pub(crate) struct Sorter<'a> {
    folder: &'a Path,
    memory_bytes_max: usize,
    arena: Vec<u8>,
    rows: Vec<Row>,
    /// Made when memory is full for the first time.
    file: Option<File>,
    /// Where each run begins and ends in the file.
    runs: Vec<[u64; 2]>,
}

/// Where a programme lies in memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    key: u64,
    start: u32,
    begin: u32,
    len: u16,
}

impl<'a> Sorter<'a> {
    /// Holds about `memory_bytes_max`, and puts aside the rest in `folder`.
    pub(crate) fn new(folder: &'a Path, memory_bytes_max: usize) -> Self {
        Self {
            folder,
            memory_bytes_max: memory_bytes_max.max(MEMORY_BYTES_MIN),
            arena: Vec::new(),
            rows: Vec::new(),
            file: None,
            runs: Vec::new(),
        }
    }

    /// Adds a programme that `write` writes.
    pub(crate) fn push(
        &mut self,
        key: u64,
        start: u32,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> Result<(), Error> {
        let begin = self.arena.len();
        write(&mut self.arena);
        let len = self.arena.len() - begin;
        let (Ok(begin), Ok(len)) = (u32::try_from(begin), u16::try_from(len)) else {
            self.arena.truncate(begin);
            return Ok(());
        };
        self.rows.push(Row {
            key,
            start,
            begin,
            len,
        });
        if self.arena.len() + self.rows.len() * size_of::<Row>() >= self.memory_bytes_max {
            self.put_aside()?;
        }
        Ok(())
    }

    fn sort(&mut self) {
        self.rows.sort_by_key(|row| (row.key, row.start));
    }

    fn put_aside(&mut self) -> Result<(), Error> {
        if self.runs.len() == RUNS_MAX {
            let bytes = RUNS_MAX * self.memory_bytes_max;
            return Err(Error::TooMuch {
                mib: bytes as u64 >> 20,
            });
        }
        self.sort();
        let path = self.folder.join(NAME);
        self.write_run()
            .map_err(|cause| Error::Aside { path, cause })?;
        self.arena.clear();
        self.rows.clear();
        Ok(())
    }

    fn write_run(&mut self) -> io::Result<()> {
        let file = match self.file.take() {
            Some(file) => file,
            None => nameless(self.folder)?,
        };
        let begin = self.runs.last().map_or(0, |[_, end]| *end);
        let mut end = begin;
        let mut out = BufWriter::with_capacity(RUN_BUFFER_BYTES, &file);
        for row in &self.rows {
            let bytes = self.bytes(row);
            out.write_all(&row.key.to_le_bytes())?;
            out.write_all(&row.start.to_le_bytes())?;
            out.write_all(&row.len.to_le_bytes())?;
            out.write_all(bytes)?;
            end += (HEAD_BYTES + bytes.len()) as u64;
        }
        out.flush()?;
        drop(out);
        self.runs.push([begin, end]);
        self.file = Some(file);
        Ok(())
    }

    fn bytes(&self, row: &Row) -> &[u8] {
        let begin = row.begin as usize;
        let bytes = self.arena.get(begin..begin + usize::from(row.len));
        bytes.unwrap_or_default()
    }

    /// All programmes in order; those with equal places in the order in which they came.
    pub(crate) fn finish(mut self) -> Result<Sorted, Error> {
        if self.runs.is_empty() {
            self.sort();
            let rows = std::mem::take(&mut self.rows);
            let arena = std::mem::take(&mut self.arena);
            return Ok(Sorted::Memory {
                arena,
                rows: rows.into_iter(),
            });
        }
        if !self.rows.is_empty() {
            self.put_aside()?;
        }
        let Some(file) = self.file else {
            return Err(Error::Aborted);
        };
        let mut merge = Merge {
            file,
            runs: self.runs.into_iter().map(Run::new).collect(),
            heads: BinaryHeap::new(),
        };
        let path = self.folder.join(NAME);
        merge
            .begin()
            .map_err(|cause| Error::Aside { path, cause })?;
        Ok(Sorted::Files(merge))
    }
}

/// A file that is gone when it is closed, in whatever way Dipole ends.
fn nameless(folder: &Path) -> io::Result<File> {
    let path = folder.join(NAME);
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(true);
    let file = options.open(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}

/// Programmes in order.
pub(crate) enum Sorted {
    Memory {
        arena: Vec<u8>,
        rows: std::vec::IntoIter<Row>,
    },
    Files(Merge),
}

impl Sorted {
    pub(crate) fn next(&mut self) -> io::Result<Option<Record>> {
        match self {
            Self::Memory { arena, rows } => Ok(rows.next().map(|row| {
                let begin = row.begin as usize;
                let bytes = arena.get(begin..begin + usize::from(row.len));
                Record {
                    key: row.key,
                    start: row.start,
                    bytes: bytes.unwrap_or_default().to_vec(),
                }
            })),
            Self::Files(merge) => merge.next(),
        }
    }
}

/// Runs that are read side by side.
pub(crate) struct Merge {
    file: File,
    runs: Vec<Run>,
    /// The first record of each run that has one left, by place and run.
    heads: BinaryHeap<Reverse<Head>>,
}

/// Key, start, run and bytes of a record.
type Head = (u64, u32, usize, Vec<u8>);

struct Run {
    /// Where the file goes on behind what is buffered, and where the run ends.
    next: u64,
    end: u64,
    buffer: Vec<u8>,
    at: usize,
}

impl Merge {
    fn begin(&mut self) -> io::Result<()> {
        (0..self.runs.len()).try_for_each(|run| self.fetch(run))
    }

    fn next(&mut self) -> io::Result<Option<Record>> {
        let Some(Reverse((key, start, run, bytes))) = self.heads.pop() else {
            return Ok(None);
        };
        self.fetch(run)?;
        Ok(Some(Record { key, start, bytes }))
    }

    /// Puts the next record of a run among the heads.
    fn fetch(&mut self, at: usize) -> io::Result<()> {
        let Some(run) = self.runs.get_mut(at) else {
            return Ok(());
        };
        if let Some(Record { key, start, bytes }) = run.next(&self.file)? {
            self.heads.push(Reverse((key, start, at, bytes)));
        }
        Ok(())
    }
}

impl Run {
    fn new([begin, end]: [u64; 2]) -> Self {
        Self {
            next: begin,
            end,
            buffer: Vec::new(),
            at: 0,
        }
    }

    fn next(&mut self, file: &File) -> io::Result<Option<Record>> {
        if self.record().is_none() {
            self.fill(file)?;
        }
        let Some((record, bytes)) = self.record() else {
            let is_over = self.at == self.buffer.len() && self.next == self.end;
            return match is_over {
                true => Ok(None),
                false => Err(io::ErrorKind::UnexpectedEof.into()),
            };
        };
        self.at += bytes;
        Ok(Some(record))
    }

    /// The record at the front of the buffer, if it is whole, and its length there.
    fn record(&self) -> Option<(Record, usize)> {
        let bytes = self.buffer.get(self.at..)?;
        let (key, rest) = bytes.split_first_chunk::<8>()?;
        let (start, rest) = rest.split_first_chunk::<4>()?;
        let (len, rest) = rest.split_first_chunk::<2>()?;
        let len = usize::from(u16::from_le_bytes(*len));
        let record = Record {
            key: u64::from_le_bytes(*key),
            start: u32::from_le_bytes(*start),
            bytes: rest.get(..len)?.to_vec(),
        };
        Some((record, HEAD_BYTES + len))
    }

    fn fill(&mut self, file: &File) -> io::Result<()> {
        self.buffer.drain(..self.at);
        self.at = 0;
        let held = self.buffer.len();
        let left = usize::try_from(self.end - self.next).unwrap_or(usize::MAX);
        let len = left.min(RUN_BUFFER_BYTES - held);
        self.buffer.resize(held + len, 0);
        file.read_exact_at(&mut self.buffer[held..], self.next)?;
        self.next += len as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sorted(records: &[Record], memory: usize) -> Vec<Record> {
        let folder = tempfile::tempdir().unwrap();
        let mut sorter = Sorter::new(folder.path(), memory);
        sorter.memory_bytes_max = memory;
        for record in records {
            let write = |out: &mut Vec<u8>| out.extend_from_slice(&record.bytes);
            sorter.push(record.key, record.start, write).unwrap();
        }
        let mut sorted = sorter.finish().unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "no name");
        std::iter::from_fn(|| sorted.next().unwrap()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn whatever_fits_into_memory_the_order_is_the_same(
            places in proptest::collection::vec((0..9_u64, 0..50_u32, 0..300_usize), 0..200),
        ) {
            let records: Vec<_> = (0_u32..).zip(&places).map(|(n, &(key, start, len))| Record {
                key,
                start,
                bytes: [n.to_le_bytes().as_slice(), &vec![7; len]].concat(),
            }).collect();
            let mut expected = records.clone();
            expected.sort_by_key(|record| (record.key, record.start));
            prop_assert_eq!(&sorted(&records, usize::MAX), &expected);
            prop_assert_eq!(&sorted(&records, 2000), &expected);
        }
    }

    #[test]
    fn too_much_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut sorter = Sorter::new(folder.path(), 0);
        sorter.memory_bytes_max = 1;
        let refused = (0..1000).find_map(|n| sorter.push(n, 0, |out| out.push(1)).err());
        assert!(
            matches!(refused, Some(Error::TooMuch { .. })),
            "{refused:?}"
        );
    }
}
