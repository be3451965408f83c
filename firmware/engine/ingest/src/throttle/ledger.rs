//! Whose turn it is: bytes are taken from every bucket that limits a stream at one moment, so that no
//! level gives more than it has.
//!
//! Streams that wait for a bucket which they share are served in the order in which they came, each
//! with a small grant. Who waits for a bucket of his own keeps nobody up.

use std::time::Duration;

use super::{bucket::Bucket, rates::Rates};

/// A stream that pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StreamId(u64);

#[derive(Debug)]
struct Stream {
    id: StreamId,
    source: u16,
    bucket: Option<Bucket>,
}

#[derive(Clone, Copy, Debug)]
struct Waiter {
    id: StreamId,
    bytes: u64,
}

/// The books of all streams. One entry for each connection that is open: those of the plan.
#[derive(Debug)]
pub(super) struct Ledger {
    total: Option<Bucket>,
    sources: Vec<Option<Bucket>>,
    /// Their rates.
    source_kbit: Vec<u64>,
    stream_kbit: u64,
    streams: Vec<Stream>,
    /// In the order in which they came; a stream waits once.
    queue: Vec<Waiter>,
    next: u64,
}

impl Ledger {
    pub(super) fn new(rates: &Rates) -> Self {
        Self {
            total: Bucket::new(rates.total_kbit),
            sources: rates
                .source_kbit
                .iter()
                .map(|kbit| Bucket::new(*kbit))
                .collect(),
            source_kbit: rates.source_kbit.clone(),
            stream_kbit: rates.stream_kbit,
            streams: Vec::new(),
            queue: Vec::new(),
            next: 0,
        }
    }

    /// Another rate for all streams of a source. Those that nothing limited when they began go on
    /// without one.
    pub(super) fn limit(&mut self, source: u16, kbit: u64) {
        let place = usize::from(source);
        if self.sources.len() <= place {
            self.sources.resize_with(place + 1, || None);
            self.source_kbit.resize(place + 1, 0);
        }
        if self.source_kbit[place] != kbit {
            self.source_kbit[place] = kbit;
            self.sources[place] = Bucket::new(kbit);
        }
    }

    /// A stream of this source; `None` where nothing limits it.
    pub(super) fn open(&mut self, source: u16) -> Option<StreamId> {
        let bucket = Bucket::new(self.stream_kbit);
        let limits = [&self.total, &bucket, self.of_source(source)];
        if limits.iter().all(|limit| limit.is_none()) {
            return None;
        }
        self.next += 1;
        let id = StreamId(self.next);
        self.streams.push(Stream { id, source, bucket });
        Some(id)
    }

    pub(super) fn close(&mut self, id: StreamId) {
        self.streams.retain(|stream| stream.id != id);
        self.leave(id);
    }

    /// Leaves the queue; who was served is in it no more.
    pub(super) fn leave(&mut self, id: StreamId) {
        self.queue.retain(|waiter| waiter.id != id);
    }

    /// Takes the bytes, if it is the stream's turn and they are there; else how long to wait before
    /// asking again. Who has asked waits in the queue.
    pub(super) fn take(&mut self, id: StreamId, bytes: u64, now: Duration) -> Option<Duration> {
        if !self.queue.iter().any(|waiter| waiter.id == id) {
            self.queue.push(Waiter { id, bytes });
        }
        let wait = self.wait(id, bytes, now);
        if !wait.is_zero() {
            return Some(wait);
        }
        self.leave(id);
        let stream = self.streams.iter_mut().find(|stream| stream.id == id)?;
        let source = usize::from(stream.source);
        let source = self.sources.get_mut(source).and_then(Option::as_mut);
        let limits = [stream.bucket.as_mut(), source, self.total.as_mut()];
        for bucket in limits.into_iter().flatten() {
            bucket.take(bytes, now);
        }
        None
    }

    /// How long until the bytes are there in every bucket, those of whoever is served before left out.
    fn wait(&self, id: StreamId, bytes: u64, now: Duration) -> Duration {
        let Some(stream) = self.streams.iter().find(|stream| stream.id == id) else {
            return Duration::ZERO;
        };
        let (of_source, of_all) = self.before(id, stream.source, now);
        let wait = |bucket: &Option<Bucket>, bytes| {
            let wait = bucket.as_ref().map(|bucket| bucket.wait(bytes, now));
            wait.unwrap_or_default()
        };
        wait(&stream.bucket, bytes)
            .max(wait(self.of_source(stream.source), of_source + bytes))
            .max(wait(&self.total, of_all + bytes))
    }

    /// Bytes for which others are before a stream in its source's queue, and in that of all.
    fn before(&self, id: StreamId, source: u16, now: Duration) -> (u64, u64) {
        let mut of_sources = vec![0; self.sources.len()];
        let mut of_all = 0;
        for waiter in self.queue.iter().take_while(|waiter| waiter.id != id) {
            let stream = self.streams.iter().find(|stream| stream.id == waiter.id);
            let Some(stream) = stream.filter(|it| is_there(&it.bucket, waiter.bytes, now)) else {
                continue;
            };
            let mut is_let_on = true;
            if let Some(of_source) = of_sources.get_mut(usize::from(stream.source)) {
                *of_source += waiter.bytes;
                is_let_on = is_there(self.of_source(stream.source), *of_source, now);
            }
            if is_let_on {
                of_all += waiter.bytes;
            }
        }
        let of_source = of_sources.get(usize::from(source)).copied();
        (of_source.unwrap_or(0), of_all)
    }

    fn of_source(&self, source: u16) -> &Option<Bucket> {
        self.sources.get(usize::from(source)).unwrap_or(&None)
    }
}

fn is_there(bucket: &Option<Bucket>, bytes: u64, now: Duration) -> bool {
    let bucket = bucket.as_ref();
    bucket.is_none_or(|bucket| bucket.wait(bytes, now).is_zero())
}
