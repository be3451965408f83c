//! What can be ordered, by area.

use crate::{BackupOrder, ChannelOrder, RulesOrder, SourceOrder};

/// One wish for a change of the facts.
#[derive(Debug)]
pub enum Order {
    /// About channels.
    Channel(ChannelOrder),
    /// About sources and their lists.
    Source(SourceOrder),
    /// About the owner's rules.
    Rules(RulesOrder),
    /// About backups.
    Backup(BackupOrder),
}

impl From<BackupOrder> for Order {
    fn from(order: BackupOrder) -> Self {
        Self::Backup(order)
    }
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
