//! What an ingest keeps while it stands by.

use std::sync::Arc;

use ring::Position;

use crate::handover::{Handover, Lent};

/// The state of an ingest that stands by.
#[derive(Debug)]
pub(crate) struct Standby<T> {
    pub(crate) handover: Arc<Handover<T>>,
    /// It is to take over.
    pub(crate) channel: Option<Lent<T>>,
    /// What it holds is on its way: what stands before has passed.
    pub(crate) from: Option<Position>,
}

impl<T> Standby<T> {
    pub(crate) fn new(handover: Arc<Handover<T>>) -> Self {
        Self {
            handover,
            channel: None,
            from: None,
        }
    }
}
