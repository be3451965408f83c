//! What the page shows of each source.

use std::time::SystemTime;

use desk::SourceSettings;
use store::SourceState;
use tokio::sync::watch;

use crate::{
    AccountStatus,
    progress::Progress,
    secrets,
    sources::{Source, Sources},
};

/// Warnings kept for each source.
pub(crate) const WARNINGS_MAX: usize = 32;

/// One source at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceStatus {
    /// Its number.
    pub id: u16,
    /// What is set about it, without secrets.
    pub settings: SourceSettings,
    /// Whether it stands in the configuration file, where alone it can be changed.
    pub is_of_file: bool,
    /// What it is doing.
    pub state: State,
    /// Its channels in the lineup.
    pub channels: usize,
    /// When its list was last read in full, or found unchanged.
    pub last_success: Option<SystemTime>,
    /// Why the last attempt failed; `None` where it did not.
    pub error: Option<String>,
    /// Whether it failed because much of the list is gone: it may be accepted all the same.
    pub is_held_back: bool,
    /// What was wrong with the list; at most 32.
    pub warnings: Vec<String>,
    /// What the panel last said of the account, where the source is one.
    pub account: Option<AccountStatus>,
}

impl SourceStatus {
    /// Its list is known to be the newest.
    fn read(&mut self, now: SystemTime) {
        self.state = State::Ok;
        self.last_success = Some(now);
        self.error = None;
        self.is_held_back = false;
    }
}

/// What a source is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not read since the start.
    Idle,
    /// Being read.
    Loading(Progress),
    /// The last attempt succeeded, or the list is fresh still.
    Ok,
    /// The last attempt failed; `error` says why.
    Failed,
}

/// The published list of all sources, in the order of their numbers.
pub(crate) struct Board(watch::Sender<Vec<SourceStatus>>);

impl Board {
    pub(crate) fn new(sender: watch::Sender<Vec<SourceStatus>>) -> Self {
        Self(sender)
    }

    /// Shows the sources that there are now. What is known of those that were there stays.
    pub(crate) fn list(&self, sources: &Sources) {
        self.0.send_modify(|board| {
            let mut before = std::mem::take(board);
            for (id, source) in sources.all() {
                let known = before.iter().position(|status| status.id == id);
                let known = known.map(|place| before.swap_remove(place));
                board.push(shown(id, source, known));
            }
        });
    }

    /// What the store knows from before.
    pub(crate) fn recall(&self, id: u16, state: &SourceState, channels: usize, is_there: bool) {
        self.update(id, |status| {
            status.state = if is_there { State::Ok } else { State::Idle };
            status.channels = channels;
            status.last_success = state.last_success;
            status.error = Some(state.error.clone()).filter(|error| !error.is_empty());
        });
    }

    /// What the source is doing now.
    pub(crate) fn state(&self, id: u16) -> State {
        let board = self.0.borrow();
        let status = board.iter().find(|status| status.id == id);
        status.map_or(State::Idle, |status| status.state)
    }

    pub(crate) fn is_held_back(&self, id: u16) -> bool {
        let board = self.0.borrow();
        board
            .iter()
            .any(|status| status.id == id && status.is_held_back)
    }

    pub(crate) fn enter(&self, id: u16, state: State) {
        if self.state(id) != state {
            self.update(id, |status| status.state = state);
        }
    }

    pub(crate) fn failed(&self, id: u16, error: String, is_held_back: bool) {
        self.update(id, |status| {
            status.state = State::Failed;
            status.error = Some(error);
            status.is_held_back = is_held_back;
        });
    }

    pub(crate) fn unchanged(&self, id: u16, now: SystemTime) {
        self.update(id, |status| status.read(now));
    }

    pub(crate) fn imported(&self, id: u16, now: SystemTime, mut warnings: Vec<String>) {
        warnings.truncate(WARNINGS_MAX);
        self.update(id, |status| {
            status.read(now);
            status.warnings = warnings;
        });
    }

    /// How many channels each source has now.
    pub(crate) fn count(&self, channels: &[usize]) {
        self.0.send_modify(|board| {
            for status in board {
                status.channels = channels.get(usize::from(status.id)).copied().unwrap_or(0);
            }
        });
    }

    /// What a panel says of the account.
    pub(crate) fn account(&self, id: u16, account: AccountStatus) {
        self.update(id, |status| status.account = Some(account));
    }

    /// Connections that the account of a source allows, as far as anybody has said so.
    pub(crate) fn allowed(&self, id: u16) -> Option<usize> {
        let board = self.0.borrow();
        let status = board.iter().find(|status| status.id == id)?;
        let most = status.account.as_ref()?.connections_max?;
        usize::try_from(most).ok()
    }

    fn update(&self, id: u16, change: impl FnOnce(&mut SourceStatus)) {
        self.0.send_modify(|board| {
            if let Some(status) = board.iter_mut().find(|status| status.id == id) {
                change(status);
            }
        });
    }
}

fn shown(id: u16, source: &Source, known: Option<SourceStatus>) -> SourceStatus {
    let blank = SourceStatus {
        id,
        settings: secrets::shown(&source.settings),
        is_of_file: source.is_of_file,
        state: State::Idle,
        channels: 0,
        last_success: None,
        error: None,
        is_held_back: false,
        warnings: Vec::new(),
        account: None,
    };
    match known {
        None => blank,
        Some(known) => SourceStatus {
            settings: blank.settings,
            is_of_file: blank.is_of_file,
            ..known
        },
    }
}
