//! Network interfaces by name or address.

use std::ffi::CString;
use std::net::{IpAddr, Ipv4Addr};

use nix::ifaddrs::getifaddrs;
use nix::net::if_::if_nametoindex;
use nix::sys::socket::SockaddrStorage;

use super::error::Error;

/// An interface of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Interface {
    pub(super) name: String,
    /// What the kernel knows it by.
    pub(super) index: u32,
    /// Its first.
    pub(super) v4: Option<Ipv4Addr>,
}

impl Interface {
    /// The interface of that name, or the one that has that address.
    pub(super) fn find(wanted: &str) -> Result<Self, Error> {
        let unknown = || Error::NoInterface {
            name: wanted.to_owned(),
        };
        let all: Vec<(String, Option<IpAddr>)> = getifaddrs()
            .map_err(|_| unknown())?
            .map(|of| (of.interface_name, of.address.as_ref().and_then(ip_of)))
            .collect();
        let address = wanted.parse::<IpAddr>().ok();
        let is_wanted = |(name, has): &&(String, Option<IpAddr>)| {
            name == wanted || address.is_some() && *has == address
        };
        let (name, _) = all.iter().find(is_wanted).ok_or_else(unknown)?;
        let c_name = CString::new(name.as_str()).map_err(|_| unknown())?;
        let v4 = all.iter().find_map(|(of, address)| match address {
            Some(IpAddr::V4(address)) if of == name => Some(*address),
            _ => None,
        });
        Ok(Self {
            name: name.clone(),
            index: if_nametoindex(c_name.as_c_str()).map_err(|_| unknown())?,
            v4,
        })
    }
}

/// The IP address of a socket address.
pub(super) fn ip_of(address: &SockaddrStorage) -> Option<IpAddr> {
    let v4 = address.as_sockaddr_in().map(|address| address.ip().into());
    v4.or_else(|| address.as_sockaddr_in6().map(|address| address.ip().into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loopback_is_found_by_name_and_by_address() {
        let by_name = Interface::find("lo").unwrap();
        assert_eq!(by_name, Interface::find("127.0.0.1").unwrap());
        assert_eq!(by_name.v4, Some(Ipv4Addr::LOCALHOST));
        for absent in ["lo\0", "", "192.0.2.77", "nothing-like-this"] {
            assert!(matches!(
                Interface::find(absent),
                Err(Error::NoInterface { .. })
            ));
        }
    }
}
