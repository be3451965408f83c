//! What the page shows of each source.

use std::time::SystemTime;

use store::SourceState;
use tokio::sync::watch;

use crate::{Config, config::Location};

/// Warnings kept for each source.
pub(crate) const WARNINGS_MAX: usize = 32;

/// One source at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceStatus {
    /// Its name.
    pub name: String,
    /// Its address, without secrets.
    pub url: String,
    /// What it is doing.
    pub state: State,
    /// Its channels in the lineup.
    pub channels: usize,
    /// When its list was last read in full, or found unchanged.
    pub last_success: Option<SystemTime>,
    /// Why the last attempt failed; `None` where it did not.
    pub error: Option<String>,
    /// What was wrong with the list; at most 32.
    pub warnings: Vec<String>,
}

/// What a source is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not read since the start.
    Idle,
    /// Being read.
    Loading {
        /// Entries so far.
        entries: u64,
        /// Bytes so far.
        bytes: u64,
    },
    /// The last attempt succeeded.
    Ok,
    /// The last attempt failed; `error` says why.
    Failed,
}

/// The published list of all sources.
pub(crate) struct Board(watch::Sender<Vec<SourceStatus>>);

impl Board {
    pub(crate) fn new(sender: watch::Sender<Vec<SourceStatus>>, config: &Config) -> Self {
        sender.send_replace(
            config
                .sources
                .iter()
                .map(|source| SourceStatus {
                    name: source.name.clone(),
                    url: Location::shown(&source.url),
                    state: State::Idle,
                    channels: 0,
                    last_success: None,
                    error: None,
                    warnings: Vec::new(),
                })
                .collect(),
        );
        Self(sender)
    }

    /// What the store knows from before.
    pub(crate) fn recall(&self, index: usize, state: &SourceState, channels: usize) {
        self.update(index, |status| {
            status.channels = channels;
            status.last_success = state.last_success;
            status.error = Some(state.error.clone()).filter(|error| !error.is_empty());
        });
    }

    pub(crate) fn loading(&self, index: usize, entries: u64, bytes: u64) {
        self.update(index, |status| {
            status.state = State::Loading { entries, bytes }
        });
    }

    pub(crate) fn failed(&self, index: usize, error: String) {
        self.update(index, |status| {
            status.state = State::Failed;
            status.error = Some(error);
        });
    }

    pub(crate) fn unchanged(&self, index: usize, now: SystemTime) {
        self.update(index, |status| {
            status.state = State::Ok;
            status.last_success = Some(now);
            status.error = None;
        });
    }

    /// `channels` of every source in the new lineup: one list changes them all, where its channels
    /// are theirs as well.
    pub(crate) fn imported(
        &self,
        index: usize,
        now: SystemTime,
        channels: &[usize],
        mut warnings: Vec<String>,
    ) {
        warnings.truncate(WARNINGS_MAX);
        self.0.send_modify(|board| {
            for (status, &channels) in board.iter_mut().zip(channels) {
                status.channels = channels;
            }
            if let Some(status) = board.get_mut(index) {
                status.state = State::Ok;
                status.last_success = Some(now);
                status.error = None;
                status.warnings = warnings;
            }
        });
    }

    fn update(&self, index: usize, change: impl FnOnce(&mut SourceStatus)) {
        self.0.send_modify(|board| {
            if let Some(status) = board.get_mut(index) {
                change(status);
            }
        });
    }
}
