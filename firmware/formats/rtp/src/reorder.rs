//! Puts the packets of one sender back in order.
//!
//! A packet that comes in its turn is given out at once and never copied. One that comes too early
//! is held until what is missing has come, until that has been waited for [`GAP_WAIT`], or until
//! the buffer is full; then the gap is skipped and counted. What is given out is always
//! in order and never twice.

use std::time::{Duration, Instant};

use crate::counts::Counts;
use crate::held::{HELD_PACKETS_MAX, Held, Waiting};
use crate::outsider::{Outsider, Reason};
use crate::packet::Packet;

/// How long a gap is waited for. Networks reorder by some milliseconds; a viewer's player has a
/// buffer of some hundred.
pub const GAP_WAIT: Duration = Duration::from_millis(60);
/// A number so far ahead is a sender that began anew (RFC 3550, A.1: `MAX_DROPOUT`).
const DROPOUT_MAX: u16 = 3000;
/// A number so far behind is a packet that is late. The standard's hundred (`MAX_MISORDER`) are
/// 130 ms at 8 Mbit/s, less than some detours take.
const MISORDER_MAX: u16 = 1000;
/// The numbers given out last that a second packet is told by.
const REMEMBERED: u16 = 64;

/// The packets of one sender.
#[derive(Debug)]
pub(crate) struct Reorder {
    ssrc: u32,
    /// The number that is given out next.
    awaited: u16,
    /// Which of the numbers before `awaited` were given out; bit 0 is the one just before.
    given: u64,
    held: Held,
    outsider: Outsider,
}

impl Reorder {
    /// Begins with this packet.
    pub(crate) fn new(first: &Packet<'_>) -> Self {
        Self {
            ssrc: first.ssrc,
            awaited: first.sequence,
            given: 0,
            held: Held::new(),
            outsider: Outsider::default(),
        }
    }

    /// Takes a packet in and gives out what is in order.
    pub(crate) fn push(
        &mut self,
        packet: &Packet<'_>,
        now: Instant,
        counts: &mut Counts,
        out: &mut impl FnMut(&[u8]),
    ) {
        let ahead = packet.sequence.wrapping_sub(self.awaited);
        let behind = self.awaited.wrapping_sub(packet.sequence);
        if packet.ssrc != self.ssrc {
            self.outside(packet, Reason::OtherSender, now, counts, out);
        } else if ahead < DROPOUT_MAX {
            self.outsider.inside(now);
            self.inside(packet, now, counts, out);
        } else if behind > MISORDER_MAX {
            self.outside(packet, Reason::Jump, now, counts, out);
        } else if behind <= REMEMBERED && self.given >> (behind - 1) & 1 == 1 {
            counts.duplicates += 1;
        } else {
            self.outside(packet, Reason::Late, now, counts, out);
        }
    }

    /// A packet of the same sender that carries something else: it takes up a number and no more.
    /// Where such packets count for themselves, as they should not, they must do no harm.
    pub(crate) fn pass_over(
        &mut self,
        packet: &Packet<'_>,
        now: Instant,
        counts: &mut Counts,
        out: &mut impl FnMut(&[u8]),
    ) {
        let ahead = packet.sequence.wrapping_sub(self.awaited);
        if packet.ssrc == self.ssrc
            && usize::from(ahead) < HELD_PACKETS_MAX
            && self.held.at(packet.sequence).is_none()
        {
            let nothing = Packet {
                payload: &[],
                ..*packet
            };
            self.inside(&nothing, now, counts, out);
        }
    }

    /// Skips the gap that has been waited for long enough.
    pub(crate) fn expire(
        &mut self,
        now: Instant,
        counts: &mut Counts,
        out: &mut impl FnMut(&[u8]),
    ) {
        while self.deadline().is_some_and(|deadline| deadline <= now) {
            self.skip(counts, out);
        }
    }

    /// Bytes that wait for what belongs before them.
    pub(crate) const fn held_bytes(&self) -> usize {
        self.held.bytes()
    }

    /// When the gap will have been waited for long enough.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.held.since().map(|since| since + GAP_WAIT)
    }

    fn inside(
        &mut self,
        packet: &Packet<'_>,
        now: Instant,
        counts: &mut Counts,
        out: &mut impl FnMut(&[u8]),
    ) {
        if packet.sequence == self.awaited {
            counts.reordered += u64::from(!self.held.is_empty());
            self.give(packet.payload, out);
            return self.give_run(out);
        }
        let is_there = |held: &Waiting| !held.payload.is_empty();
        if self.held.at(packet.sequence).is_some_and(is_there) && self.is_near(packet.sequence) {
            counts.duplicates += 1;
            return;
        }
        while !self.is_near(packet.sequence) || !self.held.has_room(packet.payload.len()) {
            if self.held.is_empty() {
                // Nothing is held: what is too far before this one to come yet is lost.
                let missing = packet.sequence.wrapping_sub(self.awaited);
                let kept = if self.held.has_room(packet.payload.len()) {
                    u16::try_from(HELD_PACKETS_MAX - 1).unwrap_or(u16::MAX)
                } else {
                    0
                };
                self.advance(missing.saturating_sub(kept), counts);
                break;
            }
            self.skip(counts, out);
        }
        if packet.sequence == self.awaited {
            self.give(packet.payload, out);
            return self.give_run(out);
        }
        let waiting = Waiting {
            payload: packet.payload.into(),
            since: now,
        };
        self.held.put(packet.sequence, waiting);
    }

    fn outside(
        &mut self,
        packet: &Packet<'_>,
        reason: Reason,
        now: Instant,
        counts: &mut Counts,
        out: &mut impl FnMut(&[u8]),
    ) {
        let who = (packet.ssrc, packet.sequence);
        if !self.outsider.is_believed(who, reason, now) {
            match reason {
                Reason::OtherSender | Reason::Jump => counts.passed_over += 1,
                Reason::Late => counts.late += 1,
            }
            return;
        }
        while !self.held.is_empty() {
            self.skip(counts, out);
        }
        counts.restarts += 1;
        (self.ssrc, self.awaited, self.given) = (packet.ssrc, packet.sequence, 0);
        self.outsider.inside(now);
        self.give(packet.payload, out);
    }

    /// Whether a number has a place in the buffer.
    fn is_near(&self, sequence: u16) -> bool {
        usize::from(sequence.wrapping_sub(self.awaited)) < HELD_PACKETS_MAX
    }

    fn give(&mut self, payload: &[u8], out: &mut impl FnMut(&[u8])) {
        self.awaited = self.awaited.wrapping_add(1);
        self.given = self.given << 1 | 1;
        if !payload.is_empty() {
            out(payload);
        }
    }

    /// Gives out what is held from the awaited number on.
    fn give_run(&mut self, out: &mut impl FnMut(&[u8])) {
        while let Some(waiting) = self.held.take(self.awaited) {
            self.give(&waiting.payload, out);
        }
    }

    /// Gives up what is missing before the first packet held, and gives that out.
    fn skip(&mut self, counts: &mut Counts, out: &mut impl FnMut(&[u8])) {
        let count = u16::try_from(HELD_PACKETS_MAX).unwrap_or(u16::MAX);
        let first = (0..count).find(|ahead| {
            let sequence = self.awaited.wrapping_add(*ahead);
            self.held.at(sequence).is_some()
        });
        self.advance(first.unwrap_or(count), counts);
        self.give_run(out);
    }

    fn advance(&mut self, missing: u16, counts: &mut Counts) {
        counts.lost += u64::from(missing);
        self.awaited = self.awaited.wrapping_add(missing);
        self.given = self.given.checked_shl(u32::from(missing)).unwrap_or(0);
    }
}
