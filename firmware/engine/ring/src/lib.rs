//! The waist of the hourglass: segments from one pool, a ring per stream, readers that are
//! numbers.
//!
//! ```text
//! upstream --append--> Writer ==segments==> Ring --read(position)--> fanout
//!                         ^                   |
//!                         +------ Pool <------+   (segments go round, none is made after start)
//! ```
//!
//! A byte of a live stream stands once in memory, here. A reader's place is a [`Position`]: it
//! holds no memory, it can fall behind, it is then told so and moved to a random access point.
//!
//! What does not belong here: sockets, clocks, transport stream syntax. The unsafe code of the
//! engine's memory is in [`segment`] alone, with its proof.

#[cfg(not(loom))]
mod file;
mod pool;
mod ring;
mod segment;
mod sizes;
mod sync;
#[cfg(test)]
#[cfg(not(loom))]
mod tests;

pub use pool::{Pool, PoolStats};
pub use ring::{Chunk, JoinPoint, Limits, Read, Ring, Starved, Writer, ring};
#[cfg(not(loom))]
pub use segment::Place;
pub use sizes::{PACKET_BYTES, SEGMENT_BYTES};

/// A place in a channel's stream: bytes since the ring was opened, always a multiple of 188.
pub type Position = u64;
