//! MPEG transport streams (ISO/IEC 13818-1): packets, PSI, clocks, continuity, random access points.
//!
//! Sans-I/O: bytes go in, packets come out through [`Sink`]. The crate knows no socket, no file and
//! no wall clock; the only time it has is the one the stream carries.
//!
//! The way of a byte through [`Conditioner`], a module each:
//!
//! 1. [`sync`] finds packets in bytes that were cut anywhere;
//! 2. `selector` reads PAT and PMT and knows which PIDs belong to the program;
//! 3. `timeline` puts PCR, PTS and DTS on one running clock;
//! 4. `joins` finds random access points and puts PAT and PMT before them;
//! 5. `continuity` numbers what leaves.
//!
//! Before 3, and only once a [`Seam::Switch`] came, stands `splicer`: it waits for a point of the
//! new stream at which decoding can begin and gives its streams the PIDs that were announced, so
//! that all behind it see one source that never ended.
//!
//! What does not belong here: pacing by the clock (the reader of [`Sink::clock`] does that), buffers
//! for viewers (ring), playlists of segments (hls), descrambling, anything about other containers.
#![forbid(unsafe_code)]
#![deny(clippy::indexing_slicing)]

pub mod check;
mod conditioner;
mod continuity;
mod hold;
mod joins;
mod outlet;
pub mod packet;
pub mod pes;
mod pipeline;
pub mod psi;
pub mod random_access;
mod seam;
mod selector;
mod sink;
mod splicer;
mod stats;
pub mod sync;
pub mod ticks;
mod timeline;

pub use conditioner::{Conditioner, MEMORY_BYTES_MAX};
pub use packet::{NULL_PID, PACKET_BYTES, PAT_PID, Packet, PacketView, SYNC_BYTE};
pub use psi::{Codec, Program, Stream};
pub use seam::Seam;
pub use sink::{COUNTERS_MAX, Sink};
pub use stats::Stats;
