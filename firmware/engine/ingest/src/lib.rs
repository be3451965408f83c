//! Between an upstream and its ring: conditioning, pacing by the stream's own clock,
//! back-pressure.
//!
//! ```text
//! driver --push(bytes)--> Conditioner --packets--> Writer --published by the Pacer--> readers
//! ```
//!
//! HLS and files arrive in bursts far faster than they play; a ring of a second or two would
//! lose them. So bytes go into the ring as they come and are *published* at the pace of the
//! stream's PCR. The part of the ring that is not published yet is the read-ahead buffer: no
//! second copy, no second bound.
//!
//! Where a rate is set ([`throttle`]), what comes in is paid for before more is taken.
//!
//! Beside that it counts what tells whether the stream is alive ([`Counters`]), and bridges gaps
//! with null packets ([`Ingest::bridge`]) so that no client's connection falls silent.
//!
//! A stream that stands by is taken in as well, by an ingest of its own that is handed the channel's
//! when it takes over ([`Ingest::standby`], [`Handover`]).
//!
//! What does not belong here: connections, retries, the choice of a stream.

mod counters;
mod handover;
mod ingest;
mod liveness;
mod paced;
mod pacer;
mod repeats;
mod standby;
#[cfg(any(test, feature = "synthetic"))]
pub mod synthetic;
mod takeover;
pub mod throttle;

pub use counters::Counters;
pub use ingest::{Error, Ingest};

/// Where a channel's intake is while no stream has it.
pub type Home = handover::Home<Ingest>;
/// A channel's intake in somebody's hands; dropping it gives it back.
pub type Lent = handover::Lent<Ingest>;
/// The hand that reaches a stream that stands by: see [`Ingest::standby`].
pub type Handover = handover::Handover<Ingest>;

#[cfg(test)]
mod tests;
