//! What became of datagrams.

/// Counts since the first datagram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Datagrams with a part of a transport stream.
    pub taken: u64,
    /// Datagrams without: other payloads, RTCP, strangers.
    pub passed_over: u64,
    /// RTP packets that came behind a later one and were put back in their place.
    pub reordered: u64,
    /// RTP packets that came a second time.
    pub duplicates: u64,
    /// RTP packets that came when their place had been given up.
    pub late: u64,
    /// RTP packets that never came in time.
    pub lost: u64,
    /// How often the sender began anew: another SSRC, a jump in the sequence.
    pub restarts: u64,
}
