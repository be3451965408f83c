//! What a datagram carries, told by its bytes.

use crate::packet::{Malformed, Packet};

const SYNC_BYTE: u8 = 0x47;
/// Payload type of a transport stream (RFC 3551, table 5).
const MP2T: u8 = 33;
/// Packets of 188 bytes; with a time before each (M2TS); with parity behind each.
pub(crate) const STRIDES: [usize; 3] = [188, 192, 204];

/// What a datagram carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content<'a> {
    /// Packets of a transport stream without anything around them.
    Plain(&'a [u8]),
    /// An RTP packet with a part of a transport stream.
    Rtp(Packet<'a>),
    /// An RTP packet with something else: forward error correction, sound, pictures.
    OtherRtp(Packet<'a>),
    /// RTCP, or RTP cut short.
    Malformed(Malformed),
    /// Neither: part of a transport stream that was cut anywhere, or something else altogether.
    Unknown,
}

impl<'a> Content<'a> {
    /// Looks at a datagram. The sync byte cannot be taken for RTP: it would be version 1.
    #[must_use]
    pub fn of(datagram: &'a [u8]) -> Self {
        if datagram.first() == Some(&SYNC_BYTE) {
            return Self::Plain(datagram);
        }
        match Packet::parse(datagram) {
            Ok(packet) if carries_stream(&packet) => Self::Rtp(packet),
            Ok(packet) => Self::OtherRtp(packet),
            Err(Malformed::Version) => Self::Unknown,
            Err(malformed) => Self::Malformed(malformed),
        }
    }
}

/// Senders use 33, or a number of their own and begin with a whole packet.
fn carries_stream(packet: &Packet<'_>) -> bool {
    let payload = packet.payload;
    let is_sync = |at: usize| payload.get(at).is_none_or(|byte| *byte == SYNC_BYTE);
    let begins = payload.first() == Some(&SYNC_BYTE) || payload.get(4) == Some(&SYNC_BYTE);
    packet.payload_type == MP2T
        || begins
            && payload.len() >= STRIDES[0]
            && STRIDES.iter().any(|stride| {
                let first = if *stride == 192 { 4 } else { 0 };
                (first..payload.len()).step_by(*stride).all(is_sync)
            })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A datagram with an RTP header before `payload`.
    fn rtp(payload_type: u8, payload: &[u8]) -> Vec<u8> {
        let fixed = [0x80, payload_type, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9];
        [fixed.as_slice(), payload].concat()
    }

    fn packets(before: usize, behind: usize) -> Vec<u8> {
        let mut packet = vec![0x11; before];
        packet.push(SYNC_BYTE);
        packet.extend([0xaa; 187]);
        packet.extend(vec![0x22; behind]);
        packet.repeat(7)
    }

    #[test]
    fn what_datagrams_carry() {
        let is_plain = |bytes: &[u8]| matches!(Content::of(bytes), Content::Plain(_));
        let is_rtp = |bytes: &[u8]| matches!(Content::of(bytes), Content::Rtp(_));
        let is_other = |bytes: &[u8]| matches!(Content::of(bytes), Content::OtherRtp(_));
        assert!(is_plain(&packets(0, 0)) && is_plain(&packets(0, 16)));
        assert!(is_plain(b"G"), "a datagram need not hold whole packets");
        for payload_type in [33, 96, 127] {
            for payload in [packets(0, 0), packets(4, 0), packets(0, 16)] {
                assert!(is_rtp(&rtp(payload_type, &payload)), "{payload_type}");
            }
        }
        assert!(is_rtp(&rtp(33, b"cut anywhere")) && is_rtp(&rtp(33, b"")));
        assert!(is_other(&rtp(96, b"G and a word")) && is_other(&rtp(96, &[7; 1300])));
        assert!(is_other(&rtp(0, b"")));
        assert_eq!(
            Content::of(&rtp(72, b"")),
            Content::Malformed(Malformed::Rtcp)
        );
        assert_eq!(Content::of(b"<html>"), Content::Unknown);
        assert_eq!(Content::of(b""), Content::Unknown);
    }
}
