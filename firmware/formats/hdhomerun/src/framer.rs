//! Packets out of a TCP stream, which cuts and joins them as it likes.

use crate::packet::{PACKET_BYTES_MAX, Packet, PacketBytes, PacketError};

/// Collects bytes until a packet is whole. Never holds more than one longest packet.
#[derive(Clone, Debug, Default)]
pub struct Framer {
    bytes: PacketBytes,
    /// Bytes at the beginning that [`Framer::packet`] has given out already.
    given_bytes: usize,
}

impl Framer {
    /// Takes as many bytes as there is room for and returns the others. There is room for at least
    /// one whenever [`Framer::packet`] has answered `Ok(None)`.
    pub fn feed<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        self.drop_given();
        let room_bytes = PACKET_BYTES_MAX - self.bytes.len();
        let (taken, rest) = bytes.split_at_checked(room_bytes).unwrap_or((bytes, &[]));
        self.bytes.extend(taken.iter().copied());
        rest
    }

    /// The next whole packet; `None` where more bytes are needed.
    ///
    /// # Errors
    /// [`PacketError::Long`] or [`PacketError::Crc`]: the stream cannot be read on.
    pub fn packet(&mut self) -> Result<Option<Packet<'_>>, PacketError> {
        self.drop_given();
        let Some((packet, rest)) = Packet::parse_prefix(&self.bytes)? else {
            return Ok(None);
        };
        self.given_bytes = self.bytes.len() - rest.len();
        Ok(Some(packet))
    }

    fn drop_given(&mut self) {
        let given_bytes = std::mem::take(&mut self.given_bytes).min(self.bytes.len());
        self.bytes.rotate_left(given_bytes);
        self.bytes.truncate(self.bytes.len() - given_bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::PacketWriter;
    use proptest::prelude::*;

    /// Feeds `pieces` and lists the kinds of the packets that come out.
    fn kinds<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Result<Vec<u16>, PacketError> {
        let mut framer = Framer::default();
        let mut kinds = Vec::new();
        for mut rest in pieces {
            while !rest.is_empty() {
                rest = framer.feed(rest);
                while let Some(packet) = framer.packet()? {
                    kinds.push(packet.kind);
                }
            }
        }
        Ok(kinds)
    }

    fn stream() -> Vec<u8> {
        let packet = |kind, bytes| PacketWriter::new(kind).value(4, &vec![7; bytes]).unwrap();
        [packet(4, 11), packet(5, 1_440), packet(6, 0)]
            .into_iter()
            .flat_map(PacketWriter::finish)
            .collect()
    }

    #[test]
    fn a_damaged_stream_ends() {
        let mut bytes = stream();
        bytes[8] ^= 1;
        assert_eq!(kinds(std::iter::once(&bytes[..])), Err(PacketError::Crc));
        assert_eq!(
            kinds(std::iter::once(&[0, 4, 0xff, 0xff][..])),
            Err(PacketError::Long)
        );
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(piece_bytes in 1_usize..4_000) {
            prop_assert_eq!(kinds(stream().chunks(piece_bytes)), Ok(vec![4, 5, 6]));
        }

        #[test]
        fn never_panics_and_always_moves_on(bytes: Vec<u8>, piece_bytes in 1_usize..100) {
            kinds(bytes.chunks(piece_bytes)).map(drop).unwrap_or_default();
        }
    }
}
