//! Streams as datagrams: RTP or plain UDP, as `hdhomerun_config save` and tvheadend ask for them.
//!
//! libhdhomerun drops every datagram that is not 7 × 188 bytes, or 12 + 7 × 188 with an RTP header
//! (hdhomerun_video.c), so packets are gathered until seven are there.

use std::{
    net::UdpSocket,
    os::fd::{AsFd, AsRawFd, BorrowedFd},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use nix::{
    errno::Errno,
    sys::socket::{MsgFlags, send},
};
use ring::{Chunk, PACKET_BYTES};

const RTP_HEADER_BYTES: usize = 12;
const PAYLOAD_BYTES: usize = 7 * PACKET_BYTES;
/// Static payload type of MPEG-2 transport streams (RFC 3551, table 5).
const PAYLOAD_TYPE_MP2T: u8 = 33;

/// How packets are wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// RTP (RFC 3550, RFC 2250), from this sequence number on.
    Rtp {
        /// First sequence number.
        sequence: u16,
        /// Synchronisation source.
        ssrc: u32,
    },
    /// Transport packets alone.
    Udp,
}

/// The PIDs that a client wants (HDHomeRun `filter`); all at first.
#[derive(Debug)]
pub struct PidFilter([AtomicU64; 128]);

impl Default for PidFilter {
    fn default() -> Self {
        Self(std::array::from_fn(|_| AtomicU64::new(u64::MAX)))
    }
}

impl PidFilter {
    /// Lets pass exactly the PIDs in these inclusive ranges.
    pub fn set(&self, ranges: &[(u16, u16)]) {
        for (word, bits) in self.0.iter().enumerate() {
            let first = word * 64;
            let bit = |offset: usize| {
                let wanted = ranges.iter().any(|&(from, to)| {
                    (usize::from(from)..=usize::from(to)).contains(&(first + offset))
                });
                u64::from(wanted) << offset
            };
            bits.store((0..64).map(bit).sum(), Ordering::Relaxed);
        }
    }

    /// Whether packets of this PID pass.
    #[must_use]
    pub fn passes(&self, pid: u16) -> bool {
        let pid = usize::from(pid & 0x1fff);
        self.0[pid / 64].load(Ordering::Relaxed) >> (pid % 64) & 1 == 1
    }
}

/// A client that receives datagrams.
#[derive(Debug)]
pub struct Datagrams {
    socket: UdpSocket,
    framing: Framing,
    filter: Arc<PidFilter>,
    gathered: [u8; RTP_HEADER_BYTES + PAYLOAD_BYTES],
    filled: usize,
}

impl Datagrams {
    /// Datagrams over `socket`, which is connected and non-blocking.
    #[must_use]
    pub fn new(socket: UdpSocket, framing: Framing, filter: Arc<PidFilter>) -> Self {
        let gathered = [0; RTP_HEADER_BYTES + PAYLOAD_BYTES];
        Self {
            socket,
            framing,
            filter,
            gathered,
            filled: RTP_HEADER_BYTES,
        }
    }

    /// Sends the packets of `chunks` that pass the filter; (bytes used up, bytes offered).
    /// What the network does not take is lost, as datagrams are: a receiver counts the gap.
    pub(crate) fn send(&mut self, chunks: [Option<&Chunk>; 2]) -> Result<(usize, usize), Errno> {
        let mut offered = 0;
        for chunk in chunks.into_iter().flatten() {
            let mut at = 0;
            let mut packets = [0; PAYLOAD_BYTES];
            while at < chunk.len() {
                let count = chunk.copy_to(at, &mut packets)?;
                self.gather(&packets[..count])?;
                at += count;
            }
            offered += at;
        }
        Ok((offered, offered))
    }

    fn gather(&mut self, packets: &[u8]) -> Result<(), Errno> {
        for packet in packets.as_chunks::<PACKET_BYTES>().0 {
            let pid = u16::from_be_bytes([packet[1], packet[2]]) & 0x1fff;
            if !self.filter.passes(pid) {
                continue;
            }
            self.gathered[self.filled..self.filled + PACKET_BYTES].copy_from_slice(packet);
            self.filled += PACKET_BYTES;
            if self.filled == self.gathered.len() {
                self.send_gathered()?;
            }
        }
        Ok(())
    }

    fn send_gathered(&mut self) -> Result<(), Errno> {
        self.filled = RTP_HEADER_BYTES;
        let datagram = match &mut self.framing {
            Framing::Udp => &self.gathered[RTP_HEADER_BYTES..],
            Framing::Rtp { sequence, ssrc } => {
                let header = &mut self.gathered[..RTP_HEADER_BYTES];
                header[0] = 0x80;
                header[1] = PAYLOAD_TYPE_MP2T;
                header[2..4].copy_from_slice(&sequence.to_be_bytes());
                // The timestamp stays 0: libhdhomerun and tvheadend read the clock in the stream.
                header[8..12].copy_from_slice(&ssrc.to_be_bytes());
                *sequence = sequence.wrapping_add(1);
                &self.gathered[..]
            }
        };
        let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
        match send(self.socket.as_raw_fd(), datagram, flags) {
            Ok(_) | Err(Errno::EAGAIN | Errno::EINTR | Errno::ENOBUFS | Errno::ENOMEM) => Ok(()),
            Err(errno) => Err(errno),
        }
    }
}

impl AsFd for Datagrams {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
