//! What became of a stream's datagrams, told when it is closed: however it is closed, its counts
//! are what somebody who looks for a fault in the network wants to see.

use rtp::Counts;

/// Tells its counts when it is dropped.
#[derive(Debug)]
pub(super) struct Tally {
    address: String,
    pub(super) counts: Counts,
    /// Datagrams for which the receive buffer had no room.
    pub(super) dropped_by_kernel: u64,
}

impl Tally {
    pub(super) fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            counts: Counts::default(),
            dropped_by_kernel: 0,
        }
    }

    /// Adds what the kernel dropped since the last time; tells the first of it at once.
    pub(super) fn dropped(&mut self, more: u64) {
        if self.dropped_by_kernel == 0 {
            tracing::warn!(
                from = self.address,
                datagrams = more,
                "datagrams are lost in this machine: its receive buffer is full"
            );
        }
        self.dropped_by_kernel += more;
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        let Counts {
            taken,
            passed_over,
            reordered,
            duplicates,
            late,
            lost,
            restarts,
        } = self.counts;
        let (from, dropped) = (&self.address, self.dropped_by_kernel);
        // A late one alone is missing nowhere: it belongs before the first, or came a second time.
        if lost + dropped > 0 {
            tracing::warn!(
                from,
                taken,
                lost,
                late,
                dropped,
                reordered,
                duplicates,
                restarts,
                passed_over,
                "datagrams were lost on the way"
            );
        } else {
            tracing::debug!(
                from,
                taken,
                late,
                reordered,
                duplicates,
                restarts,
                passed_over,
                "stream of datagrams closed"
            );
        }
    }
}
