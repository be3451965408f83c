//! What the kernel holds for a client, and how much it may.

#![allow(
    unsafe_code,
    reason = "one ioctl that has no safe wrapper; the proof stands beside it"
)]

use std::os::fd::AsRawFd;

use nix::{
    errno::Errno,
    libc,
    sys::socket::{setsockopt, sockopt},
};

/// The largest send buffer a client gets, in bytes as `setsockopt` takes them: the kernel doubles
/// it for its own overhead. With the default (autotuned to 4 MB) 40 slow clients held 171 MB.
pub(crate) const SEND_BUFFER_MAX: usize = 256 * 1024;
/// The smallest: a 50 ms flush at 2.5 Mbit/s.
pub(crate) const SEND_BUFFER_MIN: usize = 16 * 1024;

mod sys {
    use nix::libc;
    nix::ioctl_read_bad!(
        /// Bytes in the send queue that the peer has not acknowledged (tcp(7), SIOCOUTQ).
        siocoutq,
        libc::TIOCOUTQ,
        libc::c_int
    );
}

/// Bytes that the kernel holds for a TCP client: sent and not acknowledged, or not sent.
pub(crate) fn unacknowledged(socket: &impl AsRawFd) -> Result<u64, Errno> {
    let mut bytes: libc::c_int = 0;
    // SAFETY: SIOCOUTQ writes one int through the pointer, which is to a live int on this stack;
    // the descriptor is open because `socket` is borrowed.
    unsafe { sys::siocoutq(socket.as_raw_fd(), &raw mut bytes) }?;
    Ok(u64::try_from(bytes).unwrap_or(0))
}

/// The send buffer for each of `clients` clients, so that all of them full (twice the figure
/// each) stay within `pool_bytes`.
pub(crate) fn send_buffer(clients: usize, pool_bytes: u64) -> usize {
    // In steps of a power of two, so that a busy evening is not a storm of setsockopt.
    let step = clients.max(1).next_power_of_two() as u64;
    let share = usize::try_from(pool_bytes / 2 / step).unwrap_or(usize::MAX);
    share.clamp(SEND_BUFFER_MIN, SEND_BUFFER_MAX)
}

/// Caps a client's send buffer.
pub(crate) fn cap_send_buffer(socket: &std::net::TcpStream, bytes: usize) -> Result<(), Errno> {
    setsockopt(socket, sockopt::SndBuf, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_buffers_full_stay_within_the_pool() {
        const POOL: u64 = 32 << 20;
        assert_eq!(send_buffer(1, POOL), SEND_BUFFER_MAX);
        for clients in 1..=1024_usize {
            let each = 2 * send_buffer(clients, POOL) as u64;
            assert!(each * clients as u64 <= POOL, "{clients} clients of {each}");
        }
    }
}
