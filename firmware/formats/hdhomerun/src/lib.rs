//! HDHomeRun from the device's side, as bytes and values: what a client asks and what a tuner on
//! the network answers.
//!
//! Belongs here: discovery and control packets, device ids, the documents of the HTTP side, SSDP
//! messages, the rules of the control names. Does not belong here: sockets, clocks, the lineup's
//! own types (they come in as plain values), upstreams.
//!
//! Written from SiliconDust's HTTP Development Guide and from what libhdhomerun and the clients
//! named in the tests send and accept. No input makes this crate panic.
#![deny(clippy::indexing_slicing)]

mod device_id;
mod framer;
mod identity;
mod pid_filter;
#[cfg(test)]
mod testing;

pub mod control;
pub mod discover;
pub mod documents;
pub mod frequency;
pub mod packet;
pub mod ssdp;

pub use device_id::{DeviceId, DeviceIdError};
pub use framer::Framer;
pub use identity::{FIRMWARE_NAME, FIRMWARE_VERSION, Identity, MANUFACTURER, MODEL, Origin, Uuid};
pub use pid_filter::{PidFilter, PidFilterError};

/// The UPnP device type that HDHomeRun devices announce, and that Home Assistant looks for.
pub const DEVICE_TYPE_URN: &str = "urn:schemas-upnp-org:device:MediaServer:1";

/// CRC-32 as in Ethernet and zlib: the one of HDHomeRun packets.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    const CRC: crc::Crc<u32> = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC);
    CRC.checksum(bytes)
}
