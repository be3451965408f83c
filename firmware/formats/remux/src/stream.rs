//! Elementary streams and their units, as both sides of this crate see them.

use mpegts::ticks::PTS_WRAP;

/// stream_type and PES stream_id of what is made here. AC-3 and E-AC-3 are announced as ATSC does
/// (A/52 annexes A and G: stream types 0x81 and 0x87 with a registration): that is what an
/// HDHomeRun's own clients know best, and every DVB player reads it too.
const H264: (u8, u8) = (0x1B, 0xE0);
const HEVC: (u8, u8) = (0x24, 0xE0);
const AAC: (u8, u8) = (0x0F, 0xC0);
const MPEG_AUDIO: (u8, u8) = (0x03, 0xC0);
const AC3: (u8, u8) = (0x81, 0xBD);
const EAC3: (u8, u8) = (0x87, 0xBD);

const REGISTRATION: u8 = 0x05;
const ISO_639: u8 = 0x0A;
/// Descriptors of one stream that are kept, in bytes: so many streams of them fit a PMT.
pub(crate) const DESCRIPTORS_BYTES_MAX: usize = 96;

/// An elementary stream, as a PMT describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamInfo {
    /// ISO/IEC 13818-1 table 2-34 and the ranges of ATSC.
    pub stream_type: u8,
    /// Of its PES packets, table 2-22.
    pub stream_id: u8,
    /// Whether it is a picture.
    pub is_video: bool,
    /// The descriptors of the PMT, whole.
    pub descriptors: Vec<u8>,
}

impl StreamInfo {
    pub(crate) fn h264() -> Self {
        Self::new(H264, true, None)
    }

    pub(crate) fn hevc() -> Self {
        Self::new(HEVC, true, Some(*b"HEVC"))
    }

    pub(crate) fn aac() -> Self {
        Self::new(AAC, false, None)
    }

    pub(crate) fn mpeg_audio() -> Self {
        Self::new(MPEG_AUDIO, false, None)
    }

    pub(crate) fn ac3() -> Self {
        Self::new(AC3, false, Some(*b"AC-3"))
    }

    pub(crate) fn eac3() -> Self {
        Self::new(EAC3, false, Some(*b"EAC3"))
    }

    fn new((stream_type, stream_id): (u8, u8), is_video: bool, format: Option<[u8; 4]>) -> Self {
        let descriptors = match format {
            Some([a, b, c, d]) => vec![REGISTRATION, 4, a, b, c, d],
            None => Vec::new(),
        };
        Self {
            stream_type,
            stream_id,
            is_video,
            descriptors,
        }
    }

    /// Says its language as well.
    #[must_use]
    pub fn in_language(mut self, code: Option<[u8; 3]>) -> Self {
        let is_said = self.descriptors.first() == Some(&ISO_639);
        if let (Some([a, b, c]), false) = (code, is_said || self.is_video) {
            self.descriptors.extend([ISO_639, 4, a, b, c, 0]);
        }
        self
    }
}

/// A unit, before its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitHead {
    /// Which stream of its source.
    pub stream: usize,
    /// When it is shown, in 90 kHz ticks modulo 2³³.
    pub pts: u64,
    /// When it is decoded, in the same ticks.
    pub dts: u64,
    /// Decoding can begin here.
    pub is_key: bool,
    /// Its bytes in the elementary stream, where they are known in advance.
    pub bytes: Option<usize>,
}

/// A time on the circle of 33 bits.
pub(crate) fn on_circle(ticks: i64) -> u64 {
    ticks.rem_euclid(PTS_WRAP.cast_signed()).unsigned_abs()
}
