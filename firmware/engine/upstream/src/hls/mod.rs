//! Plays an HLS address into a ring.
//!
//! ```text
//! address -> master -> variant -> media playlist -> Follower --request--> segment
//!     ^________ expired ______________|________________________________|   |
//!                                            decrypt -> sniff -> Intake <--'
//! ```
//!
//! What to fetch and when is decided by `hls::Follower`; here are the requests, the keys and the
//! errors. A segment streams through: at most 16 KiB of it are held for decryption.
//!
//! What does not belong here: connections and redirects (`http`), pacing and conditioning
//! (`ingest`), another try after an error (the tuner).

mod decrypt;
mod driver;
mod error;
mod keys;
mod outside;
mod sniff;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_gzip;
#[cfg(test)]
mod tests_socket;
mod transfer;

pub use driver::{HlsConfig, play};
pub use error::Error;
pub use outside::{Body, Fetch, Intake, Response, SessionFetch};
pub use sniff::Content;
