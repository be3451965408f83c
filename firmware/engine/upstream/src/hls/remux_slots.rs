//! How many streams may be remuxed at the same time: each needs memory of its own and often a second
//! connection, which the plan has for some of the tuners only.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::Error;

/// The right to remux one stream, given back when it is dropped.
pub(crate) type RemuxSlot = OwnedSemaphorePermit;

/// A number of rights to remux a stream. Clones are the same ones.
#[derive(Clone, Debug)]
pub struct RemuxSlots {
    free: Arc<Semaphore>,
    slots_max: usize,
}

impl RemuxSlots {
    /// So many, at most what a semaphore can count.
    #[must_use]
    pub fn new(slots_max: usize) -> Self {
        let slots_max = slots_max.min(Semaphore::MAX_PERMITS);
        Self {
            free: Arc::new(Semaphore::new(slots_max)),
            slots_max,
        }
    }

    pub(crate) fn take(&self) -> Result<RemuxSlot, Error> {
        let slot = Arc::clone(&self.free).try_acquire_owned();
        slot.map_err(|_| Error::NoRemuxSlot {
            slots_max: self.slots_max,
        })
    }
}

impl Default for RemuxSlots {
    /// One: for a stream that is played by itself.
    fn default() -> Self {
        Self::new(1)
    }
}
