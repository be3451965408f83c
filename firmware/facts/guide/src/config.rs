//! Which guides are read, and how much of them is kept.

use std::{path::PathBuf, time::Duration};

use desk::SourceSettings;

/// Everything that reading guides depends on.
#[derive(Clone, Debug)]
pub struct Config {
    /// The guides; the first one that knows a channel gives its programmes.
    pub guides: Vec<GuideConfig>,
    /// Days ahead that are kept, 1 to 14.
    pub days: u32,
    /// Hours back that are kept, 0 to 168.
    pub past_hours: u32,
    /// Bytes that reading one guide may hold; from the plan.
    pub bytes_max: usize,
    /// Bytes that comparing names may hold, for a second or two; from the plan.
    pub match_bytes_max: usize,
    /// Where programmes are put aside while a guide is read: the data folder.
    pub folder: PathBuf,
}

/// One guide. Its name must be its own; of its settings those count by which it is fetched.
#[derive(Clone, Debug)]
pub struct GuideConfig {
    /// Name, address, and how it is asked for.
    pub source: SourceSettings,
    /// Guides of a higher one come first; those of one priority in the order of the configuration.
    pub priority: i32,
}

impl GuideConfig {
    pub(crate) fn url(&self) -> &str {
        self.source.url.as_deref().unwrap_or_default()
    }

    /// Between two readings.
    pub(crate) const fn interval(&self) -> Duration {
        Duration::from_secs(self.source.interval_hours * 3600)
    }
}

impl Config {
    /// The guides in the order in which channels take programmes of them.
    #[must_use]
    pub fn ordered(mut self) -> Self {
        self.guides.sort_by_key(|guide| -i64::from(guide.priority));
        self
    }
}
