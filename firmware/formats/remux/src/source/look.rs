//! Headers of frames of sound: AAC in ADTS, MPEG audio, AC-3 and E-AC-3.

use super::ac3;
use super::frame::{Frame, FrameCodec, HEAD_BYTES};
use crate::adts;

/// What stands at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Frame(Frame),
    Nothing,
}

/// Reads a header of at least [`HEAD_BYTES`].
pub(super) fn look(bytes: &[u8]) -> Look {
    let frame = match bytes {
        // Layer 0 is AAC (ISO/IEC 14496-3 clause 1.A.2.2), the others MPEG audio (11172-3).
        [0xFF, second, ..] if second & 0xF6 == 0xF0 => aac(bytes),
        [0xFF, second, ..] if second & 0xE0 == 0xE0 => mpeg_audio(bytes),
        [0x0B, 0x77, ..] => ac3::frame(bytes),
        _ => None,
    };
    match frame {
        Some(frame) if frame.bytes >= HEAD_BYTES => Look::Frame(frame),
        _ => Look::Nothing,
    }
}

fn aac(bytes: &[u8]) -> Option<Frame> {
    let [_, _, third, fourth, fifth, sixth, seventh, ..] = bytes else {
        return None;
    };
    let rate = adts::RATES.get(usize::from(third >> 2 & 0x0F)).copied()?;
    let length = usize::from(fourth & 3) << 11 | usize::from(*fifth) << 3 | usize::from(sixth >> 5);
    Some(Frame {
        codec: FrameCodec::Aac,
        bytes: length,
        samples: 1024 * (u32::from(seventh & 3) + 1),
        rate,
    })
}

/// ISO/IEC 11172-3 clause 2.4.2.3 and 13818-3 clause 2.4.2.3. Free format is not read.
fn mpeg_audio(bytes: &[u8]) -> Option<Frame> {
    const KBIT: [[u32; 15]; 5] = [
        [
            0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448,
        ],
        [
            0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384,
        ],
        [
            0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
        ],
        [
            0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256,
        ],
        [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    ];
    let [_, second, third, ..] = bytes else {
        return None;
    };
    let base: u32 = match third >> 2 & 3 {
        0 => 44_100,
        1 => 48_000,
        2 => 32_000,
        _ => return None,
    };
    // Version 1, 2 (half the rate) and the unofficial 2.5 (a quarter).
    let (is_first, rate) = match second >> 3 & 3 {
        3 => (true, base),
        2 => (false, base / 2),
        0 => (false, base / 4),
        _ => return None,
    };
    let (table, samples) = match (second >> 1 & 3, is_first) {
        (3, true) => (0, 384),
        (3, false) => (3, 384),
        (2, true) => (1, 1152),
        (2, false) => (4, 1152),
        (1, true) => (2, 1152),
        (1, false) => (4, 576),
        _ => return None,
    };
    let row: &[u32; 15] = KBIT.get(table)?;
    let kbit = row
        .get(usize::from(third >> 4))
        .copied()
        .filter(|kbit| *kbit > 0)?;
    let padding = u32::from(third >> 1 & 1);
    let bytes = if samples == 384 {
        4 * (12_000 * kbit / rate + padding)
    } else {
        samples / 8 * 1000 * kbit / rate + padding
    };
    Some(Frame {
        codec: FrameCodec::MpegAudio,
        bytes: usize::try_from(bytes).ok()?,
        samples,
        rate,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers() {
        let frame = |codec, bytes, samples, rate| {
            Look::Frame(Frame {
                codec,
                bytes,
                samples,
                rate,
            })
        };
        let table: &[(&[u8], Look)] = &[
            (
                &[0xFF, 0xF1, 0x4C, 0x80, 0x2F, 0x5F, 0xFC],
                frame(FrameCodec::Aac, 378, 1024, 48_000),
            ),
            // MPEG-1 layer III, 128 kbit/s at 44.1 kHz; layer II, 192 kbit/s at 48 kHz.
            (
                &[0xFF, 0xFB, 0x90, 0, 0, 0, 0],
                frame(FrameCodec::MpegAudio, 417, 1152, 44_100),
            ),
            (
                &[0xFF, 0xFD, 0xA4, 0, 0, 0, 0],
                frame(FrameCodec::MpegAudio, 576, 1152, 48_000),
            ),
            // AC-3, 192 kbit/s at 48 kHz.
            (
                &[0x0B, 0x77, 0, 0, 0x14, 0x40, 0],
                frame(FrameCodec::Ac3, 768, 1536, 48_000),
            ),
            // E-AC-3: 384 words, six blocks at 48 kHz.
            (
                &[0x0B, 0x77, 0x01, 0x7F, 0x34, 0x86, 0],
                frame(FrameCodec::Eac3, 768, 1536, 48_000),
            ),
            (&[0xFF, 0xF1, 0x4C, 0x80, 0, 0x1F, 0xFC], Look::Nothing),
            (&[0xFF, 0xFB, 0xF0, 0, 0, 0, 0], Look::Nothing),
            (&[0; 7], Look::Nothing),
        ];
        for (bytes, expected) in table {
            assert_eq!(look(bytes), *expected, "{bytes:x?}");
        }
    }
}
