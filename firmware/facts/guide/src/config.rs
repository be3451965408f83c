//! Which guides are read, and how much of them is kept.

use std::{path::PathBuf, sync::Arc};

use desk::GuideSettings;
use tokio::sync::Semaphore;

/// Everything that reading guides depends on.
#[derive(Clone, Debug)]
pub struct Config {
    /// The guides of the configuration file; the first one that knows a channel gives its programmes.
    pub guides: Vec<GuideSettings>,
    /// Days ahead that are kept, 1 to 14.
    pub days: u32,
    /// Hours back that are kept, 0 to 168.
    pub past_hours: u32,
    /// Bytes that reading one guide may hold; from the plan.
    pub bytes_max: usize,
    /// Bytes that comparing names may hold, for a second or two; from the plan.
    pub match_bytes_max: usize,
    /// Where programmes are put aside while a guide is read, and guides that are uploaded: the data
    /// folder.
    pub folder: PathBuf,
    /// Where a reading takes its memory: one at a time, of guides and of what else is read there.
    pub reading: Arc<Semaphore>,
}
