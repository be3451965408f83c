//! When to look for datagrams.
//!
//! A stream that comes evenly is read on a beat: to be woken for each of a thousand datagrams a
//! second costs more than all that is done with them. But where TCP would make a sender wait, a
//! receive buffer that is full loses what comes. Senders that do not smooth their stream put a whole
//! key picture on the wire at once; those are read as it comes. So a stream has to show that what
//! comes in a beat is far from filling the buffer, and does so for as long as it is read.

use std::time::Duration;

use base::next_beat;
use tokio::time::Instant;

/// Between two looks at an even stream: a fifth of the common beat, so that every fifth falls on
/// it, however many streams are read so.
const BEAT: Duration = Duration::from_millis(15);
/// Memory that the kernel books for a datagram besides its payload: its own record, and what a
/// driver's buffer is larger than the payload. Measured 1 KiB on a virtual network; drivers that
/// give half a page to each datagram make it 1.3 KiB, a page 3 KiB.
const OVERHEAD_BYTES: usize = 3 * 1024;
/// The buffer is good for so many times what comes in a beat: the thread may be late by a beat or
/// two. At 20 Mbit/s 30 datagrams come in a beat and book 130 KiB of 352.
const RESERVE: usize = 2;
/// So long a stream is watched before it is called even: a group of pictures, of which one is a key
/// picture, is seldom longer.
const WATCHED: Duration = Duration::from_secs(5);

/// The rhythm of one stream.
#[derive(Debug)]
pub(super) struct Rhythm {
    /// Bytes that the kernel lets the stream book.
    capacity: usize,
    beat_end: Instant,
    /// Booked in this beat.
    booked: usize,
    span_end: Instant,
    /// Most that was booked in a beat, in this span of time and in the one before.
    peak: usize,
    peak_before: Option<usize>,
    /// The kernel has dropped something: no beat is short enough.
    has_lost: bool,
    /// The last look found something.
    has_found: bool,
}

impl Rhythm {
    /// `capacity` is what the kernel lets the stream book, in bytes.
    pub(super) fn new(capacity: usize, now: Instant) -> Self {
        Self {
            capacity,
            beat_end: now + BEAT,
            booked: 0,
            span_end: now + WATCHED,
            peak: 0,
            peak_before: None,
            has_lost: false,
            has_found: false,
        }
    }

    /// A look found so many datagrams of so many bytes together.
    pub(super) fn found(&mut self, datagrams: usize, bytes: usize, now: Instant) {
        self.has_found = datagrams > 0;
        self.booked += bytes + datagrams * OVERHEAD_BYTES;
        if now >= self.beat_end {
            self.peak = self.peak.max(self.booked);
            (self.booked, self.beat_end) = (0, now + BEAT);
        }
        if now >= self.span_end {
            self.peak_before = Some(self.peak);
            (self.peak, self.span_end) = (0, now + WATCHED);
        }
    }

    /// The kernel had no room for a datagram.
    pub(super) fn lost(&mut self) {
        self.has_lost = true;
    }

    /// When to look again; `None`: as soon as something comes.
    pub(super) fn next_look(&self, now: Instant) -> Option<Instant> {
        let peak = self.peak_before?.max(self.peak).max(self.booked);
        let is_even = !self.has_lost && peak * RESERVE <= self.capacity;
        // Of a stream that pauses nobody knows how it goes on, and to look in vain costs as much as
        // to be woken.
        (is_even && self.has_found).then(|| next_beat(now.into_std(), BEAT, Duration::ZERO).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAPACITY: usize = 352 * 1024;

    /// Plays a stream of `datagrams` each `every`, for so many seconds; whether it is on the beat then.
    fn is_on_beat(datagrams: usize, every: Duration, seconds: u64) -> (bool, Rhythm, Instant) {
        let start = Instant::now();
        let mut now = start;
        let mut rhythm = Rhythm::new(CAPACITY, now);
        while now < start + Duration::from_secs(seconds) {
            now += every;
            rhythm.found(datagrams, datagrams * 1316, now);
        }
        (rhythm.next_look(now).is_some(), rhythm, now)
    }

    #[test]
    fn even_streams_are_read_on_the_beat_once_they_have_shown_it() {
        let table = [
            ("1 Mbit/s", 1, 10_500, true),
            ("8 Mbit/s", 1, 1_316, true),
            ("20 Mbit/s", 1, 526, true),
            ("50 Mbit/s", 1, 210, false),
            ("25 pictures a second of 26 KB", 20, 40_000, true),
            ("a picture of 130 KB at once", 100, 1_000_000, false),
        ];
        for (name, datagrams, every_us, expected) in table {
            let every = Duration::from_micros(every_us);
            assert_eq!(is_on_beat(datagrams, every, 11).0, expected, "{name}");
            assert!(!is_on_beat(datagrams, every, 4).0, "{name}: too early");
        }
    }

    #[test]
    fn one_burst_one_pause_or_one_loss_ends_it() {
        let even = || is_on_beat(1, Duration::from_millis(2), 11);
        let (on_beat, mut rhythm, now) = even();
        assert!(on_beat);
        let look = rhythm.next_look(now).unwrap();
        assert!(look > now && look <= now + BEAT);
        rhythm.found(80, 80 * 1316, now);
        assert_eq!(rhythm.next_look(now), None, "a burst");

        let (_, mut rhythm, now) = even();
        rhythm.found(0, 0, now);
        assert_eq!(rhythm.next_look(now), None, "a pause");
        rhythm.found(1, 1316, now);
        assert!(rhythm.next_look(now).is_some(), "it went on");
        rhythm.lost();
        assert_eq!(rhythm.next_look(now), None, "a loss");
    }
}
