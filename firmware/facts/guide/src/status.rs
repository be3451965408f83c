//! How the guides stand, for the page.

use std::time::SystemTime;

use desk::GuideSettings;
use store::GuideState;

use crate::list::{Listed, Origin};

/// One guide, as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuideStatus {
    /// Its lasting number.
    pub id: u32,
    /// Where it is set.
    pub origin: Origin,
    /// What is set about it, without secrets.
    pub settings: GuideSettings,
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
    Reading(Progress),
    /// Read.
    Ready,
    /// Could not be read.
    Failed,
}

/// How far a reading has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes so far, as they came.
    pub bytes: u64,
    /// Bytes there will be, where that is known.
    pub bytes_total: Option<u64>,
}

impl GuideStatus {
    pub(crate) fn of(listed: &Listed, state: &GuideState, matched: usize) -> Self {
        Self {
            id: state.id,
            origin: listed.origin,
            settings: sync::secrets::shown_guide(&listed.settings),
            name: listed.settings.name.clone(),
            address: listed
                .settings
                .url
                .as_deref()
                .map_or_else(String::new, sync::shown_address),
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
