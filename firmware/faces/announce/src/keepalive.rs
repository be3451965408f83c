//! UDP 5004: receivers of pushed streams say each second that they are still there
//! (libhdhomerun, `hdhomerun_video.c`): four bytes, the lock's key, 0 without a lock.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    time::Instant,
};

use base::Lock;
use hdhomerun::control::{Control, Device};
use socket2::{Domain, Socket, Type};
use tokio::net::UdpSocket;

/// Passes keepalives on for as long as it is polled. Never returns: without the port it waits for
/// ever, and pushes end in other ways.
pub(crate) async fn run<D: Device>(port: u16, control: &Lock<Control<D>>) {
    let socket = match bind(port) {
        Ok(socket) => socket,
        Err(error) => {
            tracing::warn!(%error, port, "no keepalives of push receivers: the UDP port cannot be bound");
            return std::future::pending().await;
        }
    };
    // One byte more than a keepalive has: a longer datagram is none.
    let mut buffer = [0; 5];
    loop {
        match socket.recv_from(&mut buffer).await {
            Ok((4, from)) => heard(&buffer, from, control),
            Ok(_) => {}
            Err(error) => tracing::debug!(%error, "a keepalive was not received"),
        }
    }
}

/// The port is RTP's own (RFC 3551, 8), so a source may well send to a group at it: who receives the
/// group must be able to, and its datagrams must not come in here.
fn bind(port: u16) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None)?;
    socket.set_reuse_address(true)?;
    socket.set_multicast_all_v4(false)?;
    socket.set_nonblocking(true)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)).into())?;
    UdpSocket::from_std(socket.into())
}

fn heard<D: Device>(buffer: &[u8; 5], from: SocketAddr, control: &Lock<Control<D>>) {
    let &[k0, k1, k2, k3, _] = buffer;
    let key = u32::from_be_bytes([k0, k1, k2, k3]);
    control.lock().keepalive(from, key, Instant::now());
}
