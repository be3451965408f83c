//! The socket: bound, joined, read without waiting.

use std::io::{self, IoSliceMut};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV6};
use std::os::fd::{AsRawFd as _, RawFd};

use nix::cmsg_space;
use nix::errno::Errno;
use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, setsockopt, sockopt,
};
use socket2::{Domain, InterfaceIndexOrAddress, Protocol, Type};
use tokio::io::Interest;
use tokio::net::UdpSocket;

use super::address::Address;
use super::error::Error;
use super::interface::{Interface, ip_of};

/// A socket that receives one address. Closing it leaves the group.
#[derive(Debug)]
pub(super) struct Socket {
    mode: Mode,
    /// Others are not listened to: the kernel filters groups of IPv4 only.
    sources: Vec<IpAddr>,
    control: Vec<u8>,
    /// Bytes that the kernel lets it book.
    capacity_bytes: usize,
    /// The kernel's count of datagrams that it had no room for, modulo 2^32 (`SO_RXQ_OVFL`).
    dropped: u32,
}

#[derive(Debug)]
enum Mode {
    /// The reactor wakes whoever waits.
    Woken(UdpSocket),
    /// Looked at when the beat comes.
    Beaten(std::net::UdpSocket),
    /// Lost on the way from one to the other.
    Lost,
}

/// What a look brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look {
    /// Bytes of a datagram; `None` of somebody whom nobody asked.
    pub(super) bytes: Option<usize>,
    /// Datagrams that the kernel had no room for since the last look.
    pub(super) dropped: u32,
}

impl Socket {
    /// Binds and joins.
    pub(super) fn open(
        address: &Address,
        interface: Option<&Interface>,
        receive_buffer_bytes: usize,
    ) -> Result<Self, Error> {
        let socket = bound(address, interface, receive_buffer_bytes).map_err(|cause| {
            let address = address.to_string();
            Error::Bind { address, cause }
        })?;
        if address.is_group() {
            join(&socket, address, interface)?;
        }
        // The kernel books twice what is asked for, and gives less than that without a word.
        let wanted = 2 * receive_buffer_bytes;
        let capacity_bytes = socket.recv_buffer_size().unwrap_or(wanted);
        if capacity_bytes < wanted {
            tracing::warn!(
                capacity_bytes,
                wanted,
                "the receive buffer is small: raise net.core.rmem_max"
            );
        }
        Ok(Self {
            capacity_bytes,
            mode: Mode::Beaten(socket.into()),
            sources: address.sources.clone(),
            control: cmsg_space!(u32),
            dropped: 0,
        })
    }

    /// Bytes that the kernel lets it book.
    pub(super) const fn capacity_bytes(&self) -> usize {
        self.capacity_bytes
    }

    /// Waits until there may be something to read. Safe to drop while waiting.
    pub(super) async fn readable(&mut self) -> io::Result<()> {
        if let Mode::Beaten(_) = self.mode {
            self.mode = match std::mem::replace(&mut self.mode, Mode::Lost) {
                Mode::Beaten(socket) => Mode::Woken(UdpSocket::from_std(socket)?),
                other => other,
            };
        }
        match &self.mode {
            Mode::Woken(socket) => socket.readable().await,
            Mode::Beaten(_) | Mode::Lost => Err(lost()),
        }
    }

    /// Takes the socket off the reactor, which would be woken for every datagram on the beat too.
    pub(super) fn rest(&mut self) -> io::Result<()> {
        if let Mode::Woken(_) = self.mode {
            self.mode = match std::mem::replace(&mut self.mode, Mode::Lost) {
                Mode::Woken(socket) => Mode::Beaten(socket.into_std()?),
                other => other,
            };
        }
        Ok(())
    }

    /// Reads a datagram; `None` where there is none.
    pub(super) fn look(&mut self, room: &mut [u8]) -> io::Result<Option<Look>> {
        let control = &mut self.control;
        let received = match &self.mode {
            Mode::Woken(socket) => socket.try_io(Interest::READABLE, || {
                receive(socket.as_raw_fd(), room, control)
            }),
            Mode::Beaten(socket) => receive(socket.as_raw_fd(), room, control),
            Mode::Lost => Err(lost()),
        };
        let received = match received {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
            received => received?,
        };
        let is_wanted = self.sources.is_empty()
            || received
                .from
                .is_some_and(|from| self.sources.contains(&from));
        // It is told with datagrams that came behind a loss, and with none before the first.
        let count = received.dropped_ever.unwrap_or(self.dropped);
        Ok(Some(Look {
            bytes: received.bytes.filter(|_| is_wanted),
            dropped: count.wrapping_sub(std::mem::replace(&mut self.dropped, count)),
        }))
    }
}

/// A datagram as the kernel gives it.
struct Received {
    bytes: Option<usize>,
    from: Option<IpAddr>,
    dropped_ever: Option<u32>,
}

fn receive(fd: RawFd, room: &mut [u8], control: &mut [u8]) -> io::Result<Received> {
    let mut slices = [IoSliceMut::new(room)];
    let flags = MsgFlags::MSG_DONTWAIT;
    let message = match recvmsg::<SockaddrStorage>(fd, &mut slices, Some(control), flags) {
        // An ICMP message that somebody sent about nothing of ours.
        Err(Errno::EINTR | Errno::ECONNREFUSED) => {
            return Ok(Received {
                bytes: None,
                from: None,
                dropped_ever: None,
            });
        }
        done => done?,
    };
    Ok(Received {
        bytes: Some(message.bytes),
        from: message.address.as_ref().and_then(ip_of),
        dropped_ever: message.cmsgs()?.find_map(|control| match control {
            ControlMessageOwned::RxqOvfl(count) => Some(count),
            _ => None,
        }),
    })
}

fn lost() -> io::Error {
    io::Error::new(io::ErrorKind::NotConnected, "the socket was lost")
}

fn bound(
    address: &Address,
    interface: Option<&Interface>,
    receive_buffer_bytes: usize,
) -> io::Result<socket2::Socket> {
    let domain = Domain::for_address(address.to);
    let socket = socket2::Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    // Before it is bound, since from then on datagrams come.
    socket.set_recv_buffer_size(receive_buffer_bytes)?;
    setsockopt(&socket, sockopt::RxqOvfl, &1)?;
    if address.to.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    if address.is_group() {
        // Another stream, or another program, may receive the same group. Not so an address of this
        // machine: with it a list could take datagrams away from whoever has the port.
        socket.set_reuse_address(true)?;
        // Else what any program joined anywhere comes in here too (ip(7)).
        match address.to {
            SocketAddr::V4(_) => socket.set_multicast_all_v4(false)?,
            SocketAddr::V6(_) => socket.set_multicast_all_v6(false)?,
        }
    }
    // A group of IPv4 comes in where it was joined and nowhere else; the rest has to be told.
    let is_told = address.is_group() && address.to.is_ipv4();
    if let Some(interface) = interface.filter(|_| !is_told) {
        socket.bind_device(Some(interface.name.as_bytes()))?;
    }
    // To the group and not to the port alone: other groups at the same port stay out.
    socket.bind(&scoped(address.to, interface).into())?;
    Ok(socket)
}

/// Groups and addresses of a link mean nothing without the link (RFC 4007).
fn scoped(to: SocketAddr, interface: Option<&Interface>) -> SocketAddr {
    match (to, interface) {
        (SocketAddr::V6(to), Some(interface)) => {
            SocketAddrV6::new(*to.ip(), to.port(), 0, interface.index).into()
        }
        (to, _) => to,
    }
}

fn join(
    socket: &socket2::Socket,
    address: &Address,
    interface: Option<&Interface>,
) -> Result<(), Error> {
    let index = interface.map_or(0, |interface| interface.index);
    let joined = match address.to.ip() {
        // The kernel filters no senders for us there; we do.
        IpAddr::V6(group) => socket.join_multicast_v6(&group, index),
        IpAddr::V4(group) if address.sources.is_empty() => {
            let which = match interface {
                Some(_) => InterfaceIndexOrAddress::Index(index),
                None => InterfaceIndexOrAddress::Address(Ipv4Addr::UNSPECIFIED),
            };
            socket.join_multicast_v4_n(&group, &which)
        }
        IpAddr::V4(group) => join_sources(socket, group, &address.sources, own_address(interface)?),
    };
    joined.map_err(|cause| Error::Join {
        address: address.to_string(),
        interface: shown(interface).to_owned(),
        cause,
    })
}

/// The address by which a join by sender names its interface.
fn own_address(interface: Option<&Interface>) -> Result<Ipv4Addr, Error> {
    match interface {
        None => Ok(Ipv4Addr::UNSPECIFIED),
        Some(Interface { v4: Some(v4), .. }) => Ok(*v4),
        Some(Interface { name, .. }) => Err(Error::NoInterfaceAddress { name: name.clone() }),
    }
}

/// IGMPv3 (RFC 3376): the routers send nothing else.
fn join_sources(
    socket: &socket2::Socket,
    group: Ipv4Addr,
    sources: &[IpAddr],
    own: Ipv4Addr,
) -> io::Result<()> {
    sources.iter().try_for_each(|source| match source {
        IpAddr::V4(source) => socket.join_ssm_v4(source, &group, &own),
        IpAddr::V6(_) => Ok(()),
    })
}

/// An interface for a reader.
pub(super) fn shown(interface: Option<&Interface>) -> &str {
    interface.map_or("the interface of the route to it", |interface| {
        interface.name.as_str()
    })
}
