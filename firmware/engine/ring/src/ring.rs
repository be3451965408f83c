//! A channel's ring: the newest segments of its stream, one writer, any number of readers.

use std::collections::VecDeque;

#[cfg(not(loom))]
use nix::errno::Errno;

#[cfg(not(loom))]
use crate::segment::Place;
use crate::{
    PACKET_BYTES, Position, SEGMENT_BYTES,
    pool::Pool,
    segment::{Filling, NoMemory, Segment},
    sync::{Arc, AtomicBool, AtomicU64, Mutex, Ordering, lock},
};

/// Random access points that a ring remembers; older ones are forgotten first.
const JOIN_POINTS_MAX: usize = 64;
/// PIDs whose counters a join point keeps.
const COUNTERS_MAX: usize = 16;

/// What a writer collects before it writes to a file: whole packets in 16 KiB. In the plan it is a
/// part of the upstream (`budget`).
const STAGE_BYTES: usize = 16 * 1024 / PACKET_BYTES * PACKET_BYTES;

/// Bytes that must be published behind a join point before anybody begins there: PAT, PMT and the
/// beginning of the picture. Where a stream is published up to its next clock reading, that is
/// just in front of the picture.
#[cfg(not(loom))]
const JOIN_BYTES_MIN: u64 = 8 * PACKET_BYTES as u64;
#[cfg(loom)]
const JOIN_BYTES_MIN: u64 = 1;

/// How many segments a ring may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Segments kept behind the published end, at least 1; more are kept while they hold the only
    /// random access point.
    pub behind_min: usize,
    /// All segments, unpublished ones included, at least 2: the hard cap for streams that have no
    /// random access point.
    pub segments_max: usize,
}

/// The pool had no free segment and the ring none to give up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the segment pool is empty: fewer tuners, or a larger memory.budget")]
pub struct Starved;

/// A place where a client can begin: PAT, PMT and a random access point follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinPoint {
    /// Where the PAT begins.
    pub position: Position,
    /// PID and the continuity counter before its next packet, for readers that jump here.
    pub counters: heapless::Vec<(u16, u8), COUNTERS_MAX>,
}

/// What stands at a position.
#[derive(Debug)]
pub enum Read {
    /// Bytes, up to the end of the segment or of what is published.
    Chunk(Chunk),
    /// Nothing yet: the reader has everything.
    CaughtUp,
    /// The position has left the ring: jump to a [`JoinPoint`].
    Lagged,
}

/// Published bytes of one segment. The segment is not reused while this is held, so hold it for
/// one send only.
#[derive(Debug)]
pub struct Chunk {
    segment: Arc<Segment>,
    from: usize,
    to: usize,
}

impl Chunk {
    /// Where the bytes lie; whole transport packets. Those in a file may be sent at any later time:
    /// a page that a socket refers to is never written over.
    #[allow(unsafe_code, reason = "reads published segment memory")]
    #[cfg(not(loom))]
    #[must_use]
    pub fn place(&self) -> Place<'_> {
        // SAFETY: `Ring::read` made this chunk from a published length loaded with Acquire, and
        // the chunk holds the segment's Arc.
        unsafe { self.segment.place(self.from, self.to) }
    }

    /// Copies the bytes from the `at`-th on, as many as fit and there are; how many those were.
    ///
    /// # Errors
    /// Of the kernel, where the bytes lie in a file.
    #[allow(unsafe_code, reason = "reads published segment memory")]
    #[cfg(not(loom))]
    pub fn copy_to(&self, at: usize, into: &mut [u8]) -> Result<usize, Errno> {
        let from = self.to.min(self.from + at);
        let count = into.len().min(self.to - from);
        // SAFETY: as for `place`; the range ends at or before `to`.
        unsafe { self.segment.copy_to(from, &mut into[..count]) }?;
        Ok(count)
    }

    /// A copy of the bytes.
    ///
    /// # Errors
    /// Of the kernel, where the bytes lie in a file.
    #[cfg(not(loom))]
    pub fn to_vec(&self) -> Result<Vec<u8>, Errno> {
        let mut bytes = vec![0; self.len()];
        self.copy_to(0, &mut bytes)?;
        Ok(bytes)
    }

    /// The bytes, copied under the eyes of the model checker.
    #[allow(unsafe_code, reason = "reads published segment memory")]
    #[cfg(loom)]
    pub fn to_vec(&self) -> Vec<u8> {
        // SAFETY: as for `place` elsewhere.
        unsafe { self.segment.copy(self.from, self.to) }
    }

    /// How many bytes there are; never 0.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a chunk is never empty")]
    pub fn len(&self) -> usize {
        self.to - self.from
    }
}

/// The readers' side of a ring.
#[derive(Debug)]
pub struct Ring {
    index: Mutex<Index>,
    published: AtomicU64,
    closed: AtomicBool,
    pool: Arc<Pool>,
    limits: Limits,
}

#[derive(Debug)]
struct Index {
    /// Number of the oldest segment; segment `n` begins at position `n × SEGMENT_BYTES`.
    oldest: u64,
    segments: VecDeque<Arc<Segment>>,
    join_points: VecDeque<JoinPoint>,
}

/// Opens an empty ring: the one who writes and those who read.
#[must_use]
pub fn ring(pool: &Arc<Pool>, limits: Limits) -> (Writer, Arc<Ring>) {
    let limits = Limits {
        behind_min: limits.behind_min.max(1),
        segments_max: limits.segments_max.max(2),
    };
    let ring = Arc::new(Ring {
        index: Mutex::new(Index {
            oldest: 0,
            segments: VecDeque::with_capacity(limits.segments_max),
            join_points: VecDeque::with_capacity(JOIN_POINTS_MAX),
        }),
        published: AtomicU64::new(0),
        closed: AtomicBool::new(false),
        pool: Arc::clone(pool),
        limits,
    });
    (
        Writer {
            ring: Arc::clone(&ring),
            filling: None,
            stage: Stage::new(pool.is_file()),
            head: 0,
            on_joinable: None,
        },
        ring,
    )
}

impl Ring {
    /// Opens another ring beside this one, empty and of the same pool.
    #[must_use]
    pub fn beside(&self, limits: Limits) -> (Writer, Arc<Self>) {
        ring(&self.pool, limits)
    }

    /// Where the published bytes end.
    #[must_use]
    pub fn published(&self) -> Position {
        self.published.load(Ordering::Acquire)
    }

    /// Whether the writer is gone: what is published is all there will be.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// What stands at `position`.
    #[must_use]
    pub fn read(&self, position: Position) -> Read {
        let published = self.published();
        if position >= published {
            return Read::CaughtUp;
        }
        let segment_bytes = SEGMENT_BYTES as u64;
        let number = position / segment_bytes;
        let index = lock(&self.index);
        let Some(back) = number.checked_sub(index.oldest) else {
            return Read::Lagged;
        };
        let Some(segment) = usize::try_from(back)
            .ok()
            .and_then(|back| index.segments.get(back))
        else {
            return Read::Lagged;
        };
        let start = number * segment_bytes;
        Read::Chunk(Chunk {
            segment: Arc::clone(segment),
            from: within_segment(position - start),
            to: within_segment((published - start).min(segment_bytes)),
        })
    }

    /// The newest published place where a client can begin.
    #[must_use]
    pub fn newest_join_point(&self) -> Option<JoinPoint> {
        let published = self.published();
        let index = lock(&self.index);
        let begun = |point: &&JoinPoint| point.position + JOIN_BYTES_MIN <= published;
        index.join_points.iter().rev().find(begun).cloned()
    }

    /// The place at which whoever takes the whole ring over begins: the newest published one, else
    /// the first of those that are not published yet.
    #[must_use]
    pub fn takeover_point(&self) -> Option<JoinPoint> {
        let newest = self.newest_join_point();
        newest.or_else(|| lock(&self.index).join_points.front().cloned())
    }

    /// Segments held now.
    #[must_use]
    pub fn segments(&self) -> usize {
        lock(&self.index).segments.len()
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        let mut index = lock(&self.index);
        while let Some(segment) = index.segments.pop_front() {
            self.pool.give(segment);
        }
    }
}

/// A length inside a segment, which is at most [`SEGMENT_BYTES`].
#[expect(
    clippy::cast_possible_truncation,
    reason = "at most SEGMENT_BYTES, which is a usize"
)]
fn within_segment(bytes: u64) -> usize {
    debug_assert!(bytes <= SEGMENT_BYTES as u64);
    bytes as usize
}

/// Packets on their way into a segment that lies in a file, where each write is a system call. In
/// the heap there is no such stop.
#[derive(Debug)]
struct Stage {
    bytes: Vec<u8>,
    bytes_max: usize,
}

impl Stage {
    fn new(is_file: bool) -> Self {
        let bytes_max = if is_file { STAGE_BYTES } else { 0 };
        Self {
            bytes: Vec::with_capacity(bytes_max),
            bytes_max,
        }
    }

    fn room(&self) -> usize {
        self.bytes_max - self.bytes.len()
    }
}

/// The one writer of a ring. Dropping it closes the ring.
pub struct Writer {
    ring: Arc<Ring>,
    filling: Option<Filling>,
    stage: Stage,
    head: Position,
    on_joinable: Option<Box<dyn FnOnce() + Send>>,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer")
            .field("head", &self.head)
            .finish_non_exhaustive()
    }
}

impl Writer {
    /// Appends one transport packet; readers see it once it is published.
    ///
    /// # Errors
    /// [`Starved`] where neither the pool nor the ring itself has a segment to give.
    pub fn append(&mut self, packet: &[u8; PACKET_BYTES]) -> Result<(), Starved> {
        self.append_bytes(packet)
    }

    /// Appends single bytes: the model checker's segments are two bytes long.
    #[cfg(loom)]
    pub fn fill_for_model(&mut self, bytes: &[u8]) {
        self.append_bytes(bytes)
            .expect("the model's pool is large enough");
    }

    fn append_bytes(&mut self, mut bytes: &[u8]) -> Result<(), Starved> {
        while !bytes.is_empty() {
            let room = self.room()?;
            let (now, later) = bytes.split_at(bytes.len().min(room));
            if self.stage.room() < now.len() {
                self.unload()?;
            }
            if self.stage.room() < now.len() {
                self.write(now)?;
            } else {
                self.stage.bytes.extend_from_slice(now);
            }
            self.head += now.len() as u64;
            bytes = later;
        }
        Ok(())
    }

    /// Bytes that still fit into the segment being filled, a new one where none.
    fn room(&mut self) -> Result<usize, Starved> {
        let staged = self.stage.bytes.len();
        if let Some(filling) = &self.filling
            && filling.room() > staged
        {
            return Ok(filling.room() - staged);
        }
        self.unload()?;
        self.filling = None;
        let filling = self.filling.insert(self.ring.next_segment()?);
        Ok(filling.room())
    }

    /// Writes what is staged, which fits.
    fn unload(&mut self) -> Result<(), Starved> {
        let mut staged = std::mem::take(&mut self.stage.bytes);
        let written = self.write(&staged);
        if written.is_ok() {
            staged.clear();
        }
        self.stage.bytes = staged;
        written
    }

    /// Writes into the segment being filled.
    fn write(&mut self, bytes: &[u8]) -> Result<(), Starved> {
        match &mut self.filling {
            Some(filling) => filling.append(bytes).map_err(|NoMemory| Starved),
            None => Ok(()),
        }
    }

    /// Notes that a client can begin with the next packet. At most 16 counters are kept.
    pub fn mark_join_point(&mut self, counters: &[(u16, u8)]) {
        let mut index = lock(&self.ring.index);
        if index.join_points.len() == JOIN_POINTS_MAX {
            index.join_points.pop_front();
        }
        let counters = counters.iter().copied().take(COUNTERS_MAX).collect();
        index.join_points.push_back(JoinPoint {
            position: self.head,
            counters,
        });
    }

    /// Where the next packet will stand.
    #[must_use]
    pub fn head(&self) -> Position {
        self.head
    }

    /// Bytes appended and not yet published.
    #[must_use]
    pub fn ahead(&self) -> u64 {
        self.head - self.ring.published.load(Ordering::Relaxed)
    }

    /// Shows readers everything below `position`; never goes back, never past [`Writer::head`].
    pub fn publish_to(&mut self, position: Position) {
        let mut position = position.min(self.head);
        let written = self.head - self.stage.bytes.len() as u64;
        if position > written && self.unload().is_err() {
            // It stays staged, and the next append says why.
            position = written;
        }
        if position > self.ring.published.load(Ordering::Relaxed) {
            self.ring.published.store(position, Ordering::Release);
            if self.on_joinable.is_some()
                && self.ring.newest_join_point().is_some()
                && let Some(tell) = self.on_joinable.take()
            {
                tell();
            }
        }
    }

    /// Calls `tell` once, when the first join point is published.
    pub fn on_joinable(&mut self, tell: impl FnOnce() + Send + 'static) {
        self.on_joinable = Some(Box::new(tell));
    }

    /// Shows readers everything appended so far.
    pub fn publish(&mut self) {
        self.publish_to(self.head);
    }

    /// The readers' side.
    #[must_use]
    pub fn ring(&self) -> &Arc<Ring> {
        &self.ring
    }

    /// Bytes that may stand unpublished: half of the ring's cap, so that the other half is there
    /// for readers.
    #[must_use]
    pub fn ahead_max(&self) -> u64 {
        (self.ring.limits.segments_max / 2 * SEGMENT_BYTES) as u64
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.publish();
        self.ring.closed.store(true, Ordering::Release);
    }
}

impl Ring {
    /// A segment for the writer to fill, after giving up what the limits no longer keep.
    fn next_segment(&self) -> Result<Filling, Starved> {
        let mut index = lock(&self.index);
        while index.segments.len() >= self.limits.segments_max || self.can_spare_oldest(&index) {
            self.give_up_oldest(&mut index);
        }
        let filling = loop {
            if let Some(filling) = self.pool.take() {
                break filling;
            }
            if index.segments.is_empty() {
                return Err(Starved);
            }
            self.give_up_oldest(&mut index);
        };
        index.segments.push_back(Arc::clone(filling.segment()));
        Ok(filling)
    }

    /// Whether readers keep enough behind them, with a join point in it, without the oldest.
    fn can_spare_oldest(&self, index: &Index) -> bool {
        if index.segments.len() <= self.limits.behind_min {
            return false;
        }
        let published = self.published.load(Ordering::Relaxed);
        let second = (index.oldest + 1) * SEGMENT_BYTES as u64;
        let behind_min = (self.limits.behind_min * SEGMENT_BYTES) as u64;
        let joinable = index
            .join_points
            .iter()
            .any(|point| point.position >= second && point.position + JOIN_BYTES_MIN <= published);
        joinable && published.saturating_sub(second) >= behind_min
    }

    fn give_up_oldest(&self, index: &mut Index) {
        let Some(segment) = index.segments.pop_front() else {
            return;
        };
        index.oldest += 1;
        let start = index.oldest * SEGMENT_BYTES as u64;
        while index
            .join_points
            .front()
            .is_some_and(|point| point.position < start)
        {
            index.join_points.pop_front();
        }
        self.pool.give(segment);
    }
}
