//! All segments there will ever be, allocated at start.

use crate::{
    SEGMENT_BYTES,
    segment::{Filling, Segment},
    sync::{Arc, Mutex, lock},
};

/// The store of segments. Its size is fixed by the plan; empty is an answer, not a reason to
/// allocate.
#[derive(Debug)]
pub struct Pool {
    state: Mutex<State>,
    segments: usize,
    is_file: bool,
}

#[derive(Debug)]
struct State {
    free: Vec<Arc<Segment>>,
    low_water: usize,
}

/// How full the pool is, in segments of [`SEGMENT_BYTES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolStats {
    /// All there are.
    pub segments: usize,
    /// In use now.
    pub used: usize,
    /// The most that were ever in use at once.
    pub used_max: usize,
}

impl Pool {
    /// A pool of `segments` segments in the heap, allocated now.
    #[must_use]
    pub fn new(segments: usize) -> Arc<Self> {
        Self::of(Segment::in_heap(segments), false)
    }

    /// A pool of `segments` segments in pages that the kernel can send from, reserved now. One
    /// descriptor, however many segments.
    ///
    /// # Errors
    /// Of the kernel, where it has no memory files (`memfd_create`, Linux 3.17).
    #[cfg(not(loom))]
    pub fn in_file(segments: usize) -> std::io::Result<Arc<Self>> {
        let slots = crate::file::slots(segments)?;
        Ok(Self::of(slots.into_iter().map(Segment::in_file), true))
    }

    fn of(segments: impl Iterator<Item = Segment>, is_file: bool) -> Arc<Self> {
        let free: Vec<_> = segments.map(Arc::new).collect();
        let segments = free.len();
        Arc::new(Self {
            state: Mutex::new(State {
                free,
                low_water: segments,
            }),
            segments,
            is_file,
        })
    }

    /// Whether to append costs a system call, so that it is done by the handful.
    pub(crate) fn is_file(&self) -> bool {
        self.is_file
    }

    /// Bytes that `segments` segments occupy.
    #[must_use]
    pub const fn bytes(segments: usize) -> usize {
        segments * SEGMENT_BYTES
    }

    /// A segment nobody else holds: the one that came back last, whose memory is still in the
    /// cache and resident. One that came back while it was being sent stays in the free list until
    /// its reader lets go.
    pub(crate) fn take(&self) -> Option<Filling> {
        let mut state = lock(&self.state);
        for index in (0..state.free.len()).rev() {
            let newest = state.free.remove(index);
            match Filling::new(newest) {
                Ok(filling) => {
                    state.low_water = state.low_water.min(state.free.len());
                    return Some(filling);
                }
                Err(held) => state.free.insert(index, held),
            }
        }
        None
    }

    /// Takes a segment back.
    pub(crate) fn give(&self, mut segment: Arc<Segment>) {
        if let Some(unread) = Arc::get_mut(&mut segment) {
            unread.rest();
        }
        lock(&self.state).free.push(segment);
    }

    /// How full the pool is.
    #[must_use]
    pub fn stats(&self) -> PoolStats {
        let state = lock(&self.state);
        PoolStats {
            segments: self.segments,
            used: self.segments - state.free.len(),
            used_max: self.segments - state.low_water,
        }
    }
}
