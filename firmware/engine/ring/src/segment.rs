//! One fixed piece of memory that is appended to while others read what was appended before.
//!
//! This is the only module of the engine with unsafe code over shared memory.
//!
//! # The rule
//! 1. A segment has at most one [`Filling`], the right to write; it is made from a uniquely owned
//!    `Arc` (`Arc::get_mut` in [`crate::Pool::take`] proves that nobody else holds one) and cannot
//!    be cloned.
//! 2. A `Filling` writes each byte at most once, in order.
//! 3. A reader reads only bytes below a length that it learnt from an atomic which the writer
//!    stored with `Release` after writing them, and which it loaded with `Acquire`.
//!
//! So a byte is never written while it is read: before publication no reader may look at it (3),
//! after publication the filling is past it (2), and the next filling cannot exist while a reader
//! holds the `Arc` (1). `tests/loom.rs` checks this over all interleavings.

#![allow(
    unsafe_code,
    reason = "shared segment memory; the proof is the module's rule"
)]

use crate::sync::{Arc, UnsafeCell};

/// Length of a transport packet (ISO/IEC 13818-1, 2.4.3.2).
pub const PACKET_BYTES: usize = 188;

/// Length of a segment: the whole packets in 256 KiB (1,394 × 188 = 262,072 bytes).
#[cfg(not(loom))]
pub const SEGMENT_BYTES: usize = 256 * 1024 / PACKET_BYTES * PACKET_BYTES;
/// Length of a segment under the model checker: enough to cross one.
#[cfg(loom)]
pub const SEGMENT_BYTES: usize = 2;

/// Memory that one thread appends to and many read.
pub(crate) struct Segment {
    bytes: Box<[UnsafeCell<u8>]>,
}

// SAFETY: one `Filling` writes, above the published length; readers stay below it (the rule).
unsafe impl Sync for Segment {}

impl Segment {
    pub(crate) fn new() -> Self {
        Self {
            bytes: zeroed_cells(),
        }
    }

    /// Calls `use_bytes` with the bytes `from..to`.
    ///
    /// # Safety
    /// Every byte below `to` was written before a `Release` store that the caller has seen with
    /// an `Acquire` load, and the caller keeps the `Arc` of this segment during the call.
    #[allow(
        unsafe_code,
        reason = "shared segment memory; the proof is the module's rule"
    )]
    #[cfg(not(loom))]
    pub(crate) unsafe fn bytes(&self, from: usize, to: usize) -> &[u8] {
        let cells = &self.bytes[from..to];
        // SAFETY: UnsafeCell<u8> has the layout of u8; the range was just checked; by the
        // caller's promise nobody writes to it while the borrow lives.
        unsafe { std::slice::from_raw_parts(cells.as_ptr().cast::<u8>(), cells.len()) }
    }

    #[allow(
        unsafe_code,
        reason = "shared segment memory; the proof is the module's rule"
    )]
    #[cfg(loom)]
    pub(crate) unsafe fn copy(&self, from: usize, to: usize) -> Vec<u8> {
        // SAFETY: as for `bytes`; loom checks it.
        self.bytes[from..to]
            .iter()
            .map(|cell| cell.with(|byte| unsafe { *byte }))
            .collect()
    }
}

/// A segment's memory. It is asked for as zeroed bytes, which a large allocation gets from the
/// kernel untouched: reserved at start, resident from first use on.
#[cfg(not(loom))]
fn zeroed_cells() -> Box<[UnsafeCell<u8>]> {
    let bytes = vec![0_u8; SEGMENT_BYTES].into_boxed_slice();
    let raw = Box::into_raw(bytes) as *mut [UnsafeCell<u8>];
    // SAFETY: the pointer was just given up by a Box of the same length, and UnsafeCell<u8> has
    // the layout of u8 (std guarantees it: the type is repr(transparent)).
    unsafe { Box::from_raw(raw) }
}

#[cfg(loom)]
fn zeroed_cells() -> Box<[UnsafeCell<u8>]> {
    (0..SEGMENT_BYTES).map(|_| UnsafeCell::new(0)).collect()
}

impl std::fmt::Debug for Segment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Segment({} bytes)", self.bytes.len())
    }
}

/// The right to append to one segment.
#[derive(Debug)]
pub(crate) struct Filling {
    segment: Arc<Segment>,
    filled: usize,
}

impl Filling {
    /// Takes the right to write; `None` while anybody else holds the segment.
    pub(crate) fn new(mut segment: Arc<Segment>) -> Result<Self, Arc<Segment>> {
        match Arc::get_mut(&mut segment) {
            Some(_unique) => Ok(Self { segment, filled: 0 }),
            None => Err(segment),
        }
    }

    /// The segment, for readers.
    pub(crate) fn segment(&self) -> &Arc<Segment> {
        &self.segment
    }

    /// Bytes that still fit.
    pub(crate) fn room(&self) -> usize {
        SEGMENT_BYTES - self.filled
    }

    /// Appends as much of `bytes` as fits and returns how much that was.
    #[allow(
        unsafe_code,
        reason = "shared segment memory; the proof is the module's rule"
    )]
    pub(crate) fn append(&mut self, bytes: &[u8]) -> usize {
        let count = bytes.len().min(self.room());
        let cells = &self.segment.bytes[self.filled..self.filled + count];
        #[cfg(not(loom))]
        // SAFETY: the range was just checked; these bytes are at or above `filled`, so they were
        // not published and no reader looks at them, and this is the segment's only Filling.
        // `bytes` cannot overlap: no &[u8] of unpublished bytes exists.
        unsafe {
            std::ptr::copy_nonoverlapping(
                bytes.as_ptr(),
                cells.as_ptr().cast::<u8>().cast_mut(),
                count,
            );
        }
        #[cfg(loom)]
        for (cell, byte) in cells.iter().zip(bytes) {
            // SAFETY: as above; loom checks it.
            cell.with_mut(|place| unsafe { *place = *byte });
        }
        self.filled += count;
        count
    }
}
