//! What was found in a guide for a channel of the lineup.

use names::merge::Reason;

/// A channel of a guide that was found for one of the lineup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which guide, by its id in the store.
    pub guide: u32,
    /// Which of its channels.
    pub key: u64,
    /// 1 to 100.
    pub confidence_percent: u8,
    /// Why.
    pub reason: Reason,
    /// By how many minutes its programmes are later on the lineup's channel.
    pub shift_min: i16,
    /// Whether it is the guide's channel of the base, which the lineup's channel follows by some hours
    /// without a guide of its own: `Film +1`.
    pub is_of_base: bool,
}

impl Found {
    /// Why, for people.
    #[must_use]
    pub fn words(&self) -> String {
        let Self {
            reason, shift_min, ..
        } = self;
        if self.is_of_base {
            format!("{reason}; this is the guide of its base, {shift_min} minutes later")
        } else {
            reason.to_string()
        }
    }
}
