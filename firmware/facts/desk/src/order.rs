//! What can be ordered, by area.

use crate::{ChannelOrder, RulesOrder, SourceOrder};

/// One wish for a change of the facts.
#[derive(Debug)]
pub enum Order {
    /// About channels.
    Channel(ChannelOrder),
    /// About sources and their lists.
    Source(SourceOrder),
    /// About the owner's rules.
    Rules(RulesOrder),
}

impl From<RulesOrder> for Order {
    fn from(order: RulesOrder) -> Self {
        Self::Rules(order)
    }
}

impl From<ChannelOrder> for Order {
    fn from(order: ChannelOrder) -> Self {
        Self::Channel(order)
    }
}

impl From<SourceOrder> for Order {
    fn from(order: SourceOrder) -> Self {
        Self::Source(order)
    }
}
