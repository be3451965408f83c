//! What a run came to, as JSON.

use std::time::Duration;

use serde::Serialize;

use super::{client::End, fleet::Fleet, joiner, server::Cost};
use crate::check::Faults;

/// The report of one run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    clients: usize,
    unconnected: usize,
    checked: usize,
    window_s: f64,
    /// Bytes that all clients got within the window.
    bytes: u64,
    /// Server CPU seconds for each GiB delivered.
    cpu_s_per_gib: f64,
    /// Mbit/s of the slowest client and of the median one.
    rate_min: f64,
    rate_median: f64,
    /// Clients that got nothing within the window.
    starved: usize,
    /// Refused, closed, failed and starved clients and all faults: 0 or something is wrong.
    errors: u64,
    ends: Ends,
    faults: Faults,
    age_ms: Ages,
    key_frames: u64,
    sweeps_late: u64,
    asked_again: u64,
    server: Cost,
    pub(crate) joins: joiner::Summary,
}

/// Clients whose stream ended.
#[derive(Debug, Default, Serialize)]
struct Ends {
    refused: usize,
    closed: usize,
    failed: usize,
}

/// From when a packet was due at the source to when a checked client read it, within the window.
#[derive(Debug, Default, Serialize)]
struct Ages {
    median: f64,
    p99: f64,
    max: f64,
}

impl Report {
    /// Of a fleet whose window is over.
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    pub(crate) fn new(fleet: &mut Fleet, window: Duration, server: &Cost) -> Self {
        let gained = fleet.clients.iter().zip(&fleet.bytes_before);
        let mut gained: Vec<u64> = gained
            .map(|(client, before)| client.bytes - before)
            .collect();
        gained.sort_unstable();
        let bytes = gained.iter().sum::<u64>();
        let megabits = |bytes: Option<&u64>| {
            bytes.map_or(0.0, |bytes| {
                *bytes as f64 * 8.0 / 1e6 / window.as_secs_f64()
            })
        };
        let mut faults = Faults::default();
        let (mut ages_us, mut checked, mut key_frames) = (Vec::new(), 0, 0);
        for checker in fleet
            .clients
            .iter_mut()
            .filter_map(|client| client.checker.as_mut())
        {
            checked += 1;
            faults.add(checker.faults());
            key_frames += checker.key_frames();
            ages_us.append(&mut checker.take_ages());
        }
        let ends = Ends::of(fleet);
        let starved = gained.iter().filter(|bytes| **bytes == 0).count();
        let lost = ends.refused + ends.closed + ends.failed + starved + fleet.unconnected;
        Self {
            clients: fleet.clients.len(),
            unconnected: fleet.unconnected,
            checked,
            window_s: window.as_secs_f64(),
            bytes,
            cpu_s_per_gib: server.cpu_s / (bytes.max(1) as f64 / f64::from(1 << 30)),
            rate_min: megabits(gained.first()),
            rate_median: megabits(gained.get(gained.len() / 2)),
            starved,
            errors: lost as u64 + faults.total(),
            ends,
            faults,
            age_ms: Ages::of(ages_us),
            key_frames,
            sweeps_late: fleet.sweeps_late,
            asked_again: fleet.asked_again,
            server: *server,
            joins: joiner::Summary::default(),
        }
    }
}

impl Ends {
    fn of(fleet: &Fleet) -> Self {
        let mut ends = Self::default();
        for end in fleet.clients.iter().filter_map(|client| client.end) {
            match end {
                End::Refused => ends.refused += 1,
                End::Closed => ends.closed += 1,
                End::Failed(_) => ends.failed += 1,
            }
        }
        ends
    }
}

impl Ages {
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    fn of(mut ages_us: Vec<u64>) -> Self {
        ages_us.sort_unstable();
        let at = |percent: usize| {
            let index = (ages_us.len() * percent / 100).min(ages_us.len().saturating_sub(1));
            ages_us.get(index).map_or(0.0, |us| *us as f64 / 1e3)
        };
        Self {
            median: at(50),
            p99: at(99),
            max: at(100),
        }
    }
}
