//! Who this device says it is, the same in every document, reply and announcement.

use std::{fmt, net::IpAddr};

use crate::DeviceId;

/// Manufacturer in `device.xml`. Home Assistant offers a device found by SSDP only where this is
/// SiliconDust's own spelling, and Plex and the apps expect no other.
pub const MANUFACTURER: &str = "Silicondust";
/// `ModelNumber`. A DVB-T model: tvheadend and libhdhomerun then take the synthetic frequencies of
/// the European broadcast map as they are. Never a name with `HDTC` in it: Jellyfin and Emby would
/// ask it to transcode.
pub const MODEL: &str = "HDHR5-4DT";
/// `FirmwareName` and `/sys/model`; `_dvbt` in it makes tvheadend choose a DVB-T network.
pub const FIRMWARE_NAME: &str = "hdhomerun5_dvbt";
/// `FirmwareVersion` and `/sys/version`: libhdhomerun reads the leading digits as a number and
/// switches old work-arounds on where it is low.
pub const FIRMWARE_VERSION: &str = "20250815";

/// What tells this device from all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// HDHomeRun id.
    pub device_id: DeviceId,
    /// UPnP id.
    pub uuid: Uuid,
    /// Name that a person gave it.
    pub friendly_name: String,
    /// How many streams it can give at once.
    pub tuner_count: u16,
}

impl Identity {
    /// The name of a device that nobody named.
    pub const FRIENDLY_NAME_DEFAULT: &str = "Dipole";

    /// `DeviceAuth`: 24 characters, as many as the C structures of clients hold. On a real device
    /// it opens SiliconDust's guide; here it only must be there and stay the same.
    #[must_use]
    pub fn device_auth(&self) -> heapless::String<24> {
        const LETTERS: &[u8; 16] = b"abcdefghijklmnop";
        let mut auth = heapless::String::new();
        for byte in self.uuid.0.iter().take(12) {
            for digit in [byte >> 4, byte & 0xf] {
                let letter = LETTERS.get(usize::from(digit)).copied().unwrap_or(b'a');
                // Twelve bytes are 24 digits: all fit.
                auth.push(char::from(letter)).unwrap_or_default();
            }
        }
        auth
    }
}

/// A UPnP device id, shown as 8-4-4-4-12 hex digits: Plex refuses a shorter form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Uuid(pub [u8; 16]);

impl Uuid {
    /// A version 4 id of 16 random bytes (RFC 9562, 5.4).
    #[must_use]
    pub const fn from_random(bytes: [u8; 16]) -> Self {
        let mut value = u128::from_be_bytes(bytes);
        value = value & !(0xf << 76) | 0x4 << 76;
        value = value & !(0x3 << 62) | 0x2 << 62;
        Self(value.to_be_bytes())
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// Scheme, address and port of an HTTP server: `http://192.0.2.7` or `http://192.0.2.7:8080`.
/// Never ends in a slash, because pvr.hdhomerun appends `/lineup.json` to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Address.
    pub address: IpAddr,
    /// TCP port; 80 is not written.
    pub port: u16,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address {
            IpAddr::V4(address) => write!(f, "http://{address}")?,
            IpAddr::V6(address) => write!(f, "http://[{address}]")?,
        }
        if self.port == 80 {
            Ok(())
        } else {
            write!(f, ":{}", self.port)
        }
    }
}

#[cfg(test)]
pub(crate) fn example() -> Identity {
    Identity {
        device_id: DeviceId::new(0x10A1_B2C7).expect("checked by hand"),
        uuid: Uuid::from_random([0x5a; 16]),
        friendly_name: "Living <room> & \"den\"".to_owned(),
        tuner_count: 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_ids_and_addresses() {
        assert_eq!(
            example().uuid.to_string(),
            "5a5a5a5a-5a5a-4a5a-9a5a-5a5a5a5a5a5a"
        );
        assert_eq!(example().device_auth().len(), 24);
        let origin = |address: &str, port| {
            Origin {
                address: address.parse().expect("an address"),
                port,
            }
            .to_string()
        };
        assert_eq!(origin("192.0.2.7", 80), "http://192.0.2.7");
        assert_eq!(origin("192.0.2.7", 8080), "http://192.0.2.7:8080");
        assert_eq!(origin("2001:db8::7", 80), "http://[2001:db8::7]");
    }
}
