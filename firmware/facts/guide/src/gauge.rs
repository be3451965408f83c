//! How far a reading has come, and how it ended.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::Progress;

/// How a reading ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Its programmes are there.
    Over,
    /// They are not, and why.
    Failed(String),
    /// Somebody has asked for that.
    Cancelled,
    /// Another order, or the end of Dipole, was in the way.
    BrokenOff,
}

/// How far a reading has come.
#[derive(Debug, Default)]
pub(crate) struct Gauge {
    bytes: AtomicU64,
    /// 0 is not known.
    bytes_total: AtomicU64,
}

impl Gauge {
    pub(crate) fn read(&self) -> Progress {
        let total = self.bytes_total.load(Ordering::Relaxed);
        Progress {
            bytes: self.bytes.load(Ordering::Relaxed),
            bytes_total: Some(total).filter(|total| *total > 0),
        }
    }

    pub(crate) fn begin(&self, bytes_total: Option<u64>) {
        self.bytes.store(0, Ordering::Relaxed);
        let total = bytes_total.unwrap_or(0);
        self.bytes_total.store(total, Ordering::Relaxed);
    }

    pub(crate) fn add(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}
