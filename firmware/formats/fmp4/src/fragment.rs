//! A fragment (`moof`, ISO/IEC 14496-12 clause 8.8): which samples follow, where and when.

use crate::boxes::{children_at, required};
use crate::error::Error;
use crate::fields::Fields;
use crate::four_cc::FourCc;
use crate::movie::{Defaults, Movie, TRACKS_MAX, Tracks};
use crate::run::{Run, RunHeader, TRUN};
use crate::sample::SampleHead;

/// Samples of one fragment: two minutes at 60 pictures a second, three of AAC.
pub const SAMPLES_MAX: u32 = 8192;
/// Runs of one fragment. Muxers that interleave finely make one for every 20 to 500 ms.
pub const RUNS_MAX: u32 = 256;

pub(crate) const MOOF: FourCc = FourCc(*b"moof");
const TRAF: FourCc = FourCc(*b"traf");
const TFHD: FourCc = FourCc(*b"tfhd");
const TFDT: FourCc = FourCc(*b"tfdt");

const BASE_DATA_OFFSET: u32 = 0x1;
const DESCRIPTION_INDEX: u32 = 0x2;
const DEFAULT_DURATION: u32 = 0x8;
const DEFAULT_SIZE: u32 = 0x10;
const DEFAULT_FLAGS: u32 = 0x20;
const BASE_IS_MOOF: u32 = 0x2_0000;

/// The samples still to come, run by run in the order of their places.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fragment {
    pub(crate) runs: Vec<Run>,
    /// The run that is read; those before it are done.
    current: usize,
}

/// Where each track goes on if its fragment does not say (no `tfdt`).
pub(crate) type NextTimes = [u64; TRACKS_MAX];

/// Reads a `moof` whose content is `held` and which began at byte `start` of the resource. Runs of
/// tracks that are not among `wanted` are left out.
pub(crate) fn read(
    held: &[u8],
    start: u64,
    movie: &Movie,
    wanted: Tracks,
    times: &mut NextTimes,
) -> Result<Fragment, Error> {
    let mut building = Building {
        held,
        start,
        movie,
        wanted,
        times,
        runs: Vec::new(),
        samples: 0,
        data_end: start,
    };
    for found in children_at(MOOF, held) {
        let (at, kind, inside) = found?;
        if kind == TRAF {
            building.track_fragment(at, inside)?;
        }
    }
    let mut runs = building.runs;
    runs.sort_by_key(|run| run.offset);
    Ok(Fragment { runs, current: 0 })
}

struct Building<'a> {
    held: &'a [u8],
    start: u64,
    movie: &'a Movie,
    wanted: Tracks,
    times: &'a mut NextTimes,
    runs: Vec<Run>,
    samples: u32,
    /// Behind the data of the last run: where a track fragment without a base begins.
    data_end: u64,
}

impl Building<'_> {
    fn track_fragment(&mut self, at: usize, content: &[u8]) -> Result<(), Error> {
        let header = Header::read(required(TRAF, content, TFHD)?)?;
        let track = self
            .movie
            .tracks
            .iter()
            .position(|t| t.id == header.track_id);
        let defaults = track
            .and_then(|index| self.movie.tracks.get(index))
            .map(|track| track.defaults)
            .unwrap_or_default();
        let defaults = header.over(defaults);
        let base = match (header.base, header.is_base_moof) {
            (Some(base), _) => base,
            (None, true) => self.start,
            // The first one counts from the moof too (clause 8.8.7.1).
            (None, false) => self.data_end,
        };
        let mut next = base;
        let next_time = track.and_then(|index| self.times.get(index)).copied();
        let mut dts = decode_time(content)?.or(next_time).unwrap_or(0);
        for found in children_at(TRAF, content) {
            let (run_at, kind, inside) = found?;
            if kind != TRUN {
                continue;
            }
            let run = RunHeader::read(inside)?;
            if let Some(offset) = run.data_offset {
                next = base.saturating_add_signed(offset.into());
            }
            self.count(run)?;
            let place = (track.unwrap_or(TRACKS_MAX), next, dts);
            let (run, end) = Run::read(self.held, at + run_at, run, defaults, place)?;
            dts = end;
            next = next.saturating_add(run.bytes);
            self.keep(run);
        }
        self.data_end = next;
        if let Some(time) = track.and_then(|index| self.times.get_mut(index)) {
            *time = dts;
        }
        Ok(())
    }

    fn count(&mut self, run: RunHeader) -> Result<(), Error> {
        self.samples = self.samples.saturating_add(run.count);
        if self.samples > SAMPLES_MAX {
            return Err(Error::TooMany {
                what: "samples",
                count_max: SAMPLES_MAX,
            });
        }
        if self.runs.len() >= RUNS_MAX as usize {
            return Err(Error::TooMany {
                what: "runs",
                count_max: RUNS_MAX,
            });
        }
        Ok(())
    }

    fn keep(&mut self, run: Run) {
        if run.left > 0 && self.wanted.contains(run.track) {
            self.runs.push(run);
        }
    }
}

/// `tfhd` (clause 8.8.7).
struct Header {
    track_id: u32,
    base: Option<u64>,
    is_base_moof: bool,
    duration: Option<u32>,
    size: Option<u32>,
    flags: Option<u32>,
}

impl Header {
    fn read(content: &[u8]) -> Result<Self, Error> {
        let mut fields = Fields::new(TFHD, content);
        let (_, flags) = fields.version_and_flags()?;
        let track_id = fields.u32()?;
        let base = match flags & BASE_DATA_OFFSET {
            0 => None,
            _ => Some(u64::from_be_bytes(fields.array()?)),
        };
        let mut optional = |flag: u32| match flags & flag {
            0 => Ok(None),
            _ => fields.u32().map(Some),
        };
        optional(DESCRIPTION_INDEX)?;
        Ok(Self {
            track_id,
            base,
            is_base_moof: flags & BASE_IS_MOOF != 0,
            duration: optional(DEFAULT_DURATION)?,
            size: optional(DEFAULT_SIZE)?,
            flags: optional(DEFAULT_FLAGS)?,
        })
    }

    fn over(&self, track: Defaults) -> Defaults {
        Defaults {
            duration: self.duration.unwrap_or(track.duration),
            size: self.size.unwrap_or(track.size),
            flags: self.flags.unwrap_or(track.flags),
        }
    }
}

/// `tfdt` (clause 8.8.12), where there is one.
fn decode_time(track_fragment: &[u8]) -> Result<Option<u64>, Error> {
    let Some(content) = crate::boxes::child(TRAF, track_fragment, TFDT)? else {
        return Ok(None);
    };
    let mut fields = Fields::new(TFDT, content);
    let (version, _) = fields.version_and_flags()?;
    fields.by_version(version).map(Some)
}

impl Fragment {
    /// The sample whose data comes next, and where.
    pub(crate) fn head(&mut self, held: &[u8]) -> Option<(SampleHead, u64)> {
        while let Some(run) = self.runs.get(self.current) {
            if let Some(head) = run.head(held) {
                return Some((head, run.offset));
            }
            self.current += 1;
        }
        None
    }

    pub(crate) fn advance(&mut self, head: &SampleHead) {
        if let Some(run) = self.runs.get_mut(self.current) {
            run.advance(head);
        }
    }

    /// The runs that are not done.
    pub(crate) fn open_runs(&self) -> &[Run] {
        self.runs.get(self.current..).unwrap_or_default()
    }

    /// Keeps the runs of these tracks.
    pub(crate) fn retain(&mut self, tracks: Tracks) {
        self.runs = self.runs.split_off(self.current.min(self.runs.len()));
        self.current = 0;
        self.runs.retain(|run| tracks.contains(run.track));
    }
}
