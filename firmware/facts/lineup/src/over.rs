//! What of a lineup clients see, and in which order.

use std::sync::{Arc, OnceLock};

use crate::{
    choice::{Choice, Idle, Standing},
    core::Core,
    decisions::Decisions,
};

/// What was chosen and decided, applied.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    pub(crate) decisions: Arc<Decisions>,
    pub(crate) choice: Arc<Choice>,
    /// Whether one of the channels is a favourite, where that is asked for.
    has_favourites: bool,
    /// Places of the heads: of channels that clients see, then of those that they do not, both in
    /// the order of numbers.
    pub(crate) order: Vec<u32>,
    /// How many clients see.
    pub(crate) active: usize,
    pub(crate) revision: OnceLock<u64>,
}

impl Shown {
    pub(crate) fn of(core: &Core, decisions: Arc<Decisions>, choice: Arc<Choice>) -> Self {
        let is_favourite = |id| decisions.seen(id).favourite == Some(true);
        let has_favourites =
            choice.asks_for_favourites() && core.heads.iter().any(|head| is_favourite(head.id));
        let mut shown = Self {
            decisions,
            choice,
            has_favourites,
            order: Vec::new(),
            active: 0,
            revision: OnceLock::new(),
        };
        let is_idle: Vec<bool> = (0..core.heads.len())
            .map(|place| shown.idle(core, place).is_some())
            .collect();
        let mut order: Vec<u32> = (0..).zip(&core.heads).map(|(place, _)| place).collect();
        // Stable: both parts stay in the order of numbers.
        order.sort_by_key(|&place| is_idle[place as usize]);
        shown.active = order.partition_point(|&place| !is_idle[place as usize]);
        shown.order = order;
        shown
    }

    /// Why clients do not see the channel at `place` among the heads; `None` where they do.
    pub(crate) fn idle(&self, core: &Core, place: usize) -> Option<Idle> {
        let head = core.heads.get(place)?;
        let (group, is_built_in) = core.group(place);
        let channel = Standing {
            seen: self.decisions.seen(head.id),
            group,
            waits: head.waits,
            is_built_in,
        };
        self.choice.idle(channel, self.has_favourites)
    }

    pub(crate) fn place(&self, index: usize) -> Option<usize> {
        self.order.get(index).map(|&place| place as usize)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.decisions.bytes() + self.order.capacity() * size_of::<u32>()
    }
}
