//! The IPv4 interfaces of this machine.

use std::net::Ipv4Addr;

use nix::{ifaddrs::getifaddrs, net::if_::InterfaceFlags};

/// Interfaces that are announced on. The kernel allows a socket 20 groups by default
/// (`net.ipv4.igmp_max_memberships`).
pub(crate) const INTERFACES_MAX: usize = 16;

/// An interface and its first IPv4 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interface {
    pub(crate) index: u32,
    pub(crate) address: Ipv4Addr,
}

/// Interfaces that are up and carry multicast, one row each.
pub(crate) fn multicast() -> Vec<Interface> {
    let wanted = InterfaceFlags::IFF_UP | InterfaceFlags::IFF_MULTICAST;
    let mut found: Vec<Interface> = Vec::new();
    let addresses = match getifaddrs() {
        Ok(addresses) => addresses,
        Err(error) => {
            tracing::warn!(%error, "cannot list the network interfaces; trying again in a moment");
            return found;
        }
    };
    for row in addresses {
        let address = row
            .address
            .and_then(|address| address.as_sockaddr_in().map(|at| at.ip()));
        let (Some(address), true) = (address, row.flags.contains(wanted)) else {
            continue;
        };
        let Ok(index) = nix::net::if_::if_nametoindex(row.interface_name.as_str()) else {
            continue;
        };
        let is_new = found.iter().all(|interface| interface.index != index);
        if is_new && found.len() < INTERFACES_MAX {
            found.push(Interface { index, address });
        }
    }
    found
}
