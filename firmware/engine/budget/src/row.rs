//! A line of the plan.

use base::ByteSize;

/// One holder of memory: so many things of so many bytes each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// What holds the memory.
    pub name: &'static str,
    /// How many there are, at most.
    pub count: usize,
    /// Bytes of each, at most; kernel memory on behalf of the daemon included.
    pub each: ByteSize,
    /// Why it is this much.
    pub why: &'static str,
}

impl Row {
    /// Bytes of all together.
    #[must_use]
    pub fn total(&self) -> ByteSize {
        ByteSize(self.each.0.saturating_mul(self.count as u64))
    }
}
