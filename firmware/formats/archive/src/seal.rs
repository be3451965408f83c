//! Sealing chunks with a key that comes of a passphrase.

use std::{fmt, num::NonZeroU32};

use crypto::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    pbkdf2::{self, PBKDF2_HMAC_SHA256},
};

/// Rounds of PBKDF2 with HMAC-SHA256 for new files (OWASP Password Storage Cheat Sheet): about a second
/// on a small board.
pub const ROUNDS: u32 = 600_000;
/// A file that asks for more would hold a small board for minutes.
pub const ROUNDS_MAX: u32 = 10_000_000;
/// Bytes of the salt.
pub const SALT_BYTES: usize = 16;
/// What sealing adds to a chunk.
pub(crate) const TAG_BYTES: usize = 16;
const KEY_BYTES: usize = 32;

/// How the key is made of the passphrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealing {
    /// Rounds of PBKDF2, 1 to [`ROUNDS_MAX`].
    pub rounds: u32,
    /// Made by chance for each file: with it every file has a key of its own.
    pub salt: [u8; SALT_BYTES],
}

/// The key of one file.
#[derive(Clone)]
pub struct Key(LessSafeKey);

impl Key {
    /// Makes it; slow on purpose.
    #[must_use]
    pub fn of(passphrase: &[u8], sealing: &Sealing) -> Self {
        let rounds = NonZeroU32::new(sealing.rounds).unwrap_or(NonZeroU32::MIN);
        let mut bytes = [0; KEY_BYTES];
        let salt = &sealing.salt;
        pbkdf2::derive(PBKDF2_HMAC_SHA256, rounds, salt, passphrase, &mut bytes);
        let key = UnboundKey::new(&CHACHA20_POLY1305, &bytes);
        Self(LessSafeKey::new(key.expect("a key of 32 bytes")))
    }

    /// Seals the bytes behind `from`, and adds the tag.
    pub(crate) fn seal(&self, number: u64, head: &[u8], length: [u8; 4], chunk: &mut Vec<u8>) {
        let aad = Aad::from([head, &length].concat());
        self.0
            .seal_in_place_append_tag(nonce(number), aad, chunk)
            .expect("a chunk is far below the 256 GiB of the cipher");
    }

    /// The content of a chunk; `None` where it was not sealed with this key, or not as this chunk.
    pub(crate) fn open<'a>(
        &self,
        number: u64,
        head: &[u8],
        length: [u8; 4],
        chunk: &'a mut [u8],
    ) -> Option<&'a [u8]> {
        let aad = Aad::from([head, &length].concat());
        let opened = self.0.open_in_place(nonce(number), aad, chunk).ok()?;
        Some(opened)
    }
}

/// Each chunk of a file has another one, and each file another key.
fn nonce(number: u64) -> Nonce {
    let mut nonce = [0; NONCE_LEN];
    for (to, from) in nonce.iter_mut().zip(number.to_le_bytes()) {
        *to = from;
    }
    Nonce::assume_unique_for_key(nonce)
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}
