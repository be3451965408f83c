//! Device ids: eight hex digits with a checksum in the last.

use std::{fmt, str::FromStr};

/// The id by which clients tell tuners apart. It must stay the same over restarts: Plex, tvheadend
/// and Jellyfin file their settings under it.
///
/// Only valid ids exist: libhdhomerun refuses to look up any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeviceId(u32);

/// Substitution of the checksum (libhdhomerun, `hdhomerun_discover_validate_device_id`).
const SUBSTITUTE: [u32; 16] = [
    0xA, 0x5, 0xF, 0x6, 0x7, 0xC, 0x1, 0xB, 0x9, 0x2, 0x8, 0xD, 0x4, 0x3, 0xE, 0x0,
];

impl DeviceId {
    /// The id with this number.
    ///
    /// # Errors
    /// [`DeviceIdError::Checksum`] where the digits do not add up.
    pub fn new(value: u32) -> Result<Self, DeviceIdError> {
        if checksum(value) == 0 {
            Ok(Self(value))
        } else {
            Err(DeviceIdError::Checksum(value))
        }
    }

    /// A valid id made of `seed`: the same for the same seed.
    ///
    /// Ids made here begin with 10A to 10F: outside of the ranges that libhdhomerun takes for
    /// legacy models and treats differently.
    #[must_use]
    pub fn from_seed(seed: &[u8]) -> Self {
        let hash = crate::crc32(seed);
        let series = 0x10A0_0000 + (hash >> 16) % 6 * 0x0010_0000;
        let digits = series | (hash & 0xffff) << 4;
        Self(digits | checksum(digits))
    }

    /// The number.
    #[must_use]
    pub const fn value(self) -> u32 {
        self.0
    }
}

/// The XOR of all digits, every second one substituted; 0 for a valid id. With a last digit of 0
/// it is the digit that makes the id valid.
fn checksum(id: u32) -> u32 {
    (0..4).fold(0, |sum, pair| {
        let byte = id >> (8 * pair);
        let substituted = SUBSTITUTE
            .get((byte >> 4 & 0xf) as usize)
            .copied()
            .unwrap_or(0);
        sum ^ substituted ^ (byte & 0xf)
    })
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08X}", self.0)
    }
}

/// Why a text or number is no device id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeviceIdError {
    /// The digits do not add up.
    #[error(
        "the checksum of device id {0:08X} is wrong: clients would refuse it; use an id that Dipole made or one of a real device"
    )]
    Checksum(u32),
    /// Not eight hex digits.
    #[error("a device id is eight hex digits, like 10A1B2C7")]
    Digits,
}

impl FromStr for DeviceId {
    type Err = DeviceIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(DeviceIdError::Digits);
        }
        Self::new(u32::from_str_radix(text, 16).map_err(|_| DeviceIdError::Digits)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn knows_real_ids_from_invented_ones() {
        for text in ["10A1B2C7", "10439EFD", "1010C032", "105404BE", "105902db"] {
            let id: DeviceId = text.parse().unwrap();
            assert_eq!(id.to_string(), text.to_uppercase());
        }
        assert_eq!(
            "12345678".parse::<DeviceId>(),
            Err(DeviceIdError::Checksum(0x1234_5678))
        );
        for text in ["", "10A1B2C", "10A1B2C70", "+0A1B2C7", "10A1B2CG"] {
            assert_eq!(
                text.parse::<DeviceId>(),
                Err(DeviceIdError::Digits),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn made_ids_are_valid_and_not_legacy(seed: Vec<u8>) {
            let id = DeviceId::from_seed(&seed);
            prop_assert_eq!(DeviceId::new(id.value()), Ok(id));
            prop_assert!((0x10A..=0x10F).contains(&(id.value() >> 20)));
            prop_assert_eq!(DeviceId::from_seed(&seed), id);
        }
    }
}
