//! Samples of fragmented MP4 as units, in the order in which they are decoded.

use fmp4::{Event, Reader, SampleHead, Tracks};
use mpegts::ticks::pts_difference;

use super::tracks::{Chosen, Lane};
use super::{PIECE_BYTES_MAX, Piece, Wanted};
use crate::error::Error;
use crate::hold::{HOLD_BYTES_MAX, Hold};
use crate::stream::{StreamInfo, UnitHead, on_circle};

/// How much longer a unit that waits may become by its conversion, in bytes.
pub(crate) const GROWTH_BYTES_MAX: usize = 16 * 1024;

/// Reads init and media segments.
///
/// The tracks of a fragment often lie one behind the other: all pictures, then all sound. A unit
/// whose turn comes later than that of one behind it is held back, up to
/// [`HOLD_BYTES_MAX`]; where that is not enough, [`Piece::Apart`] says so.
#[derive(Clone, Debug)]
pub struct Fmp4Source {
    reader: Reader,
    wanted: Wanted,
    /// By the index of the track in the movie.
    lanes: Vec<Option<Lane>>,
    infos: Vec<StreamInfo>,
    hold: Hold,
    unit: Unit,
    giving: Giving,
    /// What is to be given out next, and what was given out last.
    piece: Vec<u8>,
    given: Vec<u8>,
    /// Why a sound track is left out.
    left_out: Option<String>,
}

/// The sample that is read.
#[derive(Clone, Debug)]
enum Unit {
    None,
    /// Its bytes go out as they come.
    Direct {
        track: usize,
    },
    /// They wait.
    Held {
        track: usize,
        head: UnitHead,
        data: Vec<u8>,
    },
    /// There is no room to wait: what waits goes first, then it goes directly.
    Overdue {
        track: usize,
        head: UnitHead,
        lead: Vec<u8>,
    },
    /// Nobody can take it.
    Dropped,
}

/// A unit that has waited is given out.
#[derive(Clone, Debug)]
enum Giving {
    Nothing,
    Data(Vec<u8>),
    End,
}

impl Fmp4Source {
    /// Before an init segment.
    #[must_use]
    pub fn new(wanted: Wanted) -> Self {
        Self {
            reader: Reader::new(),
            wanted,
            lanes: Vec::new(),
            infos: Vec::new(),
            hold: Hold::default(),
            unit: Unit::None,
            giving: Giving::Nothing,
            piece: Vec::new(),
            given: Vec::new(),
            left_out: None,
        }
    }

    /// The streams of its units.
    #[must_use]
    pub fn streams(&self) -> &[StreamInfo] {
        &self.infos
    }

    /// Why a sound track is left out, where one is; told once.
    pub fn left_out(&mut self) -> Option<String> {
        self.left_out.take()
    }

    /// See [`super::Source::begin`].
    pub fn begin(&mut self, position: u64) {
        self.reader.begin(position);
        self.hold = Hold::default();
        self.unit = Unit::None;
        self.giving = Giving::Nothing;
    }

    /// See [`super::Source::next`].
    ///
    /// # Errors
    /// The boxes cannot be read, or hold what cannot be given out.
    pub fn next(&mut self, input: &mut &[u8]) -> Result<Option<Piece<'_>>, Error> {
        loop {
            if let Some(step) = self.give_held(false) {
                return Ok(Some(self.piece_of(step)));
            }
            if let Some(step) = self.begin_overdue() {
                return Ok(Some(self.piece_of(step)));
            }
            let step_bytes = input.len().min(PIECE_BYTES_MAX);
            let (mut step, _) = input.split_at(step_bytes);
            let event = self.reader.next(&mut step);
            *input = input.get(step_bytes - step.len()..).unwrap_or_default();
            match event? {
                None if input.is_empty() => return Ok(None),
                None => {}
                Some(event) => {
                    if let Some(step) = self.take(event)? {
                        return Ok(Some(self.piece_of(step)));
                    }
                }
            }
        }
    }

    /// See [`super::Source::finish`].
    ///
    /// # Errors
    /// The segment is cut off.
    pub fn finish(&mut self) -> Result<Option<Piece<'_>>, Error> {
        if let Some(step) = self.give_held(true) {
            return Ok(Some(self.piece_of(step)));
        }
        if let Unit::Direct { .. } = std::mem::replace(&mut self.unit, Unit::None) {
            return Ok(Some(Piece::End));
        }
        self.reader.finish()?;
        Ok(None)
    }

    /// Gives the samples of the current fragment that are not of the first stream to another
    /// source, which reads the resource from the start of its [`Self::extent`] on.
    #[must_use]
    pub fn split(&mut self) -> Option<Self> {
        let mut others = Tracks::NONE;
        for (index, lane) in self.lanes.iter().enumerate() {
            if lane.as_ref().is_some_and(|lane| lane.stream > 0) {
                others = others.with(index);
            }
        }
        let reader = self.reader.split(others)?;
        let mut other = self.clone();
        other.begin(0);
        other.reader = reader;
        Some(other)
    }

    /// From the first byte of the samples left of this fragment to behind their last one, in the
    /// resource.
    #[must_use]
    pub fn extent(&self) -> Option<(u64, u64)> {
        self.reader.extent()
    }

    /// Whether every sample of the fragment has been read and given out.
    #[must_use]
    pub fn is_drained(&self) -> bool {
        let nothing_waits = self.hold.first().is_none() && matches!(self.giving, Giving::Nothing);
        nothing_waits && matches!(self.unit, Unit::None) && self.reader.extent().is_none()
    }

    /// The next step of a unit that has waited long enough, between two samples.
    fn give_held(&mut self, is_over: bool) -> Option<Step> {
        match std::mem::replace(&mut self.giving, Giving::Nothing) {
            Giving::Data(data) => {
                self.piece = data;
                self.giving = Giving::End;
                return Some(Step::Data);
            }
            Giving::End => return Some(Step::End),
            Giving::Nothing => {}
        }
        let first = self.hold.first()?;
        let is_due = match self.unit {
            Unit::Direct { .. } if !is_over => false,
            Unit::Overdue { .. } => true,
            _ => is_over || !self.has_to_wait(&first),
        };
        if !is_due {
            return None;
        }
        let (head, data) = self.hold.take()?;
        self.giving = Giving::Data(data);
        Some(Step::Begin(head))
    }

    fn begin_overdue(&mut self) -> Option<Step> {
        let Unit::Overdue { track, head, lead } = &mut self.unit else {
            return None;
        };
        let (track, head) = (*track, *head);
        self.piece = std::mem::take(lead);
        self.unit = Unit::Direct { track };
        Some(Step::Begin(head))
    }

    /// Whether a sample that is not read yet is decoded before this unit.
    fn has_to_wait(&self, head: &UnitHead) -> bool {
        let earliest = self.reader.earliest_unread();
        earliest.is_some_and(|earliest| pts_difference(on_circle(earliest), head.dts) < 0)
    }

    fn take(&mut self, event: Event<'_>) -> Result<Option<Step>, Error> {
        match event {
            Event::Movie => {
                self.adopt()?;
                Ok(Some(Step::Streams))
            }
            Event::Fragment => {
                let is_apart = self.reader.spread_bytes() > HOLD_BYTES_MAX as u64;
                Ok(is_apart.then_some(Step::Apart))
            }
            Event::Sample(head) => Ok(self.begin_unit(&head)),
            Event::Data(data) => Ok(self.append(data)),
            Event::SampleEnd => Ok(match std::mem::replace(&mut self.unit, Unit::None) {
                Unit::Direct { .. } => Some(Step::End),
                Unit::Held { head, data, .. } => {
                    self.hold.put(head, data);
                    None
                }
                Unit::None | Unit::Overdue { .. } | Unit::Dropped => None,
            }),
        }
    }

    fn begin_unit(&mut self, sample: &SampleHead) -> Option<Step> {
        self.unit = Unit::Dropped;
        let track = self.reader.movie()?.tracks.get(sample.track)?;
        let (dts, pts) = sample.times_90k(track);
        let lane = self.lanes.get_mut(sample.track)?.as_mut()?;
        let bytes_in_file = usize::try_from(sample.size).ok()?;
        self.piece.clear();
        let bytes = lane.begin(bytes_in_file, sample.is_sync, &mut self.piece)?;
        let head = UnitHead {
            stream: lane.stream,
            pts: on_circle(pts),
            dts: on_circle(dts),
            is_key: sample.is_sync,
            bytes,
        };
        let track = sample.track;
        let first_held = self.hold.first();
        let has_elder = first_held.is_some_and(|first| pts_difference(first.dts, head.dts) < 0);
        if has_elder || self.has_to_wait(&head) {
            let lead = std::mem::take(&mut self.piece);
            self.unit = if self.hold.has_room(bytes_in_file) {
                Unit::Held {
                    track,
                    head,
                    data: lead,
                }
            } else {
                Unit::Overdue { track, head, lead }
            };
            return None;
        }
        self.unit = Unit::Direct { track };
        Some(Step::Begin(head))
    }

    /// Converts the next bytes of the sample. What goes out directly is left in `piece`, behind
    /// what stands in front of the unit.
    fn append(&mut self, bytes: &[u8]) -> Option<Step> {
        let (track, is_direct, out) = match &mut self.unit {
            Unit::Direct { track } => (*track, true, &mut self.piece),
            Unit::Held { track, data, .. } => (*track, false, data),
            Unit::None | Unit::Overdue { .. } | Unit::Dropped => return None,
        };
        self.lanes.get_mut(track)?.as_mut()?.convert(bytes, out);
        if is_direct {
            return (!self.piece.is_empty()).then_some(Step::Data);
        }
        // Start codes may be longer than lengths were; a unit that is all of them is none.
        if out.len() > HOLD_BYTES_MAX + GROWTH_BYTES_MAX {
            self.unit = Unit::Dropped;
        }
        None
    }

    fn adopt(&mut self) -> Result<(), Error> {
        let tracks = self
            .reader
            .movie()
            .map_or(&[][..], |movie| movie.tracks.as_slice());
        let chosen = Chosen::of(tracks, self.wanted)?;
        self.reader.want(chosen.tracks());
        self.lanes = chosen.lanes;
        self.infos = chosen.infos;
        self.left_out = chosen.left_out;
        Ok(())
    }

    fn piece_of(&mut self, step: Step) -> Piece<'_> {
        match step {
            Step::Streams => Piece::Streams,
            Step::Apart => Piece::Apart,
            Step::Begin(head) => Piece::Begin(head),
            Step::Data => {
                std::mem::swap(&mut self.piece, &mut self.given);
                self.piece.clear();
                Piece::Data(&self.given)
            }
            Step::End => Piece::End,
        }
    }
}

/// A [`Piece`] whose bytes lie in `piece`.
#[derive(Clone, Copy, Debug)]
enum Step {
    Streams,
    Apart,
    Begin(UnitHead),
    Data,
    End,
}
