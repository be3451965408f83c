//! Transport streams in datagrams: RTP headers, reordering, plain UDP. No I/O.
//!
//! The way through: a datagram and `now` → [`Receiver::push`] → transport stream bytes in their
//! order. What a datagram carries is told by its bytes ([`Content`]): senders put RTP behind
//! `udp://` addresses and plain packets behind `rtp://` ones. Plain packets go through as they
//! come, since nothing in them tells their order; RTP goes through a reorder buffer of at most
//! [`HELD_BYTES_MAX`].
//!
//! Sources: RFC 3550 (RTP), RFC 2250 and RFC 3551 (MPEG-2 transport streams in it, payload type
//! 33), RFC 5761 (RTCP on the same port).
//!
//! What does not belong here: sockets, RTCP reports, forward error correction (SMPTE 2022-1: its
//! packets are passed over), payloads other than transport streams, what the packets hold.
#![forbid(unsafe_code)]
#![deny(clippy::indexing_slicing)]

mod content;
mod counts;
mod held;
mod outsider;
mod packet;
mod receiver;
mod reorder;

pub use content::Content;
pub use counts::Counts;
pub use held::{HELD_BYTES_MAX, HELD_PACKETS_MAX};
pub use packet::{Malformed, Packet};
pub use receiver::{Receiver, Taken};
pub use reorder::GAP_WAIT;
