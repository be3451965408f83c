//! The samples of one track, one after the other, from its tables.

use super::table::{Table, TableKind, Unread};
use crate::error::Error;
use crate::four_cc::FourCc;
use crate::sample::SampleHead;

/// A sample and where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// What is known of it before its bytes.
    pub head: SampleHead,
    /// Its first byte in the file.
    pub at: u64,
}

/// The tables of one track.
#[derive(Clone, Debug, Default)]
pub(super) struct TrackTables(pub(super) Vec<Table>);

impl TrackTables {
    /// The first one of a kind. Tracks without composition offsets or without a list of key frames
    /// have no such table.
    pub(super) fn of(&self, kind: TableKind) -> Option<&Table> {
        self.0.iter().find(|table| table.kind == kind)
    }

    fn required(&self, kind: TableKind, name: [u8; 4]) -> Result<&Table, Error> {
        let kind_of_box = FourCc(name);
        self.of(kind).ok_or(Error::Missing { kind: kind_of_box })
    }

    /// Samples of the track.
    pub(super) fn count(&self) -> u32 {
        self.of(TableKind::Sizes).map_or(0, |table| table.count)
    }
}

/// A place in a track. Every step is repeated where an entry was not held, so each leaves behind
/// only what it has read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Walk {
    sample: u32,
    dts: u64,
    /// Of the next sample, within a chunk.
    at: u64,
    chunk: u32,
    left_in_chunk: u32,
    samples_in_chunk: u32,
    next_chunks: u32,
    duration: Span,
    composition: Span,
    next_key: u32,
}

/// A value for several samples in a row.
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    value: u32,
    left: u32,
    /// The entry behind it.
    next: u32,
}

impl Span {
    /// Goes on to the entry that speaks of the next sample. A table that is too short is taken to
    /// go on as it ended.
    fn settle(&mut self, table: &Table) -> Result<(), Unread> {
        while self.left == 0 && self.next < table.count {
            let mut fields = table.entry(self.next)?;
            let (count, value) = (fields.u32()?, fields.u32()?);
            (self.left, self.value) = (count, value);
            self.next += 1;
        }
        Ok(())
    }

    fn pass(&mut self) {
        self.left = self.left.saturating_sub(1);
    }
}

impl Walk {
    /// The next entry of a table that this walk will read.
    pub(super) const fn next_entry(&self, kind: TableKind) -> u32 {
        match kind {
            TableKind::Durations => self.duration.next,
            TableKind::Compositions => self.composition.next,
            TableKind::Chunks => self.next_chunks,
            TableKind::Sizes => self.sample,
            TableKind::Places => self.chunk,
            TableKind::Keys => self.next_key,
        }
    }

    /// The next sample; `None` behind the last one.
    pub(super) fn peek(
        &mut self,
        track: usize,
        tables: &TrackTables,
    ) -> Result<Option<Placed>, Unread> {
        let sizes = tables.required(TableKind::Sizes, *b"stsz")?;
        if self.sample >= sizes.count {
            return Ok(None);
        }
        self.settle_chunk(tables)?;
        let size = sizes.size(self.sample)?;
        let durations = tables.required(TableKind::Durations, *b"stts")?;
        self.duration.settle(durations)?;
        let mut composition = 0;
        if let Some(table) = tables.of(TableKind::Compositions) {
            self.composition.settle(table)?;
            // Signed in version 1; muxers write it signed in version 0 as well.
            composition = self.composition.value.cast_signed();
        }
        let is_sync = self.settle_key(tables)?;
        let head = SampleHead {
            track,
            dts: self.dts,
            composition,
            duration: self.duration.value,
            size,
            is_sync,
        };
        Ok(Some(Placed { head, at: self.at }))
    }

    /// Goes on behind the sample that [`Self::peek`] gave.
    pub(super) fn pass(&mut self, placed: &Placed) {
        self.sample = self.sample.saturating_add(1);
        self.dts = self.dts.saturating_add(placed.head.duration.into());
        self.at = placed.at.saturating_add(placed.head.size.into());
        self.left_in_chunk = self.left_in_chunk.saturating_sub(1);
        self.duration.pass();
        self.composition.pass();
    }

    fn settle_chunk(&mut self, tables: &TrackTables) -> Result<(), Unread> {
        if self.left_in_chunk > 0 {
            return Ok(());
        }
        let runs = tables.required(TableKind::Chunks, *b"stsc")?;
        while self.next_chunks < runs.count {
            let mut fields = runs.entry(self.next_chunks)?;
            let (first, samples) = (fields.u32()?, fields.u32()?);
            // Chunks are counted from one.
            if first.saturating_sub(1) > self.chunk {
                break;
            }
            self.samples_in_chunk = samples;
            self.next_chunks += 1;
        }
        let places = tables.required(TableKind::Places, *b"stco")?;
        if self.samples_in_chunk == 0 || self.chunk >= places.count {
            return Err(Error::Misplaced.into());
        }
        self.at = places.chunk_at(self.chunk)?;
        self.chunk += 1;
        self.left_in_chunk = self.samples_in_chunk;
        Ok(())
    }

    fn settle_key(&mut self, tables: &TrackTables) -> Result<bool, Unread> {
        // Without the table every sample is one (clause 8.6.2.1).
        let Some(keys) = tables.of(TableKind::Keys) else {
            return Ok(true);
        };
        while self.next_key < keys.count {
            let key = keys.entry(self.next_key)?.u32()?.saturating_sub(1);
            if key >= self.sample {
                return Ok(key == self.sample);
            }
            self.next_key += 1;
        }
        Ok(false)
    }
}
