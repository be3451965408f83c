//! What a guide may cost at most.

/// The maxima of one reading. The defaults hold every real guide that we know of many times over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole guide, after gzip; more are refused. 1 GiB.
    pub bytes_max: u64,
    /// Bytes before which an element of a guide must have been seen. 64 KiB.
    pub prelude_bytes_max: u64,
    /// Bytes of one tag; the end of a longer one is left out. 16 KiB.
    pub tag_bytes_max: usize,
    /// Bytes of a text, cut at a character. 4 KiB.
    pub text_bytes_max: usize,
    /// Texts of one channel or programme; further ones are left out. 64.
    pub fields_max: usize,
    /// Bytes of all texts of one channel or programme. 16 KiB.
    pub item_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes_max: 1 << 30,
            prelude_bytes_max: 64 << 10,
            tag_bytes_max: 16 << 10,
            text_bytes_max: 4 << 10,
            fields_max: 64,
            item_bytes_max: 16 << 10,
        }
    }
}
