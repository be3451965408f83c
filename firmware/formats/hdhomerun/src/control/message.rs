//! Requests and replies on the wire.

use std::net::IpAddr;

use crate::packet::{Packet, PacketBytes, PacketError, PacketWriter, kind, tag, u32_value};

/// Longest control name that is read, in bytes; the longest that exists has about 20.
const NAME_BYTES_MAX: usize = 64;

/// A get, or a set where there is a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// Control name.
    pub name: &'a str,
    /// New value.
    pub value: Option<&'a str>,
    /// The key with which the asker has locked the tuner.
    pub lockkey: Option<u32>,
}

/// A packet that is no request: the connection cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Firmware uploads and whatever else is not get or set.
    #[error("a packet of type {0} came where only get and set are understood")]
    Kind(u16),
    /// A packet whose values are cut short.
    #[error("a request is damaged: {0}")]
    Packet(#[from] PacketError),
    /// No name, or a text that is not UTF-8 or too long.
    #[error("a request has no readable name or value")]
    Text,
}

impl<'a> Request<'a> {
    /// The request in a packet.
    ///
    /// # Errors
    /// Where it is none.
    pub fn parse(packet: &Packet<'a>) -> Result<Self, RequestError> {
        if packet.kind != kind::GETSET_REQUEST {
            return Err(RequestError::Kind(packet.kind));
        }
        let (mut name, mut value, mut lockkey) = (None, None, None);
        for tagged in packet.values() {
            match tagged? {
                (tag::GETSET_NAME, bytes) => name = Some(text(bytes)?),
                (tag::GETSET_VALUE, bytes) => value = Some(text(bytes)?),
                (tag::GETSET_LOCKKEY, bytes) => lockkey = u32_value(bytes),
                _ => {}
            }
        }
        let name = name
            .filter(|name| name.len() <= NAME_BYTES_MAX)
            .ok_or(RequestError::Text)?;
        Ok(Self {
            name,
            value,
            lockkey,
        })
    }
}

/// A text up to its NUL; some clients leave the NUL out.
fn text(bytes: &[u8]) -> Result<&str, RequestError> {
    let end = bytes
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(bytes.len());
    std::str::from_utf8(bytes.get(..end).unwrap_or_default()).map_err(|_| RequestError::Text)
}

/// Why a get or set failed, in the words that clients know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// No such name, no such tuner, or a name that cannot be set.
    #[error("ERROR: unknown getset variable")]
    Unknown,
    /// Somebody else has the tuner.
    #[error("ERROR: resource locked by {0}")]
    Locked(IpAddr),
    /// A value that the name does not take.
    #[error("ERROR: invalid {0}")]
    Invalid(&'static str),
    /// No place for another stream.
    #[error("ERROR: resource limit reached")]
    NoRoom,
}

/// The reply to a get or set of `name`. Never empty: a reply with neither value nor error is an
/// error to libhdhomerun.
#[must_use]
pub fn reply(name: &str, outcome: &Result<String, ControlError>) -> PacketBytes {
    let writer = PacketWriter::new(kind::GETSET_REPLY);
    let writer = writer
        .text(tag::GETSET_NAME, name)
        .and_then(|writer| match outcome {
            Ok(value) => writer.text(tag::GETSET_VALUE, value),
            Err(error) => writer.text(tag::ERROR_MESSAGE, &error.to_string()),
        });
    writer
        .expect("names have at most 64 bytes, and values are cut")
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::hex;
    use proptest::prelude::*;

    fn packet(kind: u16, values: &[(u8, &[u8])]) -> PacketBytes {
        values
            .iter()
            .fold(PacketWriter::new(kind), |writer, (tag, value)| {
                writer.value(*tag, value).unwrap()
            })
            .finish()
    }

    fn parse(
        kind: u16,
        values: &[(u8, &[u8])],
    ) -> Result<(String, Option<String>, Option<u32>), RequestError> {
        let bytes = packet(kind, values);
        let request = Request::parse(&Packet::parse(&bytes).unwrap())?;
        Ok((
            request.name.to_owned(),
            request.value.map(str::to_owned),
            request.lockkey,
        ))
    }

    #[test]
    fn reads_requests() {
        let bytes = hex("0004000d 030b 2f7379732f6d6f64656c00 8f5b54b5");
        let request = Request::parse(&Packet::parse(&bytes).unwrap()).unwrap();
        assert_eq!(
            request,
            Request {
                name: "/sys/model",
                value: None,
                lockkey: None
            }
        );
        assert_eq!(
            parse(
                4,
                &[
                    (3, b"/a\0"),
                    (0x15, &[0, 0, 1, 0]),
                    (0x99, b"?"),
                    (4, b"none")
                ]
            ),
            Ok(("/a".to_owned(), Some("none".to_owned()), Some(256)))
        );
    }

    #[test]
    fn refuses_others() {
        assert_eq!(parse(6, &[]), Err(RequestError::Kind(6)));
        assert_eq!(parse(4, &[]), Err(RequestError::Text));
        assert_eq!(parse(4, &[(3, b"\xff\0")]), Err(RequestError::Text));
        assert_eq!(parse(4, &[(3, &[b'a'; 65])]), Err(RequestError::Text));
    }

    #[test]
    fn replies_with_value_or_error() {
        let expected =
            "0005001f 030b 2f7379732f6d6f64656c00 0410 6864686f6d6572756e355f6174736300 1e5fd121";
        assert_eq!(
            reply("/sys/model", &Ok("hdhomerun5_atsc".to_owned()))[..],
            hex(expected)
        );
        for (error, text) in [
            (ControlError::Unknown, "ERROR: unknown getset variable\0"),
            (
                ControlError::Locked([192, 0, 2, 9].into()),
                "ERROR: resource locked by 192.0.2.9\0",
            ),
        ] {
            let bytes = reply("/x", &Err(error));
            let value = Packet::parse(&bytes).unwrap().values().nth(1);
            assert_eq!(value, Some(Ok((tag::ERROR_MESSAGE, text.as_bytes()))));
        }
    }

    proptest! {
        #[test]
        fn never_panics(tags in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 0..80)), 0..6), long: String) {
            let values: Vec<_> = tags.iter().map(|(tag, value)| (*tag, value.as_slice())).collect();
            parse(4, &values).map(drop).unwrap_or_default();
            prop_assert!(reply("/tuner0/streaminfo", &Ok(long.repeat(100))).len() > 8);
        }
    }
}
