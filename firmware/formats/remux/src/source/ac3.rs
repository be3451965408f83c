//! Headers of AC-3 and E-AC-3 frames (ETSI TS 102 366 clauses 4.4.1 and E.1.3.1).

use super::frame::{Frame, FrameCodec};

/// Bit rates by frmsizecod / 2, in kbit/s (table 4.13).
const KBIT: [u32; 19] = [
    32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640,
];
const RATES: [u32; 3] = [48_000, 44_100, 32_000];
const SAMPLES: u32 = 1536;
/// Streams with a higher bsid are E-AC-3 (clause E.1.3.1.6).
const AC3_BSID_MAX: u8 = 10;
const EAC3_BSID_MAX: u8 = 16;

/// Reads the header behind the syncword 0x0B77.
pub(super) fn frame(bytes: &[u8]) -> Option<Frame> {
    let [_, _, third, fourth, fifth, sixth, ..] = bytes else {
        return None;
    };
    match sixth >> 3 {
        0..=AC3_BSID_MAX => ac3(*fifth),
        bsid if bsid <= EAC3_BSID_MAX => eac3(*third, *fourth, *fifth),
        _ => None,
    }
}

fn ac3(sizes: u8) -> Option<Frame> {
    let rate = RATES.get(usize::from(sizes >> 6)).copied()?;
    let code = sizes & 0x3F;
    let kbit = KBIT.get(usize::from(code >> 1)).copied()?;
    // Words of 16 bits; at 44.1 kHz every other frame has one more.
    let words = kbit * 1000 * SAMPLES / 16 / rate;
    let odd = u32::from(rate == 44_100 && code & 1 == 1);
    Some(Frame {
        codec: FrameCodec::Ac3,
        bytes: usize::try_from(2 * (words + odd)).ok()?,
        samples: SAMPLES,
        rate,
    })
}

fn eac3(third: u8, fourth: u8, fifth: u8) -> Option<Frame> {
    let words = (usize::from(third & 7) << 8 | usize::from(fourth)) + 1;
    let (rate, blocks) = match (fifth >> 6, fifth >> 4 & 3) {
        // Half the rate, always six blocks.
        (3, low) => (RATES.get(usize::from(low)).copied()? / 2, 6),
        (code, blocks) => {
            let rate = RATES.get(usize::from(code)).copied()?;
            (rate, [1, 2, 3, 6].get(usize::from(blocks)).copied()?)
        }
    };
    // A dependent substream (strmtyp 1) belongs to the frame before it and takes no time.
    let is_dependent = third >> 6 == 1;
    Some(Frame {
        codec: FrameCodec::Eac3,
        bytes: 2 * words,
        samples: if is_dependent {
            0
        } else {
            blocks * SAMPLES / 6
        },
        rate,
    })
}
