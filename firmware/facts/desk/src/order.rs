//! What can be ordered, by area.

use crate::{ChannelOrder, SourceOrder};

/// One wish for a change of the facts.
#[derive(Debug)]
pub enum Order {
    /// About channels.
    Channel(ChannelOrder),
    /// About sources and their lists.
    Source(SourceOrder),
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
