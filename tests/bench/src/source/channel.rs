//! The last seconds of one channel, as they go over the wire.

use crate::stream::Stream;

/// Kept for connections that cannot take a tick's bytes at once: 2 s at 8 Mbit/s.
const KEPT_BYTES_MAX: usize = 2 << 20;

/// A stream and its last bytes.
pub(crate) struct Channel {
    stream: Stream,
    is_chunked: bool,
    bytes: Vec<u8>,
    /// Position of the first byte kept.
    base: u64,
    fresh: Vec<u8>,
}

impl Channel {
    /// A channel that begins with this stream's next packet.
    pub(crate) fn new(stream: Stream, is_chunked: bool) -> Self {
        let bytes = Vec::with_capacity(2 * KEPT_BYTES_MAX);
        Self {
            stream,
            is_chunked,
            bytes,
            base: 0,
            fresh: Vec::new(),
        }
    }

    /// Position behind the last byte: where a new connection begins.
    pub(crate) fn end(&self) -> u64 {
        self.base + self.bytes.len() as u64
    }

    /// The bytes from a position on; `None` where they are not kept any more.
    pub(crate) fn from(&self, position: u64) -> Option<&[u8]> {
        let at = usize::try_from(position.checked_sub(self.base)?).ok()?;
        self.bytes.get(at..)
    }

    /// Appends the packets that are due, as one chunk where answers are chunked.
    pub(crate) fn append_due(&mut self, now_us: u64) {
        self.fresh.clear();
        while self.stream.due_us() <= now_us {
            self.stream.append(&mut self.fresh);
        }
        if self.fresh.is_empty() {
            return;
        }
        if self.bytes.len() + self.fresh.len() + 32 > 2 * KEPT_BYTES_MAX {
            let dropped = self.bytes.len().saturating_sub(KEPT_BYTES_MAX);
            self.bytes.drain(..dropped);
            self.base += dropped as u64;
        }
        if self.is_chunked {
            self.bytes
                .extend_from_slice(format!("{:x}\r\n", self.fresh.len()).as_bytes());
        }
        self.bytes.extend_from_slice(&self.fresh);
        if self.is_chunked {
            self.bytes.extend_from_slice(b"\r\n");
        }
    }
}
