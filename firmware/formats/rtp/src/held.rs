//! Packets that came before those that belong before them.

use std::time::Instant;

/// Packets held at once, gaps between them included: at 8 Mbit/s in packets of 1,316 bytes these
/// are 84 ms, more than any network reorders by.
pub const HELD_PACKETS_MAX: usize = 64;
/// Bytes of all packets held at once: 48 packets of 1,316 bytes.
pub const HELD_BYTES_MAX: usize = 64 * 1024;

/// The packets that are held; each is known by how far its number lies behind the one awaited.
#[derive(Debug)]
pub(crate) struct Held {
    /// The place of number `n` is `n` modulo its length.
    places: Box<[Option<Waiting>; HELD_PACKETS_MAX]>,
    count: usize,
    bytes: usize,
}

/// A packet that waits. Without payload it is one of another kind that only takes up a number.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) payload: Box<[u8]>,
    pub(crate) since: Instant,
}

impl Held {
    pub(crate) fn new() -> Self {
        Self {
            places: Box::new([const { None }; HELD_PACKETS_MAX]),
            count: 0,
            bytes: 0,
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether `more` bytes can be held as well.
    pub(crate) const fn has_room(&self, more: usize) -> bool {
        self.bytes + more <= HELD_BYTES_MAX
    }

    /// What is held under this number.
    pub(crate) fn at(&self, sequence: u16) -> Option<&Waiting> {
        self.places.get(place(sequence))?.as_ref()
    }

    /// Holds a packet; one that was held under the same number goes.
    pub(crate) fn put(&mut self, sequence: u16, waiting: Waiting) {
        self.take(sequence);
        self.bytes += waiting.payload.len();
        self.count += 1;
        if let Some(free) = self.places.get_mut(place(sequence)) {
            *free = Some(waiting);
        }
    }

    /// Gives out what is held under this number.
    pub(crate) fn take(&mut self, sequence: u16) -> Option<Waiting> {
        let waiting = self.places.get_mut(place(sequence))?.take()?;
        self.count -= 1;
        self.bytes -= waiting.payload.len();
        Some(waiting)
    }

    /// Since when a gap has been waited for.
    pub(crate) fn since(&self) -> Option<Instant> {
        if self.is_empty() {
            return None;
        }
        self.places.iter().flatten().map(|held| held.since).min()
    }
}

fn place(sequence: u16) -> usize {
    usize::from(sequence) % HELD_PACKETS_MAX
}

// Numbers that follow each other over the wrap must not meet in one place.
const _: () = assert!(65_536 % HELD_PACKETS_MAX == 0);
