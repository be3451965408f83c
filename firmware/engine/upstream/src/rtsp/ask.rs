//! What is asked of a server, and how packets are taken from it, whichever dialogue asks.

use std::time::Duration;

use url::Url;

use super::Transport;
use crate::hls::RemuxSlots;
use crate::http::ClientConfig;

/// Bytes gathered before they are handed on.
pub(super) const OUT_BYTES: usize = 16 * 1024;
/// How often packets are gathered from a connection (`http::wire` says why). Over UDP they are taken as
/// they come: a key frame is a burst, and the socket's own buffer holds about a hundred packets.
pub(super) const GATHER: Duration = Duration::from_millis(75);
/// A sender leaves (RFC 3550 clause 6.6).
pub(super) const RTCP_BYE: u8 = 203;

/// What is asked of the server.
pub(crate) struct Ask<'a> {
    pub(crate) url: &'a Url,
    pub(crate) user_agent: &'a str,
    /// As the source's settings say.
    pub(crate) transport: Transport,
    pub(crate) config: &'a ClientConfig,
    pub(crate) remux_slots: &'a RemuxSlots,
}
