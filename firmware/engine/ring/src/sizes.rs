//! How long a packet and a segment are.

/// Length of a transport packet (ISO/IEC 13818-1, 2.4.3.2).
pub const PACKET_BYTES: usize = 188;

/// Length of a segment: the whole packets in 256 KiB (1,394 × 188 = 262,072 bytes).
#[cfg(not(loom))]
pub const SEGMENT_BYTES: usize = 256 * 1024 / PACKET_BYTES * PACKET_BYTES;
/// Length of a segment under the model checker: enough to cross one.
#[cfg(loom)]
pub const SEGMENT_BYTES: usize = 2;
