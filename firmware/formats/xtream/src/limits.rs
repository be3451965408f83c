//! What an answer may cost at most.

/// The maxima of one reading. The defaults hold the answers of real panels many times over: a live
/// stream is some 500 bytes, a film with plot and cast some 5,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one object; a longer one is left out and counted. 64 KiB.
    pub object_bytes_max: usize,
    /// Objects; an answer with more is refused as a whole. 1,000,000.
    pub objects_max: u64,
    /// Bytes of an answer; more are refused. 512 MiB, as for playlists.
    pub answer_bytes_max: u64,
    /// Bytes before the JSON begins: PHP's warnings, or a web page. 64 KiB.
    pub prelude_bytes_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            object_bytes_max: 64 << 10,
            objects_max: 1_000_000,
            answer_bytes_max: 512 << 20,
            prelude_bytes_max: 64 << 10,
        }
    }
}
