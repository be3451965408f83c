//! The limits of a client.

use std::path::PathBuf;
use std::time::Duration;

/// Limits and identity of a [`Client`](super::Client).
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// Sent where neither the request nor its headers name another one.
    pub user_agent: String,
    /// From the first look-up of the name to the end of the TLS handshake. Several addresses of one
    /// name share it.
    pub connect_timeout: Duration,
    /// From the request to the end of the answer's header.
    pub header_timeout: Duration,
    /// Between two pieces of a body. A live stream that pauses longer is dead.
    pub idle_timeout: Duration,
    /// Redirects followed for one request.
    pub redirects_max: usize,
    /// Bytes of an answer's header, and of what is read ahead of a body.
    pub head_bytes_max: usize,
    /// Fields of an answer's header.
    pub headers_max: usize,
    /// `SO_RCVBUF`. The kernel books twice as much (socket(7)). Left to itself it grows the buffer
    /// to several megabytes, which no memory budget would know of.
    pub receive_buffer_bytes: u32,
    /// A PEM file of certificates trusted besides those of the machine.
    pub extra_ca: Option<PathBuf>,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self {
            user_agent: concat!("Dipole/", env!("CARGO_PKG_VERSION")).to_owned(),
            connect_timeout: Duration::from_secs(5),
            header_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(15),
            redirects_max: 10,
            head_bytes_max: 64 * 1024,
            headers_max: 100,
            receive_buffer_bytes: 256 * 1024,
            extra_ca: None,
        }
    }
}
