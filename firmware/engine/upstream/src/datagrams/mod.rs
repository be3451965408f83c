//! `udp://` and `rtp://`: transport streams in datagrams, sent to a group or to this machine.
//!
//! Live as it comes: nobody can be told to send more slowly, so what is not read in time is lost.
//! Dropping a play closes its socket, and the kernel leaves the group with it, before the drop
//! returns.
//!
//! What does not belong here: what datagrams carry and their order (`rtp`), `udpxy` (whose addresses
//! are plain http), RTSP.

mod address;
mod error;
mod interface;
mod play;
mod rhythm;
mod socket;
mod tally;

use std::time::Duration;

pub(crate) use address::Address;
pub use error::{Error, What};
pub(crate) use play::play;

/// Limits of a stream of datagrams.
#[derive(Clone, Copy, Debug)]
pub struct DatagramConfig {
    /// `SO_RCVBUF`. The kernel books twice as much (socket(7)), and for each datagram the memory that
    /// its driver took for it: two to four times its payload.
    pub receive_buffer_bytes: usize,
    /// How long an address may bring nothing at first. Groups come within a second or not at all.
    pub first_wait: Duration,
    /// How long it may bring nothing later on.
    pub idle_timeout: Duration,
}

/// What a stream of datagrams asks for besides `SO_RCVBUF` of the plan, which is for senders that
/// can be made to wait. With the plan's 128 KiB every kernel grants it (`net.core.rmem_max` is 208 KiB
/// where nobody set it), and it holds 156 datagrams: a key picture of 200 KB that comes at once.
const RECEIVE_BUFFER_EXTRA_BYTES: usize = 48 * 1024;

/// What a stream of datagrams holds besides `SO_RCVBUF` of the plan, in place of TLS and HTTP: more
/// of a receive buffer, which the kernel doubles, and packets out of order.
pub const DATAGRAMS_BYTES_MAX: usize = 2 * RECEIVE_BUFFER_EXTRA_BYTES + rtp::HELD_BYTES_MAX;

impl DatagramConfig {
    /// With what the plan gives each upstream for its `SO_RCVBUF`.
    #[must_use]
    pub const fn new(receive_buffer_bytes: usize) -> Self {
        Self {
            receive_buffer_bytes: receive_buffer_bytes + RECEIVE_BUFFER_EXTRA_BYTES,
            first_wait: Duration::from_millis(3_500),
            idle_timeout: Duration::from_secs(15),
        }
    }
}

impl Default for DatagramConfig {
    fn default() -> Self {
        Self::new(128 * 1024)
    }
}
