//! What a list may cost at most.

use base::{KIB, MIB};

/// The maxima of one reading. The defaults hold every real list that we know of many times over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a line that are looked at; the rest of a longer line is skipped. 64 KiB.
    pub line_bytes_max: usize,
    /// Bytes of a name, a group or any other short text, cut at a character. 1 KiB.
    pub text_bytes_max: usize,
    /// Bytes of an address; a longer one is left out, since half an address leads nowhere. 8 KiB.
    pub address_bytes_max: usize,
    /// Bytes of the request headers of one entry, all together. 4 KiB.
    pub headers_bytes_max: usize,
    /// Entries; a list with more is refused as a whole. 1,000,000.
    pub entries_max: usize,
    /// Bytes of the list after gzip; more are refused: a bomb, or a live stream. 512 MiB.
    pub inflated_bytes_max: u64,
    /// Bytes, besides one line, before which something of a list must have been seen: a live stream
    /// given as a list is refused here and not after `inflated_bytes_max`. 64 KiB.
    pub prelude_bytes_max: u64,
    /// Guide addresses kept from the header. 16.
    pub guides_max: usize,
    /// Whether addresses may be files of this machine: of a list that is one itself only. `false`.
    pub names_files: bool,
    /// Warnings kept with their line; all are counted. 32.
    pub warnings_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            line_bytes_max: 64 << 10,
            text_bytes_max: 1 << 10,
            address_bytes_max: 8 << 10,
            headers_bytes_max: 4 << 10,
            entries_max: 1_000_000,
            inflated_bytes_max: 512 * MIB,
            prelude_bytes_max: 64 * KIB,
            guides_max: 16,
            names_files: false,
            warnings_max: 32,
        }
    }
}
