//! From playlist entries to channels with lasting ids and GuideNumbers. Pure: no clock, no file,
//! no socket.
//!
//! A [`Lineup`] is a snapshot: built once by an import, then read by everybody through an `Arc`.

mod channel;
mod number;
mod snapshot;

pub use channel::{Channel, ChannelId};
pub use number::{GuideNumber, GuideNumberError};
pub use snapshot::{Full, Lineup, LineupBuilder};
