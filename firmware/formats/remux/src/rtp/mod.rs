//! Payloads of RTP packets to one transport stream: H.264 (RFC 6184), HEVC (RFC 7798), AAC (RFC 3640).
//!
//! Units stream through: a picture is given out packet by packet, and what is held is the sound that
//! comes while a picture is open or that lies ahead of it, and the few units in front of a picture.
//!
//! What does not belong here: sockets, RTP headers, sequence numbers, sessions, and transport streams
//! in RTP, which need no remuxing.

mod aac;
mod payload;
mod program;
#[cfg(test)]
mod tests;
mod video;

pub use payload::{RtpAudio, RtpPayload, RtpVideo};
pub use program::{RTP_PROGRAM_BYTES_MAX, RtpProgram};
