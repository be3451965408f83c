//! A UDP socket on the wildcard address that knows at which of our addresses a datagram came in,
//! and answers from there (`IP_PKTINFO`, ip(7)). Clients take the source address of an answer for
//! the device's.

use std::{
    io::{self, IoSlice, IoSliceMut},
    net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket},
    os::fd::AsRawFd,
};

use nix::{
    cmsg_space, libc,
    sys::socket::{
        ControlMessage, ControlMessageOwned, MsgFlags, SockaddrIn, recvmsg, sendmsg, setsockopt,
        sockopt,
    },
};
use socket2::{Domain, SockRef, Socket, Type};
use tokio::io::Interest;

/// The local end of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Local {
    /// Interface it came in by, or is to leave by; 0 for the one that the routes say.
    pub(crate) interface: u32,
    /// Our address towards the other end; unspecified where the kernel is to choose.
    pub(crate) address: Ipv4Addr,
}

/// A datagram that came in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Received {
    pub(crate) bytes: usize,
    pub(crate) from: SocketAddrV4,
    pub(crate) local: Local,
}

/// The socket.
#[derive(Debug)]
pub(crate) struct PktInfoSocket {
    socket: tokio::net::UdpSocket,
}

impl PktInfoSocket {
    /// Binds `port` on the wildcard address; `is_shared` lets other programs have it too.
    pub(crate) fn bind(port: u16, is_shared: bool) -> io::Result<Self> {
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, None)?;
        if is_shared {
            socket.set_reuse_address(true)?;
            socket.set_reuse_port(true)?;
        }
        socket.set_nonblocking(true)?;
        setsockopt(&socket, sockopt::Ipv4PacketInfo, &true)?;
        socket.bind(&SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)).into())?;
        Ok(Self {
            socket: tokio::net::UdpSocket::from_std(socket.into())?,
        })
    }

    /// The socket itself, for its options.
    pub(crate) fn options(&self) -> SockRef<'_> {
        SockRef::from(&self.socket)
    }

    /// Waits for a datagram. What does not fit into `buffer` is cut off.
    pub(crate) async fn receive(&self, buffer: &mut [u8]) -> io::Result<Received> {
        let receive = || receive_now(&self.socket, buffer);
        self.socket.async_io(Interest::READABLE, receive).await
    }

    /// Sends a datagram from `local`. Waits for no room: an answer that finds none is lost, as any
    /// datagram may be.
    pub(crate) fn send(&self, bytes: &[u8], to: SocketAddrV4, local: Local) -> io::Result<()> {
        let info = libc::in_pktinfo {
            ipi_ifindex: libc::c_int::try_from(local.interface).unwrap_or(0),
            ipi_spec_dst: libc::in_addr {
                s_addr: u32::from(local.address).to_be(),
            },
            ipi_addr: libc::in_addr { s_addr: 0 },
        };
        let control = [ControlMessage::Ipv4PacketInfo(&info)];
        let to = SockaddrIn::from(to);
        let socket = self.socket.as_raw_fd();
        sendmsg(
            socket,
            &[IoSlice::new(bytes)],
            &control,
            MsgFlags::empty(),
            Some(&to),
        )?;
        Ok(())
    }
}

fn receive_now(socket: &tokio::net::UdpSocket, buffer: &mut [u8]) -> io::Result<Received> {
    let mut control = cmsg_space!(libc::in_pktinfo);
    let mut slices = [IoSliceMut::new(buffer)];
    let flags = MsgFlags::MSG_DONTWAIT;
    let message =
        recvmsg::<SockaddrIn>(socket.as_raw_fd(), &mut slices, Some(&mut control), flags)?;
    let from = message
        .address
        .ok_or_else(|| io::Error::other("a datagram without a sender"))?;
    let mut local = Local {
        interface: 0,
        address: Ipv4Addr::UNSPECIFIED,
    };
    for control in message.cmsgs()? {
        if let ControlMessageOwned::Ipv4PacketInfo(info) = control {
            local.interface = u32::try_from(info.ipi_ifindex).unwrap_or(0);
            local.address = Ipv4Addr::from(u32::from_be(info.ipi_spec_dst.s_addr));
        }
    }
    Ok(Received {
        bytes: message.bytes,
        from: from.into(),
        local,
    })
}

/// The address from which this machine would reach `to`; asked of the routes, nothing is sent.
pub(crate) fn address_towards(to: SocketAddrV4) -> Option<Ipv4Addr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect(to).ok()?;
    match socket.local_addr().ok()? {
        SocketAddr::V4(local) if !local.ip().is_unspecified() => Some(*local.ip()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A datagram to 127.0.0.2 is answered from 127.0.0.2, although the socket is bound to all.
    #[tokio::test]
    async fn answers_from_the_address_asked() {
        let socket = PktInfoSocket::bind(0, false).unwrap();
        let port = socket
            .options()
            .local_addr()
            .unwrap()
            .as_socket_ipv4()
            .unwrap()
            .port();
        let asker = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
        asker
            .send_to(b"who?", (Ipv4Addr::new(127, 0, 0, 2), port))
            .await
            .unwrap();
        let mut buffer = [0; 16];
        let received = socket.receive(&mut buffer).await.unwrap();
        assert_eq!(&buffer[..received.bytes], b"who?");
        assert_eq!(received.local.address, Ipv4Addr::new(127, 0, 0, 2));
        socket.send(b"I", received.from, received.local).unwrap();
        let (_, from) = asker.recv_from(&mut buffer).await.unwrap();
        assert_eq!(from, SocketAddr::from((Ipv4Addr::new(127, 0, 0, 2), port)));
    }
}
