//! What may be set.

/// The rates, in kbit/s (1,000 bits); 0 is no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    /// All streams together.
    pub total_kbit: u64,
    /// Each stream.
    pub stream_kbit: u64,
    /// All streams of a source, by source index.
    pub source_kbit: Vec<u64>,
}
