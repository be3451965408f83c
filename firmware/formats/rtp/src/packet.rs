//! One RTP packet (RFC 3550, 5.1).

/// Bytes of the fixed header.
const FIXED_BYTES: usize = 12;
const VERSION: u8 = 2;
/// Payload types that RTCP's packet types 192–223 look like (RFC 5761, 4).
const RTCP_TYPES: std::ops::RangeInclusive<u8> = 64..=95;

/// A packet, checked; what it points to lies in the datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// What the profile makes of it; no boundary of anything in transport streams (RFC 2250, 2).
    pub marker: bool,
    /// 0–127; 33 is a transport stream (RFC 3551, table 5), 96–127 are settled elsewhere.
    pub payload_type: u8,
    /// Counts packets, modulo 2^16.
    pub sequence: u16,
    /// For transport streams 90 kHz, and mostly wrong: the stream has its own clock.
    pub timestamp: u32,
    /// Who sends: unique in a session, chosen anew when a sender starts anew.
    pub ssrc: u32,
    /// Without header, extension and padding.
    pub payload: &'a [u8],
}

/// A datagram is no RTP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The version is not 2.
    #[error("no RTP of version 2")]
    Version,
    /// It belongs to RTCP.
    #[error("RTCP, not RTP")]
    Rtcp,
    /// Header, contributors, extension or padding are longer than the datagram.
    #[error("an RTP packet that ends within its header")]
    Truncated,
}

impl<'a> Packet<'a> {
    /// Reads a datagram.
    ///
    /// # Errors
    /// [`Malformed`]; the datagram may be something else altogether.
    pub fn parse(datagram: &'a [u8]) -> Result<Self, Malformed> {
        let Some((fixed, rest)) = datagram.split_first_chunk::<FIXED_BYTES>() else {
            let is_rtp = datagram.first().is_some_and(|flags| flags >> 6 == VERSION);
            return Err(if is_rtp {
                Malformed::Truncated
            } else {
                Malformed::Version
            });
        };
        let [flags, kind, s0, s1, t0, t1, t2, t3, i0, i1, i2, i3] = *fixed;
        if flags >> 6 != VERSION {
            return Err(Malformed::Version);
        }
        let payload_type = kind & 0x7f;
        if RTCP_TYPES.contains(&payload_type) {
            return Err(Malformed::Rtcp);
        }
        Ok(Self {
            marker: kind & 0x80 != 0,
            payload_type,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([i0, i1, i2, i3]),
            payload: payload(flags, rest).ok_or(Malformed::Truncated)?,
        })
    }
}

/// What is left behind contributors and extension, and before the padding.
fn payload(flags: u8, rest: &[u8]) -> Option<&[u8]> {
    let contributors = usize::from(flags & 0x0f) * 4;
    let mut payload = rest.get(contributors..)?;
    if flags & 0x10 != 0 {
        let ([_, _, w0, w1], behind) = payload.split_first_chunk::<4>()?;
        let words = usize::from(u16::from_be_bytes([*w0, *w1]));
        payload = behind.get(words * 4..)?;
    }
    if flags & 0x20 != 0 {
        // The last byte says how many there are, itself included.
        let padding = usize::from(*payload.last()?);
        let end = payload.len().checked_sub(padding.max(1))?;
        payload = payload.get(..end)?;
    }
    Some(payload)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn datagram(flags: u8, kind: u8, rest: &[u8]) -> Vec<u8> {
        let fixed = [flags, kind, 0x12, 0x34, 0, 1, 2, 3, 0xca, 0xfe, 0xba, 0xbe];
        [fixed.as_slice(), rest].concat()
    }

    #[test]
    fn headers_of_every_shape() {
        type Row = (&'static str, Vec<u8>, Result<&'static [u8], Malformed>);
        let table: [Row; 14] = [
            ("plain", datagram(0x80, 33, b"pay"), Ok(b"pay")),
            ("marker", datagram(0x80, 0x80 | 33, b"pay"), Ok(b"pay")),
            ("empty", datagram(0x80, 33, b""), Ok(b"")),
            (
                "two contributors",
                datagram(0x82, 33, b"11112222pay"),
                Ok(b"pay"),
            ),
            (
                "extension",
                datagram(0x90, 33, b"\xbe\xde\0\x01extdpay"),
                Ok(b"pay"),
            ),
            (
                "empty extension",
                datagram(0x90, 33, b"\xbe\xde\0\0pay"),
                Ok(b"pay"),
            ),
            ("padding", datagram(0xa0, 33, b"pay\0\0\x03"), Ok(b"pay")),
            (
                "all",
                datagram(0xb1, 33, b"1111\0\0\0\x01extdpay\x01"),
                Ok(b"pay"),
            ),
            (
                "no contributors",
                datagram(0x81, 33, b"111"),
                Err(Malformed::Truncated),
            ),
            (
                "no extension",
                datagram(0x90, 33, b"\0\0\0\x02extd"),
                Err(Malformed::Truncated),
            ),
            (
                "too much padding",
                datagram(0xa0, 33, b"pay\x05"),
                Err(Malformed::Truncated),
            ),
            (
                "padding of nothing",
                datagram(0xa0, 33, b""),
                Err(Malformed::Truncated),
            ),
            ("RTCP", datagram(0x80, 200, b"pay"), Err(Malformed::Rtcp)),
            (
                "version 1",
                datagram(0x47, 33, b"pay"),
                Err(Malformed::Version),
            ),
        ];
        for (name, bytes, expected) in table {
            let packet = Packet::parse(&bytes);
            assert_eq!(packet.map(|packet| packet.payload), expected, "{name}");
        }
        assert_eq!(Packet::parse(b"\x80"), Err(Malformed::Truncated));
        assert_eq!(Packet::parse(b""), Err(Malformed::Version));
    }

    #[test]
    fn fields_stand_where_the_standard_puts_them() {
        let bytes = datagram(0x80, 0x80 | 33, b"");
        let packet = Packet::parse(&bytes).unwrap();
        assert!(packet.marker);
        assert_eq!((packet.payload_type, packet.sequence), (33, 0x1234));
        assert_eq!((packet.timestamp, packet.ssrc), (0x0001_0203, 0xcafe_babe));
    }

    proptest! {
        #[test]
        fn never_panics_and_never_reads_beyond(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            if let Ok(packet) = Packet::parse(&bytes) {
                prop_assert!(packet.payload.len() + FIXED_BYTES <= bytes.len());
            }
        }
    }
}
