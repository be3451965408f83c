//! How clients find and steer the tuner: SSDP, UDP 65001 discovery, TCP 65001 control.
//!
//! Belongs here: the sockets, when something is sent and by which interface, and the control
//! protocol's [`Device`] over our tuners. Does not belong here: what the bytes mean
//! (`hdhomerun`), HTTP (`serve`).
//!
//! Nothing in here stops the daemon: a port that another program holds costs its service, is told
//! in the log, and the rest goes on.
//!
//! [`Device`]: hdhomerun::control::Device

mod allowance;
mod control;
mod delayed;
mod device;
mod discovery;
mod interfaces;
mod keepalive;
mod pktinfo;
mod push;
mod ssdp;

use std::{
    net::{Ipv4Addr, SocketAddrV4},
    sync::Arc,
};

use hdhomerun::Identity;
use lineup::Lineup;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// What to announce, and on which ports.
#[derive(Clone, Debug)]
pub struct Config {
    /// Who we are.
    pub device: Identity,
    /// TCP port of the documents, for `BaseURL` and `LOCATION`.
    pub http_port: u16,
    /// UDP port of discovery; clients know 65001 only. Always on the wildcard address: Linux gives
    /// no broadcast to a socket bound to one.
    pub discovery_port: u16,
    /// Where the control protocol listens; clients know port 65001 only.
    pub control_address: SocketAddrV4,
    /// Control connections at once.
    pub control_connections_max: usize,
    /// UDP port of the keepalives of push receivers; clients know 5004 only.
    pub keepalive_port: u16,
    /// Whether to answer discovery and control on port 65001.
    pub hdhomerun: bool,
    /// Whether to speak SSDP.
    pub ssdp: bool,
    /// UDP port of SSDP; clients know 1900 only.
    pub ssdp_port: u16,
}

impl Config {
    /// The ports that clients know.
    #[must_use]
    pub const fn new(device: Identity, http_port: u16) -> Self {
        Self {
            device,
            http_port,
            discovery_port: 65_001,
            control_address: SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 65_001),
            control_connections_max: 64,
            keepalive_port: 5_004,
            hdhomerun: true,
            ssdp: true,
            ssdp_port: 1_900,
        }
    }
}

/// Announces, answers and takes control connections until `shutdown`; then says byebye and stops
/// every push.
pub async fn run(
    config: Config,
    lineup: watch::Receiver<Arc<Lineup>>,
    tuners: Arc<tuner::Tuners>,
    fanout: fanout::Handle,
    shutdown: CancellationToken,
) {
    let config = &config;
    let device = device::Tuners::new(config.device.clone(), lineup, tuners, fanout);
    let hdhomerun = async {
        if config.hdhomerun {
            tokio::join!(
                discovery::run(config, &shutdown),
                control::run(config, device, &shutdown)
            );
        }
    };
    let ssdp = async {
        if config.ssdp {
            ssdp::run(config, &shutdown).await;
        }
    };
    tokio::join!(hdhomerun, ssdp);
}
