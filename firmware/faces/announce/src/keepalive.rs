//! UDP 5004: receivers of pushed streams say each second that they are still there
//! (libhdhomerun, `hdhomerun_video.c`): four bytes, the lock's key, 0 without a lock.

use std::{net::SocketAddr, time::Instant};

use base::Lock;
use hdhomerun::control::{Control, Device};
use tokio::net::UdpSocket;

/// Passes keepalives on for as long as it is polled. Never returns: without the port it waits for
/// ever, and pushes end in other ways.
pub(crate) async fn run<D: Device>(port: u16, control: &Lock<Control<D>>) {
    let socket = match UdpSocket::bind(("0.0.0.0", port)).await {
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

fn heard<D: Device>(buffer: &[u8; 5], from: SocketAddr, control: &Lock<Control<D>>) {
    let &[k0, k1, k2, k3, _] = buffer;
    let key = u32::from_be_bytes([k0, k1, k2, k3]);
    control.lock().keepalive(from, key, Instant::now());
}
