//! A table of a track (`stts`, `ctts`, `stsc`, `stsz`, `stz2`, `stco`, `co64`, `stss`; ISO/IEC
//! 14496-12 clauses 8.6 and 8.7), seen through a window.

use super::limits::{Place, TABLE_WINDOW_BYTES};
use crate::error::Error;
use crate::fields::Fields;
use crate::four_cc::FourCc;

/// Longest header: version and flags, a size or field size, the count.
pub(super) const TABLE_HEADER_BYTES_MAX: usize = 12;

/// Which table of which track, of those that were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window(pub(super) usize);

/// What the entries say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TableKind {
    /// `stts`: count, duration.
    Durations,
    /// `ctts`: count, offset.
    Compositions,
    /// `stsc`: first chunk, samples of each, description.
    Chunks,
    /// `stsz`, `stz2`: bytes of a sample.
    Sizes,
    /// `stco`, `co64`: where a chunk begins.
    Places,
    /// `stss`: samples at which decoding can begin.
    Keys,
}

impl TableKind {
    pub(super) const fn of(kind: FourCc) -> Option<Self> {
        Some(match &kind.0 {
            b"stts" => Self::Durations,
            b"ctts" => Self::Compositions,
            b"stsc" => Self::Chunks,
            b"stsz" | b"stz2" => Self::Sizes,
            b"stco" | b"co64" => Self::Places,
            b"stss" => Self::Keys,
            _ => return None,
        })
    }

    const fn header_bytes(self) -> usize {
        match self {
            Self::Sizes => 12,
            _ => 8,
        }
    }
}

/// One table. Entries are asked for in order, so that the window only ever moves on.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// By the order of all tables found.
    pub(super) window: Window,
    pub(super) kind: TableKind,
    box_kind: FourCc,
    pub(super) count: u32,
    /// The size of every sample, where there is one for all (`stsz`).
    pub(super) same_size: Option<u32>,
    entry_bits: u64,
    /// Of the first entry, in the file.
    at: u64,
    /// Bytes of all entries.
    bytes: u64,
    held: Vec<u8>,
    /// Where `held` begins behind `at`.
    held_at: u64,
}

impl Table {
    /// Reads the header of a table whose content begins at `at`. `content_bytes` long.
    pub(super) fn read(
        (window, box_kind, kind): (Window, FourCc, TableKind),
        header: &[u8],
        (at, content_bytes): (u64, u64),
    ) -> Result<Self, Error> {
        let mut fields = Fields::new(box_kind, header);
        fields.version_and_flags()?;
        let size = match kind {
            TableKind::Sizes => fields.u32()?,
            _ => 0,
        };
        let count = fields.u32()?;
        let entry_bits = match (&box_kind.0, kind) {
            (b"stsz", _) if size > 0 => 0,
            (b"stz2", _) => u64::from(size & 0xFF),
            (b"co64", _) | (_, TableKind::Durations | TableKind::Compositions) => 64,
            (_, TableKind::Chunks) => 96,
            _ => 32,
        };
        let has_field = |bits| matches!(bits, 0 | 4 | 8 | 16 | 32 | 64 | 96);
        let bytes = (u64::from(count) * entry_bits).div_ceil(8);
        let header_bytes = kind.header_bytes() as u64;
        if !has_field(entry_bits) || bytes > content_bytes.saturating_sub(header_bytes) {
            return Err(Error::Length { kind: box_kind });
        }
        Ok(Self {
            window,
            kind,
            box_kind,
            count,
            same_size: (box_kind.0 == *b"stsz" && size > 0).then_some(size),
            entry_bits,
            at: at.saturating_add(header_bytes),
            bytes,
            held: Vec::new(),
            held_at: 0,
        })
    }

    /// Bytes in front of the entries.
    pub(super) const fn header_bytes(kind: TableKind) -> usize {
        kind.header_bytes()
    }

    /// The end of the entries in the file.
    pub(super) const fn end(&self) -> u64 {
        self.at.saturating_add(self.bytes)
    }

    /// Takes bytes in that begin at `at` of the file; those before the entries or behind them are
    /// passed over. What was held before is let go of where these do not follow it, or have no room
    /// beside it.
    pub(super) fn hold(&mut self, at: u64, bytes: &[u8], bytes_max: usize) {
        let skipped = self.at.saturating_sub(at);
        let skipped = usize::try_from(skipped).unwrap_or(usize::MAX);
        let bytes = bytes.get(skipped..).unwrap_or_default();
        let begin = at.saturating_sub(self.at);
        if begin != self.held_end() || self.held.len() >= bytes_max {
            self.held.clear();
            self.held_at = begin;
        }
        let left = self.bytes.saturating_sub(begin);
        let room = bytes_max.saturating_sub(self.held.len());
        let count = room
            .min(bytes.len())
            .min(usize::try_from(left).unwrap_or(usize::MAX));
        self.held
            .extend_from_slice(bytes.get(..count).unwrap_or_default());
    }

    /// Whether every entry from this one on is held.
    pub(super) fn holds_from(&self, index: u32) -> bool {
        let begin = self.entry_at(index);
        begin >= self.held_at && self.held_end() >= self.bytes || begin >= self.bytes
    }

    /// Whether less than half a window is left from this entry on, and there is more to be had.
    pub(super) fn is_low(&self, index: u32) -> bool {
        let left = self.held_end().saturating_sub(self.entry_at(index));
        !self.holds_from(index) && left < TABLE_WINDOW_BYTES as u64 / 2
    }

    /// What a window from this entry on takes.
    pub(super) fn place(&self, index: u32) -> Place {
        let begin = self.entry_at(index).min(self.bytes);
        let left = usize::try_from(self.bytes - begin).unwrap_or(usize::MAX);
        Place {
            at: self.at.saturating_add(begin),
            bytes: left.min(TABLE_WINDOW_BYTES),
        }
    }

    /// The fields of an entry, or that it is not held.
    pub(super) fn entry(&self, index: u32) -> Result<Fields<'_>, Unread> {
        let begin = self.entry_at(index).checked_sub(self.held_at);
        let begin = begin.and_then(|begin| usize::try_from(begin).ok());
        let bytes = usize::try_from(self.entry_bits.div_ceil(8)).unwrap_or(usize::MAX);
        let held = begin.and_then(|begin| self.held.get(begin..)?.get(..bytes));
        match held {
            Some(entry) => Ok(Fields::new(self.box_kind, entry)),
            None => Err(Unread::Window(self.window)),
        }
    }

    /// The bytes of a sample.
    pub(super) fn size(&self, index: u32) -> Result<u32, Unread> {
        if let Some(size) = self.same_size {
            return Ok(size);
        }
        let mut fields = self.entry(index)?;
        Ok(match self.entry_bits {
            // Two in a byte, the first one in the upper half.
            4 if index.is_multiple_of(2) => u32::from(fields.u8()? >> 4),
            4 => u32::from(fields.u8()? & 0x0F),
            8 => u32::from(fields.u8()?),
            16 => u32::from(fields.u16()?),
            _ => fields.u32()?,
        })
    }

    /// Where a chunk begins.
    pub(super) fn chunk_at(&self, index: u32) -> Result<u64, Unread> {
        let mut fields = self.entry(index)?;
        Ok(match self.entry_bits {
            64 => u64::from_be_bytes(fields.array()?),
            _ => u64::from(fields.u32()?),
        })
    }

    fn entry_at(&self, index: u32) -> u64 {
        u64::from(index) * self.entry_bits / 8
    }

    fn held_end(&self) -> u64 {
        self.held_at.saturating_add(self.held.len() as u64)
    }
}

/// Why an entry cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is not in the window.
    Window(Window),
    /// The file lies.
    Error(Error),
}

impl From<Error> for Unread {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}
