//! What is announced, and where.

use std::net::{Ipv4Addr, SocketAddrV4};

use hdhomerun::Identity;

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
