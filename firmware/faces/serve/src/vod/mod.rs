//! `/vod/…`: a film's file as its provider has it, byte for byte, for several clients at several
//! positions.
//!
//! A request becomes one to the provider ([`open`]); its answer is believed as far as it makes sense
//! ([`portion`]); the bytes then go past hyper, like a stream, but from a task of their own
//! ([`transfer`]): a film is read at each client's position and pace, so there is nothing to share.
//! Nothing is kept but the piece that is on its way.
//!
//! What does not belong here: connections to providers ([`door`]), films that are played as channels
//! (`/auto`), lists of films.

mod answer;
mod door;
mod open;
mod path;
mod places;
mod portion;
mod range;
mod transfer;

pub(crate) use answer::respond;
pub use door::{Opening, Reading, VodAnswer, VodBody, VodError, VodHead, VodOpener};
pub(crate) use path::{VodPath, of_channel};
pub use places::VodPlaces;
pub(crate) use transfer::Transfer;

/// Bytes of a piece that a [`VodBody`] brings.
pub const PIECE_BYTES_MAX: usize = 16 * 1024;
/// `SO_SNDBUF` of a client; the kernel books twice as much.
const CLIENT_SEND_BYTES: usize = 24 * 1024;
/// What one transfer holds at most besides the provider's connection: the piece, what the kernel
/// keeps for the client, task and records.
pub const TRANSFER_BYTES_MAX: usize = PIECE_BYTES_MAX + 2 * CLIENT_SEND_BYTES + 8 * 1024;
