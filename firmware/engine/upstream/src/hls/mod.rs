//! Plays an HLS address into a ring.
//!
//! ```text
//! address -> master -> variant -> media playlist -> Follower --request--> segment
//!     ^________ expired ______________|________________________________|   |
//!                                                    decrypt -> sniff <----'
//!                           transport stream: as it is |    | fMP4, packed audio,
//!                                                      |    v sound in a playlist of its own
//!                                              Intake <-+-- Join (remux)
//! ```
//!
//! What to fetch and when is decided by `hls::Follower`; here are the requests, the keys and the
//! errors. A segment streams through: at most 16 KiB of it are held for decryption, and
//! [`REMUX_BYTES_MAX`] where it is remuxed.
//!
//! What does not belong here: connections and redirects (`http`), pacing and conditioning
//! (`ingest`), containers and codecs (`remux`), another try after an error (the tuner).

mod decrypt;
mod driver;
mod error;
mod feed;
mod join;
mod keys;
mod opened;
mod outside;
mod patience;
mod remux_slots;
mod side;
mod sniff;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_apart;
#[cfg(test)]
mod tests_failing;
#[cfg(test)]
mod tests_gzip;
#[cfg(test)]
mod tests_parts;
#[cfg(test)]
mod tests_remux;
#[cfg(test)]
mod tests_socket;
mod transfer;

pub use driver::{HlsConfig, play};
pub use error::Error;
pub use join::REMUX_BYTES_MAX;
pub use outside::{Body, Fetch, Intake, Response, SessionFetch};
pub(crate) use remux_slots::RemuxSlot;
pub use remux_slots::RemuxSlots;
pub use sniff::Content;
