//! The head of a file: what it is, who made it, how it is sealed.

use crate::{
    Error,
    seal::{ROUNDS_MAX, SALT_BYTES, Sealing},
};

/// The shape of files that this Dipole writes, and the newest that it reads.
pub const VERSION: u16 = 1;
/// Bytes of [`Head::maker`].
pub const MAKER_BYTES_MAX: usize = 64;

/// As PNG's: a byte that is no ASCII and a line end show what a transfer as text has done.
const MAGIC: [u8; 8] = *b"\x89DIPOLE\n";
const OPEN: u8 = 0;
const SEALED: u8 = 1;
/// Without the maker.
const FIXED_BYTES: usize = 40;

/// What stands in front of the content, readable by anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The version of the Dipole that wrote it, for people.
    pub maker: String,
    /// When, in seconds since 1970.
    pub made_unix_s: u64,
    /// How the key is made; `None` where the content is not sealed.
    pub sealing: Option<Sealing>,
}

impl Head {
    /// As it stands in a file.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let maker = self.maker.as_bytes();
        let cut = self.maker.floor_char_boundary(MAKER_BYTES_MAX);
        let maker = maker.get(..cut).unwrap_or_default();
        let (protection, rounds, salt) = match self.sealing {
            Some(sealing) => (SEALED, sealing.rounds, sealing.salt),
            None => (OPEN, 0, [0; SALT_BYTES]),
        };
        let mut head = Vec::with_capacity(FIXED_BYTES + maker.len());
        head.extend_from_slice(&MAGIC);
        head.extend_from_slice(&VERSION.to_le_bytes());
        head.push(protection);
        head.push(u8::try_from(maker.len()).unwrap_or_default());
        head.extend_from_slice(&self.made_unix_s.to_le_bytes());
        head.extend_from_slice(&rounds.to_le_bytes());
        head.extend_from_slice(&salt);
        head.extend_from_slice(maker);
        head
    }

    /// The head at the beginning of these bytes and how many it takes; `None` where they are too few.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Option<(Self, usize)>, Error> {
        let begins = MAGIC.iter().zip(bytes).all(|(magic, byte)| magic == byte);
        if !begins {
            return Err(Error::NotABackup);
        }
        let Some((fixed, rest)) = bytes.split_first_chunk::<FIXED_BYTES>() else {
            return Ok(None);
        };
        let mut fields = Fields(fixed.get(MAGIC.len()..).unwrap_or_default());
        let version = u16::from_le_bytes(fields.array()?);
        let [protection] = fields.array()?;
        let [len] = fields.array()?;
        let made_unix_s = u64::from_le_bytes(fields.array()?);
        let rounds = u32::from_le_bytes(fields.array()?);
        let salt = fields.array()?;
        let len = usize::from(len);
        let Some(maker) = rest.get(..len) else {
            return Ok(None);
        };
        let maker = String::from_utf8_lossy(maker).into_owned();
        if version > VERSION {
            return Err(Error::Newer { maker });
        }
        if version == 0 || len > MAKER_BYTES_MAX {
            return Err(Error::Damaged("its head is none"));
        }
        let sealing = match protection {
            OPEN => None,
            SEALED if (1..=ROUNDS_MAX).contains(&rounds) => Some(Sealing { rounds, salt }),
            _ => return Err(Error::Damaged("nobody seals like that")),
        };
        let head = Self {
            maker,
            made_unix_s,
            sealing,
        };
        Ok(Some((head, FIXED_BYTES + len)))
    }
}

/// Takes fields off the front.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let cut = Error::Damaged("its head is cut");
        let (array, rest) = self.0.split_first_chunk().ok_or(cut)?;
        self.0 = rest;
        Ok(*array)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_shape_is_told_by_its_maker() {
        let head = Head {
            maker: "9.1.0".to_owned(),
            made_unix_s: 7,
            sealing: None,
        };
        let mut bytes = head.encode();
        assert_eq!(Head::decode(&bytes), Ok(Some((head, bytes.len()))));
        for short in 0..bytes.len() {
            assert_eq!(Head::decode(&bytes[..short]), Ok(None), "{short}");
        }
        bytes[8] = 2;
        let newer = Head::decode(&bytes).unwrap_err();
        assert!(newer.to_string().contains("newer Dipole (9.1.0): update"));
        assert_eq!(Head::decode(b"PK\x03\x04"), Err(Error::NotABackup));
    }
}
