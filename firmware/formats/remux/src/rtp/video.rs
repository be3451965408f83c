//! H.264 and HEVC in RTP: single units, aggregates and fragments, to access units with start codes.

use mpegts::Codec;
use mpegts::random_access::{AccessUnitScan, Verdict};

use super::payload::{RtpPayload, ticks};
use crate::nal::{Kind, NalCodec, START_CODE};
use crate::reorder::Reorder;
use crate::source::Piece;
use crate::sps::reorder_depth;
use crate::stream::UnitHead;

/// Most bytes of parameter sets, and as many again of other units, in front of a picture.
pub(super) const HELD_BYTES_MAX: usize = 16 * 1024;

/// Makes access units of the packets of one session, up from the first one where decoding can begin.
#[derive(Debug)]
pub(super) struct Video {
    codec: NalCodec,
    reorder: Reorder,
    /// The newest whole group of parameter sets, with start codes.
    sets: Vec<u8>,
    /// Those that came with the picture at hand.
    own_sets: Vec<u8>,
    /// Other units in front of it, with start codes.
    front: Vec<u8>,
    state: State,
    /// The time of the picture at hand.
    time: Option<i64>,
    /// The fragments that come belong to this unit.
    fragment: Option<Place>,
    has_begun: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// No slice of the picture at hand has come.
    Front,
    /// It is being given out.
    Open,
    /// It is passed over: nothing can be decoded yet.
    Passed,
}

/// Where the bytes of a unit go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Nowhere,
    Sets,
    Front,
    Out,
}

/// How a payload is built (RFC 6184 table 1, RFC 7798 clause 4.4).
enum Structure {
    Single,
    /// Units behind lengths of two bytes.
    Aggregate,
    Fragment,
    /// Interleaved modes, which nobody asked for.
    Other,
}

impl Video {
    pub(super) fn new(codec: NalCodec, sets: &[Vec<u8>]) -> Self {
        let mut video = Self {
            codec,
            reorder: Reorder::default(),
            sets: Vec::new(),
            own_sets: Vec::new(),
            front: Vec::new(),
            state: State::Front,
            time: None,
            fragment: None,
            has_begun: false,
        };
        for set in sets {
            video.unit(set, &mut |_| {});
        }
        video.keep_sets();
        video.own_sets.clear();
        video
    }

    /// Takes a packet and gives pieces of units out.
    pub(super) fn push(&mut self, payload: &RtpPayload<'_>, give: &mut impl FnMut(Piece<'_>)) {
        if payload.is_after_loss {
            self.fragment = None;
        }
        if self.time != Some(payload.time) {
            self.finish(give);
            self.time = Some(payload.time);
        }
        match self.structure(payload.bytes) {
            Structure::Single => self.units(payload.bytes, give),
            Structure::Aggregate => {
                let mut rest = payload.bytes.get(self.codec.header_bytes()..);
                while let Some((length, behind)) = rest.and_then(<[u8]>::split_first_chunk) {
                    let length = usize::from(u16::from_be_bytes(*length));
                    let (unit, behind) = behind.split_at(length.min(behind.len()));
                    self.units(unit, give);
                    rest = Some(behind);
                }
            }
            Structure::Fragment => self.fragment(payload.bytes, give),
            Structure::Other => {}
        }
        // A marker behind mere parameter sets, as some cameras send it, ends no picture.
        if payload.is_last && self.state != State::Front {
            self.finish(give);
        }
    }

    fn structure(&self, payload: &[u8]) -> Structure {
        let kind = payload.first().map(|header| self.codec.unit_type(*header));
        match (self.codec, kind) {
            (NalCodec::H264, Some(1..=23)) | (NalCodec::Hevc, Some(0..=47)) => Structure::Single,
            (NalCodec::H264, Some(24)) | (NalCodec::Hevc, Some(48)) => Structure::Aggregate,
            (NalCodec::H264, Some(28)) | (NalCodec::Hevc, Some(49)) => Structure::Fragment,
            _ => Structure::Other,
        }
    }

    /// A unit where there ought to be one; some cameras put a byte stream of several there.
    fn units(&mut self, mut bytes: &[u8], give: &mut impl FnMut(Piece<'_>)) {
        const SHORT_START: &[u8] = &[0, 0, 1];
        let starts = |window: &[u8]| window == SHORT_START;
        while let Some(at) = bytes.windows(SHORT_START.len()).position(starts) {
            let (unit, behind) = bytes.split_at(at);
            // The zero in front of the start code is part of it (annex B.1.1).
            self.unit(unit.strip_suffix(&[0]).unwrap_or(unit), give);
            bytes = behind.get(SHORT_START.len()..).unwrap_or_default();
        }
        self.unit(bytes, give);
    }

    fn unit(&mut self, unit: &[u8], give: &mut impl FnMut(Piece<'_>)) {
        if unit.len() < self.codec.header_bytes() {
            return;
        }
        let place = self.begin(unit, give);
        self.put(place, unit, give);
    }

    /// FU-A (RFC 6184 clause 5.8) and FU (RFC 7798 clause 4.4.3): the header of the unit is in two
    /// parts, and stands in front of the first fragment only.
    fn fragment(&mut self, payload: &[u8], give: &mut impl FnMut(Piece<'_>)) {
        let (header, length, flags, data) = match (self.codec, payload) {
            (NalCodec::H264, [indicator, flags, data @ ..]) => {
                ([indicator & 0xE0 | flags & 0x1F, 0], 1, *flags, data)
            }
            (NalCodec::Hevc, [first, second, flags, data @ ..]) => {
                let first = first & 0x81 | (flags & 0x3F) << 1;
                ([first, *second], 2, *flags, data)
            }
            _ => return,
        };
        if flags & 0x80 != 0 {
            let header = header.get(..length).unwrap_or_default();
            let place = self.begin(header, give);
            self.put(place, header, give);
            self.fragment = Some(place);
        }
        // Without its beginning the rest of a unit is worth nothing.
        if let Some(place) = self.fragment {
            self.put(place, data, give);
            self.fragment = Some(self.still(place));
        }
        if flags & 0x40 != 0 {
            self.fragment = None;
        }
    }

    /// A unit begins: decides where it goes, and puts its start code there.
    fn begin(&mut self, unit: &[u8], give: &mut impl FnMut(Piece<'_>)) -> Place {
        let header = unit.first().copied().unwrap_or_default();
        let place = match (self.codec.kind(header), self.state) {
            (Kind::Delimiter, _) => return Place::Nowhere,
            (Kind::ParameterSet, State::Front) => {
                self.look_at_set(unit);
                Place::Sets
            }
            (Kind::Other, State::Front) if !self.codec.is_slice(header) => Place::Front,
            (_, State::Front) => {
                self.open(header, give);
                match self.state {
                    State::Open => Place::Out,
                    State::Front | State::Passed => Place::Nowhere,
                }
            }
            (_, State::Open) => Place::Out,
            (_, State::Passed) => Place::Nowhere,
        };
        self.put(place, &START_CODE, give);
        place
    }

    fn put(&mut self, place: Place, bytes: &[u8], give: &mut impl FnMut(Piece<'_>)) {
        match place {
            Place::Nowhere => {}
            Place::Sets => append(&mut self.own_sets, bytes),
            Place::Front => append(&mut self.front, bytes),
            Place::Out => give(Piece::Data(bytes)),
        }
    }

    /// Nowhere, once what was held of the unit had no room.
    fn still(&self, place: Place) -> Place {
        match place {
            Place::Sets if self.own_sets.is_empty() => Place::Nowhere,
            Place::Front if self.front.is_empty() => Place::Nowhere,
            place => place,
        }
    }

    fn look_at_set(&mut self, unit: &[u8]) {
        let is_sequence = unit
            .first()
            .is_some_and(|header| self.codec.is_sequence_set(*header));
        if is_sequence && let Some(depth) = reorder_depth(self.codec, unit) {
            self.reorder.set_depth(depth);
        }
    }

    /// Begins to give the picture out, if decoding can begin with it or has begun already.
    fn open(&mut self, slice: u8, give: &mut impl FnMut(Piece<'_>)) {
        let is_key = self.codec.is_key_slice(slice) || self.has_recovery_point();
        self.has_begun |= is_key;
        if !self.has_begun {
            self.state = State::Passed;
            return;
        }
        self.keep_sets();
        let (pts, dts) = self.reorder.times(self.time.unwrap_or(0));
        give(Piece::Begin(UnitHead {
            stream: 0,
            pts: ticks(pts),
            dts: ticks(dts),
            is_key,
            bytes: None,
        }));
        self.state = State::Open;
        give(Piece::Data(self.codec.delimiter()));
        if is_key {
            give(Piece::Data(&self.sets));
        }
        if !is_key || self.sets != self.own_sets {
            give(Piece::Data(&self.own_sets));
        }
        give(Piece::Data(&self.front));
    }

    /// H.264 without IDR pictures says in an SEI message where decoding can begin.
    fn has_recovery_point(&self) -> bool {
        self.codec == NalCodec::H264
            && AccessUnitScan::new(Codec::H264).feed(&self.front) == Verdict::Yes
    }

    /// Sets with a sequence parameter set take the place of those before.
    fn keep_sets(&mut self) {
        let code = START_CODE.len();
        let mut headers = self.own_sets.windows(code + 1);
        let has_sequence = headers.any(|window| {
            let (start, header) = window.split_at(code);
            start == START_CODE && header.iter().any(|h| self.codec.is_sequence_set(*h))
        });
        if has_sequence {
            self.sets.clone_from(&self.own_sets);
        }
    }

    /// The picture at hand is over. Units in front of a picture that has not come wait for it.
    fn finish(&mut self, give: &mut impl FnMut(Piece<'_>)) {
        self.fragment = None;
        if self.state == State::Front {
            return;
        }
        if self.state == State::Open {
            give(Piece::End);
        }
        self.keep_sets();
        self.state = State::Front;
        self.own_sets.clear();
        self.front.clear();
    }
}

/// What does not fit is left out whole: no half of a unit may stand before the next one.
fn append(held: &mut Vec<u8>, bytes: &[u8]) {
    if held.len() + bytes.len() > HELD_BYTES_MAX {
        held.clear();
    } else {
        held.extend_from_slice(bytes);
    }
}
