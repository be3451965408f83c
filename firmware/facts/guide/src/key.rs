//! By which a channel of a guide is known in the store.

/// FNV-1a of 64 bits (draft-eastlake-fnv, section 2) over the id in lower case of ASCII: playlists
/// and guides do not agree on case. It must stay as it is: rows of the store are under it.
pub(crate) fn key(id: &str) -> u64 {
    id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3)
    })
}

/// One number for a set of keys, in whatever order they come.
pub(crate) fn digest(keys: impl IntoIterator<Item = u64>) -> u64 {
    let mut count = 0_u64;
    let sum = keys.into_iter().fold(0_u64, |sum, key| {
        count += 1;
        sum.wrapping_add(key.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    });
    sum ^ count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_last() {
        assert_eq!(key(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(key("a"), 0xaf63_dc4c_8601_ec8c, "the vector of the draft");
        assert_eq!(key("BBC1.uk"), key("bbc1.UK"));
        assert_eq!(digest([1, 2, 3]), digest([3, 1, 2]));
        assert_ne!(digest([1, 2]), digest([1, 2, 0]));
    }
}
