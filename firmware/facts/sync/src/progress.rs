//! How far a reading has come, told by those who do it and looked at now and then.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

/// What is being done with a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// It is asked for, or comes.
    #[default]
    Fetching,
    /// Its entries become channels.
    Merging,
    /// The channels are being stored.
    Storing,
}

/// One reading at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub phase: Phase,
    /// Entries so far.
    pub entries: u64,
    /// Bytes so far, as they came.
    pub bytes: u64,
    /// Bytes there will be, where the server has said so.
    pub bytes_total: Option<u64>,
}

/// Where it is told.
#[derive(Debug, Default)]
pub(crate) struct Gauge {
    phase: AtomicU8,
    entries: AtomicU64,
    bytes: AtomicU64,
    /// 0 is not known.
    bytes_total: AtomicU64,
}

impl Gauge {
    pub(crate) fn enter(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Relaxed);
    }

    pub(crate) fn entries(&self, entries: u64) {
        self.entries.store(entries, Ordering::Relaxed);
    }

    pub(crate) fn bytes(&self, bytes: u64) {
        self.bytes.store(bytes, Ordering::Relaxed);
    }

    pub(crate) fn bytes_total(&self, bytes: Option<u64>) {
        self.bytes_total
            .store(bytes.unwrap_or(0), Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> Progress {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Progress {
            phase: match self.phase.load(Ordering::Relaxed) {
                0 => Phase::Fetching,
                1 => Phase::Merging,
                _ => Phase::Storing,
            },
            entries: of(&self.entries),
            bytes: of(&self.bytes),
            bytes_total: Some(of(&self.bytes_total)).filter(|bytes| *bytes > 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_read() {
        let gauge = Gauge::default();
        assert_eq!(gauge.read(), Progress::default());
        gauge.bytes_total(Some(100));
        gauge.bytes(40);
        gauge.entries(3);
        for phase in [Phase::Fetching, Phase::Merging, Phase::Storing] {
            gauge.enter(phase);
            let read = gauge.read();
            assert_eq!((read.phase, read.entries, read.bytes), (phase, 3, 40));
            assert_eq!(read.bytes_total, Some(100));
        }
    }
}
