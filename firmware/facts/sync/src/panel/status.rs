//! What the page shows of an account.

use std::time::{Duration, SystemTime};

use xtream::{AccountInfo, Standing};

/// An account as its panel told it last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountStatus {
    /// What it may do, as the panel says: `Active`, `Expired`, and so on; may be empty.
    pub status: String,
    /// When it ends; `None` is never.
    pub expires: Option<SystemTime>,
    /// Connections that it allows at once; `None` is no limit.
    pub connections_max: Option<u32>,
    /// Connections that were open when the panel was asked, ours included.
    pub connections_active: Option<u32>,
    /// Whether it is a trial.
    pub is_trial: bool,
    /// The host that answered, with its port where it says one.
    pub host: String,
    /// When the panel was asked.
    pub asked: SystemTime,
}

impl AccountStatus {
    pub(super) fn of(info: &AccountInfo, host: String, asked: SystemTime) -> Self {
        let expires = info.expires.and_then(|seconds| u64::try_from(seconds).ok());
        let moment = |seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
        Self {
            status: info.status.clone(),
            expires: expires.and_then(moment),
            connections_max: info.connections_max,
            connections_active: info.connections_active,
            is_trial: info.is_trial,
            host,
            asked,
        }
    }
}

/// What an account may do at a moment.
pub(super) fn standing(info: &AccountInfo, now: SystemTime) -> Standing {
    let since = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    info.standing_at(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}
