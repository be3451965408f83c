//! Packets of UDP and TCP 65001: type, length, tagged values, CRC (libhdhomerun,
//! `hdhomerun_pkt.h`).
//!
//! ```text
//! offset 0   u16 BE  type
//!        2   u16 BE  payload length n
//!        4   n bytes payload: tag u8, length of one or two bytes, value; and again
//!      4+n   u32 LE  CRC-32 over bytes 0 .. 4+n-1; the only little-endian field
//! ```

/// Bytes of type and length.
const HEADER_BYTES: usize = 4;
/// Bytes of the CRC.
const CRC_BYTES: usize = 4;
/// Longest packet, in bytes: what clients have buffers for.
pub const PACKET_BYTES_MAX: usize = 1460;
/// Longest payload, in bytes.
pub const PAYLOAD_BYTES_MAX: usize = PACKET_BYTES_MAX - HEADER_BYTES - CRC_BYTES;
/// Longest value, in bytes, that a length of one byte can tell.
const SHORT_VALUE_BYTES_MAX: usize = 0x7f;

/// Packet types.
pub mod kind {
    /// Who is there?
    pub const DISCOVER_REQUEST: u16 = 2;
    /// I am.
    pub const DISCOVER_REPLY: u16 = 3;
    /// Read or write a control name.
    pub const GETSET_REQUEST: u16 = 4;
    /// Its answer.
    pub const GETSET_REPLY: u16 = 5;
}

/// Tags of values.
pub mod tag {
    /// u32: 1 tuner, 5 storage, ffffffff any.
    pub const DEVICE_TYPE: u8 = 0x01;
    /// u32, ffffffff any.
    pub const DEVICE_ID: u8 = 0x02;
    /// Control name with its NUL.
    pub const GETSET_NAME: u8 = 0x03;
    /// Control value with its NUL.
    pub const GETSET_VALUE: u8 = 0x04;
    /// Error with its NUL.
    pub const ERROR_MESSAGE: u8 = 0x05;
    /// u8.
    pub const TUNER_COUNT: u8 = 0x10;
    /// u32.
    pub const GETSET_LOCKKEY: u8 = 0x15;
    /// Text without NUL.
    pub const LINEUP_URL: u8 = 0x27;
    /// Text without NUL.
    pub const BASE_URL: u8 = 0x2a;
    /// Text without NUL.
    pub const DEVICE_AUTH: u8 = 0x2b;
    /// List of u32: several device types.
    pub const MULTI_TYPE: u8 = 0x2d;
}

/// Why bytes are no packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PacketError {
    /// A packet or a value in it ends before its length says.
    #[error("the packet is cut short")]
    Short,
    /// Longer than any client sends or reads.
    #[error("the packet is longer than {PACKET_BYTES_MAX} bytes")]
    Long,
    /// Bytes behind the end of a datagram's packet.
    #[error("there are bytes behind the packet")]
    Trailing,
    /// The CRC does not fit the bytes.
    #[error("the CRC of the packet is wrong")]
    Crc,
}

/// A packet whose length and CRC are right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// One of [`kind`], or another.
    pub kind: u16,
    payload: &'a [u8],
}

impl<'a> Packet<'a> {
    /// The packet that fills `bytes`, as in a datagram.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, PacketError> {
        match Self::parse_prefix(bytes)? {
            None => Err(PacketError::Short),
            Some((packet, [])) => Ok(packet),
            Some(_) => Err(PacketError::Trailing),
        }
    }

    /// The packet at the beginning of `bytes` and what follows it; `None` where more bytes are
    /// needed.
    ///
    /// # Errors
    /// [`PacketError::Long`] or [`PacketError::Crc`]: on a stream there is no way to find the next
    /// packet then.
    pub fn parse_prefix(bytes: &'a [u8]) -> Result<Option<(Self, &'a [u8])>, PacketError> {
        let Some((&[k0, k1, n0, n1], rest)) = bytes.split_first_chunk::<HEADER_BYTES>() else {
            return Ok(None);
        };
        let payload_bytes = usize::from(u16::from_be_bytes([n0, n1]));
        if payload_bytes > PAYLOAD_BYTES_MAX {
            return Err(PacketError::Long);
        }
        let Some((payload, rest)) = rest.split_at_checked(payload_bytes) else {
            return Ok(None);
        };
        let Some((&crc, rest)) = rest.split_first_chunk::<CRC_BYTES>() else {
            return Ok(None);
        };
        let covered = bytes
            .get(..HEADER_BYTES + payload_bytes)
            .unwrap_or_default();
        if u32::from_le_bytes(crc) != crate::crc32(covered) {
            return Err(PacketError::Crc);
        }
        Ok(Some((
            Self {
                kind: u16::from_be_bytes([k0, k1]),
                payload,
            },
            rest,
        )))
    }

    /// The tagged values, in order. Ends behind an error.
    #[must_use]
    pub const fn values(&self) -> Values<'a> {
        Values { rest: self.payload }
    }
}

/// A tag and its value.
pub type TaggedValue<'a> = (u8, &'a [u8]);

/// Iterates over the tagged values of a packet.
#[derive(Clone, Debug)]
pub struct Values<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Values<'a> {
    type Item = Result<TaggedValue<'a>, PacketError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let Some((tag, value, rest)) = split_value(self.rest) else {
            self.rest = &[];
            return Some(Err(PacketError::Short));
        };
        self.rest = rest;
        Some(Ok((tag, value)))
    }
}

/// The first tag, its value, and what follows. Two-byte lengths have the high bit set in the
/// first byte, which holds the low seven bits.
fn split_value(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, low], mut rest) = bytes.split_first_chunk::<2>()?;
    let mut length = usize::from(low);
    if length > SHORT_VALUE_BYTES_MAX {
        let (&high, behind) = rest.split_first()?;
        length = (length & 0x7f) | usize::from(high) << 7;
        rest = behind;
    }
    let (value, rest) = rest.split_at_checked(length)?;
    Some((tag, value, rest))
}

/// A value that is exactly one u32.
pub(crate) fn u32_value(value: &[u8]) -> Option<u32> {
    value.try_into().ok().map(u32::from_be_bytes)
}

/// The bytes of a finished packet.
pub type PacketBytes = heapless::Vec<u8, PACKET_BYTES_MAX>;

/// Writes one packet. A value that does not fit is an error and leaves the packet as it was.
#[derive(Clone, Debug)]
pub struct PacketWriter {
    bytes: PacketBytes,
}

impl PacketWriter {
    /// An empty packet of this kind.
    #[must_use]
    pub fn new(kind: u16) -> Self {
        let mut bytes = PacketBytes::new();
        let [k0, k1] = kind.to_be_bytes();
        bytes.extend([k0, k1, 0, 0]);
        Self { bytes }
    }

    /// How many bytes a further value may have.
    #[must_use]
    pub fn room_bytes(&self) -> usize {
        // Tag and the longer form of the length.
        (HEADER_BYTES + PAYLOAD_BYTES_MAX).saturating_sub(self.bytes.len() + 3)
    }

    /// Adds a value.
    ///
    /// # Errors
    /// [`PacketError::Long`] where it does not fit.
    pub fn value(mut self, tag: u8, value: &[u8]) -> Result<Self, PacketError> {
        if value.len() > self.room_bytes() {
            return Err(PacketError::Long);
        }
        let [_, length] = u16_of(value.len()).to_be_bytes();
        self.bytes.push(tag).map_err(|_| PacketError::Long)?;
        if value.len() <= SHORT_VALUE_BYTES_MAX {
            self.bytes.push(length).map_err(|_| PacketError::Long)?;
        } else {
            let [_, high] = u16_of(value.len() >> 7).to_be_bytes();
            self.bytes
                .extend_from_slice(&[length | 0x80, high])
                .map_err(|_| PacketError::Long)?;
        }
        self.bytes
            .extend_from_slice(value)
            .map_err(|_| PacketError::Long)?;
        Ok(self)
    }

    /// Adds a u32.
    ///
    /// # Errors
    /// [`PacketError::Long`] where it does not fit.
    pub fn u32(self, tag: u8, value: u32) -> Result<Self, PacketError> {
        self.value(tag, &value.to_be_bytes())
    }

    /// Adds a text with its NUL. A text too long is cut at a character: a status that lacks its
    /// end serves a client better than none.
    ///
    /// # Errors
    /// [`PacketError::Long`] where not even the NUL fits.
    pub fn text(self, tag: u8, text: &str) -> Result<Self, PacketError> {
        let mut end = self.room_bytes().saturating_sub(1).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let mut value = PacketBytes::new();
        value
            .extend_from_slice(text.get(..end).unwrap_or_default().as_bytes())
            .and_then(|()| value.extend_from_slice(&[0]))
            .map_err(|_| PacketError::Long)?;
        self.value(tag, &value)
    }

    /// The whole packet, with length and CRC.
    #[must_use]
    pub fn finish(mut self) -> PacketBytes {
        let payload_bytes = u16_of(self.bytes.len() - HEADER_BYTES).to_be_bytes();
        for (place, byte) in self.bytes.iter_mut().skip(2).zip(payload_bytes) {
            *place = byte;
        }
        let crc = crate::crc32(&self.bytes);
        // `room_bytes` has kept the place of the CRC free.
        self.bytes.extend(crc.to_le_bytes());
        self.bytes
    }
}

/// A length within a packet, all of which are below [`PACKET_BYTES_MAX`].
fn u16_of(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::hex;
    use proptest::prelude::*;

    #[test]
    fn writes_what_a_device_answers() {
        let request = PacketWriter::new(kind::GETSET_REQUEST);
        let request = request
            .text(tag::GETSET_NAME, "/sys/model")
            .unwrap()
            .finish();
        assert_eq!(
            request[..],
            hex("0004000d 030b 2f7379732f6d6f64656c00 8f5b54b5")
        );
        let reply = PacketWriter::new(kind::GETSET_REPLY);
        let reply = reply.text(tag::GETSET_NAME, "/sys/model").unwrap();
        let reply = reply
            .text(tag::GETSET_VALUE, "hdhomerun5_atsc")
            .unwrap()
            .finish();
        assert_eq!(
            reply[..],
            hex(
                "0005001f 030b 2f7379732f6d6f64656c00 0410 6864686f6d6572756e355f6174736300 1e5fd121"
            )
        );
    }

    #[test]
    fn writes_long_lengths() {
        let packet = PacketWriter::new(9).value(7, &[1; 200]).unwrap().finish();
        assert_eq!(packet[4..8], [7, 0xc8, 1, 1]);
        assert_eq!(
            Packet::parse(&packet).unwrap().values().next(),
            Some(Ok((7, &[1; 200][..])))
        );
    }

    #[test]
    fn the_longest_packet_is_as_long_as_clients_read() {
        let empty = PacketWriter::new(5);
        assert_eq!(
            empty.clone().value(4, &[0; PAYLOAD_BYTES_MAX]).err(),
            Some(PacketError::Long)
        );
        let packet = empty.text(4, &"é".repeat(2000)).unwrap().finish();
        assert!(packet.len() == PACKET_BYTES_MAX || packet.len() == PACKET_BYTES_MAX - 1);
        let parsed = Packet::parse(&packet).unwrap();
        let (_, text) = parsed.values().next().unwrap().unwrap();
        assert!(std::str::from_utf8(text).is_ok_and(|text| text.ends_with("é\0")));
    }

    #[test]
    fn refuses_damaged_packets() {
        let good = hex("0004000d 030b 2f7379732f6d6f64656c00 8f5b54b5");
        assert_eq!(
            Packet::parse(&good[..good.len() - 1]),
            Err(PacketError::Short)
        );
        assert_eq!(
            Packet::parse(&[&good[..], &[0]].concat()),
            Err(PacketError::Trailing)
        );
        assert_eq!(Packet::parse(&hex("0004ffff")), Err(PacketError::Long));
        let mut bent = good;
        bent[6] ^= 1;
        assert_eq!(Packet::parse(&bent), Err(PacketError::Crc));
    }

    /// A naive loop over the values dies on a length that runs on behind the end: `01 84`.
    #[test]
    fn a_cut_value_is_an_error_once() {
        for payload in [&[1][..], &[1, 0x84], &[1, 4, 0], &[1, 0x80, 1]] {
            let mut values = Values { rest: payload };
            assert_eq!(values.next(), Some(Err(PacketError::Short)), "{payload:?}");
            assert_eq!(values.next(), None);
        }
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>) {
            if let Ok(packet) = Packet::parse(&bytes) {
                packet.values().for_each(drop);
            }
            Values { rest: &bytes }.for_each(drop);
        }

        #[test]
        fn values_come_back(kind: u16, values in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 0..300)), 0..5)) {
            let mut writer = PacketWriter::new(kind);
            let mut kept = Vec::new();
            for (tag, value) in &values {
                match writer.clone().value(*tag, value) {
                    Ok(longer) => { writer = longer; kept.push((*tag, value.as_slice())); }
                    Err(_) => break,
                }
            }
            let bytes = writer.finish();
            let packet = Packet::parse(&bytes).unwrap();
            prop_assert_eq!(packet.kind, kind);
            let read: Vec<_> = packet.values().map(Result::unwrap).collect();
            prop_assert_eq!(read, kept);
        }
    }
}
