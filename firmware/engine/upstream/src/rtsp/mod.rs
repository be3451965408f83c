//! RTSP (RFC 2326): IP cameras and SAT>IP servers, over TCP interleaved or UDP, by the crate `retina`.
//!
//! ```text
//! DESCRIBE -> SETUP of a transport stream, or of a picture and a sound -> PLAY -> packets
//! packets of a transport stream -------------------------> ingest
//! packets of H.264, HEVC, AAC ---> remux::RtpProgram ----> ingest
//! ```
//!
//! Of `retina` its session and its packets are used, not its frames: those are whole pictures in
//! memory, of any size. It sets no maximum to an answer of the server, which only the time-outs bound.
//! SAT>IP servers, which know no DESCRIBE, are asked by a dialogue of our own (`satip`).
//!
//! What does not belong here: payload formats (`remux`), another try after an error (the tuner).

mod address;
mod ask;
mod clocks;
mod error;
mod farewell;
mod messages;
mod offer;
mod packets;
mod play;
mod satip;
mod session;

pub(crate) use ask::Ask;
pub use error::Error;
pub use play::PROGRAM_BYTES_MAX;
pub(crate) use play::play;

/// How packets are to come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Transport {
    /// On the connection of the session (RFC 2326 clause 10.12): nothing is lost, and every router
    /// lets it through.
    #[default]
    Tcp,
    /// On ports of their own.
    Udp,
}

impl Transport {
    const fn other(self) -> Self {
        match self {
            Self::Tcp => Self::Udp,
            Self::Udp => Self::Tcp,
        }
    }
}
