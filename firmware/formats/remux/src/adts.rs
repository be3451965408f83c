//! AAC frames with the header that MPEG-2 systems want (ISO/IEC 14496-3 clause 1.A.2.2).

use crate::error::Error;

/// Without CRC.
pub(crate) const HEADER_BYTES: usize = 7;
/// frame_length has 13 bits and counts the header.
pub(crate) const FRAME_BYTES_MAX: usize = 8191 - HEADER_BYTES;

/// ISO/IEC 14496-3 table 1.18, in Hz.
pub(crate) const RATES: [u32; 13] = [
    96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000,
    7350,
];
const EXPLICIT_RATE: u32 = 15;

const SBR: u32 = 5;
const PS: u32 = 29;
const ESCAPE: u32 = 31;

/// What a header says, the same for all frames of a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Adts {
    profile: u8,
    rate_index: u8,
    channels: u8,
}

impl Adts {
    /// Reads an AudioSpecificConfig (clause 1.6.2.1). HE-AAC is announced as the AAC-LC below it, at
    /// its rate: decoders find the extension in the frames (implicit signalling, clause 1.6.5.1).
    pub(crate) fn of_config(config: &[u8]) -> Result<Self, Error> {
        let cut = Error::Aac {
            what: "a configuration that is cut off",
        };
        let mut bits = Bits::new(config);
        let mut read = || {
            let object_type = object_type(&mut bits)?;
            let rate = rate_index(&mut bits)?;
            let channels = bits.take(4)?;
            let object_type = match object_type {
                SBR | PS => {
                    rate_index(&mut bits)?;
                    self::object_type(&mut bits)?
                }
                other => other,
            };
            Some((object_type, rate, channels))
        };
        let (object_type, rate, channels) = read().ok_or(cut)?;
        let profile = match object_type {
            1..=4 => object_type - 1,
            _ => {
                return Err(Error::Aac {
                    what: "an object type other than Main, LC, SSR and LTP",
                });
            }
        };
        let rate_index = rate.ok_or(Error::Aac {
            what: "a sampling rate of its own",
        })?;
        if !(1..=7).contains(&channels) {
            return Err(Error::Aac {
                what: "a channel configuration beyond 7.1",
            });
        }
        let low = |value: u32| value.to_be_bytes()[3];
        Ok(Self {
            profile: low(profile),
            rate_index: low(rate_index),
            channels: low(channels),
        })
    }

    /// The header of a frame of so many bytes; `None` for one that is too long.
    pub(crate) fn header(self, frame_bytes: usize) -> Option<[u8; HEADER_BYTES]> {
        if frame_bytes > FRAME_BYTES_MAX {
            return None;
        }
        let length = u16::try_from(frame_bytes + HEADER_BYTES).ok()?;
        // 13 bits over three bytes: 2, 8 and 3.
        let [_, top] = (length >> 11).to_be_bytes();
        let [_, middle] = (length >> 3).to_be_bytes();
        let [_, low] = (length << 5).to_be_bytes();
        // Syncword, MPEG-4, layer 0, no CRC; buffer fullness 0x7FF is a variable rate.
        Some([
            0xFF,
            0xF1,
            self.profile << 6 | self.rate_index << 2 | self.channels >> 2,
            self.channels << 6 | top,
            middle,
            low | 0x1F,
            0xFC,
        ])
    }
}

fn object_type(bits: &mut Bits<'_>) -> Option<u32> {
    match bits.take(5)? {
        ESCAPE => Some(32 + bits.take(6)?),
        kind => Some(kind),
    }
}

/// The index of a rate; the inner `None` for one that has none.
fn rate_index(bits: &mut Bits<'_>) -> Option<Option<u32>> {
    match bits.take(4)? {
        EXPLICIT_RATE => {
            let rate = bits.take(24)?;
            let index = RATES.iter().position(|known| *known == rate);
            Some(index.and_then(|index| u32::try_from(index).ok()))
        }
        index if (index as usize) < RATES.len() => Some(Some(index)),
        _ => Some(None),
    }
}

/// Bits from the front, most significant first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn take(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.bytes.get(self.at / 8)?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configurations() {
        let lc = |rate_index, channels| {
            Ok(Adts {
                profile: 1,
                rate_index,
                channels,
            })
        };
        // AAC-LC 48 kHz stereo; HE-AAC 24 over 48 kHz; HE-AAC v2 (object type 29); 44.1 kHz given
        // as a number.
        assert_eq!(Adts::of_config(&[0x11, 0x90]), lc(3, 2));
        assert_eq!(Adts::of_config(&[0x2B, 0x11, 0x88, 0]), lc(6, 2));
        assert_eq!(Adts::of_config(&[0xEB, 0x09, 0x88, 0]), lc(6, 1));
        assert_eq!(Adts::of_config(&[0x17, 0x80, 0x56, 0x22, 0x10]), lc(4, 2));
        // Channels in a program config element; xHE-AAC; cut off.
        for refused in [&[0x11, 0x80][..], &[0xF9, 0x46, 0x40], &[0x11], &[]] {
            assert!(
                matches!(Adts::of_config(refused), Err(Error::Aac { .. })),
                "{refused:x?}"
            );
        }
    }

    #[test]
    fn a_header_as_the_standard_has_it() {
        let adts = Adts::of_config(&[0x11, 0x90]).expect("AAC-LC");
        // 0x17A = 378 bytes in all.
        assert_eq!(
            adts.header(371),
            Some([0xFF, 0xF1, 0x4C, 0x80, 0x2F, 0x5F, 0xFC])
        );
        assert_eq!(
            adts.header(FRAME_BYTES_MAX),
            Some([0xFF, 0xF1, 0x4C, 0x83, 0xFF, 0xFF, 0xFC])
        );
        assert_eq!(adts.header(FRAME_BYTES_MAX + 1), None);
    }
}
