//! Why a stream of datagrams does not play.

use std::io;
use std::time::Duration;

use crate::kind::Kind;

/// A stream of datagrams does not play.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No interface has this name or address.
    #[error(
        "this machine has no network interface {name:?}: name one of `ip address`, or one of its addresses, as interface of the source"
    )]
    NoInterface {
        /// As it was given.
        name: String,
    },
    /// A join by sender goes by the interface's address.
    #[error(
        "the network interface {name} has no IPv4 address, which joining a group by its sender needs"
    )]
    NoInterfaceAddress {
        /// Its name.
        name: String,
    },
    /// The address cannot be received at.
    #[error("cannot receive at {address}: {cause}{}", bind_advice(.cause))]
    Bind {
        /// Group or address, and port.
        address: String,
        /// Why.
        cause: io::Error,
    },
    /// The group cannot be joined.
    #[error("cannot join {address} on {interface}: {cause}{}", join_advice(.cause))]
    Join {
        /// Group and port.
        address: String,
        /// The interface, or how it is chosen.
        interface: String,
        /// Why.
        cause: io::Error,
    },
    /// Nothing, or nothing of use, has come.
    #[error("nothing arrives from {address} on {interface} in {seconds} s{}: {}", silent_advice(*.datagrams, *.is_group).0, silent_advice(*.datagrams, *.is_group).1)]
    Silent {
        /// Group or address, and port.
        address: String,
        /// The interface, or how it is chosen.
        interface: String,
        /// How long.
        seconds: u64,
        /// Datagrams that came all the same.
        datagrams: u64,
        /// Whether it is a group.
        is_group: bool,
    },
    /// It brought something, and no longer does.
    #[error("nothing has arrived from {address} for {} s", .after.as_secs())]
    Ceased {
        /// Group or address, and port.
        address: String,
        /// How long.
        after: Duration,
    },
    /// What arrives is something else.
    #[error("what arrives from {address} is no transport stream but {what}: check group and port")]
    NoStream {
        /// Group or address, and port.
        address: String,
        /// What it is.
        what: What,
    },
    /// The socket failed.
    #[error("receiving from {address} failed: {cause}")]
    Receive {
        /// Group or address, and port.
        address: String,
        /// Why.
        cause: io::Error,
    },
}

/// What datagrams carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// RTP of a payload type that is no transport stream.
    Rtp {
        /// As it stands in the packets.
        payload_type: u8,
    },
    /// Something without RTP.
    Bytes(Kind),
}

impl std::fmt::Display for What {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rtp { payload_type } => write!(f, "RTP of payload type {payload_type}"),
            Self::Bytes(kind) => kind.fmt(f),
        }
    }
}

impl Error {
    /// Whether the same address may play a little later without anybody changing a setting: an
    /// interface may come up, a port be freed, a sender begin.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        !matches!(self, Self::NoStream { .. })
    }
}

fn bind_advice(cause: &io::Error) -> &'static str {
    match cause.kind() {
        io::ErrorKind::AddrInUse => "; another stream or program receives there",
        io::ErrorKind::AddrNotAvailable => {
            "; it is no group and no address of this machine: write udp://@:PORT to receive what is sent to this machine"
        }
        _ => "",
    }
}

fn join_advice(cause: &io::Error) -> &'static str {
    match cause.raw_os_error().map(nix::errno::Errno::from_raw) {
        Some(nix::errno::Errno::ENODEV) => {
            "; there is no route to it: name the interface of the source in the configuration"
        }
        Some(nix::errno::Errno::ENOBUFS) => {
            "; the machine allows no more groups: raise net.ipv4.igmp_max_memberships"
        }
        _ => "",
    }
}

fn silent_advice(datagrams: u64, is_group: bool) -> (&'static str, &'static str) {
    match (datagrams, is_group) {
        (0, true) => (
            "",
            "is the sender on, is this the right interface, and does every switch on the way pass the group on (IGMP snooping needs a querier)?",
        ),
        (0, false) => ("", "is the sender on, and does it send to this machine?"),
        (_, _) => (
            " but a few datagrams that are no transport stream",
            "check group and port",
        ),
    }
}
