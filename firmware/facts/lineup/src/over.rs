//! What of a lineup clients see, and in which order.

use std::sync::{Arc, OnceLock};

use crate::{core::Core, decisions::Decisions};

/// What was decided, applied.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    pub(crate) decisions: Arc<Decisions>,
    /// Places of the heads: of channels that clients see, then of those that they do not, both in
    /// the order of numbers.
    pub(crate) order: Vec<u32>,
    /// How many clients see.
    pub(crate) active: usize,
    pub(crate) revision: OnceLock<u64>,
}

impl Shown {
    pub(crate) fn of(core: &Core, decisions: Arc<Decisions>) -> Self {
        let mut order: Vec<u32> = (0..).zip(&core.heads).map(|(place, _)| place).collect();
        let is_active = |&place: &u32| {
            let id = core.heads[place as usize].id;
            decisions.seen(id).enabled.unwrap_or(true)
        };
        // Stable: both parts stay in the order of numbers.
        order.sort_by_key(|place| !is_active(place));
        let active = order.partition_point(is_active);
        Self {
            decisions,
            order,
            active,
            revision: OnceLock::new(),
        }
    }

    pub(crate) fn place(&self, index: usize) -> Option<usize> {
        self.order.get(index).map(|&place| place as usize)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.decisions.bytes() + self.order.capacity() * size_of::<u32>()
    }
}
