//! Who switches on: how long until the first byte, until the first key frame.

use std::{
    io::{self, Read as _},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use serde::Serialize;

use super::client::{Target, skip_head};
use crate::{check::Checker, packet::SYNC_BYTE};

/// Between two joins.
const PAUSE: Duration = Duration::from_millis(600);
/// A server that is silent for longer has failed the joiner.
const PATIENCE: Duration = Duration::from_secs(10);
/// Joins of one run.
const JOINS_MAX: usize = 1000;

/// One join.
struct Join {
    first_byte: Duration,
    key_frame: Duration,
    /// Bytes before and with the first packet of the key frame, to the end of that read.
    bytes: usize,
    is_aligned: bool,
}

/// All joins of a run.
#[derive(Default)]
pub(crate) struct Joins {
    done: Vec<Join>,
    failed: usize,
}

/// What the joins came to; times in milliseconds from before connect.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Summary {
    joins: usize,
    failed: usize,
    /// Joins whose first byte was not a sync byte.
    cut: usize,
    first_byte_ms_median: f64,
    first_byte_ms_max: f64,
    key_frame_ms_median: f64,
    key_frame_ms_max: f64,
    key_frame_bytes_median: usize,
}

impl Joins {
    /// Joins one channel after the other until it is over.
    pub(crate) fn take(urls: &[String], is_over: &AtomicBool) -> Self {
        let mut joins = Self::default();
        for target in urls
            .iter()
            .cycle()
            .take(JOINS_MAX)
            .filter_map(|url| Target::parse(url))
        {
            thread::sleep(PAUSE);
            if is_over.load(Ordering::Relaxed) {
                break;
            }
            match join(&target) {
                Ok(join) => joins.done.push(join),
                Err(_) => joins.failed += 1,
            }
        }
        joins
    }

    /// Medians and maxima.
    pub(crate) fn summary(&self) -> Summary {
        let first_bytes = sorted_ms(self.done.iter().map(|join| join.first_byte));
        let key_frames = sorted_ms(self.done.iter().map(|join| join.key_frame));
        let mut bytes: Vec<usize> = self.done.iter().map(|join| join.bytes).collect();
        bytes.sort_unstable();
        Summary {
            joins: self.done.len(),
            failed: self.failed,
            cut: self.done.iter().filter(|join| !join.is_aligned).count(),
            first_byte_ms_median: middle(&first_bytes),
            first_byte_ms_max: first_bytes.last().copied().unwrap_or(0.0),
            key_frame_ms_median: middle(&key_frames),
            key_frame_ms_max: key_frames.last().copied().unwrap_or(0.0),
            key_frame_bytes_median: bytes.get(bytes.len() / 2).copied().unwrap_or(0),
        }
    }
}

fn join(target: &Target) -> io::Result<Join> {
    let began = Instant::now();
    let mut socket = target.ask()?;
    socket.set_read_timeout(Some(PATIENCE))?;
    let mut part = skip_head(&mut socket)?;
    let mut room = vec![0; 64 * 1024];
    if part.is_empty() {
        let count = socket.read(&mut room)?;
        part.extend_from_slice(&room[..count]);
    }
    let first_byte = began.elapsed();
    let is_aligned = part.first() == Some(&SYNC_BYTE);
    let mut checker = Checker::new(0);
    let mut bytes = part.len();
    checker.push(&part, 0);
    while checker.key_frames() == 0 {
        let count = socket.read(&mut room)?;
        if count == 0 || began.elapsed() > PATIENCE {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes += count;
        checker.push(&room[..count], 0);
    }
    Ok(Join {
        first_byte,
        key_frame: began.elapsed(),
        bytes,
        is_aligned,
    })
}

fn sorted_ms(durations: impl Iterator<Item = Duration>) -> Vec<f64> {
    let mut all: Vec<f64> = durations
        .map(|duration| duration.as_secs_f64() * 1e3)
        .collect();
    all.sort_unstable_by(f64::total_cmp);
    all
}

fn middle(sorted: &[f64]) -> f64 {
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}
