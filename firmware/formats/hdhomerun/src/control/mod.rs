//! TCP 65001: control names, read and written. The rules are here, the effects behind [`Device`].
//!
//! [`Control`] is the state of all tuners as control clients see it: what each is tuned to, where
//! it pushes to, who has locked it. It takes requests, keepalives, closed connections and `now`,
//! and tells the device to start and stop pushing. Tuning is a wish: replies never wait for an
//! upstream, because clients give up after 2.5 s.

mod lapse;
mod message;
mod name;
mod read;
mod session;
mod target;
mod tuner;

pub use message::{ControlError, Request, RequestError, reply};
pub use session::Control;
pub use target::{PushTarget, PushTargetError, Transport};

use std::net::IpAddr;

use crate::{Identity, PidFilter};

/// Longest channel name in `streaminfo`, in bytes: what libhdhomerun keeps of it.
pub(crate) const STREAMINFO_NAME_BYTES_MAX: usize = 64;
/// Silence after which a client that sent keepalives is gone, in seconds. It sends one each
/// second.
pub const KEEPALIVE_SILENCE_S: u64 = 5;
/// How long a lock holds that is neither used nor receives a stream, in seconds. A client that
/// crashed with a lock would otherwise keep its tuner for ever.
pub const LOCK_IDLE_S: u64 = 300;

/// Who sent a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Address.
    pub address: IpAddr,
    /// Number of the connection, unique while the daemon runs.
    pub connection: u64,
}

/// A channel as control clients see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelRow {
    /// GuideNumber.
    pub number: String,
    /// Name.
    pub name: String,
}

/// A stream that a tuner is to send to a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// GuideNumber of the channel.
    pub number: String,
    /// Where to.
    pub target: PushTarget,
    /// Which PIDs.
    pub filter: PidFilter,
    /// Who asked for it.
    pub client: IpAddr,
}

impl Push {
    /// Whether `other` is the same but for its filter, which tvheadend changes every second.
    fn is_same_stream(&self, other: &Self) -> bool {
        self.number == other.number && self.target == other.target && self.client == other.client
    }
}

/// What a tuner sends at the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Bits of transport stream per second.
    pub bits_per_s: u64,
    /// Datagrams per second.
    pub datagrams_per_s: u64,
}

/// Who holds a tuner from outside of the control protocol: a viewer over HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The viewer.
    pub client: IpAddr,
    /// GuideNumber of the channel.
    pub number: String,
}

/// What the rules need of the device.
pub trait Device {
    /// Who we are; `tuner_count` tuners, counted from 0.
    fn identity(&self) -> &Identity;

    /// The channel at `index` of the lineup.
    fn channel(&self, index: usize) -> Option<ChannelRow>;

    /// Where the channel with this GuideNumber stands in the lineup.
    fn index_of(&self, number: &str) -> Option<usize>;

    /// Who holds the tuner, where that is not a control client.
    fn holder(&self, tuner: u16) -> Option<Holder>;

    /// Takes the tuner for a control client, so that no HTTP viewer gets it. Asked again by the
    /// same client it succeeds.
    ///
    /// # Errors
    /// The address of whoever has it already.
    fn claim(&mut self, tuner: u16, client: IpAddr) -> Result<(), IpAddr>;

    /// Gives the tuner back, whoever holds it.
    fn release(&mut self, tuner: u16);

    /// Starts to push, in place of what this tuner may have pushed before. Returns at once; an
    /// upstream that fails is reported later with [`Control::push_ended`].
    ///
    /// # Errors
    /// Where there is no room for another push, or no way to its target.
    fn start(&mut self, tuner: u16, push: &Push) -> Result<(), PushRefused>;

    /// Changes the filter of the push that is going on.
    fn refilter(&mut self, tuner: u16, filter: &PidFilter);

    /// Stops to push.
    fn stop(&mut self, tuner: u16);

    /// What the tuner sends now.
    fn traffic(&self, tuner: u16) -> Traffic;
}

/// A push cannot start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PushRefused {
    /// The plan has no place for another stream.
    #[error("every stream that memory.budget allows is in use")]
    NoRoom,
    /// No route leads to the target.
    #[error("the target cannot be reached")]
    Unreachable,
}
