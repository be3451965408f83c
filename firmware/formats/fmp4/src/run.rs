//! A run of samples (`trun`, ISO/IEC 14496-12 clause 8.8.8), read entry by entry from the held box.

use crate::error::Error;
use crate::fields::Fields;
use crate::four_cc::FourCc;
use crate::movie::Defaults;
use crate::sample::SampleHead;

pub(crate) const TRUN: FourCc = FourCc(*b"trun");

const DATA_OFFSET: u32 = 0x1;
const FIRST_FLAGS: u32 = 0x4;
const DURATION: u32 = 0x100;
const SIZE: u32 = 0x200;
const FLAGS: u32 = 0x400;
const COMPOSITION: u32 = 0x800;

/// sample_is_non_sync_sample (clause 8.8.3.1).
const IS_NON_SYNC: u32 = 0x0001_0000;

/// Samples that follow each other in the media data. It walks: its fields are those of the next
/// sample.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// Index of the track in the movie.
    pub(crate) track: usize,
    /// Where the next sample lies, in bytes from the start of the resource.
    pub(crate) offset: u64,
    /// Decoding time of the next sample, in ticks of the track.
    pub(crate) dts: u64,
    /// Bytes of the samples left.
    pub(crate) bytes: u64,
    /// Samples left.
    pub(crate) left: u32,
    /// Where the next entry lies in the held content of the `moof`.
    entry_at: usize,
    flags: u32,
    first_flags: Option<u32>,
    defaults: Defaults,
}

/// What stands in front of the entries.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunHeader {
    pub(crate) count: u32,
    /// From the base of the track fragment.
    pub(crate) data_offset: Option<i32>,
    flags: u32,
    first_flags: Option<u32>,
    /// Bytes of the header itself.
    bytes: usize,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    duration: u32,
    size: u32,
    flags: u32,
    composition: i32,
}

impl RunHeader {
    pub(crate) fn read(content: &[u8]) -> Result<Self, Error> {
        let mut fields = Fields::new(TRUN, content);
        let (_, flags) = fields.version_and_flags()?;
        let count = fields.u32()?;
        let data_offset = match flags & DATA_OFFSET {
            0 => None,
            _ => Some(i32::from_be_bytes(fields.array()?)),
        };
        let first_flags = match flags & FIRST_FLAGS {
            0 => None,
            _ => Some(fields.u32()?),
        };
        Ok(Self {
            count,
            data_offset,
            flags,
            first_flags,
            bytes: content.len() - fields.rest().len(),
        })
    }
}

/// Length of each entry in a run with these flags.
const fn entry_bytes(flags: u32) -> usize {
    4 * (flags & (DURATION | SIZE | FLAGS | COMPOSITION)).count_ones() as usize
}

impl Run {
    /// The samples of a `trun` whose content begins at `at` of the held box, and the time behind
    /// the last of them. Every entry is looked at once here, so that none can be missing later.
    pub(crate) fn read(
        held: &[u8],
        at: usize,
        header: RunHeader,
        defaults: Defaults,
        (track, offset, dts): (usize, u64, u64),
    ) -> Result<(Self, u64), Error> {
        let run = Self {
            track,
            offset,
            dts,
            bytes: 0,
            left: header.count,
            entry_at: at + header.bytes,
            flags: header.flags,
            first_flags: header.first_flags,
            defaults,
        };
        let (bytes, end) = if entry_bytes(header.flags) == 0 {
            let count = u64::from(header.count);
            let span = count * u64::from(defaults.duration);
            (count * u64::from(defaults.size), dts.saturating_add(span))
        } else {
            run.sum(held)?
        };
        Ok((Self { bytes, ..run }, end))
    }

    /// The next sample; `None` behind the last one.
    pub(crate) fn head(&self, held: &[u8]) -> Option<SampleHead> {
        if self.left == 0 {
            return None;
        }
        let entry = self.entry(held).ok()?;
        Some(SampleHead {
            track: self.track,
            dts: self.dts,
            composition: entry.composition,
            duration: entry.duration,
            size: entry.size,
            is_sync: entry.flags & IS_NON_SYNC == 0,
        })
    }

    /// Goes on behind the sample that [`Self::head`] gave.
    pub(crate) fn advance(&mut self, head: &SampleHead) {
        self.left = self.left.saturating_sub(1);
        self.offset = self.offset.saturating_add(head.size.into());
        self.bytes = self.bytes.saturating_sub(head.size.into());
        self.dts = self.dts.saturating_add(head.duration.into());
        self.entry_at += entry_bytes(self.flags);
        self.first_flags = None;
    }

    fn sum(&self, held: &[u8]) -> Result<(u64, u64), Error> {
        let mut run = self.clone();
        let mut bytes = 0_u64;
        while run.left > 0 {
            let entry = run.entry(held)?;
            let head = SampleHead {
                track: run.track,
                dts: run.dts,
                composition: entry.composition,
                duration: entry.duration,
                size: entry.size,
                is_sync: false,
            };
            bytes += u64::from(entry.size);
            run.advance(&head);
        }
        Ok((bytes, run.dts))
    }

    fn entry(&self, held: &[u8]) -> Result<Entry, Error> {
        let mut fields = Fields::new(TRUN, held.get(self.entry_at..).unwrap_or_default());
        let mut field = |flag: u32, default: u32| match self.flags & flag {
            0 => Ok(default),
            _ => fields.u32(),
        };
        let entry = Entry {
            duration: field(DURATION, self.defaults.duration)?,
            size: field(SIZE, self.defaults.size)?,
            flags: field(FLAGS, self.defaults.flags)?,
            // Signed in version 1; muxers write it signed in version 0 as well.
            composition: field(COMPOSITION, 0)?.cast_signed(),
        };
        Ok(Entry {
            flags: self.first_flags.unwrap_or(entry.flags),
            ..entry
        })
    }
}
