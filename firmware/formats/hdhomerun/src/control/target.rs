//! `/tunerK/target`: where a stream is pushed to.

use std::{
    fmt,
    net::{Ipv4Addr, SocketAddrV4},
    str::FromStr,
};

/// How datagrams are framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Seven TS packets, 1,316 bytes. libhdhomerun drops every other size.
    Udp,
    /// An RTP header of 12 bytes before them (RFC 3550; payload type 33, RFC 3551).
    Rtp,
}

/// A receiver of pushed datagrams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PushTarget {
    /// Framing.
    pub transport: Transport,
    /// Receiver: a host, or a multicast group of administrative scope.
    pub address: SocketAddrV4,
}

/// A text that is no target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a target is `rtp://a.b.c.d:port`, `udp://a.b.c.d:port` or `a.b.c.d:port`")]
pub struct PushTargetError;

impl PushTarget {
    /// Whether nobody will tell us that the receiver has gone: groups send no ICMP.
    #[must_use]
    pub const fn is_multicast(&self) -> bool {
        self.address.ip().is_multicast()
    }
}

impl FromStr for PushTarget {
    type Err = PushTargetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (transport, address) = match text.split_once("://") {
            Some(("rtp", address)) => (Transport::Rtp, address),
            Some(("udp", address)) => (Transport::Udp, address),
            Some(_) => return Err(PushTargetError),
            None => (Transport::Udp, text),
        };
        let address: SocketAddrV4 = address.parse().map_err(|_| PushTargetError)?;
        if address.port() == 0 || !may_receive(*address.ip()) {
            return Err(PushTargetError);
        }
        Ok(Self { transport, address })
    }
}

/// One host, or a group of administrative scope (RFC 2365): a stream to everybody, or out to the
/// Internet's groups, is no use to a client and harm to a network.
const fn may_receive(address: Ipv4Addr) -> bool {
    let [first, ..] = address.octets();
    match first {
        0 => false,
        224..=255 => first == 239,
        _ => true,
    }
}

impl fmt::Display for PushTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.transport {
            Transport::Udp => "udp",
            Transport::Rtp => "rtp",
        };
        write!(f, "{scheme}://{}", self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_targets() {
        for (text, shown) in [
            ("rtp://192.0.2.9:5000", "rtp://192.0.2.9:5000"),
            ("udp://192.0.2.9:5000", "udp://192.0.2.9:5000"),
            ("192.0.2.9:5000", "udp://192.0.2.9:5000"),
            ("udp://239.1.2.3:5000", "udp://239.1.2.3:5000"),
        ] {
            assert_eq!(text.parse::<PushTarget>().unwrap().to_string(), shown);
        }
        for text in [
            "",
            "none",
            "http://192.0.2.9:80",
            "192.0.2.9",
            "192.0.2.9:0",
            "0.0.0.0:1",
            "255.255.255.255:1",
            "224.0.0.1:1",
            "[::1]:5000",
            "host:5000",
        ] {
            assert_eq!(text.parse::<PushTarget>(), Err(PushTargetError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "(rtp://|udp://)?.*") {
            text.parse::<PushTarget>().map(drop).unwrap_or_default();
        }
    }
}
