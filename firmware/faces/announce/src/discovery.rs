//! UDP 65001: the answer to "who is there?".

use std::{io, time::Instant};

use hdhomerun::{Origin, discover};
use tokio_util::sync::CancellationToken;

use crate::{
    allowance::Allowance,
    config::Config,
    pktinfo::{Local, PktInfoSocket, Received, address_towards},
};

/// Longest request read, in bytes; the longest seen has 40.
const REQUEST_BYTES_MAX: usize = 1_500;
/// Answers at once and per second. A client asks twice; a house has a few dozen.
const ANSWERS_BURST: u32 = 200;
const ANSWERS_PER_S: u32 = 100;

/// Answers until `shutdown`.
pub(crate) async fn run(config: &Config, shutdown: &CancellationToken) {
    let port = config.discovery_port;
    let socket = match PktInfoSocket::bind(port, false) {
        Ok(socket) => socket,
        Err(error) => {
            tracing::warn!(%error, port, "no discovery: UDP port cannot be bound; another HDHomeRun emulator?");
            return;
        }
    };
    tracing::info!(port, id = %config.device.device_id, "answers discovery");
    let mut allowance = Allowance::new(ANSWERS_BURST, ANSWERS_PER_S, Instant::now());
    let mut buffer = [0; REQUEST_BYTES_MAX];
    loop {
        let received = tokio::select! {
            () = shutdown.cancelled() => return,
            received = socket.receive(&mut buffer) => received,
        };
        let answered = received.and_then(|received| {
            let datagram = buffer.get(..received.bytes).unwrap_or_default();
            answer(&socket, config, datagram, received, &mut allowance)
        });
        if let Err(error) = answered {
            // An ICMP error of an earlier answer, an interface that went: the next may do better.
            tracing::debug!(%error, "a discovery request was not answered");
        }
    }
}

fn answer(
    socket: &PktInfoSocket,
    config: &Config,
    datagram: &[u8],
    received: Received,
    allowance: &mut Allowance,
) -> io::Result<()> {
    let Received { from, local, .. } = received;
    if !discover::asks_for(datagram, config.device.device_id) || !allowance.take(Instant::now()) {
        return Ok(());
    }
    let address = if local.address.is_unspecified() {
        address_towards(from)
            .ok_or_else(|| io::Error::other("no address of ours reaches the asker"))?
    } else {
        local.address
    };
    let origin = Origin {
        address: address.into(),
        port: config.http_port,
    };
    // The interface is left to the routes: the asker may sit behind another than it came in by.
    let local = Local {
        interface: 0,
        address,
    };
    socket.send(&discover::reply(&config.device, origin), from, local)
}
