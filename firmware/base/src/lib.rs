//! Units, locks and the names of things that every other crate shares. Imports nothing of ours.
//!
//! What does not belong here: anything that knows a protocol, a file or a socket.

mod beat;
mod bytesize;
mod channel;
mod lock;

pub use beat::next_beat;
pub use bytesize::{ByteSize, ByteSizeError};
pub use channel::{ChannelId, ChannelSpec, GuideNumber, GuideNumberError, StreamSpec};
pub use lock::{Lock, LockGuard};

/// One kibibyte, in bytes.
pub const KIB: u64 = 1024;
/// One mebibyte, in bytes.
pub const MIB: u64 = 1024 * KIB;
