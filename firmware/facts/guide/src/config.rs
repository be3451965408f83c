//! Which guides are read, and how much of them is kept.

use std::path::PathBuf;

use sync::SourceConfig;

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

/// One guide. Its name must be its own, its `connections` do not count.
#[derive(Clone, Debug)]
pub struct GuideConfig {
    /// Name, address, and how it is asked for.
    pub source: SourceConfig,
    /// Guides of a higher one come first; those of one priority in the order of the configuration.
    pub priority: i32,
}

impl Config {
    /// The guides in the order in which channels take programmes of them.
    #[must_use]
    pub fn ordered(mut self) -> Self {
        self.guides.sort_by_key(|guide| -i64::from(guide.priority));
        self
    }
}
