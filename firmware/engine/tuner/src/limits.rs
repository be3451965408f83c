//! What a source allows. May be another from one moment to the next.

use crate::stream::Sharing;

/// What the streams of one source may take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceLimits {
    /// Upstream connections at once; `None` is no limit.
    pub connections: Option<usize>,
    /// Whether viewers share the upstreams of a channel that it is the first source of.
    pub sharing: Sharing,
}
