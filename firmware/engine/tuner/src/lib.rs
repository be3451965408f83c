//! Tuners: who watches what, sharing of upstreams, failing over, locks, linger.
//!
//! A *tuner* is what an HDHomeRun client holds. It is in use by a stream, not by a client: all
//! viewers of a channel share one tuner, one ring and one upstream connection, so ten people on
//! one channel leave seven of eight tuners free. Where a source is played directly ([`Sharing`]),
//! each client has a stream, and so all three, of its own.
//!
//! [`table`] decides who may, without I/O or clock; [`failover`] decides, as purely, which stream of
//! a channel is played and what a failure leads to; [`slots`] counts the connections that
//! providers allow. [`tuners`] and [`play`] carry it all out. How a stream is played is behind
//! [`Opener`], which the daemon connects to `upstream`.
//!
//! What does not belong here: what a stream is made of (`ingest`, `mpegts`), how it is asked for
//! (`upstream`), which channels there are (`lineup`).

mod common;
mod failover;
mod feed;
mod limits;
mod opener;
mod play;
mod refusal;
mod slots;
mod stream;
mod table;
mod tuners;

pub use failover::{Ailing, AppliesTo, FailoverConfig, FailureKind, StandbyConfig, Standing};
pub use limits::SourceLimits;
pub use opener::{Opener, PlayError, Playing};
pub use refusal::{LockedBy, Refusal};
pub use slots::{Priority, Slot, Slots};
pub use stream::{Phase, Progress, Sharing};
pub use table::Want;
pub use tuners::{Config, Lease, NotPlaying, PlayingStatus, TunerStatus, Tuners, Viewing};
