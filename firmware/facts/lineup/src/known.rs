//! All that one import hands to the next.

use crate::{Held, Numbers};

/// What earlier imports gave out, channels that are gone included.
///
/// At most twice the channels of the lineup are remembered and twice the keys of its entries, or
/// [`Numbers::REMEMBERED_MIN`] and [`Held::REMEMBERED_MIN`]; beside them those that something was decided
/// of, which have a maximum of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The number of each channel.
    pub numbers: Numbers,
    /// The channel of each entry.
    pub held: Held,
}

impl Known {
    /// Nothing given yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}
