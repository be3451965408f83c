//! The last word of a video stream that another one follows.
//!
//! In HEVC and VVC a stream may be joined at a CRA picture, which does not reset the decoder: it
//! would be ordered by the picture count of the old stream, and the pictures behind it would refer
//! to pictures of that one. Behind an end-of-sequence unit it counts as the first of a sequence
//! (ISO/IEC 23008-2 clause 8.1.3, `NoRaslOutputFlag`). H.264 forbids anything but an IDR picture
//! behind that unit (ISO/IEC 14496-10 clause 7.4.1.2.3) and broadcasts seldom have one; the other
//! codecs begin anew with their sequence header. So these have no ending.

use crate::packet::{PACKET_BYTES, Packet, SYNC_BYTE, set_pid};
use crate::psi::Codec;

/// A start code and an end-of-sequence unit: table 7-1 of 23008-2, kind 36; table 5 of 23090-3,
/// kind 21. Layer 0, temporal id plus one.
const HEVC: [u8; 5] = [0, 0, 1, 36 << 1, 1];
const VVC: [u8; 5] = [0, 0, 1, 0, 21 << 3 | 1];
/// video_stream 0, a length of 3 + 5, the marker of the optional header, and nothing in it.
const PES_HEADER: [u8; 9] = [0, 0, 1, 0xE0, 0, 8, 0x80, 0, 0];

/// A packet that ends a sequence, in a PES packet of its own so that what was cut before ends too.
pub(super) fn packet(pid: u16, codec: Codec) -> Option<Packet> {
    let unit = match codec {
        Codec::Hevc => HEVC,
        Codec::Vvc => VVC,
        _ => return None,
    };
    let mut packet = [0xFF; PACKET_BYTES];
    let payload = PES_HEADER.len() + unit.len();
    let stuffing = PACKET_BYTES - 5 - payload;
    let head = [SYNC_BYTE, 0x40, 0, 0x30, u8::try_from(stuffing).ok()?, 0];
    for (to, from) in packet.iter_mut().zip(head) {
        *to = from;
    }
    let bytes = packet.iter_mut().skip(PACKET_BYTES - payload);
    for (to, from) in bytes.zip(PES_HEADER.into_iter().chain(unit)) {
        *to = from;
    }
    set_pid(&mut packet, pid);
    Some(packet)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::PacketView;
    use crate::pes::PesView;

    #[test]
    fn it_reads_back() {
        for (codec, unit) in [(Codec::Hevc, HEVC), (Codec::Vvc, VVC)] {
            let packet = packet(0x123, codec).expect("it has an ending");
            let view = PacketView::new(&packet);
            assert_eq!((view.pid(), view.pusi(), view.pcr()), (0x123, true, None));
            assert!(!view.discontinuity() && !view.random_access());
            let pes = PesView::parse(view.payload()).expect("a PES packet");
            assert_eq!((pes.data(), pes.dts()), (&unit[..], None));
        }
        assert_eq!(packet(0x123, Codec::H264), None);
    }
}
