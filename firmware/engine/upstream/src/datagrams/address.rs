//! Addresses of datagram streams, in all the forms that lists write them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use url::form_urlencoded;

use crate::error::Error;

/// Senders that an address may name.
const SOURCES_MAX: usize = 8;
/// Ports below are for services of the system: no list may open one (RFC 6335, 6).
const PORT_MIN: u16 = 1024;

/// `IFNAMSIZ` of the kernel, less the zero at the end.
const INTERFACE_NAME_BYTES_MAX: usize = 15;

/// Where datagrams are received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// A group, an address of this machine, or all of them.
    pub(crate) to: SocketAddr,
    /// Only what these send; all where there are none.
    pub(crate) sources: Vec<IpAddr>,
    /// Name or address of the interface that the address asks for.
    pub(crate) interface: Option<String>,
}

impl Address {
    /// Reads `udp://` and `rtp://` addresses; `None` for every other one.
    ///
    /// They are no URLs to a reader of URLs: `udp://@:1234` has no host, and in
    /// `udp://[fe80::1]@[ff35::1]:1234` the user is an address.
    pub(crate) fn parse(text: &str) -> Option<Result<Self, Error>> {
        let (scheme, rest) = text.split_once("://")?;
        let port_default = match scheme.to_ascii_lowercase().as_str() {
            // As VLC has it.
            "udp" => 1234,
            "rtp" => 5004,
            _ => return None,
        };
        let parsed = parse_rest(rest, port_default);
        Some(parsed.map_err(|reason| Error::BadAddress {
            reason: reason.to_owned(),
        }))
    }

    /// Whether it is a group.
    pub(crate) fn is_group(&self) -> bool {
        self.to.ip().is_multicast()
    }
}

/// `sender@group:port`, as far as it is given.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, source) in self.sources.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{source}")?;
        }
        let at = if self.sources.is_empty() { "" } else { "@" };
        write!(f, "{at}{}", self.to)
    }
}

fn parse_rest(rest: &str, port_default: u16) -> Result<Address, &'static str> {
    let rest = rest.split('#').next().unwrap_or_default();
    let (before, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = before.split_once('/').unwrap_or((before, ""));
    let (sender, receiver) = authority.rsplit_once('@').unwrap_or(("", authority));
    let place = Place::parse(receiver)?;
    let port = place.port.unwrap_or(port_default);
    let mut address = Address {
        to: SocketAddr::new(place.ip.unwrap_or(Ipv4Addr::UNSPECIFIED.into()), port),
        sources: Vec::new(),
        // Flussonic puts the interface's address behind the group, Astra its name in front.
        interface: place
            .zone
            .or_else(|| path.parse::<IpAddr>().ok().map(|ip| ip.to_string())),
    };
    if is_interface_name(sender) {
        address.interface = Some(sender.to_owned());
    } else if !sender.is_empty() {
        address.sources.extend(Place::parse(sender)?.ip);
    }
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        match key.as_ref() {
            "interface" | "iface" | "ifname" | "miface" | "localaddr" if !value.is_empty() => {
                address.interface = Some(value.into_owned());
            }
            "sources" | "source" => add_sources(&mut address.sources, &value)?,
            // `pkt_size`, `fifo_size`, `buffer_size`, `overrun_nonfatal`: matters of a program that
            // has a queue of its own.
            _ => {}
        }
    }
    check(&address)?;
    Ok(address)
}

/// Whether it can be nothing but the name of an interface: `eth1`, `br-lan`, `eth0.35`.
fn is_interface_name(text: &str) -> bool {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.len() <= INTERFACE_NAME_BYTES_MAX
        && text.bytes().all(is_of_name)
}

fn add_sources(sources: &mut Vec<IpAddr>, list: &str) -> Result<(), &'static str> {
    for one in list.split(',').filter(|one| !one.is_empty()) {
        sources.push(one.parse().map_err(|_| NOT_AN_ADDRESS)?);
    }
    Ok(())
}

fn check(address: &Address) -> Result<(), &'static str> {
    let is_v4 = address.to.is_ipv4();
    if address.to.port() < PORT_MIN {
        return Err("a stream may not be received at a port below 1024");
    }
    if address.to.ip() == IpAddr::V4(Ipv4Addr::BROADCAST) {
        return Err("it is sent to every machine of the network: write udp://@:PORT to receive it");
    }
    if address.sources.len() > SOURCES_MAX {
        return Err("it names more than 8 senders");
    }
    if address
        .sources
        .iter()
        .any(|source| source.is_ipv4() != is_v4)
    {
        return Err("its sender and its group are of different kinds, IPv4 and IPv6");
    }
    let is_sender = |ip: &IpAddr| !ip.is_multicast() && !ip.is_unspecified();
    if !address.sources.iter().all(is_sender) {
        return Err("the sender in front of the @ is no machine");
    }
    Ok(())
}

const NOT_AN_ADDRESS: &str = "it wants an IP address, such as udp://@239.0.0.1:1234 (a group) or udp://@:1234 (this machine)";

/// `host:port`, both of which may be absent.
struct Place {
    ip: Option<IpAddr>,
    /// `%eth0` behind an IPv6 address (RFC 4007, 11).
    zone: Option<String>,
    port: Option<u16>,
}

impl Place {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let (host, port) = match text.strip_prefix('[').and_then(|text| text.split_once(']')) {
            Some((host, "")) => (host, None),
            Some((host, behind)) => (host, Some(behind.strip_prefix(':').ok_or(NOT_AN_ADDRESS)?)),
            None => match text.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (text, None),
            },
        };
        let is_bracketed = text.starts_with('[');
        // `%25` is how a URL writes it (RFC 6874).
        let (host, zone) = match host.split_once('%') {
            Some((host, zone)) => (host, Some(zone.strip_prefix("25").unwrap_or(zone))),
            None => (host, None),
        };
        let ip = match host {
            "" => None,
            host if is_bracketed => Some(host.parse::<Ipv6Addr>().map(IpAddr::V6)),
            host => Some(host.parse::<Ipv4Addr>().map(IpAddr::V4)),
        };
        let port = port.filter(|port| !port.is_empty()).map(str::parse);
        Ok(Self {
            ip: ip.transpose().map_err(|_| NOT_AN_ADDRESS)?,
            zone: zone.map(str::to_owned),
            port: port
                .transpose()
                .map_err(|_| "its port is no number up to 65535")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<Address, String> {
        let parsed = Address::parse(text).expect("a datagram address");
        parsed.map_err(|error| error.to_string())
    }

    /// Each row: as it is written, as it is shown, and the interface that it names.
    fn assert_reads(table: &[(&str, &str, Option<&str>)]) {
        for (text, shown, interface) in table {
            let address = parse(text);
            let read = address
                .as_ref()
                .map(|of| (of.to_string(), of.interface.as_deref()));
            assert_eq!(read, Ok(((*shown).to_owned(), *interface)), "{text}");
        }
    }

    #[test]
    fn forms_of_the_field() {
        let many = "udp://232.0.0.1:1234?sources=10.0.0.5,10.0.0.6&fifo_size=1000000";
        assert_reads(&[
            ("udp://239.0.0.1:1234", "239.0.0.1:1234", None),
            ("udp://@239.0.0.1:1234", "239.0.0.1:1234", None),
            ("UDP://@239.0.0.1:1234/", "239.0.0.1:1234", None),
            ("rtp://@239.0.0.1:5006", "239.0.0.1:5006", None),
            ("rtp://@239.0.0.1", "239.0.0.1:5004", None),
            ("udp://@239.0.0.1", "239.0.0.1:1234", None),
            (
                "udp://10.0.0.5@232.0.0.1:1234",
                "10.0.0.5@232.0.0.1:1234",
                None,
            ),
            (
                "rtp://10.0.0.5:0@232.0.0.1:5000",
                "10.0.0.5@232.0.0.1:5000",
                None,
            ),
            (many, "10.0.0.5,10.0.0.6@232.0.0.1:1234", None),
            ("udp://@:1234", "0.0.0.0:1234", None),
            ("udp://:1234", "0.0.0.0:1234", None),
            ("udp://0.0.0.0:1234", "0.0.0.0:1234", None),
            ("udp://127.0.0.1:1234#name", "127.0.0.1:1234", None),
            ("udp://239.0.0.1:1234/name", "239.0.0.1:1234", None),
            (
                "rtp://239.0.0.1:5004/?buffer_size=1#x",
                "239.0.0.1:5004",
                None,
            ),
            (
                "udp://@239.0.0.1:1234?pkt_size=1316&overrun_nonfatal=1",
                "239.0.0.1:1234",
                None,
            ),
        ]);
    }

    #[test]
    fn forms_of_ipv6_and_with_an_interface() {
        assert_reads(&[
            ("udp://[ff15::1]:1234", "[ff15::1]:1234", None),
            ("udp://@[ff15::1]:1234", "[ff15::1]:1234", None),
            (
                "udp://[2001:db8::5]@[ff35::1]:1234",
                "2001:db8::5@[ff35::1]:1234",
                None,
            ),
            ("udp://@[::]:1234", "[::]:1234", None),
            ("udp://@[ff12::1%eth1]:1234", "[ff12::1]:1234", Some("eth1")),
            (
                "udp://@[ff12::1%25eth1]:1234",
                "[ff12::1]:1234",
                Some("eth1"),
            ),
            (
                "udp://eth0.35@239.0.0.1:1234",
                "239.0.0.1:1234",
                Some("eth0.35"),
            ),
            (
                "udp://239.0.0.1:1234/10.1.1.2",
                "239.0.0.1:1234",
                Some("10.1.1.2"),
            ),
            (
                "udp://239.0.0.1:1234?localaddr=10.1.1.2",
                "239.0.0.1:1234",
                Some("10.1.1.2"),
            ),
            (
                "udp://239.0.0.1:1234?iface=eth1&ttl=2",
                "239.0.0.1:1234",
                Some("eth1"),
            ),
            (
                "udp://@239.0.0.1:1234?interface=br%2Dlan",
                "239.0.0.1:1234",
                Some("br-lan"),
            ),
        ]);
    }

    #[test]
    fn what_is_refused_says_why() {
        for (text, why) in [
            ("udp://provider.example:1234", "wants an IP address"),
            ("udp://ff15::1:1234", "wants an IP address"),
            ("udp://[ff15::1:1234", "wants an IP address"),
            ("udp://[ff15::1]1234", "wants an IP address"),
            ("udp://239.0.0.1:port", "its port"),
            ("udp://239.0.0.1:65536", "its port"),
            ("udp://239.0.0.1:0", "below 1024"),
            ("udp://@:53", "below 1024"),
            ("udp://255.255.255.255:1234", "every machine"),
            ("udp://10.0.0.1@[ff15::1]:1234", "different kinds"),
            ("udp://239.0.0.2@239.0.0.1:1234", "no machine"),
            ("udp://user:secret@239.0.0.1:1234", "wants an IP address"),
            ("udp://232.0.0.1:1234?sources=host", "wants an IP address"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
        for other in ["http://h/", "udp:239.0.0.1", "rtsp://h/", "/udp://", ""] {
            assert!(Address::parse(other).is_none(), "{other}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "(udp|rtp)://[-@:/?#%\\[\\]0-9a-f.=&]{0,40}") {
            if let Some(Ok(address)) = Address::parse(&text) {
                prop_assert!(address.to.port() >= PORT_MIN);
                prop_assert!(address.sources.len() <= SOURCES_MAX);
            }
        }
    }
}
