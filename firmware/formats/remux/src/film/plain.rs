//! A film whose samples lie where its tables say.

use std::collections::VecDeque;

use fmp4::{Index, Place, Placed, Unknown, Window};

use super::ask::{AHEAD_BYTES_MAX, Ask, STRETCH_BYTES, TIGHT_BYTES_MAX};
use crate::error::Error;
use crate::hold::Hold;
use crate::source::{Chosen, Lane, PIECE_BYTES_MAX, Piece, Wanted};
use crate::stream::{StreamInfo, UnitHead, on_circle};

/// Gives out samples in the order in which they are decoded.
///
/// Where picture and sound of the same time lie close together, the file is read forward, and what
/// is needed a little later waits in a buffer. Where they lie far apart (all sound behind all
/// pictures, say), sound is fetched for some seconds and waits while the pictures of these seconds
/// stream through.
#[derive(Debug)]
pub(super) struct Plain {
    index: Index,
    /// By the index of the track in the movie.
    lanes: Vec<Option<Lane>>,
    infos: Vec<StreamInfo>,
    left_out: Option<String>,
    /// The next sample of each track.
    heads: Vec<Head>,
    /// A window of a table that is filled, and what of it is still to come.
    filling: Option<(Window, Place)>,
    /// Read ahead of the sample that is given out.
    buffer: VecDeque<u8>,
    /// Where the buffer begins in the file.
    at: u64,
    /// Up to here the file is read at once.
    stretch_end: u64,
    /// No sample was read yet.
    is_fresh: bool,
    is_apart: bool,
    /// Sound that was fetched for the pictures that follow.
    hold: Hold,
    is_gathering: bool,
    current: Option<Current>,
    giving: Option<Vec<u8>>,
    piece: Vec<u8>,
    given: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
enum Head {
    Unread,
    Next {
        placed: Placed,
        dts: i64,
        pts: i64,
    },
    /// Behind the last sample, or a track that is not given out.
    Over,
}

/// The sample that is read.
#[derive(Debug)]
struct Current {
    track: usize,
    at: u64,
    left: u64,
    /// Where it has to wait: its head and its bytes so far.
    held: Option<(UnitHead, Vec<u8>)>,
}

/// A [`Piece`] whose bytes lie in `piece`.
#[derive(Clone, Copy)]
enum Step {
    Begin(UnitHead),
    Data,
    End,
}

impl Plain {
    /// The file was read up to `at` last.
    pub(super) fn new(mut index: Index, at: u64) -> Result<Self, Error> {
        let chosen = Chosen::of(&index.movie().tracks, Wanted::All)?;
        let is_taken = |track: usize| chosen.lanes.get(track).is_some_and(Option::is_some);
        index.keep(is_taken);
        let heads = (0..chosen.lanes.len()).map(|track| match is_taken(track) {
            true => Head::Unread,
            false => Head::Over,
        });
        Ok(Self {
            heads: heads.collect(),
            index,
            lanes: chosen.lanes,
            infos: chosen.infos,
            left_out: chosen.left_out,
            filling: None,
            buffer: VecDeque::new(),
            at,
            stretch_end: 0,
            is_fresh: true,
            is_apart: false,
            hold: Hold::default(),
            is_gathering: false,
            current: None,
            giving: None,
            piece: Vec::new(),
            given: Vec::new(),
        })
    }

    pub(super) fn streams(&self) -> &[StreamInfo] {
        &self.infos
    }

    pub(super) fn left_out(&mut self) -> Option<String> {
        self.left_out.take()
    }

    pub(super) fn at(&self) -> u64 {
        match &self.filling {
            Some((_, place)) => place.at,
            None => self.end_of_buffer(),
        }
    }

    /// The file has ended: nothing more comes.
    pub(super) fn end(&mut self) {
        self.heads.fill(Head::Over);
        self.filling = None;
        self.current = None;
        self.giving = None;
        self.hold = Hold::default();
    }

    pub(super) fn ask(&mut self) -> Result<Option<Ask>, Error> {
        if self.filling.is_none() && self.current.is_none() {
            self.settle()?;
        }
        if let Some((_, place)) = self.filling {
            let until = place.at.saturating_add(place.bytes as u64);
            return Ok(Some(Ask {
                at: place.at,
                until,
            }));
        }
        let is_over = self.heads.iter().all(|head| matches!(head, Head::Over));
        if is_over && self.current.is_none() && self.giving.is_none() && self.hold.first().is_none()
        {
            return Ok(None);
        }
        let at = self.end_of_buffer();
        let until = self.until(at).max(at.saturating_add(1));
        Ok(Some(Ask { at, until }))
    }

    pub(super) fn next(&mut self, input: &mut &[u8]) -> Result<Option<Piece<'_>>, Error> {
        loop {
            if self.fill(input) {
                return Ok(None);
            }
            let step = match (&self.current, self.giving.take()) {
                (_, Some(data)) if data.is_empty() => Some(Step::End),
                (_, Some(data)) => {
                    self.piece = data;
                    self.giving = Some(Vec::new());
                    Some(Step::Data)
                }
                (Some(_), None) => {
                    let before = (
                        self.end_of_buffer(),
                        self.current.as_ref().map(|unit| unit.left),
                    );
                    let step = self.pour(input);
                    let after = (
                        self.end_of_buffer(),
                        self.current.as_ref().map(|unit| unit.left),
                    );
                    if step.is_none() && before == after {
                        return Ok(None);
                    }
                    step
                }
                (None, None) => {
                    self.settle()?;
                    if self.filling.is_some() {
                        // The bytes for it are elsewhere.
                        return Ok(None);
                    }
                    let at = self.end_of_buffer();
                    match self.begin() {
                        Some(step) => Some(step),
                        // What is left of the input is of this place only.
                        None if self.current.is_some() && self.end_of_buffer() == at => None,
                        None => return Ok(None),
                    }
                }
            };
            if let Some(step) = step {
                return Ok(Some(self.piece_of(step)));
            }
        }
    }

    /// Puts bytes into the window that is filled. Returns whether that is all there is to do.
    fn fill(&mut self, input: &mut &[u8]) -> bool {
        let Some((window, place)) = &mut self.filling else {
            return false;
        };
        let (taken, rest) = input.split_at(place.bytes.min(input.len()));
        *input = rest;
        self.index.fill(*window, place.at, taken);
        place.at = place.at.saturating_add(taken.len() as u64);
        place.bytes -= taken.len();
        if place.bytes == 0 {
            self.filling = None;
        }
        true
    }

    /// Looks the next sample of each track up, as far as its tables are held.
    fn settle(&mut self) -> Result<(), Error> {
        for track in 0..self.heads.len() {
            let Some(head @ Head::Unread) = self.heads.get_mut(track) else {
                continue;
            };
            match self.index.peek(track) {
                Ok(Some(placed)) => {
                    let (dts, pts) = match self.index.movie().tracks.get(track) {
                        Some(track) => placed.head.times_90k(track),
                        None => (0, 0),
                    };
                    *head = Head::Next { placed, dts, pts };
                }
                Ok(None) => *head = Head::Over,
                Err(Unknown::Error(error)) => return Err(error.into()),
                Err(Unknown::Window(window)) => {
                    self.begin_filling(window);
                    return Ok(());
                }
            }
        }
        // Between two stretches there is time for tables that are nearly used up.
        let is_between = match self.is_apart {
            true => self.hold.first().is_none(),
            false => self.end_of_buffer() >= self.stretch_end,
        };
        if !self.index.is_whole()
            && is_between
            && let Some(window) = self.index.low()
        {
            self.begin_filling(window);
        }
        Ok(())
    }

    fn begin_filling(&mut self, window: Window) {
        let place = self.index.place(window).filter(|place| place.bytes > 0);
        self.filling = place.map(|place| (window, place));
    }

    /// Begins the sample that is decoded next, or goes on with one that has waited.
    fn begin(&mut self) -> Option<Step> {
        if !self.is_apart {
            let track = self.earliest(|_| true)?;
            if self.is_tight(track) {
                return self.begin_sample(track, false);
            }
            self.is_apart = true;
            self.buffer.clear();
        }
        let sound = self.earliest(|is_video| !is_video);
        self.is_gathering |= self.hold.first().is_none();
        if self.is_gathering
            && let Some(sound) = sound
            && self.has_room_for(sound)
        {
            return self.begin_sample(sound, true);
        }
        self.is_gathering = false;
        let video = self.earliest(|is_video| is_video);
        let video_dts = video.and_then(|track| self.dts(track)).map(on_circle);
        let is_first = |held: UnitHead| {
            video_dts.is_none_or(|dts| mpegts::ticks::pts_difference(held.dts, dts) <= 0)
        };
        if self.hold.first().is_some_and(is_first) {
            let (head, data) = self.hold.take()?;
            self.giving = Some(data);
            return Some(Step::Begin(head));
        }
        // No sound waits, and none can: it goes by without waiting.
        match video.or(sound) {
            Some(track) => self.begin_sample(track, false),
            None => None,
        }
    }

    /// The track whose next sample is decoded first.
    fn earliest(&self, is_meant: impl Fn(bool) -> bool) -> Option<usize> {
        let tracks = (0..self.heads.len()).filter(|track| is_meant(self.is_video(*track)));
        let timed = tracks.filter_map(|track| Some((self.dts(track)?, track)));
        timed.min().map(|(_, track)| track)
    }

    fn dts(&self, track: usize) -> Option<i64> {
        match self.heads.get(track)? {
            Head::Next { dts, .. } => Some(*dts),
            Head::Unread | Head::Over => None,
        }
    }

    fn is_video(&self, track: usize) -> bool {
        let lane = self.lanes.get(track).and_then(Option::as_ref);
        let info = lane.and_then(|lane| self.infos.get(lane.stream));
        info.is_some_and(|info| info.is_video)
    }

    /// Whether this sample can be read forward from where the file is read: nothing between, and
    /// not too much that is needed later.
    fn is_tight(&self, track: usize) -> bool {
        let Some(Head::Next { placed, .. }) = self.heads.get(track) else {
            return true;
        };
        let end = placed.at.saturating_add(placed.head.size.into());
        let floor = self.floor(Some(track));
        let is_behind = placed.at < self.at && !self.is_fresh;
        let waits = end.saturating_sub(floor);
        !is_behind && (floor >= placed.at || waits <= TIGHT_BYTES_MAX as u64)
    }

    /// The first byte of the file that a track still needs, other than this one.
    fn floor(&self, except: Option<usize>) -> u64 {
        let heads = self.heads.iter().enumerate();
        let places = heads.filter_map(|(track, head)| match head {
            Head::Next { placed, .. } if Some(track) != except => Some(placed.at),
            _ => None,
        });
        places.min().unwrap_or(u64::MAX)
    }

    fn has_room_for(&self, track: usize) -> bool {
        let Some(Head::Next { placed, .. }) = self.heads.get(track) else {
            return false;
        };
        let bytes = usize::try_from(placed.head.size).unwrap_or(usize::MAX);
        self.hold.fits(bytes, AHEAD_BYTES_MAX)
    }

    fn begin_sample(&mut self, track: usize, waits: bool) -> Option<Step> {
        let Some(Head::Next { placed, dts, pts }) = self.heads.get(track).copied() else {
            return None;
        };
        self.index.pass(&placed);
        if let Some(head) = self.heads.get_mut(track) {
            *head = Head::Unread;
        }
        let is_fresh = std::mem::take(&mut self.is_fresh);
        let first = match self.is_apart {
            true => placed.at,
            false => placed.at.min(self.floor(None)),
        };
        let lane = self.lanes.get_mut(track)?.as_mut()?;
        self.current = Some(Current {
            track,
            at: placed.at,
            left: placed.head.size.into(),
            held: None,
        });
        if self.is_apart || (is_fresh && first < self.at) {
            self.at = first;
        }
        self.piece.clear();
        let bytes = usize::try_from(placed.head.size).ok();
        let Some(bytes) =
            bytes.and_then(|size| lane.begin(size, placed.head.is_sync, &mut self.piece))
        else {
            // No frame of its codec can be so long.
            self.current = None;
            return None;
        };
        let head = UnitHead {
            stream: lane.stream,
            pts: on_circle(pts),
            dts: on_circle(dts),
            is_key: placed.head.is_sync,
            bytes,
        };
        if !waits {
            return Some(Step::Begin(head));
        }
        if let Some(unit) = &mut self.current {
            unit.held = Some((head, std::mem::take(&mut self.piece)));
        }
        None
    }

    /// Goes on with the sample that is read.
    fn pour(&mut self, input: &mut &[u8]) -> Option<Step> {
        // The sample that is read is not among those looked up, and its followers lie behind it.
        let floor = match self.is_apart {
            true => u64::MAX,
            false => self.floor(None),
        };
        let end = self.end_of_buffer();
        let unit = self.current.as_mut()?;
        if unit.left == 0 {
            let unit = self.current.take()?;
            return match unit.held {
                Some((head, data)) => {
                    self.hold.put(head, data);
                    None
                }
                None => Some(Step::End),
            };
        }
        let left = usize::try_from(unit.left)
            .unwrap_or(usize::MAX)
            .min(PIECE_BYTES_MAX);
        let lane = self.lanes.get_mut(unit.track)?.as_mut()?;
        let out = match &mut unit.held {
            Some((_, data)) => data,
            None => &mut self.piece,
        };
        let taken = if unit.at >= self.at && unit.at < end {
            let skip = usize::try_from(unit.at - self.at).ok()?;
            let (front, back) = self.buffer.as_slices();
            let bytes = match front.get(skip..).filter(|bytes| !bytes.is_empty()) {
                Some(bytes) => bytes,
                None => back.get(skip.saturating_sub(front.len())..)?,
            };
            let bytes = bytes.get(..left.min(bytes.len()))?;
            lane.convert(bytes, out);
            bytes.len()
        } else if floor < unit.at {
            // What lies in front of it is needed later.
            if self.buffer.is_empty() && floor > self.at {
                skip(input, floor - self.at);
                self.at = floor;
            }
            let wanted = unit.at.saturating_add(unit.left).saturating_sub(self.at);
            let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
            let room = wanted
                .saturating_sub(self.buffer.len())
                .min(PIECE_BYTES_MAX);
            self.buffer.extend(skip(input, room as u64));
            0
        } else {
            self.buffer.clear();
            skip(input, unit.at.saturating_sub(end));
            let bytes = skip(input, left as u64);
            lane.convert(bytes, out);
            self.at = unit.at + bytes.len() as u64;
            bytes.len()
        };
        unit.at += taken as u64;
        unit.left -= taken as u64;
        let keep_from = floor.min(unit.at);
        self.forget(keep_from);
        let is_given = self
            .current
            .as_ref()
            .is_some_and(|unit| unit.held.is_none());
        (is_given && !self.piece.is_empty() && taken > 0).then_some(Step::Data)
    }

    /// Bytes before this one are not needed any more.
    fn forget(&mut self, before: u64) {
        let count = before.saturating_sub(self.at).min(self.buffer.len() as u64);
        self.at += count;
        self.buffer.drain(..usize::try_from(count).unwrap_or(0));
    }

    /// Where the next byte of the file is read.
    fn end_of_buffer(&self) -> u64 {
        self.at.saturating_add(self.buffer.len() as u64)
    }

    /// How far reading on from `at` will go.
    fn until(&mut self, at: u64) -> u64 {
        if self.is_apart {
            return self.until_apart();
        }
        if self.index.is_whole() {
            return u64::MAX;
        }
        if at >= self.stretch_end {
            self.stretch_end = at.saturating_add(STRETCH_BYTES);
        }
        self.stretch_end
    }

    /// Sound: as far as it lies in one piece. Pictures: as far as the sound lasts that waits.
    fn until_apart(&mut self) -> u64 {
        let Some(unit) = &self.current else {
            return 0;
        };
        let mut end = unit.at.saturating_add(unit.left);
        if unit.held.is_some() {
            let mut bytes = unit.left;
            let reached = self.index.reach(unit.track, |placed| {
                let is_next = placed.at == end;
                end = end.saturating_add(placed.head.size.into());
                bytes = bytes.saturating_add(placed.head.size.into());
                let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
                is_next && self.hold.fits(bytes, AHEAD_BYTES_MAX)
            });
            return reached.unwrap_or(0).max(unit.at.saturating_add(unit.left));
        }
        let Some(track) = self.index.movie().tracks.get(unit.track) else {
            return end;
        };
        let last = self.hold.last().map(|head| head.dts);
        let reached = self.index.reach(unit.track, |placed| {
            let (dts, _) = placed.head.times_90k(track);
            last.is_none_or(|last| mpegts::ticks::pts_difference(on_circle(dts), last) <= 0)
                && placed.at < unit.at.saturating_add(4 * STRETCH_BYTES)
        });
        reached.unwrap_or(0).max(end)
    }

    fn piece_of(&mut self, step: Step) -> Piece<'_> {
        match step {
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

/// Takes up to so many bytes off the front.
fn skip<'a>(input: &mut &'a [u8], count: u64) -> &'a [u8] {
    let count = usize::try_from(count)
        .unwrap_or(usize::MAX)
        .min(input.len());
    let (taken, rest) = input.split_at(count);
    *input = rest;
    taken
}
