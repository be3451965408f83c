//! AES-128-CBC over a whole segment (RFC 8216 4.3.2.4), as it streams through.
//!
//! The last block can only be told from the others at the end, and it holds the padding: so one
//! block is always held back, and nothing else.

use aes::Aes128;
use aes::cipher::array::Array;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};

/// Bytes of one AES block.
const BLOCK_BYTES: usize = 16;
/// Most ciphertext taken in one go: bounds the buffer, whatever the network hands over.
pub(super) const STEP_BYTES: usize = 16 * 1024;

/// Decrypts one segment.
pub(super) struct Decryptor {
    cipher: cbc::Decryptor<Aes128>,
    /// Ciphertext not decrypted yet (at most one block between calls), then the clear bytes.
    buffer: Vec<u8>,
    /// How many bytes at the front of `buffer` were handed out by the last call.
    spent: usize,
}

impl Decryptor {
    pub(super) fn new(key: &[u8; BLOCK_BYTES], iv: &[u8; BLOCK_BYTES]) -> Self {
        Self {
            cipher: cbc::Decryptor::new(&(*key).into(), &(*iv).into()),
            buffer: Vec::with_capacity(STEP_BYTES + BLOCK_BYTES),
            spent: 0,
        }
    }

    /// Takes up to [`STEP_BYTES`] of ciphertext and returns what is clear by now.
    pub(super) fn step(&mut self, ciphertext: &[u8]) -> &[u8] {
        self.buffer.drain(..self.spent);
        self.buffer.extend_from_slice(ciphertext);
        let held = match self.buffer.len() % BLOCK_BYTES {
            0 => BLOCK_BYTES.min(self.buffer.len()),
            partial => partial,
        };
        self.spent = self.buffer.len() - held;
        let (ready, _) = self.buffer.split_at_mut(self.spent);
        let (blocks, _) = Array::slice_as_chunks_mut(ready);
        self.cipher.decrypt_blocks(blocks);
        ready
    }

    /// The clear bytes of the last block without its PKCS#7 padding, or nothing if the ciphertext
    /// did not end with a whole block. Servers that pad wrongly are common, and their last bytes
    /// are media: a block with impossible padding is returned whole.
    pub(super) fn finish(mut self) -> Option<Vec<u8>> {
        self.buffer.drain(..self.spent);
        let mut block: [u8; BLOCK_BYTES] = self.buffer.as_slice().try_into().ok()?;
        let (blocks, _) = Array::slice_as_chunks_mut(&mut block);
        self.cipher.decrypt_blocks(blocks);
        Some(unpad(&block).to_vec())
    }
}

/// Removes PKCS#7 padding (RFC 5652 6.3).
fn unpad(block: &[u8; BLOCK_BYTES]) -> &[u8] {
    let [.., last] = *block;
    let padding = usize::from(last);
    let Some((clear, tail)) = block.split_at_checked(BLOCK_BYTES.saturating_sub(padding)) else {
        return block;
    };
    let is_padding = padding == tail.len() && padding > 0 && tail.iter().all(|b| *b == last);
    if is_padding { clear } else { block }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 16] = *b"sixteen byte key";
    const IV: [u8; 16] = [9; 16];

    fn encrypt(clear: &[u8]) -> Vec<u8> {
        super::super::testing::encrypt(clear, &KEY, &IV)
    }

    fn decrypt(ciphertext: &[u8], cut: usize) -> Option<Vec<u8>> {
        let mut decryptor = Decryptor::new(&KEY, &IV);
        let mut clear = Vec::new();
        for step in ciphertext.chunks(cut) {
            clear.extend_from_slice(decryptor.step(step));
        }
        clear.extend(decryptor.finish()?);
        Some(clear)
    }

    #[test]
    fn every_length_and_every_cut() {
        for length in [0, 1, 15, 16, 17, 188, 188 * 4, 5000] {
            let clear: Vec<u8> = (0..length).map(|n: usize| n.to_le_bytes()[0]).collect();
            for cut in [1, 7, 16, 33, STEP_BYTES] {
                assert_eq!(
                    decrypt(&encrypt(&clear), cut).as_ref(),
                    Some(&clear),
                    "{length} {cut}"
                );
            }
        }
    }

    #[test]
    fn ciphertext_that_was_cut_off_is_told() {
        let ciphertext = encrypt(&[1; 100]);
        assert_eq!(decrypt(&ciphertext[..ciphertext.len() - 1], 16), None);
        assert_eq!(decrypt(&[], 16), None);
    }

    #[test]
    fn wrong_padding_is_taken_for_media() {
        let mut padded = *b"0123456789abcde\0";
        for (last, kept) in [(0, 16), (1, 15), (2, 16), (17, 16), (255, 16)] {
            padded[15] = last;
            assert_eq!(unpad(&padded).len(), kept, "{last}");
        }
        assert_eq!(unpad(&[16; 16]), b"");
    }
}
