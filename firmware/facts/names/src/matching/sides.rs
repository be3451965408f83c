//! What is kept of both sides besides their parts.

use crate::{Quality, merge::table::EntryId};

/// A name of a channel of the guide.
#[derive(Clone, Copy, Debug)]
pub(super) struct GuideName {
    pub(super) channel: u32,
    pub(super) entry: EntryId,
    pub(super) quality: Quality,
}

/// An entry of the lineup.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) entry: EntryId,
    pub(super) quality: Quality,
    /// In lower case.
    pub(super) tvg_id: Option<Box<str>>,
}
