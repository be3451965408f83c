//! AAC in RTP, mode AAC-hbr (RFC 3640 clause 3.3.6): several frames in a packet, or one in several.

use mpegts::ticks::PTS_PER_SECOND;

use super::payload::{RtpAudio, RtpPayload};
use crate::adts::{self, Adts, HEADER_BYTES};
use crate::error::Error;

/// Of a frame with its header.
pub(super) const FRAME_BYTES_MAX: usize = adts::FRAME_BYTES_MAX + HEADER_BYTES;
/// Bits of an AU header: 13 of size, 3 of index.
const AU_HEADER_BITS: usize = 16;

/// Makes ADTS frames of the packets of one session.
#[derive(Debug)]
pub(super) struct Aac {
    adts: Adts,
    frame_ticks: u32,
    clock_rate: u32,
    /// A frame that comes in several packets.
    part: Option<Part>,
}

#[derive(Debug)]
struct Part {
    time: i64,
    bytes: usize,
    frame: Vec<u8>,
}

impl Aac {
    pub(super) fn new(audio: &RtpAudio<'_>) -> Result<Self, Error> {
        Ok(Self {
            adts: Adts::of_config(audio.config)?,
            frame_ticks: audio.frame_ticks,
            clock_rate: audio.clock_rate.max(1),
            part: None,
        })
    }

    /// Gives whole frames, each with its time. What is damaged is passed over.
    pub(super) fn push(&mut self, payload: &RtpPayload<'_>, give: &mut impl FnMut(i64, Vec<u8>)) {
        let Some((headers, mut data)) = split(payload.bytes) else {
            self.part = None;
            return;
        };
        let sizes = headers
            .chunks_exact(AU_HEADER_BITS / 8)
            .map(|header| header.iter().fold(0, |all, b| all << 8 | usize::from(*b)) >> 3);
        for (index, size) in sizes.enumerate() {
            let time = payload.time.saturating_add(self.frames(index));
            let (frame, rest) = data.split_at(size.min(data.len()));
            data = rest;
            if frame.len() < size {
                self.piece(payload, time, size, frame, give);
                return;
            }
            self.part = None;
            self.frame(time, frame, give);
        }
    }

    /// The time of so many frames, in 90 kHz ticks.
    fn frames(&self, count: usize) -> i64 {
        let count = u64::try_from(count).unwrap_or(0);
        let ticks = count * u64::from(self.frame_ticks) * PTS_PER_SECOND;
        (ticks / u64::from(self.clock_rate)).cast_signed()
    }

    /// A part of a frame of `size` bytes (clause 3.2.3.1: the size is that of the whole).
    fn piece(
        &mut self,
        payload: &RtpPayload<'_>,
        time: i64,
        size: usize,
        bytes: &[u8],
        give: &mut impl FnMut(i64, Vec<u8>),
    ) {
        if size > adts::FRAME_BYTES_MAX {
            self.part = None;
            return;
        }
        let known = self
            .part
            .take()
            .filter(|part| part.time == time && part.bytes == size && !payload.is_after_loss);
        let mut part = known.unwrap_or(Part {
            time,
            bytes: size,
            frame: Vec::with_capacity(size),
        });
        part.frame.extend_from_slice(bytes);
        if part.frame.len() < size {
            self.part = Some(part);
        } else if part.frame.len() == size {
            self.frame(time, &part.frame, give);
        }
    }

    fn frame(&self, time: i64, frame: &[u8], give: &mut impl FnMut(i64, Vec<u8>)) {
        let header = self.adts.header(frame.len());
        if let (Some(header), false) = (header, frame.is_empty()) {
            give(time, [&header[..], frame].concat());
        }
    }
}

/// The AU headers and what is behind them (clause 3.2.1).
fn split(payload: &[u8]) -> Option<(&[u8], &[u8])> {
    let (bits, behind) = payload.split_first_chunk()?;
    let bytes = usize::from(u16::from_be_bytes(*bits)).div_ceil(8);
    behind.split_at_checked(bytes)
}
