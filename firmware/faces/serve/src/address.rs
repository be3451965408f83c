//! The address by which a client came: what goes into every URL that it is given.
//!
//! A box has several addresses, and the one a client used is the one that works for it. The Host
//! header says so; where it is missing or nonsense, the local end of the connection does.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use hyper::{HeaderMap, Uri, header::HOST};

/// Bytes of a host name, at most (RFC 1035, 2.3.4).
const HOST_BYTES_MAX: usize = 253;
const HTTP_PORT: u16 = 80;

/// Where a client reached this host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reached {
    host: Host,
    port: u16,
    /// Whether a Host header was there that could not be read.
    nonsense: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Host {
    Name(String),
    Address(IpAddr),
}

impl Reached {
    /// Reads the request's authority: of the target where it is absolute (RFC 9112, 3.2.2), else
    /// of the Host header, else the `local` address of the connection.
    pub(crate) fn of(uri: &Uri, headers: &HeaderMap, local: SocketAddr) -> Self {
        let mut hosts = headers.get_all(HOST).iter();
        let authority = match (uri.authority(), hosts.next(), hosts.next()) {
            (Some(authority), _, None) => Some(authority.as_str()),
            (None, Some(host), None) => Some(host.to_str().unwrap_or("")),
            (None, None, _) => None,
            (_, _, Some(_)) => Some(""),
        };
        match authority.map(parse) {
            Some(Some((host, port))) => Self {
                host,
                port,
                nonsense: false,
            },
            unread => Self {
                host: Host::Address(local.ip().to_canonical()),
                port: local.port(),
                nonsense: unread.is_some(),
            },
        }
    }

    /// `http://192.0.2.7` or `http://dipole.local:8080`; never a slash at the end.
    pub(crate) fn base_url(&self) -> String {
        self.with_port(self.port)
    }

    /// The same host at another port.
    pub(crate) fn with_port(&self, port: u16) -> String {
        if port == HTTP_PORT {
            format!("http://{}", self.host)
        } else {
            format!("http://{}:{port}", self.host)
        }
    }

    /// Whether a page that names this host may be one of ours. A page of another site whose name
    /// was pointed at this box (DNS rebinding) names its own host: only addresses, names that no
    /// public server can answer for, and the `names` of the configuration pass.
    pub(crate) fn is_ours(&self, names: &[String]) -> bool {
        if self.nonsense {
            return false;
        }
        match &self.host {
            Host::Address(_) => true,
            Host::Name(name) => {
                let name = name.trim_end_matches('.').to_ascii_lowercase();
                name == "localhost"
                    || name.ends_with(".local")
                    || names.iter().any(|ours| ours.eq_ignore_ascii_case(&name))
            }
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(IpAddr::V4(address)) => write!(f, "{address}"),
            Self::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

/// `host [":" port]` (RFC 9110, 7.2). Only characters that need no escape in JSON, XML and M3U
/// pass, so that a document's length follows from the host's.
fn parse(authority: &str) -> Option<(Host, u16)> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (address, rest) = rest.split_once(']')?;
            let address: Ipv6Addr = address.parse().ok()?;
            let host = Host::Address(IpAddr::V6(address));
            if rest.is_empty() {
                return Some((host, HTTP_PORT));
            }
            (host, rest.strip_prefix(':')?)
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (name_or_v4(host)?, port),
            None => return Some((name_or_v4(authority)?, HTTP_PORT)),
        },
    };
    if port.is_empty() {
        return Some((host, HTTP_PORT));
    }
    let is_number = port.bytes().all(|byte| byte.is_ascii_digit());
    let port: u16 = port.parse().ok().filter(|port| *port > 0 && is_number)?;
    Some((host, port))
}

fn name_or_v4(host: &str) -> Option<Host> {
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        return Some(Host::Address(IpAddr::V4(address)));
    }
    let is_sane = (1..=HOST_BYTES_MAX).contains(&host.len())
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    // What ends in a number is meant as an IPv4 address (WHATWG URL, "ends in a number").
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or("");
    let is_numeric = last.bytes().all(|byte| byte.is_ascii_digit());
    (is_sane && !is_numeric).then(|| Host::Name(host.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;
    use proptest::prelude::*;

    const LOCAL: &str = "192.0.2.7:8080";

    fn reached(hosts: &[&str]) -> Reached {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(HOST, HeaderValue::from_bytes(host.as_bytes()).unwrap());
        }
        Reached::of(&Uri::from_static("/"), &headers, LOCAL.parse().unwrap())
    }

    #[test]
    fn keeps_the_address_the_client_came_by() {
        for (host, base, stream) in [
            ("10.0.0.5", "http://10.0.0.5", "http://10.0.0.5:5004"),
            ("10.0.0.5:80", "http://10.0.0.5", "http://10.0.0.5:5004"),
            (
                "dipole.local:8080",
                "http://dipole.local:8080",
                "http://dipole.local:5004",
            ),
            ("tv_box:", "http://tv_box", "http://tv_box:5004"),
            (
                "[2001:db8::7]",
                "http://[2001:db8::7]",
                "http://[2001:db8::7]:5004",
            ),
            ("[::1]:81", "http://[::1]:81", "http://[::1]:5004"),
        ] {
            let reached = reached(&[host]);
            assert_eq!(reached.base_url(), base);
            assert_eq!(reached.with_port(5004), stream);
        }
    }

    #[test]
    fn falls_back_to_the_local_address() {
        let long = "a".repeat(254);
        for host in [
            "",
            ":80",
            "a b",
            "a\"b",
            "<x>",
            "a/b",
            "a@b",
            "[::1",
            "[fe80::1%eth0]",
            "[::1]x",
            "a:0",
            "a:65536",
            "a:+1",
            "a:b",
            "1.2.3",
            "256.0.0.1",
            "a:1:2",
            &long,
            "é",
        ] {
            let reached = reached(&[host]);
            assert_eq!(reached.base_url(), "http://192.0.2.7:8080", "{host}");
            assert!(!reached.is_ours(&[]), "{host}");
        }
        assert!(!reached(&["a.local", "a.local"]).is_ours(&[]));
        assert!(reached(&[]).is_ours(&[]), "HTTP/1.0 without Host");
    }

    #[test]
    fn an_absolute_target_says_it_too() {
        let uri = Uri::from_static("http://10.0.0.9:81/discover.json");
        let reached = Reached::of(
            &uri,
            &HeaderMap::new(),
            "[::ffff:10.0.0.5]:80".parse().unwrap(),
        );
        assert_eq!(reached.base_url(), "http://10.0.0.9:81");
    }

    #[test]
    fn tells_our_names_from_others() {
        let names = ["tv.example.net".to_owned()];
        for (host, ours) in [
            ("10.0.0.5", true),
            ("[::1]", true),
            ("localhost:8080", true),
            ("Dipole.LOCAL", true),
            ("tv.example.net", true),
            ("evil.example", false),
            ("local", false),
            ("xlocal", false),
        ] {
            assert_eq!(reached(&[host]).is_ours(&names), ours, "{host}");
        }
    }

    proptest! {
        #[test]
        fn no_host_needs_an_escape(host in "[ -~]{0,40}") {
            let base = reached(&[&host]).base_url();
            prop_assert!(!base.contains(['"', '\\', '<', '>', '&', '\'', ' ']));
        }
    }
}
