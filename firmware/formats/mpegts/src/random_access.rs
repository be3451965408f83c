//! Is this PES packet one where decoding can begin?
//!
//! The answer comes from the elementary stream itself, because encoders forget the
//! random_access_indicator, and from that indicator where it is in a codec that is not read here.
//! Where the payload is scrambled decoding cannot begin, whatever an indicator says. Only the kind of each unit is looked at, never its content, except for
//! the SEI message that announces a recovery point (ISO/IEC 14496-10 clause D.1.8).

use crate::psi::Codec;

/// What the bytes seen so far say about a PES packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Decoding can begin here.
    Yes,
    /// It cannot.
    No,
    /// The deciding unit has not come yet.
    Undecided,
}

/// Reads the units of one access unit, fed in pieces.
#[derive(Clone, Copy, Debug)]
pub struct AccessUnitScan {
    codec: Codec,
    /// The last three bytes; a start code is 00 00 01.
    window: u32,
    unit: Unit,
}

/// Where in a unit the scan stands.
#[derive(Clone, Copy, Debug)]
enum Unit {
    /// Outside, or in a unit whose kind was dealt with.
    Passed,
    /// The next byte is the first of the unit's header.
    Header,
    /// The next byte is the second of a VVC unit header, which has the kind.
    SecondHeader,
    /// In an H.264 SEI unit.
    Sei(Sei),
}

/// Where in the messages of an SEI unit the scan stands.
#[derive(Clone, Copy, Debug)]
enum Sei {
    Type(u32),
    Size(u32),
    Skip(u32),
}

const SEI_RECOVERY_POINT: u32 = 6;

impl AccessUnitScan {
    /// At the start of the data of a PES packet.
    #[must_use]
    pub const fn new(codec: Codec) -> Self {
        Self {
            codec,
            window: u32::MAX,
            unit: Unit::Passed,
        }
    }

    /// Reads on. Once decided, the answer stands and nothing more need be fed.
    pub fn feed(&mut self, bytes: &[u8]) -> Verdict {
        for byte in bytes {
            let verdict = self.byte(*byte);
            if verdict != Verdict::Undecided {
                return verdict;
            }
        }
        Verdict::Undecided
    }

    fn byte(&mut self, byte: u8) -> Verdict {
        self.window = self.window << 8 & 0x00FF_FFFF | u32::from(byte);
        if self.window == 0x00_0001 {
            self.unit = Unit::Header;
            return Verdict::Undecided;
        }
        match self.unit {
            Unit::Passed => Verdict::Undecided,
            Unit::Header => self.header(byte),
            Unit::SecondHeader => {
                self.unit = Unit::Passed;
                vvc(byte >> 3)
            }
            // 00 00 03: the 03 only keeps start codes from appearing, clause 7.4.1.
            Unit::Sei(_) if self.window == 0x00_0003 => Verdict::Undecided,
            Unit::Sei(sei) => self.sei(sei, byte),
        }
    }

    fn header(&mut self, byte: u8) -> Verdict {
        self.unit = match (self.codec, byte & 0x1F) {
            (Codec::Vvc, _) => Unit::SecondHeader,
            (Codec::H264, 6) => Unit::Sei(Sei::Type(0)),
            _ => Unit::Passed,
        };
        match self.codec {
            Codec::H264 => h264(byte & 0x1F),
            Codec::Hevc => hevc(byte >> 1 & 0x3F),
            Codec::Mpeg1Video | Codec::Mpeg2Video => by_code(byte, &[0xB3], &[0x00]),
            // Visual object sequence, video object layers; a plane without them.
            Codec::Mpeg4Video if matches!(byte, 0x20..=0x2F) => Verdict::Yes,
            Codec::Mpeg4Video => by_code(byte, &[0xB0], &[0xB6]),
            Codec::Avs => by_code(byte, &[0xB0], &[0xB3, 0xB6]),
            // Sequence header, SMPTE 421M annex E; a frame without it.
            Codec::Vc1 => by_code(byte, &[0x0F], &[0x0D]),
            _ => Verdict::Undecided,
        }
    }

    fn sei(&mut self, sei: Sei, byte: u8) -> Verdict {
        let value = u32::from(byte);
        let (next, verdict) = match sei {
            Sei::Type(sum) if byte == 0xFF => (Sei::Type(sum.saturating_add(value)), None),
            Sei::Type(sum) if sum + value == SEI_RECOVERY_POINT => (sei, Some(Verdict::Yes)),
            Sei::Type(_) => (Sei::Size(0), None),
            Sei::Size(sum) if byte == 0xFF => (Sei::Size(sum.saturating_add(value)), None),
            Sei::Size(sum) => (Sei::after(sum.saturating_add(value)), None),
            Sei::Skip(left) => (Sei::after(left - 1), None),
        };
        self.unit = Unit::Sei(next);
        verdict.unwrap_or(Verdict::Undecided)
    }
}

impl Sei {
    const fn after(left: u32) -> Self {
        if left == 0 {
            Self::Type(0)
        } else {
            Self::Skip(left)
        }
    }
}

/// Table 7-1: 5 IDR slice, 7 sequence parameter set; 1 and 2 slices of other pictures.
const fn h264(kind: u8) -> Verdict {
    match kind {
        5 | 7 => Verdict::Yes,
        1 | 2 => Verdict::No,
        _ => Verdict::Undecided,
    }
}

/// ISO/IEC 23008-2 table 7-1: 16–23 IRAP pictures, 32 and 33 VPS and SPS; 0–15 other pictures.
const fn hevc(kind: u8) -> Verdict {
    match kind {
        16..=23 | 32 | 33 => Verdict::Yes,
        0..=15 => Verdict::No,
        _ => Verdict::Undecided,
    }
}

/// ISO/IEC 23090-3 table 5: 7–10 IDR, CRA and GDR pictures, 14 and 15 VPS and SPS; 0–6 others.
const fn vvc(kind: u8) -> Verdict {
    match kind {
        7..=10 | 14 | 15 => Verdict::Yes,
        0..=6 => Verdict::No,
        _ => Verdict::Undecided,
    }
}

fn by_code(code: u8, yes: &[u8], no: &[u8]) -> Verdict {
    if yes.contains(&code) {
        Verdict::Yes
    } else if no.contains(&code) {
        Verdict::No
    } else {
        Verdict::Undecided
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(codec: Codec, bytes: &[u8], cut: usize) -> Verdict {
        let mut scan = AccessUnitScan::new(codec);
        bytes
            .chunks(cut)
            .map(|part| scan.feed(part))
            .find(|verdict| *verdict != Verdict::Undecided)
            .unwrap_or(Verdict::Undecided)
    }

    #[test]
    fn units_decide() {
        let table: &[(Codec, &[u8], Verdict)] = &[
            (
                Codec::H264,
                &[0, 0, 0, 1, 9, 0xF0, 0, 0, 1, 0x67],
                Verdict::Yes,
            ),
            (
                Codec::H264,
                &[0, 0, 0, 1, 9, 0xF0, 0, 0, 1, 0x65],
                Verdict::Yes,
            ),
            (
                Codec::H264,
                &[0, 0, 0, 1, 9, 0xF0, 0, 0, 1, 0x41],
                Verdict::No,
            ),
            (Codec::H264, &[0, 0, 0, 1, 9, 0xF0], Verdict::Undecided),
            // SEI: a message of 300 bytes, then the recovery point.
            (
                Codec::H264,
                &[[0, 0, 1, 6, 5, 255, 45].as_slice(), &[7; 300], &[6, 1]].concat(),
                Verdict::Yes,
            ),
            (
                Codec::H264,
                &[0, 0, 1, 6, 1, 2, 6, 6, 0x80, 0, 0, 1, 0x61],
                Verdict::No,
            ),
            // The message has two zeros, so 03 stands behind them and does not count.
            (
                Codec::H264,
                &[0, 0, 1, 6, 1, 3, 0, 0, 3, 9, 6, 1],
                Verdict::Yes,
            ),
            (
                Codec::Hevc,
                &[0, 0, 1, 0x46, 1, 0x50, 0, 0, 1, 0x40, 1],
                Verdict::Yes,
            ),
            (Codec::Hevc, &[0, 0, 1, 0x2A, 1], Verdict::Yes),
            (Codec::Hevc, &[0, 0, 1, 0x02, 1], Verdict::No),
            (Codec::Mpeg2Video, &[0, 0, 1, 0xB3], Verdict::Yes),
            (Codec::Mpeg2Video, &[0, 0, 1, 0x00], Verdict::No),
            (Codec::Vvc, &[0, 0, 1, 0, 15 << 3 | 1], Verdict::Yes),
            (Codec::Vvc, &[0, 0, 1, 0, 1], Verdict::No),
            (Codec::Teletext, &[0, 0, 1, 7], Verdict::Undecided),
        ];
        for (codec, bytes, verdict) in table {
            for cut in [1, 2, 5, 1000] {
                assert_eq!(
                    scan(*codec, bytes, cut),
                    *verdict,
                    "{codec:?} {bytes:x?} cut {cut}"
                );
            }
        }
    }
}
