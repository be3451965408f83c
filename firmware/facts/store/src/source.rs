//! What is known of a source from one start to the next.

use std::time::SystemTime;

use crate::{
    codec::{Decoder, Encoder},
    fault::Fault,
};

const LAYOUT: u8 = 1;

/// The last dealings with one source. Texts that are not known are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceState {
    /// The address that the validators below belong to: they say nothing about another one.
    pub url: String,
    /// `ETag` of the last good answer (RFC 9110, 8.8.3), as sent.
    pub etag: String,
    /// `Last-Modified` of the last good answer (RFC 9110, 8.8.2), as sent.
    pub last_modified: String,
    /// When the list was last read in full, or found unchanged.
    pub last_success: Option<SystemTime>,
    /// Why the last attempt failed; empty where it did not.
    pub error: String,
    /// Entries of the last good list.
    pub entries: u64,
}

impl SourceState {
    pub(crate) fn encode(&self, buffer: &mut Vec<u8>) {
        Encoder::new(buffer, LAYOUT)
            .text(&self.url)
            .text(&self.etag)
            .text(&self.last_modified)
            .maybe_time(self.last_success)
            .text(&self.error)
            .u64(self.entries);
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Fault> {
        let mut fields = Decoder::new(bytes, LAYOUT)?;
        let state = Self {
            url: fields.text()?.to_owned(),
            etag: fields.text()?.to_owned(),
            last_modified: fields.text()?.to_owned(),
            last_success: fields.maybe_time()?,
            error: fields.text()?.to_owned(),
            entries: fields.u64()?,
        };
        fields.end()?;
        Ok(state)
    }
}
