//! The hash behind lasting ids. It is written down here and not taken from a library, because the
//! ids of every installed box depend on each of its bits: it must never change.

/// FNV-1a, 64 bit (Fowler, Noll, Vo; RFC 9923), with the mixing step of MurmurHash3 at the end, as
/// FNV alone leaves its upper bits poor and a [`ChannelId`](crate::ChannelId) keeps just those.
///
/// Not made to withstand somebody who looks for collisions, and it need not be: channels whose
/// hashes agree are told apart one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StableHash(u64);

impl Default for StableHash {
    fn default() -> Self {
        Self::new()
    }
}

impl StableHash {
    /// Of nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Adds a text without the space around it and without telling the letters a–z from A–Z.
    #[must_use]
    pub fn folded(self, text: &str) -> Self {
        let bytes = text.trim().bytes().chain([0xff]);
        Self(bytes.fold(self.0, |hash, byte| step(hash, byte.to_ascii_lowercase())))
    }

    /// Adds a text and an end mark that no UTF-8 holds, so that `ab`, `c` and `a`, `bc` differ.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        let bytes = text.bytes().chain([0xff]);
        Self(bytes.fold(self.0, step))
    }

    /// Adds bytes, without an end mark.
    #[must_use]
    pub fn bytes(self, bytes: &[u8]) -> Self {
        Self(bytes.iter().copied().fold(self.0, step))
    }

    /// The well mixed value.
    #[must_use]
    pub const fn value(self) -> u64 {
        let mut hash = self.0;
        hash ^= hash >> 33;
        hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
        hash ^= hash >> 33;
        hash = hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        hash ^ hash >> 33
    }
}

const fn step(hash: u64, byte: u8) -> u64 {
    (hash ^ byte as u64).wrapping_mul(0x0000_0100_0000_01b3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_changes() {
        assert_eq!(StableHash::new().0, 0xcbf2_9ce4_8422_2325);
        let one = StableHash::new()
            .text("provider")
            .text("cnn.us")
            .text("CNN");
        assert_eq!(one.0, VECTOR.0);
        assert_eq!(one.value(), VECTOR.1);
    }

    #[test]
    fn knows_where_a_text_ends() {
        let hash = |a: &str, b: &str| StableHash::new().text(a).text(b).value();
        assert_ne!(hash("ab", "c"), hash("a", "bc"));
        assert_ne!(hash("", "a"), hash("a", ""));
    }

    #[test]
    fn folds_case_and_space() {
        let hash = |text: &str| StableHash::new().folded(text);
        assert_eq!(hash(" CNN hd\t"), hash("cnn HD"));
        assert_ne!(hash("CNN HD"), hash("CNNHD"));
        assert_ne!(hash("É"), hash("é"), "only letters of ASCII");
    }

    /// Before and after mixing; computed apart from this code, by a few lines of Python.
    const VECTOR: (u64, u64) = (0x319d_e65a_6ad2_a5a3, 0x5833_91f4_ecf9_11e8);
}
