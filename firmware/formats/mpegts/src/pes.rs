//! PES packet headers (ISO/IEC 13818-1 clause 2.4.3.6): timestamps read and moved.
//!
//! Only the part of a header that lies in the first transport packet is seen. A header that is cut
//! before its timestamps is reported by [`PesView::is_cut`]; muxers practically never do that.

use crate::ticks::PTS_WRAP;

const FIXED_BYTES: usize = 9;
const PTS_AT: usize = 9;
const DTS_AT: usize = 14;
const STAMP_BYTES: usize = 5;

/// The start of a PES packet.
#[derive(Clone, Copy, Debug)]
pub struct PesView<'a> {
    bytes: &'a [u8],
}

impl<'a> PesView<'a> {
    /// `None` where the payload does not begin with a packet start code prefix and a stream id.
    #[must_use]
    pub fn parse(payload: &'a [u8]) -> Option<Self> {
        match payload {
            [0, 0, 1, stream_id, ..] if *stream_id >= 0xBC => Some(Self { bytes: payload }),
            _ => None,
        }
    }

    /// What kind of stream, table 2-22: 0xE0–0xEF video, 0xC0–0xDF audio, 0xBD private.
    #[must_use]
    pub fn stream_id(self) -> u8 {
        self.bytes.get(3).copied().unwrap_or(0)
    }

    /// Whether this kind of PES packet has the optional header with timestamps.
    #[must_use]
    pub fn has_optional_header(self) -> bool {
        // program_stream_map, padding, private_stream_2, ECM, EMM, DSMCC, H.222.1 type E, directory.
        !matches!(
            self.stream_id(),
            0xBC | 0xBE | 0xBF | 0xF0 | 0xF1 | 0xF2 | 0xF8 | 0xFF
        )
    }

    /// Presentation time in 90 kHz ticks.
    #[must_use]
    pub fn pts(self) -> Option<u64> {
        (self.flags()? & 0x80 != 0)
            .then(|| self.stamp(PTS_AT))
            .flatten()
    }

    /// Decoding time in 90 kHz ticks; equal to the presentation time where only that is sent.
    #[must_use]
    pub fn dts(self) -> Option<u64> {
        if self.flags()? & 0xC0 == 0xC0 {
            self.stamp(DTS_AT)
        } else {
            self.pts()
        }
    }

    /// Whether timestamps are announced but lie beyond the end of this payload.
    #[must_use]
    pub fn is_cut(self) -> bool {
        let end = match self.bytes.get(7) {
            Some(flags) if flags & 0xC0 == 0xC0 => DTS_AT + STAMP_BYTES,
            Some(flags) if flags & 0x80 != 0 => PTS_AT + STAMP_BYTES,
            Some(_) => return false,
            None => FIXED_BYTES,
        };
        self.has_optional_header() && self.bytes.len() < end
    }

    /// The elementary stream bytes behind the header.
    #[must_use]
    pub fn data(self) -> &'a [u8] {
        let start = match self.bytes.get(8) {
            Some(length) if self.has_optional_header() => FIXED_BYTES + usize::from(*length),
            _ => 6,
        };
        self.bytes.get(start..).unwrap_or_default()
    }

    /// The PTS_DTS_flags byte, where there is an MPEG-2 optional header (its first bits are `10`).
    fn flags(self) -> Option<u8> {
        let marked = self.bytes.get(6)? & 0xC0 == 0x80;
        if marked && self.has_optional_header() {
            self.bytes.get(7).copied()
        } else {
            None
        }
    }

    fn stamp(self, at: usize) -> Option<u64> {
        let header_end = FIXED_BYTES + usize::from(*self.bytes.get(8)?);
        if at + STAMP_BYTES > header_end {
            return None;
        }
        let field: [u8; STAMP_BYTES] = self.bytes.get(at..at + STAMP_BYTES)?.try_into().ok()?;
        Some(decode_stamp(field))
    }
}

/// Moves PTS and DTS of a PES packet by `offset` 90 kHz ticks, modulo 2³³.
pub fn shift_timestamps(payload: &mut [u8], offset: u64) {
    let Some(view) = PesView::parse(payload) else {
        return;
    };
    let has_dts = view.flags().is_some_and(|flags| flags & 0xC0 == 0xC0);
    let stamps = [
        (PTS_AT, view.pts()),
        (DTS_AT, view.dts().filter(|_| has_dts)),
    ];
    for (at, stamp) in stamps {
        let Some(stamp) = stamp else { continue };
        let Some(field) = payload.get_mut(at..at + STAMP_BYTES) else {
            continue;
        };
        let prefix = field.first().copied().unwrap_or(0) & 0xF0;
        field.copy_from_slice(&encode_stamp(
            prefix,
            (stamp + offset % PTS_WRAP) % PTS_WRAP,
        ));
    }
}

/// Takes PTS and DTS out of a PES packet; the fields behind them move up and stuffing follows them, as
/// clause 2.4.3.6 has it. A header that does not lie in this payload as a whole is left as it is.
pub fn clear_timestamps(payload: &mut [u8]) {
    let view = PesView::parse(payload);
    let Some(flags) = view.and_then(PesView::flags) else {
        return;
    };
    let stamps = match flags & 0xC0 {
        0x80 => STAMP_BYTES,
        0xC0 => 2 * STAMP_BYTES,
        _ => return,
    };
    let length = payload.get(8).copied().map_or(0, usize::from);
    let fields = payload.get_mut(FIXED_BYTES..FIXED_BYTES + length);
    let Some(fields) = fields.filter(|fields| fields.len() >= stamps) else {
        return;
    };
    fields.rotate_left(stamps);
    let stuffing = fields.iter_mut().rev().take(stamps);
    stuffing.for_each(|byte| *byte = 0xFF);
    if let Some(flags) = payload.get_mut(7) {
        *flags &= 0x3F;
    }
}

/// A timestamp field with its 4 bit prefix (`0x20` PTS alone, `0x30` PTS of two, `0x10` DTS).
#[must_use]
pub fn encode_stamp(prefix: u8, ticks: u64) -> [u8; STAMP_BYTES] {
    // 3, 15 and 15 bits, a marker bit after each; `to_be_bytes` keeps the low 40 bits.
    let field = u64::from(prefix & 0xF0) << 32
        | (ticks >> 30 & 0x7) << 33
        | 1 << 32
        | (ticks >> 15 & 0x7FFF) << 17
        | 1 << 16
        | (ticks & 0x7FFF) << 1
        | 1;
    let [_, _, _, bytes @ ..] = field.to_be_bytes();
    bytes
}

fn decode_stamp(field: [u8; STAMP_BYTES]) -> u64 {
    let [a, b, c, d, e] = field.map(u64::from);
    (a >> 1 & 0x7) << 30 | b << 22 | (c >> 1) << 15 | d << 7 | e >> 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(pts: u64, dts: Option<u64>) -> Vec<u8> {
        let mut bytes = vec![0, 0, 1, 0xE0, 0, 0, 0x80, 0x80, 5];
        if let Some(dts) = dts {
            bytes[7] = 0xC0;
            bytes[8] = 10;
            bytes.extend(encode_stamp(0x30, pts));
            bytes.extend(encode_stamp(0x10, dts));
        } else {
            bytes.extend(encode_stamp(0x20, pts));
        }
        bytes.extend([0xAA, 0xBB]);
        bytes
    }

    #[test]
    fn timestamps_survive_a_round_trip() {
        for ticks in [0, 1, 0x7FFF, 0x8000, 126_000, PTS_WRAP - 1] {
            let bytes = header(ticks, Some(ticks ^ 1));
            let view = PesView::parse(&bytes).expect("a PES header");
            assert_eq!((view.pts(), view.dts()), (Some(ticks), Some(ticks ^ 1)));
            assert_eq!(view.data(), [0xAA, 0xBB]);
        }
    }

    #[test]
    fn shifting_wraps_and_keeps_the_prefix() {
        let mut bytes = header(PTS_WRAP - 10, None);
        shift_timestamps(&mut bytes, 15);
        let view = PesView::parse(&bytes).expect("a PES header");
        assert_eq!((view.pts(), view.dts()), (Some(5), Some(5)));
        assert_eq!(bytes[9] & 0xF1, 0x21);
    }

    #[test]
    fn timestamps_are_taken_out_and_nothing_else_is() {
        for (dts, stuffing) in [(None, 5), (Some(3), 10)] {
            let mut bytes = header(7, dts);
            // An ES_rate behind the timestamps.
            bytes[7] |= 0x10;
            bytes[8] += 3;
            let data = bytes.split_off(bytes.len() - 2);
            bytes.extend([0x81, 0x23, 0x45]);
            bytes.extend(&data);
            let cut = bytes.len() - 4;
            let before = bytes.clone();
            clear_timestamps(&mut bytes[..cut]);
            assert_eq!(bytes, before, "a header that goes on elsewhere");
            clear_timestamps(&mut bytes);
            let view = PesView::parse(&bytes).expect("a PES header");
            assert_eq!((view.pts(), view.dts()), (None, None));
            assert_eq!((bytes[7], view.data()), (0x10, &data[..]));
            assert_eq!(bytes[9..12], [0x81, 0x23, 0x45]);
            assert_eq!(bytes[12..12 + stuffing], vec![0xFF; stuffing]);
        }
    }

    #[test]
    fn a_cut_header_has_no_timestamp_and_says_so() {
        let bytes = header(7, Some(7));
        let view = PesView::parse(&bytes[..16]).expect("a PES header");
        assert_eq!((view.dts(), view.is_cut()), (None, true));
        assert!(!PesView::parse(&bytes).expect("a PES header").is_cut());
    }
}
