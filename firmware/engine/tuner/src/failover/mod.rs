//! Failing over: which stream of a channel is played, when it counts as failed, and what follows.
//!
//! Pure: a [`Course`] is told what happened and what time it is, and says what to do next. It opens
//! nothing, waits for nothing and reads no clock, so that a simulation can drive it through years
//! of evenings (`sim`). The driver is `play`.
//!
//! ```text
//!             picture                       no life for `stall`
//! connecting ────────> playing ───────────────────────────────> stalled
//!  │  ^                   │  <──────────────────────────────────  │ │
//!  │  │ retry             │ ended, broke           it moves again   │ `grace` later
//!  │  └────── grace <─────┘                                         │
//!  │            ^ <─────────────────────────────────────────────────┘
//!  v failed     │
//! next stream of the round ── none left ──> backing off ── `attempts` in vain ──> over
//! ```
//!
//! Where a second stream stands by, that one goes on in place of any that fails while it plays:
//! no grace, no retry, no pause.

mod backoff;
mod cooldowns;
mod course;
mod failure;
mod health;
mod policy;
#[cfg(test)]
mod sim;
mod state;
mod steps;
#[cfg(test)]
mod tests;

use std::time::Duration;

pub use cooldowns::Ailing;
pub(crate) use cooldowns::{Cooldowns, StreamKey};
pub(crate) use course::Course;
pub(crate) use failure::Failure;
pub use failure::FailureKind;
pub(crate) use health::Vitals;
pub use policy::{AppliesTo, FailoverConfig, StandbyConfig};
pub use steps::Standing;
pub(crate) use steps::{Candidate, Ending, Step, Verdict};

/// A point in time: since the tuners were made.
pub(crate) type Moment = Duration;
