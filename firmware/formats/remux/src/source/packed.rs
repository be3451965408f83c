//! Packed audio (RFC 8216 clause 3.4): frames of sound behind an ID3 tag that says when they begin.

use mpegts::ticks::PTS_WRAP;

use super::Piece;
use super::frame::{Frame, HEAD_BYTES};
use super::look::{Look, look};
use crate::error::Error;
use crate::stream::{StreamInfo, UnitHead};

/// The owner of the private frame with the time (RFC 8216 clause 3.4).
const TIMESTAMP_OWNER: &[u8] = b"com.apple.streaming.transportStreamTimestamp\0";
/// Most bytes of a tag that are looked at; pictures of a programme may make it longer.
const TAG_BYTES_MAX: usize = 4 * 1024;
/// Bytes that are no frame until the segment is given up.
const STRAY_BYTES_MAX: usize = 64 * 1024;

/// Reads frames: each becomes a unit.
#[derive(Debug, Default)]
pub struct PackedSource {
    infos: Vec<StreamInfo>,
    state: State,
    /// A tag or the front of a frame that is not whole.
    front: Vec<u8>,
    given: Vec<u8>,
    /// When the next frame begins, in 90 kHz ticks, and what is left over of a tick, in parts of
    /// the sampling rate.
    time: u64,
    remainder: u64,
    is_timed: bool,
    stray_bytes: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// At a tag or a frame.
    #[default]
    Front,
    /// In a tag: bytes left.
    Tag {
        left: usize,
    },
    /// The streams were told; the frame in `front` begins.
    Announced(Frame),
    /// The unit has begun with what is in `front`; so many bytes follow.
    Begun {
        left: usize,
    },
    Data {
        left: usize,
    },
}

impl PackedSource {
    /// Before the first segment.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The stream, once a frame has come.
    #[must_use]
    pub fn streams(&self) -> &[StreamInfo] {
        &self.infos
    }

    /// See [`super::Source::begin`]. Without a tag its time goes on from the segment before.
    pub fn begin(&mut self) {
        self.state = State::Front;
        self.front.clear();
        self.stray_bytes = 0;
    }

    /// See [`super::Source::next`].
    ///
    /// # Errors
    /// [`Error::Damaged`] where no frame can be found.
    pub fn next(&mut self, input: &mut &[u8]) -> Result<Option<Piece<'_>>, Error> {
        loop {
            match self.state {
                State::Front => {
                    if self.find(input)? {
                        return Ok(Some(Piece::Streams));
                    }
                    if input.is_empty() && self.state == State::Front {
                        return Ok(None);
                    }
                }
                State::Tag { left } => {
                    let taken = take(input, left);
                    let room = TAG_BYTES_MAX.saturating_sub(self.front.len());
                    self.front
                        .extend_from_slice(taken.get(..room).unwrap_or(taken));
                    self.state = State::Tag {
                        left: left - taken.len(),
                    };
                    if left > taken.len() {
                        return Ok(None);
                    }
                    self.read_tag();
                    self.front.clear();
                    self.state = State::Front;
                }
                State::Announced(frame) => return Ok(Some(self.begin_frame(frame))),
                State::Begun { left } => {
                    self.state = State::Data { left };
                    self.given.clear();
                    self.given.append(&mut self.front);
                    return Ok(Some(Piece::Data(&self.given)));
                }
                State::Data { left: 0 } => {
                    self.state = State::Front;
                    return Ok(Some(Piece::End));
                }
                State::Data { left } => {
                    let taken = take(input, left);
                    if taken.is_empty() {
                        return Ok(None);
                    }
                    self.state = State::Data {
                        left: left - taken.len(),
                    };
                    self.given.clear();
                    self.given.extend_from_slice(taken);
                    return Ok(Some(Piece::Data(&self.given)));
                }
            }
        }
    }

    /// See [`super::Source::finish`].
    ///
    /// # Errors
    /// [`Error::Damaged`] where it ends in a frame.
    pub fn finish(&mut self) -> Result<Option<Piece<'_>>, Error> {
        let state = std::mem::take(&mut self.state);
        match state {
            State::Front => Ok(None),
            State::Data { left: 0 } => Ok(Some(Piece::End)),
            _ => Err(Error::Damaged {
                what: "packed audio",
            }),
        }
    }

    /// Gathers the front of a tag or a frame; returns whether it is a frame of another stream than
    /// before. A byte that begins neither is passed over.
    fn find(&mut self, input: &mut &[u8]) -> Result<bool, Error> {
        while let [byte] = take(input, 1) {
            self.front.push(*byte);
            if self.front.len() < HEAD_BYTES {
                continue;
            }
            if let [b'I', b'D', b'3', _, _, _, size @ ..] = self.front.as_slice() {
                let bytes = size
                    .iter()
                    .fold(0, |all, b| all << 7 | usize::from(b & 0x7F));
                self.state = State::Tag { left: bytes };
                self.front.clear();
                return Ok(false);
            }
            let Look::Frame(frame) = look(&self.front) else {
                self.front.remove(0);
                self.stray_bytes += 1;
                if self.stray_bytes > STRAY_BYTES_MAX {
                    return Err(Error::Damaged {
                        what: "packed audio",
                    });
                }
                continue;
            };
            let info = frame.info();
            self.state = State::Announced(frame);
            if self.infos.first() != Some(&info) {
                self.infos = vec![info];
                return Ok(true);
            }
            return Ok(false);
        }
        Ok(false)
    }

    fn begin_frame(&mut self, frame: Frame) -> Piece<'_> {
        let head = UnitHead {
            stream: 0,
            pts: self.time,
            dts: self.time,
            is_key: true,
            bytes: Some(frame.bytes),
        };
        // Exactly: a rounding error per frame would be seconds in a day.
        let ticks = u64::from(frame.samples) * 90_000 + self.remainder;
        let rate = u64::from(frame.rate.max(1));
        self.time = (self.time + ticks / rate) % PTS_WRAP;
        self.remainder = ticks % rate;
        self.state = State::Begun {
            left: frame.bytes.saturating_sub(self.front.len()),
        };
        Piece::Begin(head)
    }

    /// Whether the time of the frames is known from a tag.
    #[must_use]
    pub const fn is_timed(&self) -> bool {
        self.is_timed
    }

    fn read_tag(&mut self) {
        let tag = &self.front;
        let owner = TIMESTAMP_OWNER.len();
        let at = tag
            .windows(owner)
            .position(|window| window == TIMESTAMP_OWNER);
        let time = at.and_then(|at| tag.get(at + owner..)?.first_chunk());
        if let Some(time) = time {
            // 33 bits in eight bytes, big endian.
            self.time = u64::from_be_bytes(*time) % PTS_WRAP;
            self.remainder = 0;
            self.is_timed = true;
        }
    }
}

fn take<'a>(input: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (taken, rest) = input.split_at(count.min(input.len()));
    *input = rest;
    taken
}
