//! Binding the addresses to listen at.

use std::{
    io,
    net::{SocketAddr, TcpListener},
};

use socket2::{Domain, Protocol, Socket, Type};

/// Connections that the kernel keeps until they are accepted.
const BACKLOG: i32 = 1024;

/// An address cannot be listened at.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen at {address}: {kind}")]
pub struct BindError {
    /// The address.
    pub address: SocketAddr,
    /// What is the matter.
    pub kind: BindErrorKind,
}

/// What is the matter with an address.
#[derive(Debug, thiserror::Error)]
pub enum BindErrorKind {
    /// A port below 1,024 without the right to it.
    #[error(
        "this port needs a permission that the process has not: choose a port from 1024 on, or give it CAP_NET_BIND_SERVICE"
    )]
    Denied,
    /// Another program listens there.
    #[error("another program listens there already: stop it, or choose another port")]
    InUse,
    /// No interface has this address.
    #[error("no network interface has this address: use 0.0.0.0 or [::] for all")]
    NotOurs,
    /// Anything else.
    #[error("{0}")]
    Other(io::Error),
}

impl From<io::Error> for BindErrorKind {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::PermissionDenied => Self::Denied,
            io::ErrorKind::AddrInUse => Self::InUse,
            io::ErrorKind::AddrNotAvailable => Self::NotOurs,
            _ => Self::Other(error),
        }
    }
}

/// Listens at every address, or at none. An IPv6 address takes no IPv4 connections, so that
/// `0.0.0.0:80` and `[::]:80` can stand side by side.
///
/// # Errors
/// The first address that cannot be listened at.
pub fn bind(addresses: &[SocketAddr]) -> Result<Vec<TcpListener>, BindError> {
    addresses
        .iter()
        .map(|&address| {
            listener(address).map_err(|error| BindError {
                address,
                kind: error.into(),
            })
        })
        .collect()
}

fn listener(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM.cloexec().nonblocking(),
        Some(Protocol::TCP),
    )?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    // A restart must not wait for connections of the last run to time out.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_why_an_address_cannot_be_had() {
        let first = bind(&["127.0.0.1:0".parse().unwrap()]).unwrap();
        let taken = first[0].local_addr().unwrap();
        let error = bind(&["127.0.0.1:0".parse().unwrap(), taken]).unwrap_err();
        assert_eq!(error.address, taken);
        assert!(matches!(error.kind, BindErrorKind::InUse));
        assert!(error.to_string().contains("another program"));
        let foreign = bind(&["192.0.2.1:0".parse().unwrap()]).unwrap_err();
        assert!(matches!(foreign.kind, BindErrorKind::NotOurs));
    }

    #[test]
    fn both_families_share_a_port() {
        let Ok(six) = bind(&["[::]:0".parse().unwrap()]) else {
            return eprintln!("skipped: no IPv6 here");
        };
        let port = six[0].local_addr().unwrap().port();
        bind(&[SocketAddr::from(([0, 0, 0, 0], port))]).unwrap();
    }
}
