//! Settings of a source that is an account at an Xtream panel.

use serde::{Deserialize, Serialize};

/// Hosts of a panel at most, the main one included.
pub const HOSTS_MAX: usize = 8;

/// In which form live streams of a panel are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Output {
    /// As transport streams.
    Ts,
    /// As HLS.
    M3u8,
}

impl From<Output> for xtream::Output {
    fn from(output: Output) -> Self {
        match output {
            Output::Ts => Self::Ts,
            Output::M3u8 => Self::M3u8,
        }
    }
}
