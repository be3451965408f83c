//! Who goes before whom.

/// Who needs a connection more. A higher one takes it from a lower one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// A stream that stands by, in case that another one fails: it gives way to anybody.
    Standby,
    /// A look at whether a stream plays.
    Probe,
    /// Somebody watches.
    Viewer,
    /// Somebody who may do so decided it.
    Admin,
}
