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
//!
//! The rule holds for segments in a file, too: their bytes are written, read and sent by the kernel,
//! by place, and a place must not become another's while a reader has it in hand. What sockets refer
//! to for longer are pages and no places: see [`crate::file`].

#![allow(
    unsafe_code,
    reason = "shared segment memory; the proof is the module's rule"
)]

#[cfg(not(loom))]
use std::os::fd::BorrowedFd;

#[cfg(not(loom))]
use nix::errno::Errno;

#[cfg(not(loom))]
use crate::file::Slot;
use crate::{
    sizes::SEGMENT_BYTES,
    sync::{Arc, UnsafeCell},
};

/// Memory that one thread appends to and many read.
pub(crate) struct Segment {
    memory: Memory,
}

/// Where a segment's bytes lie.
enum Memory {
    /// In the heap: whoever sends them copies them.
    Heap(Stretch),
    /// In pages that the kernel can send.
    #[cfg(not(loom))]
    File(Slot),
}

/// Published bytes of a segment, where they lie.
#[derive(Clone, Copy, Debug)]
#[cfg(not(loom))]
pub enum Place<'a> {
    /// In memory.
    Memory(&'a [u8]),
    /// In a file, to be sent from there.
    File {
        /// Which.
        file: BorrowedFd<'a>,
        /// Where in it they begin.
        start: i64,
        /// How many there are.
        bytes: usize,
    },
}

/// A segment's part of the memory that all of a pool's segments share: no other's.
struct Stretch {
    slab: Arc<Slab>,
    start: usize,
}

impl Stretch {
    /// The cells `from..to` of the segment, which has no more than [`SEGMENT_BYTES`].
    fn cells(&self, from: usize, to: usize) -> &[UnsafeCell<u8>] {
        assert!(to <= SEGMENT_BYTES);
        &self.slab.0[self.start + from..self.start + to]
    }
}

/// All memory of a pool in one piece, so that before its first use it takes a page and not one of
/// each segment.
struct Slab(Box<[UnsafeCell<u8>]>);

// SAFETY: every cell belongs to one segment. One `Filling` writes to it, above the published length;
// readers stay below that (the rule).
unsafe impl Sync for Slab {}

impl Segment {
    /// As many segments in the heap.
    pub(crate) fn in_heap(count: usize) -> impl Iterator<Item = Self> {
        let slab = Arc::new(Slab(zeroed_cells(count * SEGMENT_BYTES)));
        (0..count).map(move |index| Self {
            memory: Memory::Heap(Stretch {
                slab: Arc::clone(&slab),
                start: index * SEGMENT_BYTES,
            }),
        })
    }

    /// A segment that the kernel can send from.
    #[cfg(not(loom))]
    pub(crate) fn in_file(slot: Slot) -> Self {
        Self {
            memory: Memory::File(slot),
        }
    }

    /// Gives pages back that nobody reads any more. A failure shows again in [`Segment::renew`],
    /// where it counts.
    pub(crate) fn rest(&mut self) {
        #[cfg(not(loom))]
        if let Memory::File(slot) = &mut self.memory {
            let _ = slot.hollow();
        }
    }

    /// Makes the segment ready to be filled. `false`: the kernel will not part it from sockets that
    /// refer to it, so it must not be.
    fn renew(&mut self) -> bool {
        match &mut self.memory {
            Memory::Heap(_) => true,
            #[cfg(not(loom))]
            Memory::File(slot) => slot.renew().is_ok(),
        }
    }

    /// The bytes `from..to`, where they lie.
    ///
    /// # Safety
    /// Every byte below `to` was written before a `Release` store that the caller has seen with
    /// an `Acquire` load, and the caller keeps the `Arc` of this segment during the call.
    #[cfg(not(loom))]
    pub(crate) unsafe fn place(&self, from: usize, to: usize) -> Place<'_> {
        match &self.memory {
            Memory::Heap(stretch) => {
                let cells = stretch.cells(from, to);
                // SAFETY: UnsafeCell<u8> has the layout of u8; the range was just checked; by the
                // caller's promise nobody writes to it while the borrow lives.
                let bytes =
                    unsafe { std::slice::from_raw_parts(cells.as_ptr().cast::<u8>(), cells.len()) };
                Place::Memory(bytes)
            }
            Memory::File(slot) => {
                let (file, start) = slot.place(from);
                let bytes = to - from;
                Place::File { file, start, bytes }
            }
        }
    }

    /// Copies what stands from byte `from` on.
    ///
    /// # Safety
    /// As for [`Segment::place`], for all that is copied.
    #[cfg(not(loom))]
    pub(crate) unsafe fn copy_to(&self, from: usize, into: &mut [u8]) -> Result<(), Errno> {
        match &self.memory {
            Memory::File(slot) => slot.read(from, into),
            Memory::Heap(_) => {
                // SAFETY: the caller's promise is the same.
                if let Place::Memory(bytes) = unsafe { self.place(from, from + into.len()) } {
                    into.copy_from_slice(bytes);
                }
                Ok(())
            }
        }
    }

    #[cfg(loom)]
    pub(crate) unsafe fn copy(&self, from: usize, to: usize) -> Vec<u8> {
        let Memory::Heap(stretch) = &self.memory;
        // SAFETY: as for `place`; loom checks it.
        stretch
            .cells(from, to)
            .iter()
            .map(|cell| cell.with(|byte| unsafe { *byte }))
            .collect()
    }
}

/// Memory for segments. It is asked for as zeroed bytes, which a large allocation gets from the
/// kernel untouched: reserved at start, resident from first use on.
#[cfg(not(loom))]
fn zeroed_cells(bytes: usize) -> Box<[UnsafeCell<u8>]> {
    let bytes = vec![0_u8; bytes].into_boxed_slice();
    let raw = Box::into_raw(bytes) as *mut [UnsafeCell<u8>];
    // SAFETY: the pointer was just given up by a Box of the same length, and UnsafeCell<u8> has
    // the layout of u8 (std guarantees it: the type is repr(transparent)).
    unsafe { Box::from_raw(raw) }
}

#[cfg(loom)]
fn zeroed_cells(bytes: usize) -> Box<[UnsafeCell<u8>]> {
    (0..bytes).map(|_| UnsafeCell::new(0)).collect()
}

impl std::fmt::Debug for Segment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Segment({SEGMENT_BYTES} bytes)")
    }
}

/// The right to append to one segment.
#[derive(Debug)]
pub(crate) struct Filling {
    segment: Arc<Segment>,
    filled: usize,
}

impl Filling {
    /// Takes the right to write; gives the segment back while anybody else holds it.
    pub(crate) fn new(mut segment: Arc<Segment>) -> Result<Self, Arc<Segment>> {
        match Arc::get_mut(&mut segment).map(Segment::renew) {
            Some(true) => Ok(Self { segment, filled: 0 }),
            Some(false) | None => Err(segment),
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

    /// Appends `bytes`, which are no more than the [room](Self::room); an error where the kernel has
    /// no memory for them, and then they may be offered again.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<(), NoMemory> {
        let end = self.filled + bytes.len();
        match &self.segment.memory {
            Memory::Heap(stretch) => write(stretch.cells(self.filled, end), bytes),
            #[cfg(not(loom))]
            Memory::File(slot) => slot.write(self.filled, bytes).map_err(|_| NoMemory)?,
        }
        self.filled = end;
        Ok(())
    }
}

/// The kernel has no page for a segment in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoMemory;

/// Writes `bytes` to as many cells, which are at or above the `filled` of their segment's only
/// [`Filling`].
fn write(cells: &[UnsafeCell<u8>], bytes: &[u8]) {
    #[cfg(not(loom))]
    // SAFETY: as many cells as bytes, as the caller says; these cells were not published, so no
    // reader looks at them, and there is one Filling. `bytes` cannot overlap: no &[u8] of
    // unpublished bytes exists.
    unsafe {
        assert_eq!(cells.len(), bytes.len());
        std::ptr::copy_nonoverlapping(
            bytes.as_ptr(),
            cells.as_ptr().cast::<u8>().cast_mut(),
            bytes.len(),
        );
    }
    #[cfg(loom)]
    for (cell, byte) in cells.iter().zip(bytes) {
        // SAFETY: as above; loom checks it.
        cell.with_mut(|place| unsafe { *place = *byte });
    }
}
