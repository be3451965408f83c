//! The walk over a file: which element, which frame, how much of it is there.

use crate::block::{self, Block};
use crate::element::{HEAD_BYTES_MAX, Head, children, text, unsigned};
use crate::error::Error;
use crate::track::{self, Track};

/// Most bytes of an element that is held: the tracks with what their decoders are told.
pub const HELD_BYTES_MAX: usize = 128 * 1024;

const EBML: u32 = 0x1A45_DFA3;
const SEGMENT: u32 = 0x1853_8067;
const INFO: u32 = 0x1549_A966;
const TRACKS: u32 = 0x1654_AE6B;
const CLUSTER: u32 = 0x1F43_B675;
const CLUSTER_TIME: u32 = 0xE7;
const SIMPLE_BLOCK: u32 = 0xA3;
const BLOCK_GROUP: u32 = 0xA0;
const BLOCK: u32 = 0xA1;
/// IDs of four bytes stand at the top of a segment, where they end a cluster of unknown length.
const TOP_LEVEL_MIN: u32 = 0x1000_0000;
/// TimestampScale where the file says none: milliseconds.
const SCALE_NS: u64 = 1_000_000;

/// What comes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// [`Reader::tracks`] are known now.
    Tracks,
    /// A frame begins.
    Frame(FrameHead),
    /// The next bytes of that frame.
    Data(&'a [u8]),
    /// Its last byte has gone by.
    FrameEnd,
}

/// A frame, before its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHead {
    /// Index of its track in [`Reader::tracks`].
    pub track: usize,
    /// When it is shown, in nanoseconds. It may lie before zero.
    pub time_ns: i64,
    /// Bytes that follow; what was stripped is not among them.
    pub bytes: u64,
    /// Decoding can begin here; `None` where the file tells that only behind the frame.
    pub is_key: Option<bool>,
}

/// Reads a file from its front, in any cut.
#[derive(Clone, Debug)]
pub struct Reader {
    at: u64,
    state: State,
    head: Vec<u8>,
    held: Vec<u8>,
    segment_end: Option<u64>,
    /// Where the cluster and the group that are read end.
    cluster: Option<Option<u64>>,
    group_end: Option<u64>,
    scale_ns: u64,
    cluster_time: u64,
    tracks: Vec<Track>,
    has_begun: bool,
    block: Option<Frames>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// At the head of an element.
    Head,
    /// In an element that is held.
    Held {
        id: u32,
        end: u64,
    },
    /// What lies before this byte is not wanted.
    Skip {
        to: u64,
    },
    /// In the front of a block.
    Front {
        id: u32,
        begin: u64,
        end: u64,
    },
    /// Between two frames of a block.
    Frames,
    Frame {
        left: u64,
    },
}

/// The frames of a block that are still to come.
#[derive(Clone, Debug)]
struct Frames {
    track: usize,
    time_ns: i64,
    is_key: Option<bool>,
    sizes: std::vec::IntoIter<u64>,
    end: u64,
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

impl Reader {
    /// At the first byte of a file.
    #[must_use]
    pub fn new() -> Self {
        Self {
            at: 0,
            state: State::Head,
            head: Vec::with_capacity(HEAD_BYTES_MAX),
            held: Vec::new(),
            segment_end: None,
            cluster: None,
            group_end: None,
            scale_ns: SCALE_NS,
            cluster_time: 0,
            tracks: Vec::new(),
            has_begun: false,
            block: None,
        }
    }

    /// The next byte that is wanted.
    #[must_use]
    pub const fn at(&self) -> u64 {
        match self.state {
            State::Skip { to } if to > self.at => to,
            _ => self.at,
        }
    }

    /// The tracks of the file, at most [`TRACKS_MAX`](crate::TRACKS_MAX).
    #[must_use]
    pub fn tracks(&self) -> &[Track] {
        &self.tracks
    }

    /// Takes bytes off the front of `input`, which begin at [`Self::at`], up to the next event;
    /// `None` when all are taken that are wanted from there.
    ///
    /// # Errors
    /// The file is damaged, or no Matroska.
    pub fn next<'a>(&mut self, input: &mut &'a [u8]) -> Result<Option<Event<'a>>, Error> {
        self.at = self.at();
        loop {
            match self.state {
                State::Head => {
                    let Some(head) = self.read_head(input)? else {
                        return Ok(None);
                    };
                    self.enter(head)?;
                }
                State::Skip { to } => {
                    self.take(input, to.saturating_sub(self.at));
                    if self.at < to {
                        return Ok(None);
                    }
                    self.state = State::Head;
                }
                State::Held { id, end } => {
                    let taken = self.take(input, end - self.at);
                    self.held.extend_from_slice(taken);
                    if self.at < end {
                        return Ok(None);
                    }
                    self.state = State::Head;
                    if self.read_held(id)? {
                        return Ok(Some(Event::Tracks));
                    }
                }
                State::Front { id, begin, end } => {
                    if !self.read_front(input, id, (begin, end))? {
                        return Ok(None);
                    }
                }
                State::Frames => match self.begin_frame() {
                    Some(head) => return Ok(Some(Event::Frame(head))),
                    None => self.leave_block(),
                },
                State::Frame { left: 0 } => {
                    self.state = State::Frames;
                    return Ok(Some(Event::FrameEnd));
                }
                State::Frame { left } => {
                    let data = self.take(input, left);
                    if data.is_empty() {
                        return Ok(None);
                    }
                    self.state = State::Frame {
                        left: left - data.len() as u64,
                    };
                    return Ok(Some(Event::Data(data)));
                }
            }
        }
    }

    fn read_head(&mut self, input: &mut &[u8]) -> Result<Option<Head>, Error> {
        loop {
            if let Some(head) = Head::read(&self.head)? {
                self.head.clear();
                return Ok(Some(head));
            }
            let [byte] = self.take(input, 1) else {
                return Ok(None);
            };
            self.head.push(*byte);
        }
    }

    /// Decides about an element whose head has been read.
    fn enter(&mut self, head: Head) -> Result<(), Error> {
        let begin = self.at - head.head_bytes as u64;
        self.close(begin, head.id);
        let id = head.id;
        if !std::mem::replace(&mut self.has_begun, true) && id != EBML {
            return Err(Error::DocType);
        }
        let around = self
            .group_end
            .or(self.cluster.flatten())
            .or(self.segment_end);
        let end = head.bytes.map(|bytes| self.at.saturating_add(bytes));
        match id {
            SEGMENT => {
                self.segment_end = end;
                return Ok(());
            }
            CLUSTER => {
                if self.tracks.is_empty() {
                    return Err(Error::NoTracks);
                }
                self.cluster = Some(end);
                self.group_end = None;
                return Ok(());
            }
            _ => {}
        }
        let end = end.ok_or(Error::Length { id })?;
        if self.cluster.is_some() && around.is_some_and(|around| end > around) {
            return Err(Error::Length { id });
        }
        self.state = match id {
            BLOCK_GROUP if self.cluster.is_some() => {
                self.group_end = Some(end);
                State::Head
            }
            SIMPLE_BLOCK | BLOCK if self.cluster.is_some() => State::Front {
                id,
                begin: self.at,
                end,
            },
            EBML | INFO | TRACKS | CLUSTER_TIME => self.hold(id, end)?,
            _ => State::Skip { to: end },
        };
        Ok(())
    }

    fn hold(&mut self, id: u32, end: u64) -> Result<State, Error> {
        let bytes = end - self.at;
        if bytes > HELD_BYTES_MAX as u64 {
            return Err(Error::TooLarge {
                id,
                bytes,
                bytes_max: HELD_BYTES_MAX as u64,
            });
        }
        self.held.clear();
        Ok(State::Held { id, end })
    }

    /// Leaves what ends before an element of this kind, which begins at `begin`.
    fn close(&mut self, begin: u64, id: u32) {
        if self.group_end.is_some_and(|end| begin >= end) {
            self.group_end = None;
        }
        let is_over = match self.cluster {
            Some(Some(end)) => begin >= end,
            Some(None) => id >= TOP_LEVEL_MIN,
            None => false,
        };
        if is_over {
            self.cluster = None;
            self.group_end = None;
        }
    }

    /// Reads an element that was held. Returns whether it was the tracks.
    fn read_held(&mut self, id: u32) -> Result<bool, Error> {
        match id {
            EBML => {
                const DOC_TYPE: u32 = 0x4282;
                let doc_type = children(&self.held).find(|(id, _)| *id == DOC_TYPE);
                let doc_type = doc_type.map(|(_, content)| text(content));
                match doc_type.as_deref() {
                    Some("matroska" | "webm") => {}
                    _ => return Err(Error::DocType),
                }
            }
            INFO => {
                const TIMESTAMP_SCALE: u32 = 0x2A_D7B1;
                let scale = children(&self.held).find(|(id, _)| *id == TIMESTAMP_SCALE);
                let scale = scale.map(|(_, content)| unsigned(content));
                self.scale_ns = scale.filter(|scale| *scale > 0).unwrap_or(SCALE_NS);
            }
            TRACKS if self.tracks.is_empty() => {
                self.tracks = track::read(&self.held);
                return Ok(true);
            }
            CLUSTER_TIME => self.cluster_time = unsigned(&self.held),
            _ => {}
        }
        Ok(false)
    }

    /// Gathers the front of a block. Returns whether it is whole.
    fn read_front(
        &mut self,
        input: &mut &[u8],
        id: u32,
        (begin, end): (u64, u64),
    ) -> Result<bool, Error> {
        loop {
            if let Some(block) = block::read(&self.head, end - begin)? {
                self.head.clear();
                self.begin_block(&block, id, end);
                return Ok(true);
            }
            if self.at >= end {
                return Err(Error::Lacing);
            }
            let [byte] = self.take(input, 1) else {
                return Ok(false);
            };
            self.head.push(*byte);
        }
    }

    fn begin_block(&mut self, block: &Block, id: u32, end: u64) {
        let track = self
            .tracks
            .iter()
            .position(|track| track.number == block.track);
        let Some(track) = track else {
            self.state = State::Skip { to: end };
            return;
        };
        let ticks = i128::from(self.cluster_time) + i128::from(block.time);
        let time_ns = ticks * i128::from(self.scale_ns);
        self.block = Some(Frames {
            track,
            time_ns: i64::try_from(time_ns).unwrap_or(i64::MAX),
            is_key: (id == SIMPLE_BLOCK).then_some(block.is_key),
            sizes: block.sizes.clone().into_iter(),
            end,
        });
        self.state = State::Frames;
    }

    fn begin_frame(&mut self) -> Option<FrameHead> {
        let block = self.block.as_mut()?;
        let bytes = block.sizes.next()?;
        let head = FrameHead {
            track: block.track,
            time_ns: block.time_ns,
            bytes,
            is_key: block.is_key,
        };
        // Frames of one block follow each other (RFC 9559 clause 10.3).
        let frame_ns = self
            .tracks
            .get(block.track)
            .and_then(|track| track.frame_ns);
        let frame_ns = i64::try_from(frame_ns.unwrap_or(0)).unwrap_or(0);
        block.time_ns = block.time_ns.saturating_add(frame_ns);
        self.state = State::Frame { left: bytes };
        Some(head)
    }

    fn leave_block(&mut self) {
        let end = self.block.take().map_or(self.at, |block| block.end);
        self.state = State::Skip { to: end };
    }

    fn take<'a>(&mut self, input: &mut &'a [u8], bytes_max: u64) -> &'a [u8] {
        let count = usize::try_from(bytes_max)
            .unwrap_or(usize::MAX)
            .min(input.len());
        let (taken, rest) = input.split_at(count);
        *input = rest;
        self.at = self.at.saturating_add(taken.len() as u64);
        taken
    }
}
