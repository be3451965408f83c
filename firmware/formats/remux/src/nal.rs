//! NAL units with lengths in front of them (ISO/IEC 14496-15) to the byte stream of annex B, as
//! MPEG-2 systems carry it (ISO/IEC 13818-1 clauses 2.14 and 2.17).
//!
//! An access unit begins with its delimiter there, and a key frame has its parameter sets: those of
//! the container are put in where the frame brings none of its own. Units stream through.

use fmp4::NalConfig;

pub(crate) const START_CODE: [u8; 4] = [0, 0, 0, 1];

/// Which of the two codecs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NalCodec {
    H264,
    Hevc,
}

/// What a unit is, as far as access units are put together by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Delimiter,
    ParameterSet,
    Other,
}

impl NalCodec {
    /// By the first byte of a unit's header (14496-10 table 7-1, 23008-2 table 7-1).
    pub(crate) const fn kind(self, header: u8) -> Kind {
        match self {
            Self::H264 => match self.unit_type(header) {
                9 => Kind::Delimiter,
                7 | 8 | 13 | 15 => Kind::ParameterSet,
                _ => Kind::Other,
            },
            Self::Hevc => match self.unit_type(header) {
                35 => Kind::Delimiter,
                32..=34 => Kind::ParameterSet,
                _ => Kind::Other,
            },
        }
    }

    /// nal_unit_type, from the first byte of the header.
    pub(crate) const fn unit_type(self, header: u8) -> u8 {
        match self {
            Self::H264 => header & 0x1F,
            Self::Hevc => header >> 1 & 0x3F,
        }
    }

    /// Of the header of a unit.
    pub(crate) const fn header_bytes(self) -> usize {
        match self {
            Self::H264 => 1,
            Self::Hevc => 2,
        }
    }

    /// Whether the unit is a part of a picture itself.
    pub(crate) const fn is_slice(self, header: u8) -> bool {
        match self {
            Self::H264 => matches!(self.unit_type(header), 1..=5),
            Self::Hevc => self.unit_type(header) < 32,
        }
    }

    /// Whether it is a part of a picture with which decoding can begin.
    pub(crate) const fn is_key_slice(self, header: u8) -> bool {
        match self {
            Self::H264 => self.unit_type(header) == 5,
            Self::Hevc => matches!(self.unit_type(header), 16..=23),
        }
    }

    /// Whether it is a sequence parameter set.
    pub(crate) const fn is_sequence_set(self, header: u8) -> bool {
        match self {
            Self::H264 => self.unit_type(header) == 7,
            Self::Hevc => self.unit_type(header) == 33,
        }
    }

    /// A delimiter that allows every type of slice.
    pub(crate) const fn delimiter(self) -> &'static [u8] {
        match self {
            Self::H264 => &[0, 0, 0, 1, 0x09, 0xF0],
            Self::Hevc => &[0, 0, 0, 1, 0x46, 0x01, 0x50],
        }
    }
}

/// Whether decoding can begin at an access unit, by its first slice; `None` where `front` ends before
/// that.
pub(crate) fn is_key(codec: NalCodec, length_bytes: u8, mut front: &[u8]) -> Option<bool> {
    loop {
        let (length, rest) = front.split_at_checked(length_bytes.into())?;
        let length = length
            .iter()
            .fold(0, |all, byte| all << 8 | usize::from(*byte));
        let header = rest.first()?;
        match (codec, header & 0x1F, header >> 1 & 0x3F) {
            (NalCodec::H264, 5, _) | (NalCodec::Hevc, _, 16..=21) => return Some(true),
            (NalCodec::H264, 1 | 2, _) | (NalCodec::Hevc, _, 0..=9) => return Some(false),
            _ => front = rest.get(length..)?,
        }
    }
}

/// Rewrites the access units of one track.
#[derive(Clone, Debug)]
pub(crate) struct AnnexB {
    codec: NalCodec,
    length_bytes: u8,
    /// The parameter sets of the container, with start codes.
    sets: Vec<u8>,
    /// The unit being read: bytes of its length that came, the length so far or what is left.
    length_read: u8,
    left: u32,
    at_header: bool,
    delimited: bool,
    /// Parameter sets are wanted in front of the next unit that is none.
    sets_due: bool,
}

impl AnnexB {
    pub(crate) fn new(codec: NalCodec, config: &NalConfig) -> Self {
        let with_start = |set: &Vec<u8>| [&START_CODE[..], set].concat();
        Self {
            codec,
            length_bytes: config.length_bytes,
            sets: config.parameter_sets.iter().flat_map(with_start).collect(),
            length_read: 0,
            left: 0,
            at_header: false,
            delimited: false,
            sets_due: false,
        }
    }

    /// An access unit begins.
    pub(crate) fn begin(&mut self, is_key: bool) {
        self.length_read = 0;
        self.left = 0;
        self.at_header = false;
        self.delimited = false;
        self.sets_due = is_key && !self.sets.is_empty();
    }

    /// Takes its next bytes and appends what they become.
    pub(crate) fn push(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) {
        while let Some((first, rest)) = bytes.split_first() {
            if self.length_read < self.length_bytes {
                self.left = self.left << 8 | u32::from(*first);
                self.length_read += 1;
                self.at_header = self.length_read == self.length_bytes;
                if self.at_header && self.left == 0 {
                    self.length_read = 0;
                }
                bytes = rest;
                continue;
            }
            if std::mem::take(&mut self.at_header) {
                self.lead(self.codec.kind(*first), out);
            }
            let count = usize::try_from(self.left)
                .unwrap_or(usize::MAX)
                .min(bytes.len());
            let (unit, rest) = bytes.split_at(count);
            out.extend_from_slice(unit);
            self.left -= u32::try_from(count).unwrap_or(self.left);
            if self.left == 0 {
                self.length_read = 0;
            }
            bytes = rest;
        }
    }

    /// What stands in front of a unit.
    fn lead(&mut self, kind: Kind, out: &mut Vec<u8>) {
        if !std::mem::replace(&mut self.delimited, true) && kind != Kind::Delimiter {
            out.extend_from_slice(self.codec.delimiter());
        }
        match kind {
            Kind::Delimiter => {}
            Kind::ParameterSet => self.sets_due = false,
            Kind::Other => {
                if std::mem::take(&mut self.sets_due) {
                    out.extend_from_slice(&self.sets);
                }
            }
        }
        out.extend_from_slice(&START_CODE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(sets: &[&[u8]]) -> NalConfig {
        NalConfig {
            length_bytes: 4,
            parameter_sets: sets.iter().map(|set| set.to_vec()).collect(),
        }
    }

    fn sample(units: &[&[u8]]) -> Vec<u8> {
        let with_length = |unit: &&[u8]| {
            let length = u32::try_from(unit.len()).expect("short").to_be_bytes();
            [&length[..], unit].concat()
        };
        units.iter().flat_map(with_length).collect()
    }

    fn stream(units: &[&[u8]]) -> Vec<u8> {
        units
            .iter()
            .flat_map(|unit| [&START_CODE[..], unit].concat())
            .collect()
    }

    fn convert(annexb: &mut AnnexB, is_key: bool, sample: &[u8], cut: usize) -> Vec<u8> {
        let mut out = Vec::new();
        annexb.begin(is_key);
        for part in sample.chunks(cut) {
            annexb.push(part, &mut out);
        }
        out
    }

    #[test]
    fn units_of_h264() {
        const AUD: &[u8] = &[9, 0xF0];
        const SPS: &[u8] = &[0x67, 1, 2];
        const PPS: &[u8] = &[0x68, 3];
        const OWN: &[u8] = &[0x67, 9, 9];
        const IDR: &[u8] = &[0x65, 1, 1, 1, 1];
        const SEI: &[u8] = &[6, 5];
        const P: &[u8] = &[0x41, 7];
        type Units = &'static [&'static [u8]];
        let table: &[(bool, Units, Units)] = &[
            (true, &[IDR], &[AUD, SPS, PPS, IDR]),
            (true, &[SEI, IDR], &[AUD, SPS, PPS, SEI, IDR]),
            (true, &[AUD, IDR], &[AUD, SPS, PPS, IDR]),
            (true, &[AUD, OWN, PPS, IDR], &[AUD, OWN, PPS, IDR]),
            (true, &[OWN, PPS, IDR], &[AUD, OWN, PPS, IDR]),
            (false, &[P, &[], P], &[AUD, P, P]),
            (false, &[], &[]),
        ];
        let mut annexb = AnnexB::new(NalCodec::H264, &config(&[SPS, PPS]));
        for (is_key, units, expected) in table {
            for cut in [1, 3, 1000] {
                let found = convert(&mut annexb, *is_key, &sample(units), cut);
                assert_eq!(found, stream(expected), "{units:?}");
            }
        }
    }

    #[test]
    fn units_of_hevc() {
        let mut annexb = AnnexB::new(NalCodec::Hevc, &config(&[&[0x40, 1, 5]]));
        let found = convert(&mut annexb, true, &sample(&[&[0x26, 1, 9]]), 2);
        assert_eq!(
            found,
            stream(&[&[0x46, 1, 0x50], &[0x40, 1, 5], &[0x26, 1, 9]])
        );
    }

    #[test]
    fn a_length_that_lies_ends_with_the_sample() {
        let mut annexb = AnnexB::new(NalCodec::H264, &config(&[]));
        let found = convert(&mut annexb, false, &[0xFF, 0xFF, 0xFF, 0xFF, 0x41, 1], 1);
        assert_eq!(found, stream(&[&[9, 0xF0], &[0x41, 1]]));
        assert_eq!(
            convert(&mut annexb, false, &sample(&[&[0x41]]), 9),
            stream(&[&[9, 0xF0], &[0x41]])
        );
    }
}
