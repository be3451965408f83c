//! The walk over a segment: which box, which sample, how much of it is there.

use crate::boxes::{Extent, HEADER_BYTES_MAX, Header};
use crate::error::Error;
use crate::four_cc::FourCc;
use crate::fragment::{self, Fragment, MOOF, NextTimes};
use crate::movie::{Movie, TRACKS_MAX, Tracks};
use crate::run::Run;
use crate::sample::SampleHead;

/// Most bytes of a `moov` or `moof` that are held. A `moof` with every field of its samples has 16
/// bytes for each of them, so that 32 KiB are half a minute of picture at 60 Hz; a `moov` of a stream
/// has one to three KiB.
pub const HELD_BYTES_MAX: usize = 32 * 1024;

const MOOV: FourCc = FourCc(*b"moov");
const MDAT: FourCc = FourCc(*b"mdat");

/// What comes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A header of the stream: [`Reader::movie`] is another one now.
    Movie,
    /// A fragment: [`Reader::spread_bytes`] and [`Reader::split`] speak of the samples that follow.
    Fragment,
    /// A sample begins.
    Sample(SampleHead),
    /// The next bytes of that sample.
    Data(&'a [u8]),
    /// Its last byte has gone by.
    SampleEnd,
}

/// Reads init and media segments, in any cut.
#[derive(Clone, Debug)]
pub struct Reader {
    /// Bytes from the start of the resource.
    position: u64,
    state: State,
    /// A header that is not whole yet.
    header: Vec<u8>,
    /// A `moov` or `moof` that is not whole yet, or the `moof` whose samples come by.
    held: Vec<u8>,
    movie: Option<Movie>,
    fragment: Fragment,
    wanted: Tracks,
    times: NextTimes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// At the header of a box.
    Header,
    /// In a box that is held: what it is, where it began, what is left of it.
    Held {
        kind: FourCc,
        start: u64,
        left: usize,
    },
    /// In a box that is passed over, up to this byte.
    Skip { end: u64 },
    /// In media data up to this byte, between two samples.
    Media { end: u64 },
    /// In a sample.
    Sample { left: u64, end: u64 },
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

impl Reader {
    /// Before an init segment.
    #[must_use]
    pub fn new() -> Self {
        Self {
            position: 0,
            state: State::Header,
            header: Vec::with_capacity(HEADER_BYTES_MAX),
            held: Vec::new(),
            movie: None,
            fragment: Fragment::default(),
            wanted: Tracks::ALL,
            times: [0; TRACKS_MAX],
        }
    }

    /// The header read last.
    #[must_use]
    pub const fn movie(&self) -> Option<&Movie> {
        self.movie.as_ref()
    }

    /// Which tracks are given out of the fragments that follow.
    pub const fn want(&mut self, tracks: Tracks) {
        self.wanted = tracks;
    }

    /// The bytes that follow begin a segment, at this byte of its resource. What was begun is
    /// forgotten; the movie and the running times stay.
    pub fn begin(&mut self, position: u64) {
        self.position = position;
        self.state = State::Header;
        self.header.clear();
        self.fragment = Fragment::default();
    }

    /// Takes bytes off the front of `input` up to the next event; `None` when all are taken.
    ///
    /// # Errors
    /// What follows of the segment cannot be read; go on with [`Self::begin`].
    pub fn next<'a>(&mut self, input: &mut &'a [u8]) -> Result<Option<Event<'a>>, Error> {
        loop {
            match self.state {
                State::Header => {
                    if !self.read_header(input)? {
                        return Ok(None);
                    }
                }
                State::Held { kind, start, left } => {
                    let taken = self.take(input, left as u64);
                    self.held.extend_from_slice(taken);
                    let left = left - taken.len();
                    self.state = State::Held { kind, start, left };
                    if left > 0 {
                        return Ok(None);
                    }
                    self.state = State::Header;
                    return self.read_held(kind, start).map(Some);
                }
                State::Skip { end } => {
                    if !self.skip_to(input, end) {
                        return Ok(None);
                    }
                    self.state = State::Header;
                }
                State::Media { end } => match self.begin_sample(input, end)? {
                    Some(head) => return Ok(Some(Event::Sample(head))),
                    None if matches!(self.state, State::Media { .. }) => return Ok(None),
                    None => {}
                },
                State::Sample { left: 0, end } => {
                    self.state = State::Media { end };
                    return Ok(Some(Event::SampleEnd));
                }
                State::Sample { left, end } => {
                    let data = self.take(input, left);
                    if data.is_empty() {
                        return Ok(None);
                    }
                    let left = left - data.len() as u64;
                    self.state = State::Sample { left, end };
                    return Ok(Some(Event::Data(data)));
                }
            }
        }
    }

    /// The segment has ended.
    ///
    /// # Errors
    /// [`Error::CutOff`] inside a box or before the last sample of a fragment.
    pub fn finish(&mut self) -> Result<(), Error> {
        let is_whole = match self.state {
            State::Header => self.header.is_empty(),
            State::Skip { end } | State::Media { end } => end == u64::MAX,
            State::Held { .. } | State::Sample { .. } => false,
        };
        let is_done = self.fragment.head(&self.held).is_none();
        self.begin(self.position);
        if is_whole && is_done {
            Ok(())
        } else {
            Err(Error::CutOff)
        }
    }

    /// How many bytes of samples come before samples of other tracks that have to be decoded before
    /// them: what giving them out in order of decoding time would have to hold, at most.
    #[must_use]
    pub fn spread_bytes(&self) -> u64 {
        let runs = self.fragment.open_runs();
        let begins = |run: &Run| self.time_of(run.track, run.dts);
        let mut spread = 0_u64;
        for (index, run) in runs.iter().enumerate() {
            let later = runs.iter().skip(index + 1).filter(|r| r.track != run.track);
            if let Some(before) = later.filter_map(begins).min() {
                spread = spread.saturating_add(self.bytes_from(run, before));
            }
        }
        spread
    }

    /// The earliest decoding time, in 90 kHz ticks, of the samples whose bytes have not begun.
    #[must_use]
    pub fn earliest_unread(&self) -> Option<i64> {
        let runs = self.fragment.open_runs().iter().filter(|run| run.left > 0);
        runs.filter_map(|run| self.time_of(run.track, run.dts))
            .min()
    }

    /// Gives the samples of these tracks in the current fragment to another reader, which takes the
    /// bytes of the resource from the start of [`Self::extent`] on. `None` where there are none.
    #[must_use]
    pub fn split(&mut self, tracks: Tracks) -> Option<Self> {
        let mut other = self.clone();
        other.fragment.retain(tracks);
        self.fragment.retain(Tracks::ALL.without(tracks));
        let (_, place) = other.fragment.head(&other.held)?;
        other.position = place;
        other.state = State::Media { end: u64::MAX };
        Some(other)
    }

    /// From the first byte of the samples left of this fragment to behind their last one.
    #[must_use]
    pub fn extent(&self) -> Option<(u64, u64)> {
        let runs = || self.fragment.open_runs().iter().filter(|run| run.left > 0);
        let start = runs().map(|run| run.offset).min()?;
        let end = runs()
            .map(|run| run.offset.saturating_add(run.bytes))
            .max()?;
        Some((start, end))
    }

    fn time_of(&self, track: usize, dts: u64) -> Option<i64> {
        let track = self.movie.as_ref()?.tracks.get(track)?;
        Some(track.ticks_90k(i64::try_from(dts).unwrap_or(i64::MAX)))
    }

    /// Bytes of the samples of a run from a decoding time in 90 kHz ticks on.
    fn bytes_from(&self, run: &Run, time: i64) -> u64 {
        let mut run = run.clone();
        while self
            .time_of(run.track, run.dts)
            .is_some_and(|dts| dts <= time)
        {
            let Some(head) = run.head(&self.held) else {
                break;
            };
            run.advance(&head);
        }
        run.bytes
    }

    /// Returns whether a header was read.
    fn read_header(&mut self, input: &mut &[u8]) -> Result<bool, Error> {
        loop {
            if let Some(header) = Header::read(&self.header)? {
                self.header.clear();
                self.enter(header)?;
                return Ok(true);
            }
            let [byte] = self.take(input, 1) else {
                return Ok(false);
            };
            debug_assert!(
                self.header.len() < HEADER_BYTES_MAX,
                "a header is whole by then"
            );
            self.header.push(*byte);
        }
    }

    fn enter(&mut self, header: Header) -> Result<(), Error> {
        let end = match header.content {
            Extent::ToEnd => u64::MAX,
            Extent::Bytes(bytes) => self.position.saturating_add(bytes),
        };
        self.state = match header.kind {
            MDAT => State::Media { end },
            MOOV | MOOF => {
                let bytes = end - self.position;
                let left = usize::try_from(bytes).ok().filter(|n| *n <= HELD_BYTES_MAX);
                let Some(left) = left else {
                    return Err(Error::TooLarge {
                        kind: header.kind,
                        bytes,
                        bytes_max: HELD_BYTES_MAX as u64,
                    });
                };
                self.held.clear();
                self.fragment = Fragment::default();
                State::Held {
                    kind: header.kind,
                    start: self.position - header.header_bytes as u64,
                    left,
                }
            }
            _ => State::Skip { end },
        };
        Ok(())
    }

    fn read_held(&mut self, kind: FourCc, start: u64) -> Result<Event<'static>, Error> {
        if kind == MOOV {
            self.movie = Some(Movie::read(&self.held)?);
            return Ok(Event::Movie);
        }
        let movie = self.movie.as_ref().ok_or(Error::NoMovie)?;
        self.fragment = fragment::read(&self.held, start, movie, self.wanted, &mut self.times)?;
        Ok(Event::Fragment)
    }

    /// Goes to the next sample inside the media data; leaves it where there is none.
    fn begin_sample(&mut self, input: &mut &[u8], end: u64) -> Result<Option<SampleHead>, Error> {
        let next = self
            .fragment
            .head(&self.held)
            .filter(|(_, place)| *place < end);
        let Some((head, place)) = next else {
            if self.skip_to(input, end) {
                self.state = State::Header;
            }
            return Ok(None);
        };
        let behind = place.saturating_add(head.size.into());
        if place < self.position || behind > end {
            return Err(Error::Misplaced);
        }
        if !self.skip_to(input, place) {
            return Ok(None);
        }
        self.fragment.advance(&head);
        let left = head.size.into();
        self.state = State::Sample { left, end };
        Ok(Some(head))
    }

    /// Returns whether that byte was reached.
    fn skip_to(&mut self, input: &mut &[u8], place: u64) -> bool {
        self.take(input, place.saturating_sub(self.position));
        self.position >= place
    }

    fn take<'a>(&mut self, input: &mut &'a [u8], bytes_max: u64) -> &'a [u8] {
        let count = usize::try_from(bytes_max)
            .unwrap_or(usize::MAX)
            .min(input.len());
        let (taken, rest) = input.split_at(count);
        *input = rest;
        self.position = self.position.saturating_add(count as u64);
        taken
    }
}
