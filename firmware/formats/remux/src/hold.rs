//! Units that have to wait for units of another track, which lie behind them in the file.

use std::collections::VecDeque;

use crate::stream::UnitHead;
use mpegts::ticks::pts_difference;

/// Most bytes that wait. Files whose tracks lie farther apart are read at
/// two places ([`Fmp4Source::split`](crate::Fmp4Source::split)).
pub const HOLD_BYTES_MAX: usize = 64 * 1024;

/// Whole units in the order of their decoding times.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hold {
    units: VecDeque<(UnitHead, Vec<u8>)>,
    bytes: usize,
}

impl Hold {
    /// Puts a whole unit to its place.
    pub(crate) fn put(&mut self, head: UnitHead, data: Vec<u8>) {
        let behind = |other: &(UnitHead, Vec<u8>)| pts_difference(other.0.dts, head.dts) <= 0;
        let place = self.units.iter().rposition(behind).map_or(0, |at| at + 1);
        self.bytes += data.len();
        self.units.insert(place, (head, data));
    }

    /// When the first one is decoded.
    pub(crate) fn first(&self) -> Option<UnitHead> {
        self.units.front().map(|(head, _)| *head)
    }

    /// Whether another unit of so many bytes may wait.
    pub(crate) const fn has_room(&self, bytes: usize) -> bool {
        self.fits(bytes, HOLD_BYTES_MAX)
    }

    /// The same, by another limit.
    pub(crate) const fn fits(&self, bytes: usize, bytes_max: usize) -> bool {
        self.bytes.saturating_add(bytes) <= bytes_max
    }

    /// When the last one is decoded.
    pub(crate) fn last(&self) -> Option<UnitHead> {
        self.units.back().map(|(head, _)| *head)
    }

    pub(crate) fn take(&mut self) -> Option<(UnitHead, Vec<u8>)> {
        let unit = self.units.pop_front()?;
        self.bytes -= unit.1.len();
        Some(unit)
    }
}
