//! Tuners: who watches what, sharing of upstreams, locks, linger.
//!
//! A *tuner* is what an HDHomeRun client holds. It is in use by a channel, not by a client: all
//! viewers of a channel share one tuner, one ring and one upstream connection, so ten people on
//! one channel leave seven of eight tuners free.
//!
//! [`table`] decides, without I/O or clock; [`tuners`] carries it out. How a stream is played is
//! behind [`Opener`], which the daemon connects to `upstream`.

mod opener;
mod refusal;
mod retry;
mod stream;
mod table;
mod tuners;

pub use opener::{Opener, PlayError, Playing};
pub use refusal::{LockedBy, Refusal};
pub use stream::Phase;
pub use table::Want;
pub use tuners::{Config, Lease, PlayingStatus, TunerStatus, Tuners, Viewing};
