//! The documents of the HTTP side, written piece by piece into any [`fmt::Write`]: a lineup of
//! 30,000 channels never stands in memory as a whole.
//!
//! Every writer only fails where `out` fails. Addresses come in as the client came by them (its
//! Host header or the local address of its socket), never with a slash at the end.
//!
//! [`fmt::Write`]: std::fmt::Write

mod device;
mod escape;
mod lineup;
mod status;

pub use device::{write_device_xml, write_discover_json};
pub use escape::{Json, Xml};
pub use lineup::{Entry, LineupFormat};
pub use status::{Scan, TunerInUse, write_lineup_status_json, write_status_json_entry};

use std::fmt;

/// Counts the bytes of a document without keeping them: the Content-Length of a HEAD request.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByteCount(pub u64);

impl fmt::Write for ByteCount {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.saturating_add(text.len() as u64);
        Ok(())
    }
}
