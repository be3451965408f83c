//! A picture and its sound as one program.

use mpegts::ticks::PTS_PER_SECOND;

use super::aac::{self, Aac};
use super::payload::{RtpAudio, RtpPayload, RtpVideo, ticks};
use super::video::{self, Video};
use crate::error::Error;
use crate::hold::{HOLD_BYTES_MAX, Hold};
use crate::mux::{Mux, Stats};
use crate::nal::NalCodec;
use crate::source::Piece;
use crate::stream::{StreamInfo, UnitHead};

/// Upper bound of what an [`RtpProgram`] holds, in bytes: sound that waits, a frame of it in the
/// making, and parameter sets and units in front of a picture, each of them twice.
pub const RTP_PROGRAM_BYTES_MAX: usize =
    HOLD_BYTES_MAX + 2 * aac::FRAME_BYTES_MAX + 2 * video::HELD_BYTES_MAX;

/// Sound so far ahead of the picture waits for it: the clock of the program is the picture's.
const AHEAD_TICKS_MAX: i64 = PTS_PER_SECOND.cast_signed() / 5;

/// One program of at most one picture and one sound.
#[derive(Debug)]
pub struct RtpProgram {
    mux: Mux,
    video: Option<Video>,
    audio: Option<Aac>,
    hold: Hold,
    /// A picture is being given out.
    is_open: bool,
    /// When the picture given out last is decoded.
    video_dts: Option<u64>,
    /// Frames of sound that found no room to wait.
    dropped: u64,
}

impl RtpProgram {
    /// `sets` are the parameter sets of the session's description, without start codes.
    ///
    /// # Errors
    /// Sound that a transport stream cannot carry, or neither picture nor sound.
    pub fn new(
        video: Option<(RtpVideo, &[Vec<u8>])>,
        audio: Option<RtpAudio<'_>>,
    ) -> Result<Self, Error> {
        let audio = audio.map(|audio| Aac::new(&audio)).transpose()?;
        let mut infos = Vec::with_capacity(2);
        let video = video.map(|(codec, sets)| {
            let (codec, info) = match codec {
                RtpVideo::H264 => (NalCodec::H264, StreamInfo::h264()),
                RtpVideo::Hevc => (NalCodec::Hevc, StreamInfo::hevc()),
            };
            infos.push(info);
            Video::new(codec, sets)
        });
        infos.extend(audio.as_ref().map(|_| StreamInfo::aac()));
        if infos.is_empty() {
            return Err(Error::NoTrack {
                what: "picture or sound",
            });
        }
        let mut mux = Mux::new();
        mux.set_streams(&infos);
        Ok(Self {
            mux,
            video,
            audio,
            hold: Hold::default(),
            is_open: false,
            video_dts: None,
            dropped: 0,
        })
    }

    /// Takes a packet of the picture; transport packets are appended to `out`.
    pub fn video(&mut self, payload: &RtpPayload<'_>, out: &mut Vec<u8>) {
        let Some(video) = &mut self.video else {
            return;
        };
        let (mux, is_open, dts) = (&mut self.mux, &mut self.is_open, &mut self.video_dts);
        video.push(payload, &mut |piece| match piece {
            Piece::Begin(head) => {
                *is_open = true;
                *dts = Some(head.dts);
                mux.begin(&head, out);
            }
            Piece::Data(bytes) => mux.data(bytes, out),
            Piece::End => {
                *is_open = false;
                mux.end(out);
            }
            Piece::Streams | Piece::Apart => {}
        });
        self.sound_due(out);
    }

    /// Takes a packet of the sound; transport packets are appended to `out`.
    pub fn audio(&mut self, payload: &RtpPayload<'_>, out: &mut Vec<u8>) {
        let Some(audio) = &mut self.audio else {
            return;
        };
        let stream = usize::from(self.video.is_some());
        let (hold, dropped) = (&mut self.hold, &mut self.dropped);
        audio.push(payload, &mut |time, frame| {
            while !hold.has_room(frame.len()) && hold.take().is_some() {
                *dropped += 1;
            }
            let at = ticks(time);
            let head = UnitHead {
                stream,
                pts: at,
                dts: at,
                is_key: true,
                bytes: Some(frame.len()),
            };
            hold.put(head, frame);
        });
        self.sound_due(out);
    }

    /// What was not given out so far: by the multiplexer, and for want of room.
    #[must_use]
    pub const fn stats(&self) -> (Stats, u64) {
        (self.mux.stats(), self.dropped)
    }

    /// Gives out the sound whose turn has come. Sound from before the first picture goes nowhere.
    fn sound_due(&mut self, out: &mut Vec<u8>) {
        while !self.is_open
            && let Some(head) = self.hold.first()
        {
            if self.video.is_some() {
                let ahead = self
                    .video_dts
                    .map(|dts| mpegts::ticks::pts_difference(head.dts, dts));
                if ahead.is_none_or(|ahead| ahead > AHEAD_TICKS_MAX) {
                    return;
                }
            }
            if let Some((head, frame)) = self.hold.take() {
                self.mux.begin(&head, out);
                self.mux.data(&frame, out);
                self.mux.end(out);
            }
        }
    }
}
