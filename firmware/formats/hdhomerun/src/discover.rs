//! Discovery, UDP 65001: who asks, whether we answer, and what.

use crate::packet::{Packet, PacketBytes, PacketError, PacketWriter, kind, tag, u32_value};
use crate::{DeviceId, Identity, Origin};

/// `DEVICE_TYPE` of a tuner.
const TYPE_TUNER: u32 = 1;
/// "Any" as type and as id.
const ANY: u32 = 0xffff_ffff;

/// Whether `datagram` asks for this device. Anything damaged, of another kind or for another
/// device is met with silence: Jellyfin takes any datagram of more than 13 bytes whose second byte
/// is 3 for a tuner, so a wrong answer would invent one.
#[must_use]
pub fn asks_for(datagram: &[u8], device: DeviceId) -> bool {
    Packet::parse(datagram).is_ok_and(|packet| {
        packet.kind == kind::DISCOVER_REQUEST && matches(&packet, device).unwrap_or(false)
    })
}

/// Clients send the type as one value or as a list, and leave the id out, say "any" or name one.
fn matches(packet: &Packet<'_>, device: DeviceId) -> Result<bool, PacketError> {
    let (mut tuner_asked, mut id_fits) = (false, true);
    let is_tuner = |value: &[u8]| matches!(u32_value(value), Some(TYPE_TUNER | ANY));
    for value in packet.values() {
        match value? {
            (tag::DEVICE_TYPE, value) => tuner_asked |= is_tuner(value),
            (tag::MULTI_TYPE, list) => tuner_asked |= list.chunks_exact(4).any(is_tuner),
            (tag::DEVICE_ID, value) => {
                id_fits = u32_value(value).is_some_and(|id| id == ANY || id == device.value());
            }
            _ => {}
        }
    }
    Ok(tuner_asked && id_fits)
}

/// The answer. `origin` is our HTTP side by the address at which the asker reached us.
#[must_use]
pub fn reply(device: &Identity, origin: Origin) -> PacketBytes {
    let base_url = origin.to_string();
    let lineup_url = format!("{base_url}/lineup.json");
    // The field has one byte; no client offers more than 255 tuners.
    let tuner_count = u8::try_from(device.tuner_count).unwrap_or(u8::MAX);
    let writer = PacketWriter::new(kind::DISCOVER_REPLY)
        .u32(tag::DEVICE_TYPE, TYPE_TUNER)
        .and_then(|writer| writer.u32(tag::DEVICE_ID, device.device_id.value()))
        .and_then(|writer| writer.value(tag::TUNER_COUNT, &[tuner_count]))
        .and_then(|writer| writer.value(tag::BASE_URL, base_url.as_bytes()))
        .and_then(|writer| writer.value(tag::LINEUP_URL, lineup_url.as_bytes()))
        .and_then(|writer| writer.value(tag::DEVICE_AUTH, device.device_auth().as_bytes()))
        .expect("six short values are far below the longest packet");
    writer.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{identity::example, testing::hex};
    use proptest::prelude::*;

    fn device() -> DeviceId {
        example().device_id
    }

    fn request(values: &[(u8, &[u8])]) -> PacketBytes {
        values
            .iter()
            .fold(PacketWriter::new(2), |writer, (tag, value)| {
                writer.value(*tag, value).unwrap()
            })
            .finish()
    }

    /// The five forms that clients were seen to send.
    #[test]
    fn answers_every_form() {
        assert!(asks_for(
            &hex("0002000c 010400000001 0204ffffffff 4e507f35"),
            device()
        ));
        assert!(asks_for(
            &hex("0002000c 0104ffffffff 0204ffffffff 73cc7d8f"),
            device()
        ));
        assert!(asks_for(&hex("00020006 0104ffffffff 4c20cb4e"), device()));
        assert!(asks_for(
            &request(&[(0x2d, &[0, 0, 0, 5, 0, 0, 0, 1])]),
            device()
        ));
        let own = device().value().to_be_bytes();
        assert!(asks_for(
            &request(&[(1, &[0, 0, 0, 1]), (2, &own)]),
            device()
        ));
        // Unknown tags are skipped.
        assert!(asks_for(
            &request(&[(0x77, b"?"), (1, &[0, 0, 0, 1])]),
            device()
        ));
    }

    #[test]
    fn is_silent_otherwise() {
        assert!(
            !asks_for(
                &hex("0002000c 010400000001 0204ffffffff 4e507f36"),
                device()
            ),
            "CRC"
        );
        assert!(
            !asks_for(&request(&[(1, &[0, 0, 0, 5])]), device()),
            "storage"
        );
        assert!(
            !asks_for(&request(&[(0x2d, &[0, 0, 0, 5])]), device()),
            "storage in a list"
        );
        assert!(!asks_for(&request(&[(2, &[0xff; 4])]), device()), "no type");
        let other = 0x1043_9EFD_u32.to_be_bytes();
        assert!(
            !asks_for(&request(&[(1, &[0, 0, 0, 1]), (2, &other)]), device()),
            "other id"
        );
        assert!(!asks_for(&request(&[(1, &[1])]), device()), "short type");
        let reply = reply(
            &example(),
            Origin {
                address: [192, 0, 2, 7].into(),
                port: 80,
            },
        );
        assert!(!asks_for(&reply, device()), "a reply");
    }

    #[test]
    fn replies_with_the_address_asked() {
        let origin = Origin {
            address: [192, 0, 2, 7].into(),
            port: 80,
        };
        let bytes = reply(&example(), origin);
        let expected = hex("01040000 00010204 10a1b2c7 100104 2a10");
        assert_eq!(bytes[4..4 + expected.len()], expected);
        let values: Vec<_> = Packet::parse(&bytes)
            .unwrap()
            .values()
            .map(Result::unwrap)
            .collect();
        assert_eq!(values[3], (tag::BASE_URL, &b"http://192.0.2.7"[..]));
        assert_eq!(
            values[4],
            (tag::LINEUP_URL, &b"http://192.0.2.7/lineup.json"[..])
        );
        assert_eq!(values[5].1.len(), 24);
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>) {
            prop_assert!(!asks_for(&bytes, device()));
        }
    }
}
