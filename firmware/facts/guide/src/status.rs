//! How the guides stand, for the page.

use std::time::SystemTime;

use store::GuideState;

use crate::GuideConfig;

/// One guide, as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuideStatus {
    /// Its name.
    pub name: String,
    /// File or address, without the account's name and password.
    pub address: String,
    /// How it stands.
    pub state: State,
    /// Channels that it has.
    pub channels: u64,
    /// Programmes of it that are kept.
    pub programmes: u64,
    /// Channels of the lineup that have programmes of it, or would have, were it the first.
    pub matched: usize,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// When it was last read with success.
    pub last_success: Option<SystemTime>,
}

/// How a guide stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not read yet.
    Waiting,
    /// Being read.
    Reading {
        /// Bytes so far.
        bytes: u64,
    },
    /// Read.
    Ready,
    /// Could not be read.
    Failed,
}

impl GuideStatus {
    pub(crate) fn of(config: &GuideConfig, state: &GuideState, matched: usize) -> Self {
        Self {
            name: config.source.name.clone(),
            address: sync::shown_address(config.url()),
            state: match (state.error.is_empty(), state.last_success) {
                (false, _) => State::Failed,
                (true, Some(_)) => State::Ready,
                (true, None) => State::Waiting,
            },
            channels: state.channels,
            programmes: state.programmes,
            matched,
            error: Some(state.error.clone()).filter(|error| !error.is_empty()),
            last_success: state.last_success,
        }
    }
}
