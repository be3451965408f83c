//! A film in fragments, read from its front. Where the sound of a fragment lies far from its
//! pictures it is fetched for some seconds and waits while these stream through.

use mpegts::ticks::pts_difference;

use super::ask::{AHEAD_BYTES_MAX, Ask};
use crate::error::Error;
use crate::hold::Hold;
use crate::source::{Fmp4Source, Piece, Wanted};
use crate::stream::{StreamInfo, UnitHead};

/// What a request between two fragments asks for: a `moof` and what stands in front of it.
const HEADER_BYTES: u64 = 64 * 1024;
/// Room that is left for the longest frame of sound.
const FRAME_BYTES_MAX: usize = 16 * 1024;

#[derive(Debug)]
pub(super) struct Fragmented {
    source: Fmp4Source,
    at: u64,
    /// The sound of the current fragment, where it lies apart.
    part: Option<Box<Part>>,
    is_apart: bool,
    is_gathering: bool,
    hold: Hold,
    /// A picture that waits for the sound before it.
    pending: Option<UnitHead>,
    giving: Option<Vec<u8>>,
    /// A unit of the file's front was begun and not ended.
    is_open: bool,
    piece: Vec<u8>,
    is_over: bool,
    is_done: bool,
}

#[derive(Debug)]
struct Part {
    source: Fmp4Source,
    at: u64,
    unit: Option<(UnitHead, Vec<u8>)>,
}

#[derive(Clone, Copy)]
enum Step {
    Streams,
    Begin(UnitHead),
    Data,
    End,
}

impl Default for Fragmented {
    fn default() -> Self {
        Self {
            source: Fmp4Source::new(Wanted::All),
            at: 0,
            part: None,
            is_apart: false,
            is_gathering: false,
            hold: Hold::default(),
            pending: None,
            giving: None,
            is_open: false,
            piece: Vec::new(),
            is_over: false,
            is_done: false,
        }
    }
}

impl Fragmented {
    pub(super) fn streams(&self) -> &[StreamInfo] {
        self.source.streams()
    }

    pub(super) fn left_out(&mut self) -> Option<String> {
        self.source.left_out()
    }

    pub(super) fn at(&self) -> u64 {
        match &self.part {
            Some(part) if self.is_gathering => part.at,
            _ => self.at,
        }
    }

    pub(super) fn ask(&self) -> Option<Ask> {
        let at = self.at();
        let until = match &self.part {
            _ if self.is_done => return None,
            _ if !self.is_apart => u64::MAX,
            Some(part) if self.is_gathering => part.source.extent().map_or(at, |(_, end)| end),
            _ => match self.source.extent() {
                Some((_, end)) => end,
                None => at.saturating_add(HEADER_BYTES),
            },
        };
        let until = until.max(at.saturating_add(1));
        Some(Ask { at, until })
    }

    /// The file has ended: what waits is given out.
    pub(super) fn end(&mut self) {
        self.is_over = true;
        self.part = None;
        self.is_gathering = false;
    }

    pub(super) fn next(&mut self, input: &mut &[u8]) -> Result<Option<Piece<'_>>, Error> {
        let (begin, bytes) = (self.at(), input.len());
        loop {
            if self.is_over && std::mem::take(&mut self.is_open) {
                return Ok(Some(Piece::End));
            }
            if let Some(step) = self.give_held() {
                return Ok(Some(self.piece_of(step)));
            }
            // What is left of the input is of this place only.
            if self.at() != begin + (bytes - input.len()) as u64 {
                return Ok(None);
            }
            if self.is_gathering {
                if !self.gather(input)? {
                    return Ok(None);
                }
                continue;
            }
            if let Some(head) = self.pending.take() {
                self.is_open = true;
                return Ok(Some(Piece::Begin(head)));
            }
            let step = match self.read(input)? {
                None if self.is_over => {
                    self.is_done = self.hold.first().is_none();
                    None
                }
                read => read,
            };
            match step {
                Some(Step::Begin(head)) => self.pending = Some(head),
                // A unit that was cut off has been ended already.
                Some(Step::End | Step::Data) if !self.is_open => {}
                Some(step) => {
                    self.is_open &= !matches!(step, Step::End);
                    return Ok(Some(self.piece_of(step)));
                }
                None if self.is_gathering => return Ok(None),
                None if self.is_over && !self.is_done => {}
                None => return Ok(None),
            }
        }
    }

    /// The next step of sound that waits and whose turn it is.
    fn give_held(&mut self) -> Option<Step> {
        if let Some(data) = self.giving.take() {
            if data.is_empty() {
                return Some(Step::End);
            }
            self.piece = data;
            self.giving = Some(Vec::new());
            return Some(Step::Data);
        }
        let first = self.hold.first();
        let is_due = match (&self.pending, first) {
            (_, None) => {
                // Nothing waits: before the next picture more of it has to be there.
                self.is_gathering |= self.pending.is_some() && self.part.is_some();
                false
            }
            (Some(head), Some(first)) => pts_difference(first.dts, head.dts) <= 0,
            (None, Some(_)) => self.is_over,
        };
        if !is_due || self.is_gathering {
            return None;
        }
        let (head, data) = self.hold.take()?;
        self.giving = Some(data);
        Some(Step::Begin(head))
    }

    /// Reads sound that lies apart until enough waits. Returns whether it is done with that.
    fn gather(&mut self, input: &mut &[u8]) -> Result<bool, Error> {
        while let Some(part) = &mut self.part {
            let before = input.len();
            let mut is_hungry = false;
            match part.source.next(input)? {
                Some(Piece::Begin(head)) => part.unit = Some((head, Vec::new())),
                Some(Piece::Data(data)) => {
                    if let Some((_, unit)) = &mut part.unit {
                        unit.extend_from_slice(data);
                    }
                }
                Some(Piece::End) => {
                    if let Some((head, data)) = part.unit.take() {
                        self.hold.put(head, data);
                    }
                }
                Some(Piece::Streams | Piece::Apart) => {}
                None => is_hungry = true,
            }
            part.at = part.at.saturating_add((before - input.len()) as u64);
            if is_hungry && !part.source.is_drained() {
                return Ok(false);
            }
            let is_between = part.unit.is_none();
            if part.source.is_drained() && is_between {
                self.part = None;
            } else if is_between && !self.hold.fits(FRAME_BYTES_MAX, AHEAD_BYTES_MAX) {
                break;
            }
        }
        self.is_gathering = false;
        Ok(true)
    }

    /// Reads on in the front of the file.
    fn read(&mut self, input: &mut &[u8]) -> Result<Option<Step>, Error> {
        let before = input.len();
        let piece = match self.is_over {
            true => self.source.finish()?,
            false => self.source.next(input)?,
        };
        self.at = self.at.saturating_add((before - input.len()) as u64);
        Ok(match piece {
            None => None,
            Some(Piece::Streams) => Some(Step::Streams),
            Some(Piece::Begin(head)) => Some(Step::Begin(head)),
            Some(Piece::End) => Some(Step::End),
            Some(Piece::Data(data)) => {
                self.piece.clear();
                self.piece.extend_from_slice(data);
                Some(Step::Data)
            }
            Some(Piece::Apart) => {
                self.begin_part();
                None
            }
        })
    }

    fn begin_part(&mut self) {
        let Some(source) = self.source.split() else {
            return;
        };
        let at = source.extent().map_or(0, |(start, _)| start);
        self.is_apart = true;
        self.is_gathering = true;
        self.part = Some(Box::new(Part {
            source,
            at,
            unit: None,
        }));
    }

    fn piece_of(&mut self, step: Step) -> Piece<'_> {
        match step {
            Step::Streams => Piece::Streams,
            Step::Begin(head) => Piece::Begin(head),
            Step::Data => Piece::Data(&self.piece),
            Step::End => Piece::End,
        }
    }
}
