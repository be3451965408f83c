//! What can be ordered, by area.

use crate::SourceOrder;

/// One wish for a change of the facts.
#[derive(Debug)]
pub enum Order {
    /// About sources and their lists.
    Source(SourceOrder),
}

impl From<SourceOrder> for Order {
    fn from(order: SourceOrder) -> Self {
        Self::Source(order)
    }
}
